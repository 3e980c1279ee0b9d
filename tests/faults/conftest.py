"""Options and the printed table of the kill matrix."""

from __future__ import annotations

import pytest

from faults.kill_cases import KILLS_IN_CI
from faults.kill_matrix import Tally, table

FIGURES = pytest.StashKey[dict[str, Tally]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--kills N` and `--kill-seed S`."""
    group = parser.getgroup("ashore", "kill matrix")
    group.addoption("--kills", type=int, default=KILLS_IN_CI, metavar="N", help="how many random moments to kill at")
    group.addoption("--kill-seed", type=int, default=None, metavar="S", help="repeat the random moments of a run")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Prints the figures."""
    rows = config.stash.get(FIGURES, None)
    if rows is not None:
        terminalreporter.section("kill matrix")
        for line in table(rows):
            terminalreporter.line(line)


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> dict[str, Tally]:
    """The rows that are printed at the end of the run."""
    return request.config.stash.setdefault(FIGURES, {})
