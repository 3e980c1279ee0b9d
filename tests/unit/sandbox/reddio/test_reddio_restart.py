"""Whatever moment the practice Reddio is killed or its chain reorganised: each batch is made once, nobody loses."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from ashore.sandbox.evm.chain import DevChain
from ashore.sandbox.reddio.practice import PracticeReddio
from ashore.systems.reddio.codec.l1 import events
from unit.sandbox.reddio.coast import RECIPIENT, Coast
from unit.sandbox.reddio.conftest import Open


class KilledError(BaseException):
    """Stands for the end of the process."""


def updates(coast: Coast) -> list[int]:
    """The batches whose state updates are on the chain, in order."""
    found = []
    for number in range(coast.world.chain.head.number + 1):
        block = coast.world.chain.block(number)
        assert block is not None
        logs = [log for log in block.logs if log.address == coast.reddio.deployment.exchange.address]
        decoded = (events.decode_log(log.topics, log.data) for log in logs)
        found += [event.batch_id for event in decoded if isinstance(event, events.RootUpdate)]
    return found


async def test_a_kill_at_any_moment_makes_each_update_once(open_coast: Open, folder: Path) -> None:
    coast = open_coast(data_dir=folder)
    ether, shell = coast.asset("ETH"), coast.asset("SHELL", 1)
    for _ in range(2):
        await coast.withdraw(ether, 5)
        await coast.withdraw(shell)
        for what in ("stage", "stage", "stage", "block", "stage", "block"):
            await coast.control("step", what=what)
            before = await coast.truth()
            coast.world.close()
            coast = open_coast(data_dir=folder)
            after = await coast.truth()
            assert {**before, "calls": {}} == {**after, "calls": {}}
        shell = coast.asset("SHELL", 2)
    await coast.control("settle")
    told = (await coast.truth())["withdrawals"]
    assert [one["status"] for one in told] == [6, 6, 6, 6]
    assert updates(coast) == [1, 2, 3]
    assert coast.is_conserved()
    # Nonces and vaults are as they were: the next withdrawal goes through.
    await coast.withdraw(ether, 1)


async def test_a_transaction_that_was_signed_and_not_sent_is_sent_later(
    open_coast: Open, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    coast = open_coast(data_dir=folder)
    await coast.withdraw(coast.asset("ETH"), 5)
    await coast.control("step", count=2)

    def killed(_chain: DevChain, _raw: bytes) -> bytes:
        raise KilledError

    monkeypatch.setattr(DevChain, "send_raw", killed)
    with pytest.raises(KilledError):
        await coast.world.step("stage")
    monkeypatch.undo()
    coast.world.close()
    coast = open_coast(data_dir=folder)
    await coast.control("settle")
    assert updates(coast) == [1, 2]
    assert (await coast.truth())["withdrawals"][0]["allowed_l1"] == str(5 * 10**12)


async def test_a_reorganisation_takes_a_claimable_sum_back_and_it_comes_again(coast: Coast) -> None:
    ether = coast.asset("ETH")
    had, _ = await coast.quanta(ether)
    sequence_id = await coast.withdraw(ether, 5)
    await coast.control("settle")
    tx = coast.claim(ether)
    (told,) = (await coast.truth())["withdrawals"]
    assert told["claimed_by"] == [tx]

    dropped = [told["update_tx"], tx]
    await coast.control("reorg", depth=3, drop=dropped)
    (told,) = (await coast.truth())["withdrawals"]
    assert (told["status"], told["update_tx"], told["allowed_l1"], told["claimed_l1"]) == (3, None, "0", "0")
    assert (await coast.record(sequence_id))["status"] == 3
    assert await coast.quanta(ether) == (had - 5, 5)
    assert coast.is_conserved()

    await coast.control("settle")
    assert updates(coast) == [1, 2]
    assert (await coast.record(sequence_id))["status"] == 6
    coast.claim(ether)
    assert coast.world.chain.balance(RECIPIENT.to_bytes(20, "big")) == 5 * 10**12
    assert coast.is_conserved()


async def test_a_world_that_had_no_reddio_gets_one_and_keeps_it(open_coast: Open, tmp_path: Path) -> None:
    plain = open_coast(data_dir=tmp_path, reddio=False)
    assert plain.world.reddio is None
    assert "reddio" not in plain.world.profile()
    answer = await plain.client.get("/reddio/v1/nonce")
    assert answer.status_code == 404
    main = plain.world.main.address
    plain.world.close()
    coast = open_coast(data_dir=tmp_path)
    assert coast.world.main.address == main
    exchange = coast.world.profile()["reddio"]["contract"]
    assert coast.is_conserved()
    coast.world.close()
    again = open_coast(data_dir=tmp_path, reddio=False)
    assert again.world.profile()["reddio"]["contract"] == exchange


async def test_a_founding_that_was_interrupted_begins_again(
    open_coast: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_self: PracticeReddio, _chain: DevChain) -> None:
        raise KilledError

    files: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def opened(*arguments: Any, **named: Any) -> sqlite3.Connection:
        files.append(connect(*arguments, **named))
        return files[-1]

    monkeypatch.setattr(sqlite3, "connect", opened)
    monkeypatch.setattr(PracticeReddio, "_found", killed)
    with pytest.raises(KilledError):
        open_coast(data_dir=tmp_path)
    monkeypatch.undo()
    assert files
    for each in files:
        each.close()  # as the end of a process does
    coast = open_coast(data_dir=tmp_path)
    assert coast.is_conserved()
    await coast.withdraw(coast.asset("ETH"), 5)
    await coast.control("settle")
    assert updates(coast) == [1, 2]


async def test_a_reset_begins_again(coast: Coast) -> None:
    ether = coast.asset("ETH")
    had = await coast.quanta(ether)
    await coast.withdraw(ether, 5)
    await coast.control("settle")
    await coast.control("reset")
    assert await coast.quanta(ether) == had
    truth: dict[str, Any] = await coast.truth()
    assert truth["withdrawals"] == []
    await coast.withdraw(ether, 5)
    await coast.control("settle")
    assert updates(coast) == [1, 2]
