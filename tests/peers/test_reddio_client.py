"""Reddio's own client (npm @reddio.com/js 0.4.5) withdraws at the practice Reddio and claims at its contract."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ashore.sandbox import genesis
from ashore.sandbox.reddio.deployment import stark_key, stark_private_key
from peers import places
from peers.reddio_client import PeerError, PracticeProcess, ReddioClient

ME = hex(stark_key(0))
CLAIMANT = 2


@pytest.fixture(scope="module")
def practice() -> Iterator[PracticeProcess]:
    places.need_reddio()
    with PracticeProcess() as running:
        yield running


@pytest.fixture(scope="module")
def client(practice: PracticeProcess) -> Iterator[ReddioClient]:
    with ReddioClient(practice, genesis.private_key(CLAIMANT)) as running:
        yield running


def contracts(client: ReddioClient) -> dict[str, dict[str, Any]]:
    told = client.ask("getBalancesV2", starkKey=ME)
    assert told["status"] == "OK"
    return {one["symbol"]: one for one in told["data"]}


def withdraw(client: ReddioClient, receiver: str, kind: str, **fields: Any) -> dict[str, Any]:
    answer = client.ask(
        "withdrawalFromL2",
        starkKey=ME,
        # It takes no key with 0x: its signature would not verify.
        privateKey=f"{stark_private_key(0):x}",
        type=kind,
        receiver=receiver,
        **fields,
    )
    assert isinstance(answer, dict)
    return answer


@pytest.mark.parametrize(
    ("symbol", "kind", "fields", "due"),
    [
        ("ETH", "ETH", {"amount": "0.25"}, 25 * 10**16),
        ("CORAL", "ERC20", {"amount": "1500.5"}, 15005 * 10**17),
        ("SHELL", "ERC721", {"tokenId": 255}, 1),
        ("REEF", "ERC721M", {"tokenId": 21_000}, 1),
    ],
)
def test_it_withdraws_and_claims(
    practice: PracticeProcess, client: ReddioClient, symbol: str, kind: str, fields: dict[str, Any], due: int
) -> None:
    to = f"0x{0x5A00 + due % 251:040x}"
    contract = contracts(client)[symbol]
    extra = {} if kind == "ETH" else {"contractAddress": contract["contract_address"]}
    answer = withdraw(client, to, kind, **extra, **fields)
    assert answer["status"] == "OK", answer
    sequence_id = answer["data"]["sequence_id"]
    practice.control("settle")
    (record,) = client.ask("getRecord", starkKey=ME, sequenceId=sequence_id)["data"]
    assert (record["status"], record["record_type"], record["to"].lower()) == (6, 4, to)

    (ready,) = client.ask("withdrawalStatus", stage="withdrawarea", ethaddress=to)["data"]
    assert (ready["type"], ready["symbol"], ready["token_id"]) == (kind, symbol, str(fields.get("tokenId", "")))
    args = {"ethAddress": to, "type": kind, "assetType": ready["asset_type"]}
    if ready["token_id"]:
        args["tokenId"] = int(ready["token_id"])
    sent = client.ask("withdrawalFromL1", **args)
    practice.control("step", what="block")
    told = practice.control("status")["reddio"]["withdrawals"][-1]
    assert (told["receiver"], told["claimed_l1"], told["claimed_by"]) == (to, str(due), [sent["hash"]])
    assert client.ask("withdrawalStatus", stage="withdrawarea", ethaddress=to)["data"] == []


def test_it_transfers_to_another_user(practice: PracticeProcess, client: ReddioClient) -> None:
    other = hex(stark_key(1))
    private = f"{stark_private_key(0):x}"
    answer = client.ask("transfer", starkKey=ME, privateKey=private, type="ETH", receiver=other, amount="0.001")
    assert answer["status"] == "OK", answer
    practice.control("settle")
    records = client.ask("getRecord", starkKey=ME, sequenceId=answer["data"]["sequence_id"])["data"]
    assert {(one["stark_key"], one["record_type"], one["amount"]) for one in records} == {
        (ME, 3, "1000"),
        (other, 3, "1000"),
    }


def test_its_key_with_0x_signs_what_does_not_verify(client: ReddioClient) -> None:
    answer = client.ask(
        "withdrawalFromL2",
        starkKey=ME,
        privateKey=hex(stark_private_key(0)),
        type="ETH",
        receiver="0x" + "5a" * 20,
        amount="0.001",
    )
    assert (answer["status"], answer["error_code"]) == ("FAILED", 34)


def test_its_fixed_six_decimals_take_another_amount_of_a_token_with_eight(client: ReddioClient) -> None:
    """The fault of the client that Ashore's quanta are checked against: 1 PEARL becomes 1,000,000 quanta either way."""
    pearl = contracts(client)["PEARL"]
    assert (pearl["decimals"], pearl["quantum"]) == (8, 100)
    answer = withdraw(client, "0x" + "5a" * 20, "ERC20", contractAddress=pearl["contract_address"], amount="1")
    (record,) = client.ask("getRecord", starkKey=ME, sequenceId=answer["data"]["sequence_id"])["data"]
    assert (record["amount"], record["display_value"]) == ("1000000", "1")


def test_it_throws_on_a_large_token_id(client: ReddioClient) -> None:
    shell = contracts(client)["SHELL"]
    assert str(2**256 - 1) in shell["available_token_ids"]
    with pytest.raises(PeerError):
        withdraw(client, "0x" + "5a" * 20, "ERC721", contractAddress=shell["contract_address"], tokenId=str(2**256 - 1))
