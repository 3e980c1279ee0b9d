"""Judges a draft: the amount against what service and wallet allow, and an invoice that was pasted."""

import re
from collections.abc import Callable

from ashore.domain.amounts import AmountError, parse_amount
from ashore.domain.durations import duration
from ashore.systems.base import Draft, Leg, Problem, Severity
from ashore.systems.lnurl.codec import (
    AmountRange,
    Expected,
    Invoice,
    InvoiceError,
    Kind,
    btc_text,
    check_invoice,
    decode_invoice,
    invoice_text,
    recognise,
    sat_text,
)
from ashore.systems.lnurl.codec.naming import name_kind
from ashore.systems.lnurl.profile import LnurlProfile
from ashore.systems.lnurl.system.offer import UNITS, LnurlOffer, LnurlQuote
from ashore.systems.lnurl.system.receivers import PASTED, ReceiverOffer

_PIN = re.compile(r"[0-9]{1,12}", re.ASCII)
CHECK_THERE = "Ashore cannot see that wallet: it will not know whether the money came."
SOON_S = 300
"""An invoice with less time left is warned of: services take minutes, some of them."""
LONGER = "Make one that is good for an hour."


Used = Callable[[str], bool]
"""Whether Ashore ever handed over an invoice with this payment hash (hexadecimal)."""


def judge(profile: LnurlProfile, offer: LnurlOffer, draft: Draft, now_s: int, used: Used) -> LnurlQuote:
    """Judge a draft against the offer, without the network. `now_s` is UTC seconds."""
    problems: dict[str, Problem] = {}
    chosen = draft.text("receiver") or (offer.receivers[0].id if offer.receivers else PASTED)
    receiver = _receiver(offer, chosen, problems)
    allowed = _allowed(offer, receiver, chosen, problems)
    amount = _amount(draft, allowed, problems) if allowed is not None else None
    if amount is not None and receiver is not None:
        _capacity(receiver, amount, problems)
    text, invoice = "", None
    if chosen == PASTED:
        text, invoice = _pasted(profile, draft, amount, now_s, used, problems)
    pin = _pin(offer, draft, amount, problems)
    return LnurlQuote(
        offer=offer,
        draft=draft,
        problems=problems,
        legs=_legs(offer, receiver, amount),
        receive="" if amount is None else sat_text(amount),
        destination=receiver.sends_to if receiver else "your own wallet",
        usually="",
        amount_msat=amount,
        allowed=allowed,
        receiver=chosen,
        invoice=invoice,
        invoice_text=text,
        pin=pin,
    )


def _receiver(offer: LnurlOffer, chosen: str, problems: dict[str, Problem]) -> ReceiverOffer | None:
    if chosen == PASTED:
        return None
    receiver = offer.receiver(chosen)
    if receiver is None:
        problems["receiver"] = Problem("This wallet is not connected any more.", "Choose another one.")
    elif receiver.problem:
        problems["receiver"] = Problem(receiver.problem, "Nothing was withdrawn. Choose another wallet, or try again.")
    return receiver


def _allowed(
    offer: LnurlOffer, receiver: ReceiverOffer | None, chosen: str, problems: dict[str, Problem]
) -> AmountRange | None:
    """What may be entered: the service's range, in steps that the wallet can receive."""
    span = offer.range.offered(takes_msat=chosen == PASTED or (receiver is not None and receiver.takes_msat))
    if span is None:
        problems["amount"] = Problem(
            f"The service pays {_span(offer.range)}, and this wallet receives whole satoshis only.",
            "Choose another wallet.",
        )
        return None
    limits = receiver.limits if receiver else None
    narrowed = span.narrowed(limits.min_msat, None) if limits else span
    if narrowed is None and limits is not None:
        problems["amount"] = Problem(
            f"The service pays at most {sat_text(span.max_msat)}, and this wallet receives no less than "
            f"{sat_text(limits.min_msat)}.",
            "Choose another wallet.",
        )
    return narrowed


def _amount(draft: Draft, allowed: AmountRange, problems: dict[str, Problem]) -> int | None:
    unit = draft.text("unit") or "sat"
    if unit not in UNITS:
        problems["unit"] = Problem("Ashore does not know this unit.", "Choose sat or BTC.")
        return None
    integral = unit == "sat" and not allowed.needs_msat
    try:
        amount = parse_amount(draft.text("amount"), UNITS[unit], integral=integral)
    except AmountError as error:
        given = draft.text("amount").strip()
        problems["amount"] = Problem(error.sentence, error.advice if given else f"The service pays {_span(allowed)}.")
        return None
    if amount < allowed.min_msat:
        problems["amount"] = Problem(f"The least is {sat_text(allowed.min_msat)}.", "Enter more.")
        return None
    if amount > allowed.max_msat:
        problems["amount"] = Problem(f"The most is {sat_text(allowed.max_msat)}.", "Enter less.")
        return None
    if amount % 1000 and not allowed.needs_msat:
        problems["amount"] = Problem("That is not a whole number of satoshis.", "Leave out the fraction.")
        return None
    return amount


def _capacity(receiver: ReceiverOffer, amount: int, problems: dict[str, Problem]) -> None:
    """A wallet's own forecast warns and forbids nothing: it may be wrong."""
    limits = receiver.limits
    if limits is not None and limits.max_msat is not None and amount > limits.max_msat:
        problems["receiver"] = Problem(
            f"{receiver.name} expects to receive at most {sat_text(limits.max_msat)} at once.",
            "The payment may fail; the voucher may then be used again, or not.",
            Severity.WARNS,
        )


def _pasted(
    profile: LnurlProfile, draft: Draft, amount: int | None, now_s: int, used: Used, problems: dict[str, Problem]
) -> tuple[str, Invoice | None]:
    """The invoice that the person made in another wallet, checked against the amount to withdraw."""
    if amount is None:
        return "", None
    entered = draft.text("invoice").strip()
    if not entered:
        problems["invoice"] = Problem(
            f"An invoice over exactly {sat_text(amount)} is needed.", "Make it in your wallet and paste it here."
        )
        return "", None
    try:
        text = invoice_text(entered)
        invoice = decode_invoice(text)
    except InvoiceError as error:
        named = recognise(entered, profile.reach)
        if named.kind in (Kind.BOLT11, Kind.UNKNOWN) or name_kind(text) is Kind.BOLT11:
            problems["invoice"] = Problem(error.sentence, error.advice)
        else:
            made = f"Make an invoice over exactly {sat_text(amount)} in your wallet, and paste that here."
            problems["invoice"] = Problem(named.sentence, made)
        return "", None
    before = used(invoice.payment_hash.hex())
    found = check_invoice(invoice, Expected(profile.invoices, amount, now_s, hash_was_used=before))
    if found:
        problems["invoice"] = Problem(found[0].sentence, found[0].advice)
        return "", None
    problems["receiver"] = Problem(CHECK_THERE, "Look there afterwards.", Severity.NOTES)
    if expires_soon(invoice, now_s):
        problems["invoice"] = Problem(f"It {ends_in(invoice, now_s)}", LONGER, Severity.WARNS)
    return text, invoice


def expires_soon(invoice: Invoice, now_s: int) -> bool:
    """Whether a slow service may not pay before it expires. `now_s` is UTC seconds."""
    return invoice.expires_at - now_s <= SOON_S


def ends_in(invoice: Invoice, now_s: int) -> str:
    """How long it can still be paid, and what that may mean: the rest of a sentence about an invoice."""
    return f"expires in {duration((invoice.expires_at - now_s) * 1000)}: a slow service may not pay in time."


def _pin(offer: LnurlOffer, draft: Draft, amount: int | None, problems: dict[str, Problem]) -> str | None:
    if amount is None or not offer.service.needs_pin(amount):
        return None
    pin = draft.text("pin").strip()
    if not _PIN.fullmatch(pin):
        problems["pin"] = Problem(
            "For this amount the service asks a PIN of digits.",
            "Enter the PIN of the card or voucher; three wrong ones may lock it.",
        )
        return None
    return pin


def _legs(offer: LnurlOffer, receiver: ReceiverOffer | None, amount: int | None) -> tuple[Leg, ...]:
    pays = "–" if amount is None else sat_text(amount)
    note = f"{offer.host} allows {_span(offer.range)}"
    legs = [Leg("The service pays", pays, note)]
    if amount is not None:
        legs.append(Leg("In bitcoin", btc_text(amount)))
    legs.append(Leg("Fee", "none", "the service pays the routing; your wallet’s provider may keep a fee of its own"))
    where = receiver.sends_to if receiver else "your own wallet"
    legs.append(Leg("You receive in", where, receiver.limits.sentence if receiver and receiver.limits else ""))
    return tuple(legs)


def _span(span: AmountRange) -> str:
    if span.fixed:
        return f"exactly {sat_text(span.max_msat)}"
    return f"{sat_text(span.min_msat)} to {sat_text(span.max_msat)}"
