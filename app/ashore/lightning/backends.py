"""The one interface of everything that can receive over Lightning. Amounts are integers in millisatoshi (msat)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from ashore.lightning.errors import BackendError, InvoiceRefused

MAX_DESCRIPTION_BYTES = 639
"""What the description field of an invoice can hold (BOLT11)."""
MAX_MSAT = 2_100_000_000_000_000_000
"""All bitcoin there will ever be."""
MAX_EXPIRY_SECONDS = 30 * 86_400
_MAX_REFERENCE = 128

Trouble = Callable[[BackendError | None], None]
"""Is told when watching meets trouble, and None when that is over. Called on changes only."""


class ReceiptState(StrEnum):
    """What the wallet says about an invoice."""

    UNPAID = "unpaid"
    SETTLED = "settled"
    EXPIRED = "expired"
    UNKNOWN_HERE = "unknown_here"


class MaySpend(StrEnum):
    """Whether the credential that Ashore was given could take money out of the wallet."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class InvoiceRequest:
    """An invoice to be made.

    `reference` is the withdrawal's UUID: asking again with the same one makes no second invoice where the
    wallet can tell. `expiry_s` is in seconds. Raises InvoiceRefused for what no wallet could do.
    """

    reference: str
    amount_msat: int
    description: str
    expiry_s: int

    def __post_init__(self) -> None:
        if not 0 < self.amount_msat <= MAX_MSAT:
            raise InvoiceRefused("An invoice needs an amount above zero. No invoice was made.")
        if _bytes(self.description) > MAX_DESCRIPTION_BYTES:
            raise InvoiceRefused(
                f"The description is longer than the {MAX_DESCRIPTION_BYTES} bytes an invoice can hold, "
                "or holds broken characters. No invoice was made."
            )
        if not 0 < self.expiry_s <= MAX_EXPIRY_SECONDS:
            raise InvoiceRefused("An invoice has to expire, within thirty days. No invoice was made.")
        if not 0 < len(self.reference) <= _MAX_REFERENCE or not (
            self.reference.isascii() and self.reference.isprintable()
        ):
            raise ValueError("a reference is a short printable text")


@dataclass(frozen=True, slots=True)
class MadeInvoice:
    """An invoice as the wallet gave it: untrusted until the system above has decoded and compared it.

    `payment_hash` is what the wallet says (64 hexadecimal digits), None where it says none. `warnings` are
    sentences about receiving this amount, fit to be shown.
    """

    text: str = field(repr=False)
    payment_hash: str | None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the wallet says about one invoice.

    `tells_expiry` False: it says UNPAID also of what has expired, so that this tells nothing about time.
    `received_msat` is what it says arrived, `settled_at` when (seconds since 1970, UTC); None where it does not
    say. Both are None unless the state is settled.
    """

    state: ReceiptState
    payment_hash: str
    received_msat: int | None = None
    settled_at: int | None = None
    tells_expiry: bool = field(default=True, compare=False)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the wallet can receive at once. `max_msat` None: it does not say. `step_msat`: 1, or 1000 for whole sat."""

    min_msat: int
    max_msat: int | None
    step_msat: int
    sentence: str

    def check(self, amount_msat: int) -> None:
        """Raise InvoiceRefused where an amount is no multiple of the step or below the minimum.

        The maximum is a forecast, so it warns elsewhere and forbids nothing here.
        """
        if amount_msat % self.step_msat:
            raise InvoiceRefused(
                f"This wallet receives whole sat only, and {amount_msat} msat is not. No invoice was made.",
                "Choose a whole number of sat.",
            )
        if amount_msat < self.min_msat:
            raise InvoiceRefused(f"This wallet receives no less than {self.min_msat} msat. No invoice was made.")


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom Ashore would receive with, and what its credential may do.

    `node_id` is a public key in 66 hexadecimal digits; `network` is "bitcoin", "testnet", "signet" or "regtest".
    """

    kind: str
    name: str
    node_id: str | None
    network: str | None
    custodial: bool
    may_spend: MaySpend
    sentence: str


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """Payments since a cursor, of all invoices of the wallet, and the cursor to continue from.

    `complete` False: there may be more; look the open invoices up one by one.
    """

    receipts: tuple[Receipt, ...]
    cursor: str
    complete: bool


class ReceiveBackend(Protocol):
    """A wallet or node that receives. All but `limits` and `identity` of a pasted invoice ask it over the network.

    Every method raises BackendUnreachable, CredentialRefused or BackendMisbehaves where the wallet does so.
    """

    async def identity(self) -> Identity:
        """Return who it is and what the credential may do. Never spends, whatever the credential may do."""
        ...

    async def limits(self) -> Limits:
        """Return what it can receive now."""
        ...

    async def make(self, request: InvoiceRequest) -> MadeInvoice:
        """Make an invoice, or return the one made before for the same reference where the wallet can tell.

        Raises InvoiceRefused (none was made) and MakeUnknown (one may have been made) besides the others.
        """
        ...

    async def look_up(self, payment_hash: str, reference: str) -> Receipt:
        """Return what the wallet says about one invoice now. Raises ValueError for what is no payment hash."""
        ...

    def watch(self, payment_hashes: Iterable[str], trouble: Trouble | None = None) -> AsyncGenerator[Receipt, None]:
        """Yield the first state of every invoice and each change; settled comes once and stays.

        Ends when all are settled; expired and unknown ones are asked about until the caller closes it, which it
        does with `contextlib.aclosing`. Failures never end it: they are told to `trouble` and tried again.
        """
        ...

    async def catch_up(self, cursor: str | None) -> CaughtUp:
        """Return what was paid since `cursor`; None starts from now. Raises ValueError for no cursor of this wallet.

        A payment that is listed is a hint to look that invoice up. An empty cursor: this wallet cannot list.
        """
        ...


def _bytes(text: str) -> int:
    """Return the length of a text in UTF-8, more than anything allows where it has none (lone surrogates)."""
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        return MAX_DESCRIPTION_BYTES + 1
