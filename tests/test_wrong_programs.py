"""Every error has a wrong program in tests/wrong: a command, and beside it what it must say.

After a deliberate change: `python tests/test_wrong_programs.py` writes the expectations anew; read
them.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from pathlib import Path

import jsonschema
import pytest
from commandline import ROOT, backprop

from backprop_cli.errors import ERROR_CODES

FOLDER = Path(__file__).parent / "wrong"
PROGRAMS = sorted(FOLDER.glob("*.cmd"))
TESTED_ELSEWHERE = {
    "output",  # test_command_line.py: a full disk
    "bug",  # test_command_line.py: a fault of ours
    "diverged",  # test_training_formulas.py: its steps stand before the error
}


def words_of(program: Path) -> list[str]:
    return shlex.split(program.read_text(encoding="utf-8"))[1:]


def answer(program: Path) -> str:
    """What the command says, and its exit status."""
    previous = os.getcwd()
    os.chdir(ROOT)
    try:
        result = backprop(*words_of(program))
    finally:
        os.chdir(previous)
    if "--json" not in words_of(program):
        assert result.out == "", "nothing half-written"
    return f"{result.err}[exit {result.code}]\n"


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_says_what_is_expected(program: Path) -> None:
    """The message, the caret, the fix and the exit code are those that were reviewed."""
    assert answer(program) == program.with_suffix(".expected").read_text(encoding="utf-8")


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_says_the_same_as_json(program: Path) -> None:
    """With --json, standard output is one object of the schema, with the same code, message and
    exit status.
    """
    words = words_of(program)
    if words[:1] != ["eval"]:
        pytest.skip("only commands with --json")
    result = backprop(*words, "--json") if "--json" not in words else backprop(*words)
    found = json.loads(result.out)
    schema = json.loads(backprop("schema", "error").out)
    jsonschema.validate(found, schema)
    assert found["error"]["exit_code"] == result.code
    assert f"error[{found['error']['code']}]: " in result.err


def test_every_code_has_a_wrong_program() -> None:
    """No error code is without an example, and at least 40 examples stand there."""
    texts = [program.with_suffix(".expected").read_text(encoding="utf-8") for program in PROGRAMS]
    shown = {code for text in texts for code in re.findall(r"error\[([a-z-]+)\]", text)}
    assert shown | TESTED_ELSEWHERE == set(ERROR_CODES)
    assert len(PROGRAMS) >= 40


if __name__ == "__main__":
    for path in PROGRAMS:
        path.with_suffix(".expected").write_text(answer(path), encoding="utf-8")
