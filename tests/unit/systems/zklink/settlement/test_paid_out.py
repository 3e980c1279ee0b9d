"""What a proven payout is held against: whom the token's own logs name, and beside which amount."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ashore.domain.events import Terms
from ashore.domain.evidence import Evidence, Level
from ashore.ethereum.errors import InvalidProof
from ashore.ethereum.headers import Header
from ashore.ethereum.proofs import ReceiptFacts
from ashore.ethereum.receipts import Receipt, ReceiptLog
from ashore.systems.zklink.settlement.acceptances import TRANSFER
from ashore.systems.zklink.settlement.paid_out import TOGETHER, paid_out
from unit.systems.zklink.zklink_bench import DEPLOYMENT

USDC = next(token for token in DEPLOYMENT.tokens.values() if token.symbol == "USDC")
CHAIN = DEPLOYMENT.chains[next(iter(USDC.addresses))]
A, B = "0x" + "aa" * 20, "0x" + "bb" * 20
UNITS = 25 * 10 ** USDC.decimals[CHAIN.id]
TERMS = Terms(
    *(
        "zkLink",
        DEPLOYMENT.network,
        DEPLOYMENT.id,
        "withdrawal@1",
        A,
        "USDC",
        18,
        25 * 10**18,
        0,
        A,
        CHAIN.name,
        "USDC",
    ),
    {"target_token": str(USDC.id)},
)
PIECE = Evidence(
    "Withdrawal", Level.IRREVERSIBLE, CHAIN.name, 0, {"event": f"Withdrawal({USDC.id}, {UNITS})"}, chain=CHAIN.name
)


def transfer(to: str, amount: int, sender: str = CHAIN.main_contract, token: str = "") -> ReceiptLog:
    topics = (TRANSFER, *(f"0x{'0' * 24}{each[2:]}" for each in (sender, to)))
    return ReceiptLog(token or USDC.addresses[CHAIN.id], topics, f"0x{amount:064x}")


def facts(header: Header, *logs: ReceiptLog) -> ReceiptFacts:
    return ReceiptFacts(header, 0, Receipt(2, True, 0, logs), None)


BLOCK = Header("0x", 1, "0x", 0, b"", b"", b"", 0, 0, None, b"")


def paid(terms: Terms, *logs: ReceiptLog, piece: Evidence = PIECE) -> bool:
    """Whether those logs pay exactly what the terms say."""
    return paid_out(DEPLOYMENT, terms, piece, facts(BLOCK, *logs)).exact


def test_the_recipient_beside_the_amount_is_exact_however_it_is_written() -> None:
    for recipient in (A, "0x" + "AA" * 20, "0x" + "aA" * 20):
        assert paid(replace(TERMS, recipient=recipient), transfer(B, UNITS), transfer(A, UNITS))


@pytest.mark.parametrize(
    "logs",
    [
        (transfer(A, UNITS), transfer(B, 1)),
        (transfer(A, UNITS), transfer(A, UNITS + 1)),
        (transfer(A, UNITS), transfer(B, UNITS, sender=A)),
        (transfer(A, UNITS), transfer(B, UNITS, token=A)),
    ],
)
def test_who_got_something_else_in_the_same_transaction_did_not_get_this(logs: tuple[ReceiptLog, ...]) -> None:
    for piece in (PIECE, replace(PIECE, facts={**PIECE.facts, TOGETHER: "log 1 of block 2"})):
        with pytest.raises(InvalidProof, match="went to somebody else"):
            paid(replace(TERMS, recipient=B), *logs, piece=piece)


@pytest.mark.parametrize("recipient", ["", f"{A} ", f" {A}", "0X" + "aa" * 20, A[:-1], A + "a", "0x" + "é" * 40])
def test_what_is_no_address_is_nobody(recipient: str) -> None:
    with pytest.raises(InvalidProof, match="names none as the recipient"):
        paid(replace(TERMS, recipient=recipient), transfer(A, UNITS))


@pytest.mark.parametrize(
    "terms",
    [
        replace(TERMS, amount=TERMS.amount + 1),
        replace(TERMS, amount=TERMS.amount - 1),
        replace(TERMS, amount=TERMS.amount - 10**18),
        replace(TERMS, network="elsewhere"),
        replace(TERMS, profile="elsewhere"),
        replace(TERMS, system="Reddio"),
        replace(TERMS, details={}),
        replace(TERMS, details={"target_token": "1"}),
    ],
)
def test_nearly_these_terms_are_not_these(terms: Terms) -> None:
    assert paid(TERMS, transfer(A, UNITS))
    assert not paid(terms, transfer(A, UNITS))


def test_a_part_of_it_and_what_no_log_names_are_never_exact() -> None:
    together = replace(PIECE, facts={**PIECE.facts, TOGETHER: "log 1 of block 2"})
    assert not paid(TERMS, transfer(A, UNITS), piece=together)
    assert not paid(TERMS)
    assert not paid(TERMS, replace(transfer(A, UNITS), data="0x"))
    assert not paid(TERMS, replace(transfer(A, UNITS), topics=transfer(A, UNITS).topics[:2]))


def test_two_tokens_of_one_name_are_told_apart_by_nobody() -> None:
    other = replace(USDC, id=9_999)
    twice = replace(DEPLOYMENT, tokens={**DEPLOYMENT.tokens, other.id: other})
    assert not paid_out(twice, TERMS, PIECE, facts(BLOCK, transfer(A, UNITS))).exact
