"""The commands: they read options, call the library and print. Typer is used nowhere else."""
