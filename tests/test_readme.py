"""Every block of the README runs, and prints what stands there.

`python tests/test_readme.py` writes the screens anew; read them before you commit.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from commandline import ROOT

README = ROOT / "README.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(language: str) -> list[str]:
    """The texts of the README's code blocks in a language."""
    return [
        text for name, text in BLOCK.findall(README.read_text(encoding="utf-8")) if name == language
    ]


CONSOLE = blocks("console")


def commands(block: str) -> list[str]:
    return [line[2:] for line in block.splitlines() if line.startswith("$ ")]


def screen(block: str, folder: Path) -> str:
    """The block as it should stand: each command, and behind it what a terminal shows."""
    program = folder / "backprop"
    program.write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -m backprop_cli "$@"\n', encoding="utf-8"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    path = os.pathsep.join([str(folder), os.environ["PATH"]])
    env = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "80"}
    shown = []
    for command in commands(block):
        run = subprocess.run(
            ["bash", "-c", command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env=env,
            check=False,
        )
        shown.append(f"$ {command}\n{run.stdout.decode('utf-8')}")
    return "".join(shown)


@pytest.mark.parametrize("block", CONSOLE, ids=lambda block: commands(block)[0][:50])
def test_screens_are_real(block: str, tmp_path: Path) -> None:
    """Each `$ …` prints exactly what stands below it."""
    if "jq " in block and shutil.which("jq") is None:
        pytest.skip("jq is not installed")
    assert screen(block, tmp_path) == block


@pytest.mark.parametrize("code", blocks("python"))
def test_python_runs(code: str) -> None:
    """Each Python block runs, with its assertions."""
    exec(compile(code, "README.md", "exec"), {})


def test_two_commands() -> None:
    """The README sets everything up by two commands, the second of which runs these tests; CI runs
    both.
    """
    first, second = blocks("sh")
    assert "backprop eval" in first and second.rstrip().endswith("-m pytest")
    runner = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "README.md" in runner and 'eval "$second"' in runner


if __name__ == "__main__":
    import tempfile

    text = README.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        for old in CONSOLE:
            text = text.replace(
                f"```console\n{old}```", f"```console\n{screen(old, Path(name))}```"
            )
    README.write_text(text, encoding="utf-8")
