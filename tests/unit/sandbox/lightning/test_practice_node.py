"""The practice node: real invoices, runes of its own, and what a payer checks."""

from __future__ import annotations

import base64
import hashlib
import itertools
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ashore.sandbox.lightning import runes
from ashore.sandbox.lightning.node import NodeError, PaymentError, PayProblem, PracticeNode, Status
from ashore.sandbox.lightning.runes import RuneError
from ashore.sandbox.lightning.store import Store
from ashore.systems.lnurl.codec import InvoiceDraft, Network, decode_invoice, encode_invoice

labels = itertools.count()


class Wall:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def random_bytes() -> Iterator[bytes]:
    for number in itertools.count():
        yield hashlib.sha256(str(number).encode()).digest()


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def node(wall: Wall) -> Iterator[PracticeNode]:
    store, source = Store(None), random_bytes()
    yield PracticeNode(store, now=wall, randomness=lambda count: next(source)[:count])
    store.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    msat=st.none() | st.integers(1, 21_000_000 * 10**11),
    description=st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=150),
    expiry=st.integers(1, 2**31),
    hashed=st.booleans(),
)
def test_an_invoice_says_what_was_asked(
    node: PracticeNode, msat: int | None, description: str, expiry: int, hashed: bool
) -> None:
    row = node.invoice(f"l{next(labels)}", msat, description, expiry=expiry, hash_description=hashed)
    invoice = decode_invoice(row.bolt11)
    assert row.bolt11.startswith("lnbcrt")
    assert (invoice.network, invoice.amount_msat, invoice.expiry) == (Network.REGTEST, msat, expiry)
    assert invoice.payee.hex() == node.id
    assert invoice.payment_hash == hashlib.sha256(bytes.fromhex(row.preimage)).digest()
    assert invoice.timestamp == 1_800_000_000
    if hashed:
        assert invoice.description_hash == hashlib.sha256(description.encode()).digest()
    else:
        assert invoice.description == description


def test_it_pays_once(node: PracticeNode) -> None:
    row = node.invoice("a", 21_000, "")
    assert node.status(row) is Status.UNPAID
    paid = node.pay(row.bolt11.upper())
    assert (paid.received_msat, paid.pay_index, node.status(paid)) == (21_000, 1, Status.PAID)
    with pytest.raises(PaymentError) as refused:
        node.pay(row.bolt11)
    assert refused.value.problem is PayProblem.ALREADY_PAID
    assert node.received_msat == 21_000


def problem(node: PracticeNode, text: str) -> PayProblem:
    with pytest.raises(PaymentError) as refused:
        node.pay(text)
    assert node.received_msat == 0
    return refused.value.problem


def test_it_pays_nothing_else(node: PracticeNode, wall: Wall) -> None:
    good = node.invoice("a", 1_000, "", expiry=60)

    def foreign(network: Network, key: bytes) -> str:
        invoice = decode_invoice(good.bolt11)
        draft = InvoiceDraft(
            network=network,
            amount_msat=1_000,
            timestamp=invoice.timestamp,
            payment_hash=invoice.payment_hash,
            payment_secret=invoice.payment_secret,
            description="",
        )
        return encode_invoice(draft, key)

    stranger = b"\x11" * 32
    for network in (Network.MAINNET, Network.TESTNET, Network.SIGNET):
        assert problem(node, foreign(network, stranger)) is PayProblem.NETWORK
    assert problem(node, foreign(Network.REGTEST, stranger)) is PayProblem.UNKNOWN_PAYEE
    assert problem(node, good.bolt11[:-1] + ("q" if good.bolt11[-1] != "q" else "p")) is PayProblem.UNREADABLE
    for text in ("", "lnbcrt1", "hello", "lnurl1dp68gurn", "\ud800"):
        assert problem(node, text) is PayProblem.UNREADABLE
    assert problem(node, node.invoice("b", None, "").bolt11) is PayProblem.NO_AMOUNT
    assert problem(node, node.invoice("c", node.receivable_msat + 1, "").bolt11) is PayProblem.CAPACITY
    wall.now += 60
    assert problem(node, good.bolt11) is PayProblem.EXPIRED
    assert node.status(good) is Status.EXPIRED


def test_a_label_and_a_preimage_are_used_once(node: PracticeNode) -> None:
    node.invoice("a", 1, "", preimage=b"\x01" * 32)
    for label, preimage, code in (("a", None, 900), ("b", b"\x01" * 32, 901)):
        with pytest.raises(NodeError) as refused:
            node.invoice(label, 1, "", preimage=preimage)
        assert refused.value.code == code
    with pytest.raises(NodeError):
        node.invoice("c", 1, "x" * 640)


def test_another_sandbox_has_another_key() -> None:
    keys = set()
    for number in range(2):
        store = Store(None)
        keys.add(PracticeNode(store, now=lambda: 0.0, randomness=lambda n, m=number: bytes([m + 1]) * n).id)
        store.close()
    assert len(keys) == 2


# Runes


def test_a_rune_opens_its_methods_alone(node: PracticeNode) -> None:
    for method in runes.RECEIVE_METHODS:
        node.check_rune(node.rune, method)
        node.check_rune(node.admin_rune, method)
    node.check_rune(node.admin_rune, "pay")
    for method in ("pay", "withdraw", "checkrune", "invoice ", "", "INVOICE"):
        with pytest.raises(RuneError) as refused:
            node.check_rune(node.rune, method)
        assert refused.value.code == 1502


def test_a_changed_rune_opens_nothing(node: PracticeNode) -> None:
    secret, other = b"\x01" * 32, b"\x02" * 32
    rune = runes.make_rune(secret, 7, ["invoice"])
    assert runes.read_rune(secret, rune).unique_id == "7"
    wider = runes.make_rune(other, 7, ["invoice"])
    for text in (wider, rune[:-4], rune[4:], "", "=", "ä", "A" * 44, rune.swapcase(), "x" * 10_000):
        with pytest.raises(RuneError) as refused:
            runes.read_rune(secret, text)
        assert refused.value.code == 1501


def test_a_rune_is_padded_as_its_format_says() -> None:
    """The format's own vector for a secret of 16 zero bytes; then one restriction, padded by hand."""
    assert base64.urlsafe_b64encode(runes._auth_code(bytes(16), [])) == b"N0cI__dxndWXnsh11WzSKG9tPPfsMXo7JWMqqyjsN7s="
    block = bytes(16) + b"\x80" + bytes(45) + b"\x00\x80"
    assert len(block) == 64
    expected = hashlib.sha256(block + b"=1").digest() + b"=1"
    assert base64.urlsafe_b64decode(runes.make_rune(bytes(16), 1)) == expected
