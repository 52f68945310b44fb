"""Options of the test run, and what several modules' tests need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from browser import chromium

from backprop_cli.syntax.homework import HOMEWORK
from backprop_cli.syntax.parser import EXPRESSION


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--points",
        type=int,
        default=2000,
        help="sampled points for each operation's accuracy (20000 for a thorough run)",
    )
    parser.addoption(
        "--slow",
        action="store_true",
        help="the tests too that take a minute or gigabytes",
    )


@pytest.fixture(scope="session", autouse=True)
def saved_tables() -> None:
    """Save the parser's tables in a checkout that has none, or old ones: otherwise each process
    that a test starts builds them anew.
    """
    for language in (EXPRESSION, HOMEWORK):
        if not language.is_saved():
            with suppress(OSError):
                language.save()


@pytest.fixture
def points(request: pytest.FixtureRequest) -> int:
    """How many points to sample for each operation."""
    return int(request.config.getoption("--points"))


@pytest.fixture
def slow(request: pytest.FixtureRequest) -> None:
    """Only with --slow: a minute or more, or gigabytes."""
    if not request.config.getoption("--slow"):
        pytest.skip("run with --slow")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A Chromium of a module's own."""
    with chromium(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver
