"""Whether an invoice's time is really over: told by its wallet, or by a clock that nobody sets.

The computer's own clock may be hours ahead, by a wrong time zone or an empty battery, while the invoice can still be
paid. Who took it for expired then would let a second one be made for the same voucher.
"""

from collections.abc import Callable
from dataclasses import replace

from ashore.lightning.backends import Receipt, ReceiptState
from ashore.systems.lnurl.settlement.receipts import WATCHED_PAST_EXPIRY_MS

INVOICE_LIFE_MS = 3_600_000
"""How long an invoice is good that a wallet makes for Ashore."""

GIVEN_UP_AFTER_MS = 30 * 86_400_000
"""How long past the invoice's expiry a wallet that does not answer is waited for, ..."""

ASKED_FOR_MS = 86_400_000
"""... and how long it has to be asked in vain before: at a start the network may not be there yet."""


class Lifetimes:
    """The time that passed since each invoice was first watched by this process."""

    def __init__(self, now: Callable[[], int], monotonic: Callable[[], float]) -> None:
        """`now` gives UTC milliseconds, and may jump; `monotonic` seconds that only pass."""
        self._now = now
        self._monotonic = monotonic
        self._began = self._passed()
        self._offset = now() - self._began
        self._first: dict[str, int] = {}

    def watch(self, payment_hash: str) -> None:
        """Count from now on, if it is not counted yet."""
        self._first.setdefault(payment_hash, self._passed())

    def judged(self, receipt: Receipt, expires_at_ms: int) -> Receipt:
        """What a wallet says, without what it cannot know: EXPIRED where its time is over, UNPAID before.

        A wallet that knows an invoice and tells when one expires has the last word.
        """
        over = self._over(receipt.payment_hash, expires_at_ms)
        if receipt.state is ReceiptState.UNPAID and not receipt.tells_expiry and over:
            return replace(receipt, state=ReceiptState.EXPIRED)
        if receipt.state is ReceiptState.UNKNOWN_HERE and not over:
            return replace(receipt, state=ReceiptState.UNPAID)
        return receipt

    def given_up(self, expires_at_ms: int) -> bool:
        """Whether a wallet that says nothing is waited for no longer."""
        return self._steady() > expires_at_ms + GIVEN_UP_AFTER_MS and self._passed() > self._began + ASKED_FOR_MS

    def _over(self, payment_hash: str, expires_at_ms: int) -> bool:
        """Both clocks have to say so; the one that only passes knows what it saw pass, and not what was before."""
        self.watch(payment_hash)
        watched = self._passed() - self._first[payment_hash]
        late = self._steady() > expires_at_ms + WATCHED_PAST_EXPIRY_MS
        return late and watched >= INVOICE_LIFE_MS + WATCHED_PAST_EXPIRY_MS

    def _steady(self) -> int:
        """UTC milliseconds by a clock that is not put forward: of all that the computer's told, the earliest."""
        passed = self._passed()
        self._offset = min(self._offset, self._now() - passed)
        return passed + self._offset

    def _passed(self) -> int:
        return round(self._monotonic() * 1000)
