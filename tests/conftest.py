"""Options of the test run."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--points",
        type=int,
        default=2000,
        help="sampled points for each operation's accuracy (20000 for a thorough run)",
    )


@pytest.fixture
def points(request: pytest.FixtureRequest) -> int:
    """How many points to sample for each operation."""
    return int(request.config.getoption("--points"))
