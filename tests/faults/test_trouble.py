"""Trouble at the wallet's own side: a second request, a full disk, a crash with a reorganisation behind it, no lock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Evidence, Level
from ashore.domain.withdrawal import Mark, Status
from ashore.engine.autolock import LOCK_AFTER, LOCK_AFTER_S
from ashore.sandbox.zklink.faults import FaultKind, Phase, RpcFault
from ashore.store.database import StoreError
from ashore.systems.zklink.system.tracks import COMMITTED, VERIFIED
from faults.bench import Bench


async def test_no_second_request_while_the_first_has_no_answer(bench: Bench) -> None:
    bench.world.faults.rules.append(RpcFault("sendTransaction", FaultKind.DROP, Phase.AFTER))
    review = await bench.review()
    bench.world.faults.rules.append(RpcFault("getTransactionByHash", FaultKind.HTTP, count=None))
    withdrawal = await bench.wallet.confirm(review)
    await bench.until(lambda: _said(bench, withdrawal) != "")
    await bench.operate("execute_l2")  # it took the first, and so names the next nonce
    second = await bench.review()
    assert second.reading.fields["nonce"] == str(int(review.reading.fields["nonce"]) + 1)
    with pytest.raises(AshoreError, match="Nothing was sent"):
        await bench.wallet.confirm(second)
    bench.world.faults.clear()
    await bench.until(lambda: bench.voyage(withdrawal).status is Status.UNDER_WAY)
    await bench.wallet.confirm(second)  # now it is known, and meant


async def test_a_journal_that_cannot_be_written_for_a_moment(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = bench.wallet._parts.ledger
    write, refused = ledger.record, []

    def record(events: Iterable[ev.Event]) -> None:
        batch = list(events)
        if not refused and any(isinstance(event, ev.MoveSending) for event in batch):
            refused.append(batch)
            raise StoreError("The wallet's journal cannot be written; nothing was changed.")
        write(batch)

    monkeypatch.setattr(ledger, "record", record)
    withdrawal = await bench.withdraw()
    assert refused
    assert bench.voyage(withdrawal).withdrawal.request.sends == 1  # type: ignore[union-attr]


async def test_crash_before_the_place_is_written_and_a_reorganisation_before_the_start(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    withdrawal = await bench.withdraw()
    await bench.look()
    (watch,) = bench.wallet._parts.chains

    def power_cut(*_: object) -> None:
        raise SystemError

    monkeypatch.setattr(watch._keep, "set_follower_state", power_cut)
    await bench.operate("execute_l2", "seal", "commit")
    bench.wallet.look_again()
    await bench.until(lambda: bench.mark(withdrawal, COMMITTED) is Mark.PROVEN)
    commit = bytes.fromhex(bench.truth(withdrawal)["stages"]["commit"][2:])
    await bench.wallet.aclose()
    bench.world.chain.reorg(1, [commit])
    bench.wallet = bench._composed()
    await bench.start()
    await bench.look()
    assert bench.mark(withdrawal, COMMITTED) is Mark.TAKEN_BACK
    await bench.arrive()
    assert bench.voyage(withdrawal).status is Status.FINAL
    assert bench.wrong() == []


async def test_what_was_read_of_a_block_that_was_never_followed_does_not_become_irreversible(bench: Bench) -> None:
    withdrawal = await bench.withdraw()
    await bench.operate("execute_l2", "seal", "commit", "prove", "sync", "execute")
    await bench.look()
    stored = next(e for e in _evidence(bench, withdrawal) if e.kind == "storedBlockHashes")
    orphan = replace(stored, block_hash="0x" + "0f" * 32)
    bench.wallet._parts.ledger.record([ev.StageReached(withdrawal, VERIFIED, orphan)])
    assert orphan in _evidence(bench, withdrawal)
    await bench.world.step("finalize")
    await bench.look()
    assert not [e for e in _evidence(bench, withdrawal) if e.block_hash == orphan.block_hash]
    assert max(e.level for e in _evidence(bench, withdrawal)) is Level.IRREVERSIBLE


async def test_asking_by_itself_does_not_put_off_the_lock(bench: Bench) -> None:
    bench.wallet.set_setting(LOCK_AFTER, str(LOCK_AFTER_S))
    bench.wallet._auto_lock._last_use -= LOCK_AFTER_S - 20
    await bench.review()  # opens, quotes, and then the person presses
    assert bench.wallet.lock_in() == LOCK_AFTER_S
    bench.wallet._auto_lock._last_use -= LOCK_AFTER_S - 20
    offer = await bench.wallet.open(bench.wallet.profiles()[0].id, 0)
    left = bench.wallet.lock_in()
    assert offer.account_id == 1042  # type: ignore[attr-defined]
    assert left is not None
    assert left <= 20


def _said(bench: Bench, withdrawal: str) -> str:
    request = bench.voyage(withdrawal).withdrawal.request
    return request.said if request else ""


def _evidence(bench: Bench, withdrawal: str) -> tuple[Evidence, ...]:
    return bench.voyage(withdrawal).withdrawal.stage(VERIFIED).evidence
