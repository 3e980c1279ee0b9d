"""What can be made to go wrong at Reddio, and that it then does."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from ashore.crypto.stark import Signature
from ashore.sandbox.reddio.deployment import stark_key
from ashore.sandbox.reddio.faults import Switch
from ashore.systems.reddio.codec import hex_of
from unit.sandbox.reddio.coast import RECIPIENT, Coast, RefusedError

ME = hex_of(stark_key(0))
TO = f"{RECIPIENT:#042x}"


async def raw(coast: Coast, path: str, **query: object) -> httpx.Response:
    return await coast.client.get("/reddio" + path, params={name: str(value) for name, value in query.items()})


async def rule(coast: Coast, **fields: Any) -> None:
    await coast.control("faults", reddio={"rules": [fields]})


async def test_without_faults_the_envelope_is_the_documented_one(coast: Coast) -> None:
    answer = await raw(coast, "/v1/nonce", stark_key=ME)
    assert answer.json() == {"status": "OK", "error": "", "error_code": 0, "data": {"nonce": 0}}
    refused = await raw(coast, "/v1/nonce", stark_key="0x5")
    assert (refused.status_code, refused.json()["error_code"], refused.json()["status"]) == (200, 18, "FAILED")
    assert (await raw(coast, "/v1/nowhere")).status_code == 404


async def test_a_dead_api_answers_nothing(coast: Coast) -> None:
    await coast.switch(dead=True)
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        (await raw(coast, "/v1/nonce", stark_key=ME)).json()
    await coast.switch(dead=False)
    assert (await raw(coast, "/v1/nonce", stark_key=ME)).status_code == 200


async def test_errors_come_with_200_or_4xx_in_the_same_envelope(coast: Coast) -> None:
    await coast.switch(errors_as_4xx=True)
    answer = await raw(coast, "/v1/nonce", stark_key="0x5")
    assert (answer.status_code, answer.json()["error_code"]) == (400, 18)
    await rule(coast, path="/v1/nonce", kind="error", code=11, message="failed to generate nonce")
    answer = await raw(coast, "/v1/nonce", stark_key=ME)
    assert (answer.status_code, answer.json()["error"]) == (200, "failed to generate nonce")
    await rule(coast, path="*", kind="http", status=503)
    assert (await raw(coast, "/v1/nonce", stark_key=ME)).status_code == 503
    assert (await raw(coast, "/v1/nonce", stark_key=ME)).status_code == 200


async def test_types_vary_as_the_documentation_shows(coast: Coast) -> None:
    await coast.switch(error_null=True, quantum_as_text=True)
    envelope = (await raw(coast, "/v1/contract_info", contract_address="ETH", type="ETH")).json()
    assert envelope["error"] is None
    assert "error_code" not in envelope
    assert (envelope["data"]["quantum"], envelope["data"]["decimals"]) == ("1000000000000", "18")


async def test_what_is_told_about_a_contract_can_be_wrong(coast: Coast) -> None:
    coral = coast.asset("CORAL")
    await coast.switch(wrong_asset_type=True, wrong_decimals="6", wrong_quantum="10000", wrong_vault=True)
    told = await coast.get("/v1/contract_info", contract_address="0x" + coral.token.hex(), type="ERC20")
    assert told["asset_type"] != hex_of(coral.asset_type)
    assert (told["decimals"], told["quantum"]) == (6, 10_000)
    with pytest.raises(RefusedError, match="vault id") as refused:
        await coast.withdraw(coral)
    assert refused.value.code == 16


async def test_a_lost_answer_leaves_its_effect(coast: Coast) -> None:
    ether = coast.asset("ETH")
    body = await coast.withdrawal_body(ether, 5)
    await rule(coast, path="/v1/withdrawalto", kind="drop", phase="after")
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        await coast.post("/v1/withdrawalto", body)
    with pytest.raises(RefusedError) as refused:
        await coast.post("/v1/withdrawalto", body)
    assert refused.value.code == 13
    signature = Signature(int(body["signature"]["r"], 16), int(body["signature"]["s"], 16))
    (record,) = await coast.get("/v1/record/by/signature", r=hex_of(signature.r), s=hex_of(signature.s))
    (told,) = (await coast.truth())["withdrawals"]
    assert (record["sequence_id"], record["amount"], record["to"].lower()) == (told["sequence_id"], "5", TO)
    assert told["duplicates"] == 1
    assert await coast.get("/v1/record/by/signature", r="0x1", s="0x2") == []


async def test_a_repeated_post_is_one_withdrawal_and_the_second_is_told_so(coast: Coast) -> None:
    await coast.switch(repeat_post=True)
    with pytest.raises(RefusedError) as refused:
        await coast.withdraw(coast.asset("ETH"), 5)
    assert refused.value.code == 13
    (told,) = (await coast.truth())["withdrawals"]
    assert told["duplicates"] == 1


@pytest.mark.parametrize(("switch", "status"), [("fail", 2), ("reject", 4), ("roll_back", 5)])
async def test_a_request_can_end_badly_and_everything_is_as_before(coast: Coast, switch: str, status: int) -> None:
    ether = coast.asset("ETH")
    before = await coast.quanta(ether)
    await coast.switch(**{switch: "the reason"})
    sequence_id = await coast.withdraw(ether, 5)
    await coast.control("settle")
    record = await coast.record(sequence_id)
    assert (record["status"], record["resp"]) == (status, "the reason")
    assert await coast.quanta(ether) == before
    (told,) = (await coast.truth())["withdrawals"]
    assert (told["update_tx"], told["allowed_l1"], told["batch"]) == (None, "0", None)
    # The nonce is spent all the same; with the next one it goes through.
    await coast.switch(**{switch: False})
    await coast.withdraw(ether, 5)
    await coast.control("settle")
    assert [one["allowed_l1"] for one in (await coast.truth())["withdrawals"]] == ["0", str(5 * 10**12)]
    assert coast.is_conserved()


async def test_too_much_fails_later_not_at_once(coast: Coast) -> None:
    pearl = coast.asset("PEARL")
    had, _ = await coast.quanta(pearl)
    first, second = await coast.withdraw(pearl, had), await coast.withdraw(pearl, 1)
    await coast.control("step")
    assert (await coast.record(first))["status"] == 1
    record = await coast.record(second)
    assert (record["status"], record["resp"]) == (2, "insufficient available")


@pytest.mark.parametrize(
    ("switch", "status"), [("accept_delayed", 0), ("batch_delayed", 1), ("proof_delayed", 3), ("update_delayed", 3)]
)
async def test_a_stage_can_be_delayed(coast: Coast, switch: str, status: int) -> None:
    await coast.switch(**{switch: True})
    sequence_id = await coast.withdraw(coast.asset("ETH"))
    await coast.control("settle")
    assert (await coast.record(sequence_id))["status"] == status
    await coast.switch(**{switch: False})
    await coast.control("settle")
    assert (await coast.record(sequence_id))["status"] == 6


async def test_a_frozen_contract_lets_nothing_more_out(coast: Coast) -> None:
    ether = coast.asset("ETH")
    first = await coast.withdraw(ether, 3)
    await coast.control("settle")
    for _ in range(2):
        await coast.switch(frozen=True)
        await coast.control("settle")
        assert coast.reddio.deployment.exchange.read(coast.world.chain, "isFrozen")
        second = await coast.withdraw(ether, 4)
        await coast.control("settle")
        assert [(await coast.record(one))["status"] for one in (first, second)] == [6, 3]
        await coast.switch(frozen=False)
        await coast.control("settle")
        assert (await coast.record(second))["status"] == 6
    coast.claim(ether)
    assert coast.world.chain.balance(RECIPIENT.to_bytes(20, "big")) == 11 * 10**12


async def test_records_and_claimables_can_lie_while_the_truth_does_not(coast: Coast) -> None:
    await coast.switch(lie_on_l1=True, lie_claimable=True, wrong_amount="99", wrong_receiver="0x" + "77" * 20)
    sequence_id = await coast.withdraw(coast.asset("ETH"), 5)
    await coast.control("step")
    record = await coast.record(sequence_id)
    assert (record["status"], record["amount"], record["to"]) == (6, "99", "0x" + "77" * 20)
    (claimable,) = await coast.get("/v1/withdrawal/status", ethaddress=TO, stage="withdrawarea")
    assert claimable["amount"] == 5
    (told,) = (await coast.truth())["withdrawals"]
    assert (told["status"], told["quanta"], told["allowed_l1"]) == (1, "5", "0")


async def test_the_nonce_that_is_told_can_be_wrong(coast: Coast) -> None:
    await coast.switch(wrong_nonce=True)
    with pytest.raises(RefusedError) as refused:
        await coast.withdraw(coast.asset("ETH"))
    assert refused.value.code == 19


async def test_an_idle_operator_moves_nothing(coast: Coast) -> None:
    await coast.switch(idle=True)
    sequence_id = await coast.withdraw(coast.asset("ETH"))
    assert await coast.control("settle") == []
    assert (await coast.record(sequence_id))["status"] == 0


async def test_faults_are_held_to_their_names(coast: Coast) -> None:
    for wrong in ({"switches": {"nonsense": True}}, {"rules": [{"path": "*"}]}, {"else": 1}, []):
        answer = await coast.client.post(
            "/ctl/faults", json={"reddio": wrong}, headers={"x-ashore-token": "a token that opens the controls"}
        )
        assert answer.status_code == 400
    assert (await coast.truth())["switches"] == {}
    await coast.switch(**{switch.value: "1" for switch in Switch})
    assert set((await coast.truth())["switches"]) == set(Switch)
    await coast.control("faults", clear=True)
    assert (await coast.truth())["switches"] == {}
