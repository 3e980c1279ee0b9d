"""What is signed is what the form says, what is sent is what was signed, and the review is the signer's own reading."""

import json
from dataclasses import replace
from typing import Any

import pytest

from ashore.crypto.stark import sign
from ashore.domain.errors import AshoreError
from ashore.domain.moves import SignedMove
from ashore.systems.base import Plan
from ashore.systems.reddio.codec import (
    NEVER_EXPIRES,
    Asset,
    decode_core,
    hex_of,
    message_hash,
    read_transfer,
    read_withdrawal,
    read_withdrawal_to,
)
from ashore.systems.reddio.codec import reading as signer
from ashore.systems.reddio.system.offer import PLAIN_WAY, TO_VAULT
from ashore.systems.reddio.system.plan import NotReady, Numbers, assemble, plan_of
from ashore.systems.reddio.system.review import review_lines
from ashore.systems.reddio.system.sending import path_of, signature_of
from ashore.systems.reddio.system.tracks import PLAIN, TRANSFER, WITHDRAWAL
from unit.systems.reddio.reddio_bench import (
    CAPITAL,
    DEPLOYMENT,
    ETH,
    FOREIGN_KEY,
    KEY,
    MINTABLE,
    MINTABLE_WITH_DATA,
    NFT,
    NOW,
    OTHER_KEY,
    OWN,
    RECIPIENT,
    TOKEN,
    judged,
)

NUMBERS = Numbers(nonce=7, vault=23_400_429, receiver_vault=23_400_430)
READERS = {
    signer.WITHDRAWAL_TO_KIND: signer.read_withdrawal_to,
    signer.TRANSFER_KIND: signer.read_transfer,
    signer.PLAIN_WITHDRAWAL_KIND: signer.read_plain_withdrawal,
}
STANDARD_PRIVATE = 77


def planned(**typed: str) -> Plan:
    return plan_of(DEPLOYMENT, judged(**typed), NUMBERS, NOW // 1000)


def signed(plan: Plan, private: int = STANDARD_PRIVATE) -> SignedMove:
    """Read and sign as the signer's process does."""
    request: Any = plan.request
    reading = READERS[request.kind](request.preimage)
    assert dict(reading.fields) == dict(request.expect), "the signer reads what the form says"
    answer: dict[str, object] = {"l2": None}
    if request.kind != signer.PLAIN_WITHDRAWAL_KIND:
        made = sign(private, int.from_bytes(reading.l2_message or b"", "big"))
        answer["l2"] = {"stark_key": request.preimage["stark_key"], "r": hex_of(made.r), "s": hex_of(made.s)}
    return assemble(plan, reading, answer, "move")


@pytest.mark.parametrize(
    ("asset", "amount", "base", "quanta"),
    [
        (ETH, "1.5", 15 * 10**17, 1_500_000),
        (TOKEN, "0.000001", 100, 1),
        (NFT, "", 1, 1),
        (MINTABLE, "", 1, 1),
        (MINTABLE_WITH_DATA, "", 1, 1),
    ],
)
@pytest.mark.parametrize("way", ["ethereum", TO_VAULT])
def test_every_asset_is_signed_for_and_sent_as_it_was_meant(
    asset: Asset, amount: str, base: int, quanta: int, way: str
) -> None:
    to_vault = way == TO_VAULT
    receiver = FOREIGN_KEY if to_vault else RECIPIENT
    plan = planned(asset=hex_of(asset.asset_id), amount=amount, way=way, recipient=receiver)
    move = signed(plan)
    told = (read_transfer if to_vault else read_withdrawal_to)(json.loads(move.payload))
    assert told.is_signed
    assert told.is_of(asset)
    assert (told.transfer.amount, told.transfer.nonce, told.transfer.receiver) == (quanta, 7, int(receiver, 16))
    assert told.transfer.expiration_hours == NEVER_EXPIRES
    assert int(move.locator, 16) == message_hash(told.transfer)
    assert (move.scope, move.nonce) == (KEY, 7)
    assert path_of(json.loads(move.payload)) == ("/v1/transfers" if to_vault else "/v1/withdrawalto")
    assert signature_of(move.payload) == (hex_of(told.signature.r), hex_of(told.signature.s))
    terms, details = plan.terms, plan.terms.details
    assert (terms.amount, terms.recipient, terms.account) == (base, receiver, OWN)
    assert terms.track == str((TRANSFER if to_vault else WITHDRAWAL).ref)
    assert (details["asset_id"], details["asset_type"]) == (str(asset.asset_id), str(asset.asset_type))
    assert (details["owner_key"], details["quanta"]) == (str(int(receiver, 16)), str(quanta))
    assert plan.warnings[-1] == "It cannot be cancelled after this."


def test_a_plain_withdrawal_has_no_signature_and_says_so() -> None:
    plan = planned(way=PLAIN_WAY, key=CAPITAL, amount="1", recipient="")
    move = signed(plan)
    told = read_withdrawal(json.loads(move.payload))
    assert (told.amount, told.stark_key) == (1_000_000, int(OTHER_KEY, 16))
    assert (move.scope, move.nonce, signature_of(move.payload)) == (f"plain/{OTHER_KEY}", 7, None)
    assert path_of(json.loads(move.payload)) == "/v1/withdrawal"
    assert plan.terms.track == str(PLAIN.ref)
    assert (plan.terms.recipient, plan.terms.details["owner_key"]) == (OWN, str(int(OTHER_KEY, 16)))
    assert any("never sends it twice" in warning for warning in plan.warnings)
    lines = {line.label: line.value for line in review_lines(DEPLOYMENT, plan, _read(plan))}
    assert (lines["Amount"], lines["Signature"]) == ("1.00 ETH", "none")


def _read(plan: Plan) -> Any:
    request: Any = plan.request
    return READERS[request.kind](request.preimage)


def test_the_review_shows_every_signed_field_once() -> None:
    plan = planned(expiration="2027-01-31 18:00")
    reading = _read(plan)
    lines = review_lines(DEPLOYMENT, plan, reading)
    shown = [name for line in lines for name, _ in line.signed]
    assert len(shown) == len(set(shown))
    assert set(reading.fields) - set(shown) <= {"amount", "asset_kind", "contract", "token_id"}, "those are in words"
    by_label = {line.label: line.value for line in lines}
    assert by_label["Amount"] == "1.50 ETH"
    assert by_label["Valid until"] == "2027-01-31 18:00 UTC"
    assert by_label["Recipient"].lower() == RECIPIENT
    token = review_lines(
        DEPLOYMENT,
        planned(asset=hex_of(NFT.asset_id), amount=""),
        _read(planned(asset=hex_of(NFT.asset_id), amount="")),
    )
    assert str(NFT.token_id) in {line.label: line.value for line in token}["Asset"]


def test_an_unready_quote_or_numbers_that_cannot_be_are_not_planned() -> None:
    with pytest.raises(NotReady):
        planned(amount="")
    quote = judged()
    for numbers in (Numbers(7, 5, 5), Numbers(2**31, 5, 6), Numbers(7, 2**31, 6)):
        with pytest.raises(NotReady):
            plan_of(DEPLOYMENT, quote, numbers, NOW // 1000)
    with pytest.raises(NotReady):
        plan_of(DEPLOYMENT, replace(quote, expiration_hours=1), NUMBERS, NOW // 1000)


def test_a_signature_of_another_key_or_message_is_not_sent() -> None:
    plan = planned()
    with pytest.raises(AshoreError, match="not the key's"):
        signed(plan, private=78)
    reading = _read(plan)
    for wrong in (
        {},
        {"l2": None},
        {"l2": {"stark_key": OTHER_KEY, "r": "0x1", "s": "0x1"}},
        {"l2": {"stark_key": KEY, "r": "x", "s": "0x1"}},
        {"l2": {"stark_key": KEY}},
        {"l2": {"stark_key": KEY, "r": "0x0", "s": "0x0"}},
    ):
        with pytest.raises(AshoreError):
            assemble(plan, reading, wrong, "move")


def test_the_core_is_what_was_planned() -> None:
    request: Any = planned().request
    assert decode_core(bytes.fromhex(request.preimage["core"])).sender_vault_id == 23_400_429
