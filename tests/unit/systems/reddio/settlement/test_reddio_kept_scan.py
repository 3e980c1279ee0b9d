"""A scan goes on after a restart where it was: as far as the chain is still the same, and as long as it is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.domain.errors import AshoreError
from ashore.store.database import Database
from ashore.store.keep import Keep
from ashore.systems.reddio.codec.l1 import events
from ashore.systems.reddio.settlement import kept_scan
from ashore.systems.reddio.settlement.kept_scan import marked
from ashore.systems.reddio.settlement.scan import BELOW, Scan
from unit.systems.reddio.reddio_bench import DEPLOYMENT, ETH, NFT
from unit.systems.reddio.settlement.test_reddio_scan import Shows, log, registered

OWNER = 0x5A5A
TOP = 5_000


class Shore:
    """A chain with an endpoint, and what a wallet keeps of it. `fork` is where its blocks have other hashes from."""

    def __init__(self, path: Path, logs: Sequence[dict[str, Any]], most: int = 10**9) -> None:
        self.database = Database(path / "journal.sqlite3")
        self.keep = Keep(self.database)
        self.path, self.endpoint, self.fork, self.agrees = path, Shows("a", logs, most), 10**9, True
        self.deployment = DEPLOYMENT
        self.asked: list[tuple[int, int]] = []
        ask = self.endpoint.call

        async def call(method: str, params: Sequence[Any], purpose: object = None) -> list[dict[str, Any]]:
            self.asked.append((int(params[0]["fromBlock"], 16), int(params[0]["toBlock"], 16)))
            return await ask(method, params, purpose)

        self.endpoint.call = call  # type: ignore[method-assign]

    def hash_at(self, height: int) -> str:
        return f"0x{'f' if height >= self.fork else 'a'}{height:x}"

    async def header_at(self, height: int) -> Any:
        if not self.agrees:
            raise AshoreError("Not enough endpoints agree on a block.")
        return SimpleNamespace(required=lambda: SimpleNamespace(hash=self.hash_at(height)))

    def started(self) -> Scan:
        """A wallet that was just opened."""
        self.asked.clear()
        quorum: Any = SimpleNamespace(endpoints=(self.endpoint,), k=1, header_at=self.header_at)
        return Scan(self.deployment, quorum, self.keep)

    async def look(self, scan: Scan, top: int = TOP) -> Scan:
        await scan.look(top, self.hash_at(top))
        return scan

    async def read_through(self, scan: Scan, top: int = TOP) -> Scan:
        for _ in range(60):
            await self.look(scan, top)
            if not scan.unread:
                return scan
        raise AssertionError("it never came to the beginning")

    @property
    def parts(self) -> int:
        with closing(sqlite3.connect(self.path / "journal.sqlite3")) as reader:
            return int(reader.execute("SELECT count(*) FROM scan_parts").fetchone()[0])


def aside(block: int) -> dict[str, Any]:
    return log(block, events.WITHDRAWAL_ALLOWED, OWNER, ETH.asset_type, 10**18, 10**6)


@pytest.fixture
def shore(tmp_path: Path) -> Iterator[Shore]:
    shore = Shore(tmp_path, [registered(3, ETH), registered(4, NFT), aside(100)])
    yield shore
    shore.database.close()


async def test_after_a_restart_only_what_is_new_is_read(shore: Shore) -> None:
    await shore.read_through(shore.started())
    again = await shore.look(shore.started(), TOP + 10)
    assert again.unread == 0
    assert again.assets_of(OWNER) == [ETH.asset_id]
    assert await again.assets([ETH.asset_id]) == {ETH.asset_id: ETH}
    assert min(low for low, _ in shore.asked) == TOP + 1 - BELOW


async def test_what_was_read_half_is_not_read_again(shore: Shore) -> None:
    shore.endpoint.most = 600
    first = await shore.look(shore.started(), 400_000)
    left = first.unread
    assert 0 < left < 400_000
    again = await shore.look(shore.started(), 400_010)
    assert again.unread < left
    older = [high for low, high in shore.asked if high < 400_000 - BELOW]
    assert max(older) < left + 600, "it goes on below"


async def test_who_is_wanted_while_it_is_taken_up_again_has_room(shore: Shore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ashore.systems.reddio.settlement.shown.MOST_OTHERS", 5)
    others = [log(20 + n, events.WITHDRAWAL_ALLOWED, (7 << 150) + n, ETH.asset_type, 10**18, 10**6) for n in range(9)]
    shore.endpoint.logs = [*shore.endpoint.logs, *others]
    await shore.read_through(shore.started())
    scan, header_at = shore.started(), shore.header_at

    async def wanted_meanwhile(height: int) -> Any:
        scan.want([OWNER])
        return await header_at(height)

    scan._quorum.header_at = wanted_meanwhile  # type: ignore[method-assign, assignment]
    await shore.read_through(scan)
    assert scan.assets_of(OWNER) == [ETH.asset_id]


@pytest.mark.parametrize("depth", [1, 63, 70, 900])
async def test_what_was_replaced_meanwhile_is_read_again(shore: Shore, depth: int) -> None:
    scan = await shore.read_through(shore.started(), TOP - 1_000)
    for top in range(TOP - 1_000, TOP + 1, 10):
        await shore.look(scan, top)
    shore.fork = TOP + 1 - depth
    shore.endpoint.logs = [*shore.endpoint.logs, log(shore.fork, events.NFT_WITHDRAWAL_ALLOWED, OWNER, NFT.asset_id)]
    again = await shore.look(shore.started(), TOP + 5)
    assert set(again.assets_of(OWNER)) == {ETH.asset_id, NFT.asset_id}
    lowest = min(low for low, _ in shore.asked)
    assert 0 < lowest <= shore.fork
    assert lowest > shore.fork - 4 * max(depth, 2 * BELOW), "not all of it"


async def test_another_chain_is_read_from_the_newest_block_on(shore: Shore) -> None:
    await shore.read_through(shore.started())
    shore.fork, shore.endpoint.logs = 0, []
    again = await shore.look(shore.started())
    assert again.assets_of(OWNER) == [], "what was seen on the other one does not count"
    assert min(low for low, _ in shore.asked) == 0


async def test_another_contract_begins_anew_and_the_former_is_forgotten(shore: Shore) -> None:
    await shore.read_through(shore.started())
    assert shore.parts == 1
    shore.deployment = replace(DEPLOYMENT, contract="0x" + "77" * 20)
    scan = shore.started()
    assert shore.parts == 0
    shore.endpoint.logs = []
    await shore.look(scan)
    assert scan.assets_of(OWNER) == []


async def test_another_endpoint_of_the_same_name_has_shown_nothing_yet(shore: Shore) -> None:
    logs, shore.endpoint.logs, shore.endpoint.identity = shore.endpoint.logs, [], "a@hides"
    hidden = await shore.read_through(shore.started())
    assert hidden.assets_of(OWNER) == []
    shore.endpoint.logs, shore.endpoint.identity = logs, "a@shows"
    again = await shore.read_through(shore.started())
    assert again.assets_of(OWNER) == [ETH.asset_id], "what the other one hid is not taken for looked at"
    assert min(low for low, _ in shore.asked) == 0


async def test_while_nobody_agrees_nothing_is_forgotten(shore: Shore) -> None:
    await shore.read_through(shore.started())
    scan = shore.started()
    shore.agrees = False
    with pytest.raises(AshoreError):
        await shore.look(scan)
    shore.agrees = True
    await shore.look(scan, TOP + 1)
    assert scan.assets_of(OWNER) == [ETH.asset_id]
    assert min(low for low, _ in shore.asked) == TOP + 1 - BELOW


async def test_what_is_looked_at_again_is_kept_once(shore: Shore) -> None:
    shore.endpoint.logs = [registered(3, ETH), aside(TOP - 5)]
    scan = await shore.read_through(shore.started())
    before = shore.parts
    for top in range(TOP, TOP + 40):
        await shore.look(scan, top)
    assert shore.parts == before


@pytest.mark.parametrize("damage", ["UPDATE scans SET cursor = '[9]'", "UPDATE scan_parts SET body = x'00'"])
async def test_what_is_damaged_is_read_anew(shore: Shore, damage: str) -> None:
    await shore.read_through(shore.started())
    with closing(sqlite3.connect(shore.path / "journal.sqlite3", isolation_level=None)) as writer:
        writer.execute(damage)
    again = await shore.read_through(shore.started())
    assert again.assets_of(OWNER) == [ETH.asset_id]
    assert min(low for low, _ in shore.asked) == 0


async def test_no_more_is_kept_than_there_is_room_for(shore: Shore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_scan, "MOST_BYTES", 10)
    full = await shore.read_through(shore.started())
    assert full.assets_of(OWNER) == [ETH.asset_id], "only what is written down is bounded"
    assert shore.parts == 0
    await shore.read_through(shore.started())
    assert min(low for low, _ in shore.asked) == 0


@given(st.lists(st.integers(1, 200), min_size=1, max_size=300))
def test_marks_stay_few_and_one_is_never_far_behind(steps: list[int]) -> None:
    marks: list[tuple[int, str]] = []
    height, every = 0, set[int]()
    for step in steps:
        height += step
        every.add(height)
        marks = marked(marks, (height, hex(height)))
    assert len(marks) <= 24
    assert marks == sorted(marks)
    assert marks[-1][0] == height
    for depth in (64, 256, 1_024, 4_096):
        older = [mark for mark, _ in marks if mark <= height - depth]
        possible = [known for known in every if known <= height - depth]
        if possible:
            assert older, "there is one to fall back to"
            assert max(older) >= height - 5 * depth or max(older) == max(possible)
