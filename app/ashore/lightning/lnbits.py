"""Receiving with a wallet at an LNbits server, through its API and the wallet's invoice key.

Source: lnbits/lnbits 1.6, core/views/payment_api.py, wallet_api.py, decorators.py.

Payments are polled and not pushed, for three reasons. The server's websocket takes messages from anyone who knows
the key's address (websocket_api.py), so that a message proves nothing and a look-up is needed all the same; the key
would be part of that address, and so be in the logs of every proxy between; and a websocket client would be one more
dependency.
"""

from __future__ import annotations

import random
import re
from collections.abc import AsyncGenerator, Iterable
from datetime import UTC, datetime

from ashore.domain.untrusted import quoted, quoted_at_end
from ashore.lightning.backends import (
    MAX_MSAT,
    CaughtUp,
    Identity,
    InvoiceRequest,
    Limits,
    MadeInvoice,
    MaySpend,
    Receipt,
    ReceiptState,
    Trouble,
)
from ashore.lightning.connection import ASK, ASK_MUCH, MAKE, Line, NoReply, Reply, read_address
from ashore.lightning.errors import (
    AddressRefused,
    BackendError,
    BackendMisbehaves,
    CredentialRefused,
    InvoiceRefused,
    MakeUnknown,
)
from ashore.lightning.reading import Fields, checked_hash, error_fields, read_fields
from ashore.lightning.watching import Rhythm, Watching
from ashore.net.http import HttpClient
from ashore.net.pacing import MonotonicClock

RHYTHM = Rhythm(first=2.0, longest=60.0, factor=1.5)
MSAT_PER_SAT = 1_000

_KEY = re.compile(r"[A-Za-z0-9_-]{8,128}")
_MAX_INVOICE = 8_192
# LNbits' own status for an invoice that its funding source would not make.
_NOT_MADE = 520
_PAGE = 100
_PAGES = 5
_LONG_AGO = "2000-01-01T00:00:00+00:00"
_MAX_TIME_TEXT = 40
_NO_PAYMENT = "payment does not exist"
_LIMITS = Limits(MSAT_PER_SAT, None, MSAT_PER_SAT, "LNbits receives whole sat, and does not say how many at once.")
_CUSTODY = "Whoever runs the server holds the money until you take it out."


class LNbits:
    """One wallet at an LNbits server. Raises AddressRefused for an address or a key that cannot be one."""

    def __init__(
        self,
        http: HttpClient,
        address: str,
        invoice_key: str,
        *,
        clock: MonotonicClock,
        rng: random.Random,
        rhythm: Rhythm = RHYTHM,
    ) -> None:
        bare = invoice_key.strip()
        if not _KEY.fullmatch(bare):
            raise AddressRefused("This is not a key of LNbits.", "Copy the wallet's invoice key (“Invoice/read key”).")
        self._line = Line(http, read_address(address), {"X-Api-Key": bare})
        self._watching = Watching(self._ask_about, clock, rng, rhythm)

    def __repr__(self) -> str:
        return f"LNbits({self._line.host})"

    async def identity(self) -> Identity:
        """GET wallet. The server names the wallet's id to the admin key alone, which tells the two keys apart."""
        reply = await self._line.ask("GET", "/api/v1/wallet", ASK)
        if not reply.good:
            raise self._refusal(reply)
        wallet = await read_fields(self._line.host, reply.body)
        wallet.text("name", 1_024)
        name = wallet.shown("name", 60)
        spends = "id" in wallet
        power = (
            "Warning: this is the admin key, which can spend the money. Use the invoice key instead."
            if spends
            else "The invoice key can receive and cannot spend."
        )
        sentence = f"The wallet {quoted(name, 60)} at the LNbits server {self._line.host}. {_CUSTODY} {power}"
        return Identity("lnbits", name, None, None, True, MaySpend.YES if spends else MaySpend.NO, sentence)

    async def limits(self) -> Limits:
        """Return what is known without asking: LNbits does not tell what its node can receive."""
        return _LIMITS

    async def make(self, request: InvoiceRequest) -> MadeInvoice:
        """POST payments. LNbits cannot tell a repetition: a second call makes a second invoice."""
        _LIMITS.check(request.amount_msat)
        if not request.description:
            # It would put its own title in the place of an empty one.
            raise InvoiceRefused("LNbits makes no invoice without a description. No invoice was made.")
        content = {
            "out": False,
            "amount": request.amount_msat // MSAT_PER_SAT,
            "unit": "sat",
            "memo": request.description,
            "expiry": request.expiry_s,
        }
        try:
            reply = await self._line.ask("POST", "/api/v1/payments", MAKE, content)
        except NoReply:
            raise self._make_unknown() from None
        if not reply.good:
            raise self._why_not_made(reply)
        made = await read_fields(self._line.host, reply.body)
        name = "bolt11" if "bolt11" in made else "payment_request"
        text = made.text(name, _MAX_INVOICE)
        if not (text.isascii() and text.isalnum()):
            made.refuse(name)
        return MadeInvoice(text, made.hash("payment_hash"))

    async def look_up(self, payment_hash: str, reference: str) -> Receipt:  # noqa: ARG002 - LNbits knows hashes alone
        """GET payments/<hash>. LNbits does not say of an unpaid invoice that it has expired."""
        return await self._ask_about(checked_hash(payment_hash))

    def watch(self, payment_hashes: Iterable[str], trouble: Trouble | None = None) -> AsyncGenerator[Receipt, None]:
        """Poll, often at first."""
        return self._watching.watch([checked_hash(one) for one in payment_hashes], trouble)

    async def catch_up(self, cursor: str | None) -> CaughtUp:
        """GET payments/paginated, the latest change first. The cursor is the time of the latest one that was seen.

        An LNbits that does not know that listing, or has more than is read at once, has an empty cursor.
        """
        since = None if cursor is None else _moment(cursor)
        receipts: list[Receipt] = []
        newest = cursor or _LONG_AGO
        for page in range(_PAGES):
            rows = await self._paid_payments(page * _PAGE)
            if rows is None:
                return CaughtUp((), "", complete=False)
            for row in rows:
                changed = row.text("updated_at", _MAX_TIME_TEXT)
                if page == 0 and row is rows[0]:
                    newest = changed
                try:
                    moment = _moment(changed)
                except ValueError:
                    row.refuse("updated_at")
                if since is None or moment < since:
                    return CaughtUp(tuple(receipts), newest, complete=True)
                receipts.append(Receipt(ReceiptState.SETTLED, row.hash("payment_hash")))
            if len(rows) < _PAGE:
                return CaughtUp(tuple(receipts), newest, complete=True)
        return CaughtUp(tuple(receipts), "", complete=False)

    async def _paid_payments(self, offset: int) -> list[Fields] | None:
        """A page of what was paid, the latest change first; None where this server has no such page."""
        query = f"status=success&sortby=updated_at&direction=desc&limit={_PAGE}&offset={offset}"
        reply = await self._line.ask("GET", f"/api/v1/payments/paginated?{query}", ASK_MUCH)
        if reply.status in {404, 405, 422}:
            return None
        if not reply.good:
            raise self._refusal(reply)
        rows = (await read_fields(self._line.host, reply.body)).inner_list("data", _PAGE)
        return rows if all("updated_at" in row for row in rows) else None

    async def _ask_about(self, wanted: str) -> Receipt:
        reply = await self._line.ask("GET", f"/api/v1/payments/{wanted}", ASK)
        if reply.status == 404 and _NO_PAYMENT in self._detail(reply).lower():
            return Receipt(ReceiptState.UNKNOWN_HERE, wanted)
        if not reply.good:
            raise self._refusal(reply)
        payment = await read_fields(self._line.host, reply.body)
        # Only `paid` counts: `status` and `preimage` say the same of paid and unpaid invoices.
        if not payment.flag("paid"):
            return Receipt(ReceiptState.UNPAID, wanted, tells_expiry=False)
        return Receipt(ReceiptState.SETTLED, wanted, self._received(payment, wanted))

    def _received(self, payment: Fields, wanted: str) -> int | None:
        """Return the msat that the payment's details name, None where they are of no use."""
        details = payment.inner("details")
        if details is None:
            return None
        if "payment_hash" in details and details.hash("payment_hash") != wanted:
            raise BackendMisbehaves(f"{self._line.host} answered about another invoice.")
        return details.optional("amount", 1, MAX_MSAT)

    def _make_unknown(self) -> MakeUnknown:
        return MakeUnknown(
            f"It is not known whether {self._line.host} made an invoice. Nobody was given one.",
            "Nothing was withdrawn. Try again: an invoice that nobody was given will expire.",
        )

    def _why_not_made(self, reply: Reply) -> BackendError:
        refusal = self._refusal(reply)
        if reply.status >= 500 and reply.status != _NOT_MADE:
            return self._make_unknown()
        if reply.status < 400 or isinstance(refusal, CredentialRefused):
            return refusal
        detail = self._detail(reply)
        said = f"It says: {quoted_at_end(detail)}" if detail else f"Its status was {reply.status}."
        return InvoiceRefused(f"{self._line.host} made no invoice. {said}")

    def _refusal(self, reply: Reply) -> BackendError:
        host, status, detail = self._line.host, reply.status, self._detail(reply)
        if status in {401, 403} or (status == 404 and "wallet" in detail.lower()):
            return CredentialRefused(
                f"{host} does not accept this key.", "Copy the invoice key of the wallet again (“Invoice/read key”)."
            )
        if 300 <= status < 400:
            return BackendMisbehaves(
                f"{host} redirects elsewhere.",
                "If this LNbits is new, finish its set-up in a browser first (/first_install); "
                "else enter the address at which it answers itself.",
            )
        if status == 429 or status >= 500:
            return NoReply(f"{host} cannot answer now (HTTP {status}).")
        return BackendMisbehaves(f"{host} does not answer like LNbits (HTTP {status}).")

    def _detail(self, reply: Reply) -> str:
        """Return what an error says, fit to be shown; empty where it says nothing readable."""
        error = error_fields(self._line.host, reply.body)
        return "" if error is None else error.quoted("detail", 160)


def _moment(text: str) -> datetime:
    """Read a time of LNbits', which is UTC where it names no zone. Raises ValueError."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)
