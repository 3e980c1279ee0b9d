"""From a ready quote to a plan: the invoice made and checked, the bearer's secret packed, the review in words."""

import hashlib
import json
from dataclasses import dataclass, field

from ashore.domain.durations import duration
from ashore.domain.errors import AshoreError
from ashore.domain.events import Terms
from ashore.domain.evidence import Evidence, Level
from ashore.domain.moves import MoveKind
from ashore.domain.untrusted import quoted
from ashore.domain.withdrawal import AGAIN_UNTIL, ANEW_FROM, LAST_LEVEL, LAST_STAGE, SAID_BY
from ashore.lightning.backends import InvoiceRequest, MadeInvoice
from ashore.store.names import VOUCHER_FIRST, VOUCHER_LINK
from ashore.systems.base import Bearer, Plan, ReviewLine
from ashore.systems.lnurl.codec import (
    CodecError,
    Expected,
    Invoice,
    InvoiceError,
    Reach,
    ServiceUrl,
    btc_text,
    callback_url,
    check_invoice,
    decode_invoice,
    parse_url,
    sat_text,
)
from ashore.systems.lnurl.codec.amounts import BTC_DECIMALS
from ashore.systems.lnurl.profile import LnurlProfile
from ashore.systems.lnurl.settlement.receipts import WATCHED_PAST_EXPIRY_MS
from ashore.systems.lnurl.system.checks import LONGER, Used, ends_in, expires_soon
from ashore.systems.lnurl.system.offer import KEEP_BALANCE, MAX_SHOWN_DESCRIPTION, LnurlOffer, LnurlQuote
from ashore.systems.lnurl.system.opened_note import link_name
from ashore.systems.lnurl.system.receivers import NETWORKS, PASTED, Receiver, ReceiverOffer
from ashore.systems.lnurl.system.tracks import FINAL, INVOICED, REQUESTED, SEEN, UNSEEN
from ashore.systems.lnurl.system.wording import CHECKED, INVOICE, OFFER
from ashore.systems.local_time import exact_utc, time_of_day

EXPIRY_S = 3600
EXPIRES_AT = "expires.at"
LEAST_LEFT_MS = 30_000
"""An invoice that expires sooner is not handed over any more."""
PAYMENT_HASH = "payment.hash"
SAID_BALANCE = "balance.said"
"""The detail of what the service said it holds in all before this withdrawal, in msat, where that was more."""
BY_BALANCE = "balance.kept"
"""The detail that a person keeps a link by which the balance can be looked at again (LUD-14), at this confirmation or
since before."""


class NoteUnreadable(AshoreError):
    """The vault’s note is not one that this version writes: what it held is lost."""

    def __init__(self) -> None:
        super().__init__("The vault’s note about this voucher cannot be read.")


class NotReady(AshoreError):
    """The quote has problems that block a review, or its invoice cannot be used."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What is handed to the service. Whoever has it can take the money, so it is sealed in the vault."""

    callback: ServiceUrl = field(repr=False)
    k1: str = field(repr=False)
    invoice: str = field(repr=False)
    receiver: str
    pin: str | None = field(default=None, repr=False)
    link: str = field(default="", repr=False)
    """The address that was opened, by which the same voucher is known again though its service gives it a new k1."""

    def to_json(self) -> str:
        """The text that the vault seals."""
        return json.dumps(
            {
                "v": 1,
                "callback": self.callback.text,
                "k1": self.k1,
                "pr": self.invoice,
                "to": self.receiver,
                "pin": self.pin,
                "from": self.link,
            }
        )

    @classmethod
    def from_json(cls, text: str, reach: Reach) -> "Claim":
        """Read it back. Raises NoteUnreadable for anything that `to_json` does not write."""
        try:
            raw = json.loads(text)
            version, callback, k1, invoice, to, pin = (raw[n] for n in ("v", "callback", "k1", "pr", "to", "pin"))
            link = raw.get("from", "")
        except (ValueError, KeyError, TypeError):
            raise NoteUnreadable from None
        if version != 1 or not all(isinstance(part, str) for part in (callback, k1, invoice, to, link)):
            raise NoteUnreadable
        try:
            address = parse_url(callback, reach)
        except CodecError:
            raise NoteUnreadable from None
        return cls(address, k1, invoice, to, pin if isinstance(pin, str) else None, link)


async def make_invoice(
    profile: LnurlProfile, quote: LnurlQuote, receiver: Receiver | None, reference: str, now_s: int, used: Used
) -> tuple[str, Invoice, tuple[str, ...]]:
    """Let the receiver make the invoice (or take the pasted one), and check it against what was asked.

    Returns its text, what it says, and the receiver's warnings. Raises NotReady, or what the receiver says.
    """
    offer, amount = _ready(quote)
    if quote.receiver == PASTED:
        assert quote.invoice is not None
        return quote.invoice_text, quote.invoice, ()
    if receiver is None:
        raise NotReady("This wallet is not connected any more.", "Choose another one.")
    description = offer.service.invoice_description or offer.host  # some wallets make none without one
    made = await receiver.backend.make(InvoiceRequest(reference, amount, description, EXPIRY_S))
    offered = offer.receiver(quote.receiver)
    return made.text, _checked(profile, made, offered, amount, description, now_s, used), made.warnings


def _ready(quote: LnurlQuote) -> tuple[LnurlOffer, int]:
    if not quote.ready or quote.amount_msat is None:
        first = next(iter(quote.problems.values()), None)
        raise NotReady("The form is not complete.", str(first) if first else "")
    assert isinstance(quote.offer, LnurlOffer)
    return quote.offer, quote.amount_msat


def _checked(
    profile: LnurlProfile,
    made: MadeInvoice,
    offered: ReceiverOffer | None,
    amount: int,
    description: str,
    now_s: int,
    used: Used,
) -> Invoice:
    identity = offered.identity if offered else None
    network = NETWORKS.get(identity.network or "") if identity else None
    try:
        invoice = decode_invoice(made.text)
    except InvoiceError as error:
        raise NotReady(f"The wallet made an invoice that is none: {error.sentence}", "Nothing was withdrawn.") from None
    expected = Expected(
        network=profile.invoices,
        amount_msat=amount,
        now=now_s,
        description=description,
        payment_hash=bytes.fromhex(made.payment_hash) if made.payment_hash else None,
        payee=bytes.fromhex(identity.node_id) if identity and identity.node_id else None,
        expiry=EXPIRY_S,
        hash_was_used=used(invoice.payment_hash.hex()),
    )
    found = check_invoice(invoice, expected)
    if network is not None and network is not profile.invoices:
        raise NotReady("This wallet is on another network.", "Nothing was withdrawn. Choose another wallet.")
    if found:
        raise NotReady(found[0].sentence, f"Nothing was withdrawn. {found[0].advice}")
    return invoice


def plan_of(
    profile: LnurlProfile, quote: LnurlQuote, text: str, invoice: Invoice, warnings: tuple[str, ...], now_ms: int
) -> Plan:
    """What will be handed over, under what terms, and what already speaks for its first two stages."""
    offer, amount = _ready(quote)
    receiver = offer.receiver(quote.receiver)
    payment_hash = invoice.payment_hash.hex()
    claim = Claim(offer.service.callback, offer.service.k1, text, quote.receiver, quote.pin, opened_link(offer))
    _refuse_unsendable(claim)
    lines = _lines(offer, quote, receiver, invoice, now_ms)
    track = UNSEEN if receiver is None else SEEN
    place = receiver.sends_to if receiver else "your own wallet"
    terms = Terms(
        system="LNURL",
        network=profile.network,
        profile=profile.id,
        track=str(track.ref),
        account=quote.receiver,
        symbol="BTC",
        decimals=BTC_DECIMALS,
        amount=amount,
        fee=0,
        recipient=invoice.payee.hex(),
        destination=place,
        receive_symbol="BTC",
        details={
            LAST_STAGE: FINAL,
            LAST_LEVEL: "seen",
            "amount.text": sat_text(amount),
            "description": offer.description,
            SAID_BY: offer.host,
            PAYMENT_HASH: payment_hash,
            EXPIRES_AT: str(invoice.expires_at * 1000),
            ANEW_FROM: str(invoice.expires_at * 1000 + WATCHED_PAST_EXPIRY_MS),
            **({VOUCHER_LINK: link_name(offer.asked)} if offer.asked is not None else {}),
            **({VOUCHER_FIRST: offer.first_link} if offer.first_link else {}),
            **({SAID_BALANCE: str(offer.said_balance_msat)} if offer.said_balance_msat > amount else {}),
            **({BY_BALANCE: "yes"} if _keeps_balance(offer, quote) else {}),
            # A wrong PIN must not go again: three of them lock a card.
            **({} if quote.pin else {AGAIN_UNTIL: str(invoice.expires_at * 1000 - LEAST_LEFT_MS)}),
        },
    )
    return Plan(
        profile=profile.id,
        kind=MoveKind.REQUEST,
        request=Bearer(payment_hash, claim_scope(offer), claim.to_json(), lines),
        terms=terms,
        confirm=f"Withdraw {sat_text(amount)}",
        warnings=(*_warnings(offer), *_hurry(invoice, now_ms), *warnings),
        evidence=_begun(offer, invoice, receiver, now_ms),
    )


def _keeps_balance(offer: LnurlOffer, quote: LnurlQuote) -> bool:
    return bool(offer.balance_host) and (offer.kept or quote.draft.text(KEEP_BALANCE) == "yes")


def _refuse_unsendable(claim: Claim) -> None:
    """Find out now, not after it is journaled, that the address would be too long. Raises NotReady."""
    try:
        callback_url(claim.callback, claim.k1, claim.invoice, claim.pin)
    except CodecError as error:
        raise NotReady(error.sentence, f"Nothing was withdrawn. {error.advice}".strip()) from None


def claim_scope(offer: LnurlOffer) -> str:
    """A hash of host and k1: two claims of one voucher share it, and nothing can be read from it."""
    return hashlib.sha256(f"{offer.service.callback.host}\0{offer.service.k1}".encode()).hexdigest()


def opened_link(offer: LnurlOffer) -> str:
    """The address that was opened, as it goes over the wire: a secret. Empty where none was."""
    return offer.asked.wire if offer.asked is not None else ""


def _begun(
    offer: LnurlOffer, invoice: Invoice, receiver: ReceiverOffer | None, now_ms: int
) -> tuple[tuple[str, Evidence], ...]:
    asked = {
        "service": offer.host,
        "least": sat_text(offer.range.min_msat),
        "most": sat_text(offer.range.max_msat),
        "description": offer.description,
    }
    made = {
        "amount": sat_text(invoice.amount_msat or 0),
        "payment hash": invoice.payment_hash.hex(),
        "payee": invoice.payee.hex(),
        "good until": exact_utc(invoice.expires_at * 1000),
        CHECKED: "signature, network, amount, description and expiry",
    }
    source = receiver.name if receiver else "Your invoice"
    return (
        (REQUESTED, Evidence(OFFER, Level.REPORTED, offer.host, offer.opened_at, asked)),
        (INVOICED, Evidence(INVOICE, Level.SEEN, source, now_ms, made)),
    )


def _warnings(offer: LnurlOffer) -> tuple[str, ...]:
    said = []
    if offer.answered_by != offer.host:
        said.append(f"{offer.host} passed the question on to {offer.answered_by}.")
    if offer.callback_host not in (offer.host, offer.answered_by):
        said.append(
            f"The invoice goes to another host: {offer.callback_host}. That is usual for some services, "
            f"but be sure that you trust it."
        )
    return tuple(said)


def _hurry(invoice: Invoice, now_ms: int) -> tuple[str, ...]:
    now_s = now_ms // 1000
    return (f"The invoice {ends_in(invoice, now_s)} {LONGER}",) if expires_soon(invoice, now_s) else ()


def _lines(
    offer: LnurlOffer, quote: LnurlQuote, receiver: ReceiverOffer | None, invoice: Invoice, now_ms: int
) -> tuple[ReviewLine, ...]:
    amount = quote.amount_msat or 0
    ends = invoice.expires_at * 1000
    where = receiver.sends_to if receiver else "your own wallet, which Ashore cannot see"
    lines = [
        ReviewLine("You withdraw", sat_text(amount), btc_text(amount)),
        ReviewLine("From", offer.host, "the service’s whole name"),
        ReviewLine("To", where, f"node {invoice.payee.hex()}", monospace=False),
        ReviewLine(
            "Invoice",
            invoice.payment_hash.hex(),
            "its payment hash: by this your wallet knows the payment",
            monospace=True,
        ),
        ReviewLine("Invoice good until", f"{time_of_day(ends, now_ms)} (in {duration(ends - now_ms)})"),
    ]
    if offer.description:
        lines.insert(
            2,
            ReviewLine(
                "The service said",
                quoted(offer.description, MAX_SHOWN_DESCRIPTION),
                f"its own words at {time_of_day(offer.opened_at, now_ms)}, not checked",
            ),
        )
    return tuple(line for line in lines if line.value)
