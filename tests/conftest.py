"""Options of the test run."""

from __future__ import annotations

from contextlib import suppress

import pytest

from backprop_cli.syntax.homework import HOMEWORK
from backprop_cli.syntax.parser import EXPRESSION


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--points",
        type=int,
        default=2000,
        help="sampled points for each operation's accuracy (20000 for a thorough run)",
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
