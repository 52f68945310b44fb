"""Many sheets: worker processes, what they leave on disk, and what changed since the last run."""
