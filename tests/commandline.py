"""Runs the command line: in this process for speed, in a process of its own where the process is
the point.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from backprop_cli.__main__ import status

ROOT = Path(__file__).parent.parent


class Result(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


class Stream(io.TextIOWrapper):
    """A standard stream that keeps what is written."""

    def __init__(self, content: bytes = b"") -> None:
        super().__init__(io.BytesIO(content), encoding="utf-8")

    def text(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode(self.encoding)  # type: ignore[attr-defined]


def backprop(*words: str, stdin: str = "", env: dict[str, str] | None = None) -> Result:
    """Run `backprop words` in this process."""
    out, err = Stream(), Stream()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        mock.patch.object(sys, "stdin", Stream(stdin.encode("utf-8", "surrogatepass"))),
        mock.patch.dict(os.environ, env or {}),
    ):
        code = status(list(words))
    return Result(code, out.text(), err.text())


def process(
    *words: str, stdin: bytes = b"", env: dict[str, str] | None = None, **options: object
) -> subprocess.CompletedProcess[bytes]:
    """Run `backprop words` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "backprop_cli", *words],
        input=stdin,
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        timeout=120,
        check=False,
        **options,  # type: ignore[call-overload]
    )
