"""Adopting a withdrawal of another wallet: whatever the operator tells has to give the hash that was asked for."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from ashore.domain.errors import AshoreError
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import FOLLOWED, PRIMARY
from ashore.systems.base import Adoption
from ashore.systems.zklink.codec import Profile, Withdraw, tx_hash, withdraw_to_json
from ashore.systems.zklink.system.following import CALL_HASH, adopt
from ashore.systems.zklink.system.tracks import REQUESTED
from unit.systems.zklink.node_stub import Node, Refusal
from unit.systems.zklink.zklink_bench import DEPLOYMENT, ETHER, RECIPIENT

TX = Withdraw(1, 1044, 0, bytes.fromhex(RECIPIENT[2:]), 17, 17, 25 * ETHER, 2 * ETHER, 3, 0, 0, 1_767_300_000)
DIALECTS = tuple(Profile)


@pytest.fixture
async def node() -> AsyncIterator[Node]:
    made = Node()
    yield made
    await made.http.aclose()


def told(tx: Withdraw, dialect: Profile, named: str = "", **changes: Any) -> dict[str, Any]:
    """An operator's answer about `tx`, some of its form changed."""
    form = {**withdraw_to_json(tx, dialect, bytes(32), bytes(64), sender=bytes(20)), **changes}
    receipt = {"executed": True, "executedTimestamp": 1, "success": True, "failReason": None, "block": 7, "index": 0}
    return {"txHash": named or tx_hash(tx, dialect), "tx": form, "receipt": receipt, "updates": []}


async def adopted(node: Node, tx: Withdraw = TX, dialect: Profile = Profile.X_APEX, **changes: Any) -> Adoption:
    """What comes of asking for `tx` where the operator tells it with changes."""
    reference = tx_hash(tx, dialect)
    node.answers["getTransactionByHash"] = lambda *_: told(tx, dialect, reference, **changes)
    return await adopt(replace(DEPLOYMENT, dialect=dialect), node.client, reference, 99)


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_in_every_dialect(node: Node, dialect: Profile) -> None:
    found = await adopted(node, dialect=dialect)
    assert node.requests == 1, "one question"
    terms, move = found.terms, found.move
    assert (terms.amount, terms.fee, terms.recipient) == (25 * ETHER, 2 * ETHER, RECIPIENT)
    assert (terms.destination, terms.receive_symbol, terms.account) == ("Harbour", "USDC", "")
    assert (terms.track, terms.details[FOLLOWED]) == ("zklink.followed-normal@1", "yes")
    assert (move.kind, move.payload, move.locator) == (MoveKind.FOLLOWED, "", tx_hash(TX, dialect))
    assert (move.scope, move.nonce) == ("1044/0", 3)
    ((stage, evidence),) = found.evidence
    assert (stage, evidence.kind, evidence.level) == (REQUESTED, "operator", 1)


@pytest.mark.parametrize(
    ("dialect", "changes", "track"),
    [
        (Profile.X_APEX, {"withdraw_fee_ratio": 50}, "followed-fast"),
        (Profile.V2, {"flag": 1, "withdraw_fee_ratio": 50}, "followed-fast"),
        (Profile.V2, {"withdraw_fee_ratio": 50}, "followed-normal"),
        (Profile.MAIN, {"flag": 1}, "followed-onwards"),
        (Profile.X_ZKEX, {"call_data": b""}, "followed-call"),
        (Profile.X_APEX, {"call_data": b"\x01", "to_chain_id": 2}, "followed-call-secondary"),
        (Profile.X_APEX, {"flag": 1, "withdraw_fee_ratio": 50, "to_chain_id": 2}, "followed-onwards-secondary"),
        (Profile.X_APEX, {"to_chain_id": 2}, "followed-secondary"),
    ],
)
async def test_the_way_is_told_truthfully(node: Node, dialect: Profile, changes: dict[str, Any], track: str) -> None:
    found = await adopted(node, replace(TX, **changes), dialect)
    assert found.terms.track == f"zklink.{track}@1"
    assert (CALL_HASH in found.terms.details) == ("call_data" in changes)
    assert (PRIMARY in found.terms.details) == (changes.get("to_chain_id") == 2)


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": str(26 * ETHER)},
        {"to": "0x" + "66" * 20},
        {"l1TargetToken": 19},
        {"toChainId": 2},
        {"nonce": 4},
        {"withdrawFeeRatio": 1},
        {"withdrawToL1": 1},
        {"callData": [1]},
        {"fee": "0"},
        {"ts": 1},
    ],
)
async def test_another_withdrawal_than_the_one_asked_for(node: Node, changes: dict[str, Any]) -> None:
    with pytest.raises(AshoreError, match="tells another withdrawal than the one you asked for"):
        await adopted(node, **changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"type": "Transfer"}, "a transfer within layer 2, not a withdrawal"),
        ({"type": "ChangePubKey"}, "a change of a layer-2 key"),
        ({"type": "Evil”\u202e"}, "“Evil"),
        ({"type": 7}, "something else"),
        ({"type": None}, "something else"),
        ({"amount": "-1"}, "in a form that Ashore cannot read"),
        ({"amount": "9" * 60}, "in a form that Ashore cannot read"),
        ({"fee": "2049"}, "in a form that Ashore cannot read"),
        ({"to": "0x12"}, "in a form that Ashore cannot read"),
        ({"callData": list(range(300))}, "in a form that Ashore cannot read"),
        ({"withdrawToL1": None}, "in a form that Ashore cannot read"),
    ],
)
async def test_what_is_no_withdrawal_is_named(node: Node, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(AshoreError, match="Nothing is followed") as caught:
        await adopted(node, **changes)
    assert said in caught.value.sentence
    assert "\u202e" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"to_chain_id": 9}, "a chain that Ashore does not know here: zkLink’s number 9"),
        ({"l2_source_token": 40, "l1_target_token": 40}, "takes a token that Ashore does not know here: .* 40"),
        ({"l1_target_token": 40}, "pays a token that Ashore does not know here: .* 40"),
        ({"l1_target_token": 1}, "pays USD on Harbour"),
        ({"l1_target_token": 19, "to_chain_id": 2}, "pays DAI on Strait"),
        ({"to": bytes.fromhex("01" * 32)}, "an address of 32 bytes"),
    ],
)
async def test_what_the_profile_does_not_name_is_not_followed(node: Node, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(AshoreError, match=said):
        await adopted(node, replace(TX, **changes))


async def test_a_padded_recipient_is_the_same_address(node: Node) -> None:
    found = await adopted(node, replace(TX, to=bytes(12) + TX.to))
    assert found.terms.recipient == RECIPIENT


def nothing(*_: Any) -> Any:
    return None


def refused(code: int) -> Any:
    def answer(*_: Any) -> Any:
        raise Refusal(code, "who knows")

    return answer


def other_hash(*_: Any) -> Mapping[str, Any]:
    return told(TX, Profile.X_APEX, "0x" + "ab" * 32)


def without_form(*_: Any) -> Mapping[str, Any]:
    return {**told(TX, Profile.X_APEX), "tx": None}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (nothing, "does not know this hash"),
        (refused(203), "does not know this hash"),
        (refused(500), "would not tell of this hash: “who knows”"),
        (other_hash, "does not have the form"),
        (without_form, "does not have the form"),
        (lambda *_: [], "does not have the form"),
        (lambda *_: "x" * 100, "does not have the form"),
    ],
)
async def test_an_operator_that_does_not_tell(node: Node, answer: Any, said: str) -> None:
    node.answers["getTransactionByHash"] = answer
    with pytest.raises(AshoreError, match=said):
        await adopt(DEPLOYMENT, node.client, tx_hash(TX, Profile.X_APEX), 99)
