"""What happens to an invoice that is handed to the service: checks, refusals in real services' words, payment.

A use and the payment it stands for are written in one transaction, so that no end of the process gives a paid use back
or pays it twice. What is owed is written down and paid when it is due, after a restart too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ashore.sandbox.lightning.faults import Fault, Switches
from ashore.sandbox.lightning.node import PaymentError, PayProblem, PracticeNode
from ashore.sandbox.lightning.offers import payable_range
from ashore.sandbox.lightning.store import USING, ClaimRow, ClaimState, Store
from ashore.sandbox.lightning.vouchers import Style, Voucher
from ashore.systems.lnurl.codec.bolt11.decoding import decode_invoice
from ashore.systems.lnurl.codec.errors import InvoiceError

WRONG_PIN = "Incorrect PIN."
_PIN_TRIES = 3
_OK: Mapping[str, Any] = {"status": "OK"}


class RefusedError(Exception):
    """The service says no. `status` is of HTTP; `detail` replaces status and reason, as a failing LNbits does."""

    def __init__(self, reason: str, status: int, detail: object = None) -> None:
        super().__init__(reason)
        self.status = status
        self.detail = detail

    @property
    def value(self) -> dict[str, Any]:
        """The answer."""
        return {"status": "ERROR", "reason": str(self)} if self.detail is None else {"detail": self.detail}


@dataclass(frozen=True, slots=True)
class Reply:
    """What the callback answers, and how. `delay` is in seconds; `claim` is waited for where it is owed."""

    status: int
    value: Mapping[str, Any]
    delay: float = 0.0
    drops: bool = False
    claim: int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a callback."""

    k1: str
    invoice: str | None
    link: str = ""
    pin: str | None = None


class Cashier:
    """Takes invoices and pays them.

    Args:
        store: the memory, the same as the node's.
        node: pays.
        now: unix seconds.
    """

    def __init__(self, store: Store, node: PracticeNode, *, now: Callable[[], float]) -> None:
        self._store = store
        self._node = node
        self._now = now

    # ------------------------------------------------------------------------------------------------- counting

    def uses(self, voucher: Voucher, states: Collection[ClaimState] = USING) -> int:
        """How many of a voucher's uses are taken."""
        return sum(claim.state in states for claim in self._store.claims(voucher=voucher.id))

    def spent(self, voucher: Voucher, states: Collection[ClaimState] = USING) -> bool:
        """Whether no use is left."""
        return self.uses(voucher, states) >= voucher.terms.uses

    def link_taken(self, voucher: Voucher, link: str) -> bool:
        """Whether a unique link was used."""
        return any(claim.state in USING for claim in self._store.claims(voucher=voucher.id, link=link))

    # -------------------------------------------------------------------------------------------------- claiming

    def claim(self, voucher: Voucher, call: Call, switches: Switches) -> Reply:
        """Take an invoice: check it as the voucher's service does, then pay it, or do what a fault says."""
        try:
            amount_msat = self._checked(voucher, call, switches)
            if switches.on(Fault.DROPS_BEFORE_PAYING):
                self._record(voucher, call, ClaimState.REFUSED, answer="(no answer, nothing paid)")
                return Reply(200, {}, drops=True)
            for fault, words in ((Fault.REFUSES, "Not today."), (Fault.ALREADY_PAID, "Payment already paid.")):
                if (reason := switches.text(fault, words)) is not None:
                    raise self._refusal(voucher, reason)
            return self._pay(voucher, call, switches, amount_msat)
        except RefusedError as refused:
            self._record(voucher, call, ClaimState.REFUSED, answer=str(refused))
            return Reply(refused.status, refused.value)

    def refuse_unknown(self, call: Call, reason: str) -> None:
        """Remember a call that fits no voucher."""
        self._record(None, call, ClaimState.REFUSED, answer=reason)

    def _pay(self, voucher: Voucher, call: Call, switches: Switches, amount_msat: int) -> Reply:
        after, slowly = switches.seconds(Fault.PAYS_AFTER), switches.seconds(Fault.PAYS_SLOWLY)
        number = None
        if switches.on(Fault.NEVER_PAYS):
            self._record(voucher, call, ClaimState.WITHHELD)
        elif after is not None or slowly is not None:
            due = self._now() + ((after if after is not None else slowly) or 0.0)
            number = self._record(voucher, call, ClaimState.OWED, pay_msat=amount_msat, due_at=due)
            self._node.wake()
        else:
            self._pay_now(voucher, call, switches, amount_msat)
        reason = switches.text(Fault.ERROR_BUT_PAYS, "Unexpected error")
        refusal = None if reason is None else self._refusal(voucher, reason)
        return Reply(
            200 if refusal is None else refusal.status,
            _OK if refusal is None else refusal.value,
            delay=switches.seconds(Fault.ANSWERS_AFTER) or 0.0,
            drops=switches.on(Fault.DROPS_AFTER_PAYING),
            claim=number if after is None else None,
        )

    def _pay_now(self, voucher: Voucher, call: Call, switches: Switches, amount_msat: int) -> None:
        part = switches.get(Fault.PAYS_PART)
        pay_msat = amount_msat if part is None else max(1, amount_msat // 2) if part is True else int(part)
        assert call.invoice is not None  # checked
        with self._store.atomic():
            self._node.pay(call.invoice, pay_msat)
            self._record(voucher, call, ClaimState.PAID, pay_msat=pay_msat, paid_at=self._now())

    # ------------------------------------------------------------------------------------------------- what is owed

    def next_due(self) -> float | None:
        """When the next owed payment is due, unix seconds."""
        return min((claim.due_at or 0.0 for claim in self._store.claims(state=ClaimState.OWED)), default=None)

    def pay_due(self) -> None:
        """Pay what is owed and due. What cannot be paid any more gives its use back."""
        for claim in self._store.claims(state=ClaimState.OWED):
            if (claim.due_at or 0.0) > self._now():
                continue
            try:
                with self._store.atomic():
                    self._node.pay(claim.invoice)
                    self._store.resolve_claim(claim.seq, ClaimState.PAID, self._now())
            except PaymentError as error:
                self._store.resolve_claim(claim.seq, ClaimState.FAILED, None, str(error))

    async def resolved(self, number: int) -> ClaimRow:
        """Wait until an owed claim is paid or failed."""
        while True:
            self.pay_due()
            claim = self._store.claims(seq=number)[0]
            if claim.state is not ClaimState.OWED:
                return claim
            await self._node.changed((claim.due_at or 0.0) - self._now())

    # --------------------------------------------------------------------------------------------------- checking

    def _checked(self, voucher: Voucher, call: Call, switches: Switches) -> int:
        """Return the amount in msat if the invoice may be paid. Raises RefusedError."""
        lnbits = voucher.terms.style is not Style.NPM
        if lnbits:
            self._check_lnbits(voucher, call)
        elif self.spent(voucher):
            raise self._refusal(voucher, "Maximum number of uses already reached")
        self._check_waiting(voucher)
        amount_msat = self._readable(voucher, call.invoice, lnbits)
        self._check_amount(voucher, switches, amount_msat, lnbits)
        self._check_pin(voucher, call, switches)
        try:
            self._node.check(call.invoice or "")
        except PaymentError as error:
            raise self._unpayable(voucher, error, lnbits) from None
        if amount_msat is None:
            raise self._refusal(voucher, "0 amount invoices are not supported.")
        return amount_msat

    def _check_lnbits(self, voucher: Voucher, call: Call) -> None:
        if call.invoice is None:
            detail = [{"type": "missing", "loc": ["query", "pr"], "msg": "Field required", "input": None}]
            raise RefusedError("Field required", 400, detail)
        if self.spent(voucher, (ClaimState.WITHHELD, ClaimState.PAID)):
            raise self._refusal(voucher, "withdraw is spent.")
        if call.k1 != voucher.k1:
            raise self._refusal(voucher, "k1 is wrong.")
        if voucher.terms.unique and not call.link:
            raise self._refusal(voucher, "id_unique_hash is required for this link.")
        if call.link and (call.link not in voucher.link_ids() or self.link_taken(voucher, call.link)):
            raise self._refusal(voucher, "id_unique_hash not found.")
        if any(claim.state is ClaimState.OWED for claim in self._store.claims(voucher=voucher.id, link=call.link)):
            raise self._refusal(voucher, "LNURL already being processed.")

    def _check_waiting(self, voucher: Voucher) -> None:
        last = max((claim.at for claim in self._store.claims(voucher=voucher.id) if claim.state in USING), default=None)
        left = 0 if last is None else last + voucher.terms.wait_s - self._now()
        if left > 0:
            raise self._refusal(voucher, f"Wait {max(1, round(left))} seconds.")

    def _readable(self, voucher: Voucher, text: str | None, lnbits: bool) -> int | None:
        """Return the invoice's amount. Raises RefusedError where it cannot be read."""
        if not text:
            raise self._refusal(voucher, 'Missing required parameter: "pr"')
        try:
            return decode_invoice(text).amount_msat
        except InvoiceError:
            pass
        if lnbits:
            number = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]
            raise RefusedError("Unexpected error!", 500, f"Unexpected error! ID: {number}")
        if "," in text:
            raise self._refusal(
                voucher, 'Invalid parameter ("pr"): Comma-separated payment requests no longer supported'
            )
        if not text.lower().startswith("ln"):
            raise self._refusal(voucher, 'Invalid parameter ("pr"): Lightning Network invoice expected')
        raise RefusedError("Unexpected error", 500)

    def _check_amount(self, voucher: Voucher, switches: Switches, amount_msat: int | None, lnbits: bool) -> None:
        least, most = payable_range(voucher, switches)
        if lnbits:
            if amount_msat is None:
                raise self._refusal(voucher, "0 amount invoices are not supported.")
            if not least <= amount_msat <= most:
                raise self._refusal(voucher, "Amount not within limits.")
        elif (amount_msat or 0) < least:
            raise self._refusal(voucher, 'Amount in invoice must be greater than or equal to "minWithdrawable"')
        elif (amount_msat or 0) > most:
            raise self._refusal(voucher, 'Amount in invoice must be less than or equal to "maxWithdrawable"')

    def _check_pin(self, voucher: Voucher, call: Call, switches: Switches) -> None:
        pin = switches.get(Fault.PIN)
        if pin is None:
            return
        if len(self._store.claims(voucher=voucher.id, answer=WRONG_PIN)) >= _PIN_TRIES:
            raise self._refusal(voucher, "Too many wrong PINs: this voucher is locked.")
        if call.pin is None:
            raise self._refusal(voucher, "PIN required.")
        if call.pin != pin:
            raise self._refusal(voucher, WRONG_PIN)

    def _unpayable(self, voucher: Voucher, error: PaymentError, lnbits: bool) -> RefusedError:
        if not lnbits:
            # npm lnurl hides every failure of its node behind these words.
            return RefusedError("Unexpected error", 500)
        if error.problem is PayProblem.ALREADY_PAID:
            return self._refusal(voucher, "Payment already paid.")
        return self._refusal(voucher, f"withdraw not working. Payment failed: {error}")

    @staticmethod
    def _refusal(voucher: Voucher, reason: str) -> RefusedError:
        return RefusedError(reason, 400 if voucher.terms.style is Style.NPM else 200)

    def _record(
        self,
        voucher: Voucher | None,
        call: Call,
        state: ClaimState,
        *,
        answer: str = "",
        pay_msat: int | None = None,
        due_at: float | None = None,
        paid_at: float | None = None,
    ) -> int:
        payment_hash, amount_msat = _read(call.invoice)
        return self._store.add_claim(
            ClaimRow(
                seq=0,
                voucher="" if voucher is None else voucher.id,
                link=call.link,
                k1=call.k1,
                invoice=call.invoice or "",
                payment_hash=payment_hash,
                amount_msat=amount_msat,
                at=self._now(),
                state=state,
                # A fault's words may hold half a character, which SQLite does not take.
                answer=answer.encode("utf-8", "backslashreplace").decode(),
                pay_msat=pay_msat,
                due_at=due_at,
                paid_at=paid_at,
            )
        )


def _read(text: str | None) -> tuple[str, int | None]:
    """The payment hash and amount of an invoice, as far as it can be read."""
    try:
        invoice = decode_invoice(text or "")
    except InvoiceError:
        return "", None
    return invoice.payment_hash.hex(), invoice.amount_msat
