"""The world goes on where it was, whatever it was doing when it ended."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from ashore.sandbox.evm.chain import DevChain


async def test_it_can_end_after_every_step(open_harbour: Any, folder: Path) -> None:
    harbour = open_harbour(data_dir=folder)
    tx_hash = await harbour.send()
    seen: list[str] = []
    for _ in range(40):
        harbour.world.close()
        harbour = open_harbour(data_dir=folder)
        answer = await harbour.world.step("stage")
        if answer["moved"]:
            seen.append(answer["moved"])
        elif answer["waits_for"] == "block":
            await harbour.world.step("block")
        else:
            break
    assert seen == ["execute_l2", "seal", "commit", "prove", "sync", "execute", "payout"]
    truth = await harbour.truth(tx_hash)
    assert (truth["paid_l1"], len(truth["paid_by"])) == ("100000000", 1)
    with pytest.raises(Exception, match="duplicate"):
        await harbour.send()


async def test_state_is_what_it_was(open_harbour: Any, folder: Path) -> None:
    first = open_harbour(data_dir=folder)
    await first.send()
    await first.send(nonce=1, amount=10**18)
    with pytest.raises(Exception, match="duplicate"):
        await first.send()
    await first.world.settle()
    await first.send(nonce=2, amount=10**18)
    questions: list[tuple[str, list[Any]]] = [
        ("getAccountSnapshot", [1042, None, None]),
        ("getLatestBlockNumber", []),
        ("getBlockByNumber", [8801, True, False]),
        ("getBlockOnChainByNumber", [8802]),
        ("getTokenReserve", [17, False]),
    ]
    before = [await first.zklink(method, *params) for method, params in questions]
    status = (await first.control("status"))["zklink"]
    first.world.close()
    second = open_harbour(data_dir=folder)
    assert [await second.zklink(method, *params) for method, params in questions] == before
    again = (await second.control("status"))["zklink"]
    assert {key: again[key] for key in ("submissions", "withdrawals")} == {
        key: status[key] for key in ("submissions", "withdrawals")
    }


async def test_a_transaction_that_was_signed_and_not_sent_is_sent_later(
    open_harbour: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    harbour = open_harbour(data_dir=folder)
    tx_hash = await harbour.send()
    await harbour.control("step", count=2)

    def die(_chain: DevChain, _raw: bytes) -> bytes:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(DevChain, "send_raw", die)
        with pytest.raises(SystemExit):
            await harbour.world.step("stage")
    harbour.world.close()
    harbour = open_harbour(data_dir=folder)
    assert harbour.world.chain.pending_count == 0
    moved = await harbour.world.settle()
    assert moved == ["prove", "sync", "execute", "payout"]
    assert (await harbour.truth(tx_hash))["paid_l1"] == "100000000"


async def test_a_deployment_that_was_cut_short_begins_again(open_harbour: Any, folder: Path) -> None:
    database = sqlite3.connect(folder / "zklink.sqlite")
    database.execute("delete from facts where name = 'deployed'")
    database.commit()
    database.close()
    harbour = open_harbour(data_dir=folder)
    tx_hash = await harbour.send()
    await harbour.world.settle()
    assert (await harbour.truth(tx_hash))["paid_l1"] == "100000000"


async def test_a_world_of_a_former_version_opens(open_harbour: Any, folder: Path) -> None:
    database = sqlite3.connect(folder / "zklink.sqlite")
    ((text,),) = database.execute("select value from facts where name = 'deployed'").fetchall()
    now = json.loads(text)
    former = {key: now["chains"]["1"][key] for key in ("main", "tokens")}
    former |= {key: now[key] for key in ("first_block", "profile")}
    database.execute("update facts set value = ? where name = 'deployed'", (json.dumps(former),))
    database.commit()
    database.close()
    harbour = open_harbour(data_dir=folder)
    tx_hash = await harbour.send()
    await harbour.world.settle()
    assert (await harbour.truth(tx_hash))["paid_l1"] == "100000000"


async def test_reset_forgets(open_harbour: Any, folder: Path) -> None:
    harbour = open_harbour(data_dir=folder)
    profile = harbour.world.profile()
    tx_hash = await harbour.send()
    await harbour.world.settle()
    await harbour.control("reset")
    assert harbour.world.profile() == profile
    assert (await harbour.control("status"))["zklink"]["submissions"] == {}
    assert await harbour.send() == tx_hash
