"""The practice Lightning node: its own key, real invoices of the regtest network, simulated payments."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections.abc import Callable
from enum import StrEnum

from ashore.crypto import secp256k1
from ashore.sandbox.lightning import runes
from ashore.sandbox.lightning.store import InvoiceRow, Store
from ashore.systems.lnurl.codec.bolt11.decoding import decode_invoice
from ashore.systems.lnurl.codec.bolt11.encoding import InvoiceDraft, encode_invoice
from ashore.systems.lnurl.codec.bolt11.invoice import Invoice, Network
from ashore.systems.lnurl.codec.errors import InvoiceError

CAPACITY = "capacity_msat"
CAPACITY_MSAT = 20_000_000_000
"""What can come in before the node is full, unless it is told otherwise."""
DEFAULT_EXPIRY = 604_800
INVALID_PARAMS, DUPLICATE_LABEL, DUPLICATE_PREIMAGE, EXPIRED_WHILE_WAITING, TIMED_OUT = -32602, 900, 901, 903, 904
UNKNOWN_LABEL = -1


class Status(StrEnum):
    """The state of an invoice, in Core Lightning's words."""

    UNPAID = "unpaid"
    PAID = "paid"
    EXPIRED = "expired"


class PayProblem(StrEnum):
    """Why an invoice cannot be paid."""

    UNREADABLE = "unreadable"
    NETWORK = "network"
    EXPIRED = "expired"
    NO_AMOUNT = "no-amount"
    UNKNOWN_PAYEE = "unknown-payee"
    ALREADY_PAID = "already-paid"
    CAPACITY = "capacity"


class NodeError(Exception):
    """A request of the API fails; `code` is Core Lightning's."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class PaymentError(Exception):
    """A payment cannot be made; the text is what a real payer's backend says."""

    def __init__(self, problem: PayProblem, message: str) -> None:
        super().__init__(message)
        self.problem = problem


class PracticeNode:
    """Makes invoices, takes payments for them. Whatever it has said is written down before.

    Args:
        store: its memory; the key and the secret of its runes are made at the first opening and then kept.
        now: unix seconds.
        randomness: so many random bytes.
    """

    def __init__(self, store: Store, *, now: Callable[[], float], randomness: Callable[[int], bytes]) -> None:
        self._store = store
        self._now = now
        self._randomness = randomness
        self._key = bytes.fromhex(self._kept("node_key"))
        self._rune_secret = bytes.fromhex(self._kept("rune_secret"))
        self._changed = asyncio.Event()
        self.id = secp256k1.public_key(self._key).hex()
        self.rune = runes.make_rune(self._rune_secret, 0, runes.RECEIVE_METHODS)
        """Allows to receive and to watch."""
        self.admin_rune = runes.make_rune(self._rune_secret, 1)
        """Allows everything: for tests of a wallet's warning."""

    def _kept(self, name: str) -> str:
        value = self._store.fact(name)
        if value is None:
            value = self._randomness(32).hex()
            self._store.remember(name, value)
        return value

    def check_rune(self, text: str, method: str) -> None:
        """Raise RuneError unless the rune is this node's and allows the method."""
        self.read_rune(text).check(method)

    def read_rune(self, text: str) -> runes.Rune:
        """Return a rune of this node. Raises RuneError."""
        return runes.read_rune(self._rune_secret, text)

    # ------------------------------------------------------------------------------------------------- receiving

    def invoice(
        self,
        label: str,
        amount_msat: int | None,
        description: str,
        *,
        expiry: int = DEFAULT_EXPIRY,
        preimage: bytes | None = None,
        hash_description: bool = False,
    ) -> InvoiceRow:
        """Make an invoice; an amount of None leaves it to the payer.

        Raises:
            NodeError: label or preimage were used before, or a value has no place in an invoice.
        """
        if self._store.invoices(label=label):
            raise NodeError(DUPLICATE_LABEL, f"Duplicate label '{label}'")
        preimage = preimage or self._randomness(32)
        now = int(self._now())
        draft = InvoiceDraft(
            network=Network.REGTEST,
            amount_msat=amount_msat,
            timestamp=now,
            payment_hash=hashlib.sha256(preimage).digest(),
            payment_secret=self._randomness(32),
            description=None if hash_description else description,
            description_hash=hashlib.sha256(description.encode()).digest() if hash_description else None,
            expiry=expiry,
        )
        row = InvoiceRow(
            created_index=0,
            label=label,
            bolt11=self.sign(draft),
            payment_hash=draft.payment_hash.hex(),
            preimage=preimage.hex(),
            amount_msat=amount_msat,
            description=description,
            created_at=now,
            expires_at=now + expiry,
        )
        try:
            return self._store.add_invoice(row)
        except sqlite3.IntegrityError:
            raise NodeError(DUPLICATE_PREIMAGE, "preimage already used") from None

    def sign(self, draft: InvoiceDraft, key: bytes | None = None) -> str:
        """Return the invoice's text, signed with the node's key or another. Raises NodeError."""
        try:
            return encode_invoice(draft, key or self._key)
        except InvoiceError as error:
            raise NodeError(INVALID_PARAMS, str(error)) from None

    def invoices(self, **equal: str | int) -> list[InvoiceRow]:
        """Return the invoices that fit, oldest first."""
        return self._store.invoices(**equal)

    def status(self, row: InvoiceRow) -> Status:
        """Return the state of an invoice at this moment."""
        if row.paid_at is not None:
            return Status.PAID
        return Status.EXPIRED if self._now() >= row.expires_at else Status.UNPAID

    @property
    def received_msat(self) -> int:
        """All that came in."""
        return self._store.received_msat()

    @property
    def receivable_msat(self) -> int:
        """How much more can come in."""
        return max(0, int(self._store.fact(CAPACITY) or CAPACITY_MSAT) - self.received_msat)

    def set_receivable(self, msat: int) -> None:
        """Let so much more come in."""
        self._store.remember(CAPACITY, str(self.received_msat + msat))

    # ---------------------------------------------------------------------------------------------------- paying

    def check(self, text: str) -> tuple[Invoice, InvoiceRow]:
        """Return the invoice if a payer would pay it now.

        Raises:
            PaymentError: it is unreadable, of another network or node, expired, without amount, paid, or too large.
        """
        try:
            invoice = decode_invoice(text)
        except InvoiceError:
            raise PaymentError(PayProblem.UNREADABLE, "Bad bech32 string") from None
        if invoice.network is not Network.REGTEST:
            raise PaymentError(PayProblem.NETWORK, f"Prefix {invoice.network.value} is not for regtest")
        row = self._own(text, invoice)
        if row is None:
            raise PaymentError(
                PayProblem.UNKNOWN_PAYEE, f"Unknown destination node_id {invoice.payee.hex()}, no connected channels"
            )
        if row.paid_at is not None:
            raise PaymentError(PayProblem.ALREADY_PAID, "Payment already paid.")
        late = int(self._now()) - invoice.expires_at
        if late >= 0:
            raise PaymentError(PayProblem.EXPIRED, f"Invoice expired {late} seconds ago")
        if invoice.amount_msat is None:
            raise PaymentError(PayProblem.NO_AMOUNT, "0 amount invoices are not supported.")
        if invoice.amount_msat > self.receivable_msat:
            raise PaymentError(PayProblem.CAPACITY, "Failed: could not find a route with enough capacity")
        return invoice, row

    def _own(self, text: str, invoice: Invoice) -> InvoiceRow | None:
        if invoice.payee.hex() != self.id:
            return None
        rows = self._store.invoices(payment_hash=invoice.payment_hash.hex())
        return rows[0] if rows and rows[0].bolt11 == text.lower() else None

    def pay(self, text: str, part_msat: int | None = None) -> InvoiceRow:
        """Pay an invoice, wholly or, which no honest payer does, in part.

        Raises:
            PaymentError: see `check`.
        """
        invoice, _row = self.check(text)
        assert invoice.amount_msat is not None  # checked
        payment_hash = invoice.payment_hash.hex()
        if not self._store.settle(payment_hash, part_msat or invoice.amount_msat, int(self._now())):
            raise PaymentError(PayProblem.ALREADY_PAID, "Payment already paid.")
        self.wake()
        return self._store.invoices(payment_hash=payment_hash)[0]

    # --------------------------------------------------------------------------------------------------- waiting

    def wake(self) -> None:
        """Let all who wait look again: something was paid, or time has jumped."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def changed(self, seconds: float | None) -> None:
        """Wait for the next change, but not longer than this."""
        event = self._changed
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            pass

    async def wait_for(self, label: str) -> InvoiceRow:
        """Wait until the invoice is paid.

        Raises:
            NodeError: there is none (-1), or it expired (903).
        """
        while True:
            rows = self._store.invoices(label=label)
            if not rows:
                raise NodeError(UNKNOWN_LABEL, "Label not found")
            match self.status(rows[0]):
                case Status.PAID:
                    return rows[0]
                case Status.EXPIRED:
                    raise NodeError(EXPIRED_WHILE_WAITING, "invoice expired during wait")
            await self.changed(rows[0].expires_at - self._now())

    async def wait_for_any(self, after: int, seconds: int | None) -> InvoiceRow:
        """Wait for the first payment with a pay index above `after`.

        Raises:
            NodeError: nothing was paid for so many seconds (904).
        """
        loop = asyncio.get_running_loop()
        deadline = None if seconds is None else loop.time() + seconds
        while (row := self._store.next_paid(after)) is None:
            left = None if deadline is None else deadline - loop.time()
            if left is not None and left <= 0:
                raise NodeError(TIMED_OUT, "Timed out while waiting for invoice to be paid")
            await self.changed(left)
        return row
