"""Random schedules of faults: whatever happens, nothing is claimed that is not so, and nothing is lost.

.venv/bin/pytest tests/faults/test_campaign.py --schedules 1000
.venv/bin/pytest tests/faults/test_campaign.py -k "so[reddio]" --schedules 1 --campaign-seed 4711   what a failure names
"""

from __future__ import annotations

import asyncio
import faulthandler
import random
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from ashore.domain.evidence import Evidence, Level
from ashore.domain.moves import Unknown
from ashore.engine.views import StageRow
from ashore.ethereum.endpoint import Endpoint
from ashore.ethereum.headers import Header
from ashore.ethereum.quorum import Agreement, Quorum
from ashore.resources import resource_path
from ashore.systems.reddio.settlement import operator_word as reddio_word
from ashore.systems.reddio.settlement.book import Book as ReddioBook
from ashore.systems.reddio.system import sending
from ashore.systems.zklink.settlement import book, finality, operator_word
from ashore.ui.pages.stage_row import StageRowWidget
from ashore.ui.theme.icons import Icons
from ashore.ui.theme.theme import Theme
from faults.campaign import Tally
from faults.campaign_reddio import prepare_reddio
from faults.campaign_requests import Stage, prepare
from faults.campaign_runs import run_campaign

SCHEDULES_IN_CI = {"zklink": 34, "reddio": 16}
MOST_TO_NOTICE = 60
"""Schedules within which a broken wallet has to be caught."""

pytestmark = pytest.mark.timeout(3600)


@pytest.fixture(scope="module")
def zklink(tmp_path_factory: pytest.TempPathFactory) -> tuple[Stage, ...]:
    """A network of one chain, and one of two."""
    return tuple(asyncio.run(prepare(chains, tmp_path_factory.mktemp(f"chains-{chains}"))) for chains in (1, 2))


@pytest.fixture(scope="module")
def reddio(tmp_path_factory: pytest.TempPathFactory) -> tuple[Stage, ...]:
    """A network with Reddio."""
    return (asyncio.run(prepare_reddio(tmp_path_factory.mktemp("vaults"))),)


@pytest.fixture(scope="module")
def icons(qapp: QApplication) -> Iterator[Icons]:
    """What pages are painted with."""
    qapp.setStyle("Fusion")
    theme = Theme(qapp)
    theme.apply("light", 100)
    yield Icons(resource_path("icons"), theme)
    qapp.setStyleSheet("")
    qapp.setFont(QFont())
    theme.setParent(None)


@pytest.mark.parametrize("where", SCHEDULES_IN_CI)
def test_nothing_is_claimed_that_is_not_so(
    where: str, icons: Icons, tmp_path: Path, campaigns: dict[str, Tally], request: pytest.FixtureRequest
) -> None:
    faulthandler.cancel_dump_traceback_later()  # it takes minutes when all is well
    stages: tuple[Stage, ...] = request.getfixturevalue(where)
    count = int(request.config.getoption("--schedules", None) or SCHEDULES_IN_CI[where])
    given = request.config.getoption("--campaign-seed", None)
    seed = random.SystemRandom().randrange(2**32) if given is None else int(given)
    print(f"--schedules {count} --campaign-seed {seed}")
    done = run_campaign(stages, tmp_path, seed, count, icons=icons)
    campaigns[f"{where} from seed {seed}"] = done.tally
    assert not done.wrong, "\n\n".join(done.wrong)
    assert done.tally.schedules == count
    assert done.tally.false == 0


def _forget_reverts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(book, "_stands_up_to", lambda entry, _reverts: entry.number)


def _call_old_blocks_irreversible(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(finality, "REVERTIBLE", frozenset())


def _believe_the_operator(patch: pytest.MonkeyPatch) -> None:
    evidence = operator_word.Evidence

    def believed(kind: str, _level: Level, *rest: Any) -> Evidence:
        return evidence(kind, Level.PROVEN, *rest)

    patch.setattr(operator_word, "Evidence", believed)


def _believe_one_endpoint(patch: pytest.MonkeyPatch) -> None:
    async def believed(self: Quorum, claims: Mapping[Endpoint, Header]) -> Agreement:
        names = tuple(endpoint.name for endpoint in self.endpoints)
        return Agreement(max(claims.values(), key=lambda header: header.number, default=None), names, len(names))

    patch.setattr(Quorum, "_highest_agreed", believed)


def _believe_reddio(patch: pytest.MonkeyPatch) -> None:
    def believed(kind: str, _level: Level, *rest: Any) -> Evidence:
        return Evidence(kind, Level.PROVEN, *rest)

    patch.setattr(reddio_word, "Evidence", believed)


def _forget_no_block(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ReddioBook, "forget", lambda *_: None)


def _send_the_plain_one_again(patch: pytest.MonkeyPatch) -> None:
    again = partial(Unknown, resend_harmless=True)
    patch.setattr(sending, "Unknown", again)


def _paint_once(patch: pytest.MonkeyPatch) -> None:
    paint = StageRowWidget.show_row

    def once(self: StageRowWidget, row: StageRow) -> None:
        if self._row is None:
            paint(self, row)

    patch.setattr(StageRowWidget, "show_row", once)


@pytest.mark.parametrize(
    ("where", "break_it", "first_seed"),
    [
        ("zklink", _forget_reverts, 1),
        ("zklink", _call_old_blocks_irreversible, 50),
        ("zklink", _believe_the_operator, 3),
        ("zklink", _believe_one_endpoint, 1),
        ("zklink", _paint_once, 1),
        ("reddio", _believe_reddio, 500),
        ("reddio", _forget_no_block, 505),
        ("reddio", _send_the_plain_one_again, 645),
    ],
)
def test_a_wallet_that_claims_too_much_is_caught(
    where: str,
    icons: Icons,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    break_it: Callable[[pytest.MonkeyPatch], None],
    first_seed: int,
) -> None:
    faulthandler.cancel_dump_traceback_later()
    stages: tuple[Stage, ...] = request.getfixturevalue(where)
    break_it(monkeypatch)
    done = run_campaign(stages, tmp_path, first_seed, MOST_TO_NOTICE, 1, icons)
    print(f"caught after {done.tally.schedules} schedules:\n" + "\n".join(done.wrong))
    assert done.wrong
    assert done.tally.false
