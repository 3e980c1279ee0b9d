"""Whose signature a receipt bears: eth_account signs, and nothing but exactly that counts."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from hypothesis import given
from hypothesis import strategies as st

from ashore.crypto.secp256k1 import ORDER
from ashore.domain.receipt import Receipt, ReceiptError, ReceiptSignature, made_words
from ashore.domain.receipt_file import read, write
from ashore.domain.receipt_signature import SignatureVerdict, receipt_signer, signature_verdict, text_of
from unit.domain.receipts import PAYOUT, RECEIPT

KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
OTHER_KEY = "0x" + "11" * 32


def signed(receipt: Receipt = RECEIPT, key: str = KEY) -> Receipt:
    made = Account.sign_message(encode_defunct(text=text_of(receipt)), key)
    signature = ReceiptSignature(Account.from_key(key).address, "0x" + bytes(made.signature).hex())
    return replace(receipt, signature=signature)


SIGNED = signed()


def with_signature(receipt: Receipt, text: str) -> Receipt:
    assert receipt.signature is not None
    return replace(receipt, signature=replace(receipt.signature, signature=text))


def test_the_account_that_withdrew_signed_it() -> None:
    assert SIGNED.signature is not None
    assert receipt_signer(SIGNED) == SIGNED.signature.address
    assert signature_verdict(SIGNED) is SignatureVerdict.ACCOUNT
    assert signature_verdict(read(write(SIGNED).encode())) is SignatureVerdict.ACCOUNT


def test_nobody_signed_it() -> None:
    assert receipt_signer(RECEIPT) == ""
    assert signature_verdict(RECEIPT) is SignatureVerdict.UNSIGNED


def test_another_account_signed_it_truly() -> None:
    other = signed(key=OTHER_KEY)
    assert receipt_signer(other) == Account.from_key(OTHER_KEY).address
    assert signature_verdict(other) is SignatureVerdict.OTHER


def test_it_names_another_account_than_the_one_that_signed() -> None:
    theirs = signed(key=OTHER_KEY).signature
    assert theirs is not None
    assert SIGNED.signature is not None
    forged = replace(RECEIPT, signature=replace(theirs, address=SIGNED.signature.address))
    assert signature_verdict(forged) is SignatureVerdict.FALSE
    for name in (SIGNED.signature.address.lower(), "", "0x"):
        assert receipt_signer(replace(SIGNED, signature=replace(SIGNED.signature, address=name))) == ""


@given(st.integers(0, 65 * 8 - 1))
def test_every_bit_of_the_signature_counts(bit: int) -> None:
    assert SIGNED.signature is not None
    raw = int(SIGNED.signature.signature, 16) ^ (1 << bit)
    assert receipt_signer(with_signature(SIGNED, f"0x{raw:0130x}")) == ""


CHANGES: list[Callable[[Receipt], Receipt]] = [
    lambda receipt: replace(receipt, made_at=receipt.made_at + 1),
    lambda receipt: replace(receipt, made_by="Ashore 0.1.1"),
    lambda receipt: replace(receipt, withdrawal="decc90b4"),
    lambda receipt: replace(receipt, started_at=receipt.started_at - 1),
    lambda receipt: replace(receipt, status="waiting"),
    lambda receipt: replace(receipt, headline=receipt.headline + " "),
    lambda receipt: replace(receipt, terms=replace(receipt.terms, amount=receipt.terms.amount + 1)),
    lambda receipt: replace(receipt, terms=replace(receipt.terms, recipient="0x" + "00" * 20)),
    lambda receipt: replace(receipt, terms=replace(receipt.terms, details={})),
    lambda receipt: replace(receipt, moves=()),
    lambda receipt: replace(receipt, stages=()),
    lambda receipt: replace(
        receipt, stages=(replace(receipt.stages[0], evidence=(replace(PAYOUT, block_number=PAYOUT.block_number + 1),)),)
    ),
    lambda receipt: replace(receipt, proofs={"00": "{}"}),
    lambda receipt: replace(receipt, practice="{}"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_every_part_of_the_content_counts(change: Callable[[Receipt], Receipt]) -> None:
    assert signature_verdict(change(SIGNED)) is SignatureVerdict.FALSE


def test_the_other_spellings_of_the_same_signature_do_not_count() -> None:
    assert SIGNED.signature is not None
    text = SIGNED.signature.signature
    r, s, v = text[2:66], int(text[66:130], 16), int(text[130:], 16)
    high = f"0x{r}{ORDER - s:064x}{27 + (28 - v):02x}"
    for spelling in (high, text[:130] + f"{v - 27:02x}", text.upper().replace("0X", "0x"), text[2:], text + "\n"):
        assert receipt_signer(with_signature(SIGNED, spelling)) == "", spelling


@given(st.text(max_size=140) | st.from_regex(r"0x[0-9a-f]{128}1[bc]", fullmatch=True), st.text(max_size=4300))
def test_whatever_stands_in_a_receipt_raises_nothing(signature: str, status: str) -> None:
    assert receipt_signer(with_signature(replace(SIGNED, status=status), signature)) == ""


@given(st.data())
def test_whatever_it_is_about_raises_nothing(data: st.DataObject) -> None:
    text = st.text(max_size=300)
    words = {name: data.draw(text) for name in ("system", "recipient", "destination", "receive_symbol", "account")}
    decimals, amount = data.draw(st.integers(0, 255)), data.draw(st.integers(0, 2**256 - 1))
    details = data.draw(st.dictionaries(st.just("amount.text"), text))
    terms = replace(RECEIPT.terms, **words, decimals=decimals, amount=amount, details=details)
    assert signature_verdict(replace(SIGNED, terms=terms)) is SignatureVerdict.FALSE


@pytest.mark.parametrize("edge", ["00" * 32, f"{ORDER:064x}", "ff" * 32])
def test_numbers_outside_the_group_belong_to_nobody(edge: str) -> None:
    for text in (f"0x{edge}{1:064x}1b", f"0x{1:064x}{edge}1b"):
        assert receipt_signer(with_signature(SIGNED, text)) == ""


def test_a_status_of_several_lines_cannot_be_signed() -> None:
    with pytest.raises(ReceiptError):
        text_of(replace(RECEIPT, status="final\nMade: yesterday"))


def test_the_time_in_words() -> None:
    assert made_words(0) == "1970-01-01 00:00:00 UTC"
    assert made_words(1_795_300_811_999) == "2026-11-21 22:40:11 UTC"
    assert made_words(253_402_300_799_999) == "9999-12-31 23:59:59 UTC"
    for beyond in (253_402_300_800_000, 2**63 - 1):
        with pytest.raises(ReceiptError):
            made_words(beyond)
        assert receipt_signer(replace(SIGNED, made_at=beyond)) == ""
