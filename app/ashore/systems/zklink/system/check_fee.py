"""What zkLink asks for a withdrawal, and what a person may offer it."""

from ashore.domain.amounts import AmountError, format_units, parse_amount
from ashore.systems.base import Severity
from ashore.systems.zklink.codec import FEE
from ashore.systems.zklink.codec.profiles import Profile
from ashore.systems.zklink.system.judgement import Judgement, money
from ashore.systems.zklink.system.offer import L2_DECIMALS, ChainOffer, TokenOffer, ZkLinkOffer

FEE_WARNING, FEE_STOP = 2, 10
"""From how many times what zkLink asks a fee is warned of, and refused: nobody means to pay that."""


def suggested_fee(offer: ZkLinkOffer, chain: int, token: int) -> int | None:
    """The fee that zkLink asks for a payout on `chain`, paid in `token`, rounded up to what can be encoded.

    None where it is not told, or is more than can be encoded, as after a price that cannot be meant.
    """
    fee = offer.fees.get((chain, token))
    return FEE.closest_packable_up(fee) if fee is not None and fee <= FEE.max_value else None


def fee_when_fast(dialect: Profile, usual: int | None) -> int | None:
    """What zkLink itself asks on a fast withdrawal.

    Nothing in x-apex (Python package apexomni, `create_withdrawal_v3`), as usual elsewhere.
    """
    return 0 if dialect is Profile.X_APEX else usual


def judge_fee(
    found: Judgement, source: TokenOffer | None, chain: ChainOffer | None, *, fast: bool = False
) -> int | None:
    """The fee in 18 decimals of the source token, what zkLink asks for where the draft names none."""
    if source is None or chain is None:
        return None
    suggested = suggested_fee(found.offer, chain.id, source.id)
    if fast:
        suggested = fee_when_fast(found.deployment.dialect, suggested)
    text = found.draft.text("fee").strip(" ")
    if not text:
        if suggested is None:
            found.block("fee", f"zkLink does not tell its fee in {source.symbol}.", "Enter a fee.")
        return suggested
    fee = parsed_fee(found, text)
    return None if fee is None else _judge_typed(found, source, suggested, fee)


def _judge_typed(found: Judgement, source: TokenOffer, suggested: int | None, fee: int) -> int | None:
    """A fee as it was typed, where zkLink can take it. One that nobody means stays a fee, and is refused."""
    if not 0 <= fee <= FEE.max_value:
        found.block("fee", "The fee is larger than zkLink can take.", "Enter a smaller one.")
        return None
    if suggested is not None and fee >= FEE_STOP * suggested > 0:
        found.block(
            "fee",
            f"That is {fee // suggested} times what zkLink asks for ({money(suggested, source)}).",
            "Leave the field empty to pay what it asks.",
        )
        return fee
    if not FEE.is_packable(fee):
        below, above = (
            format_units(f, L2_DECIMALS) for f in (FEE.closest_packable_down(fee), FEE.closest_packable_up(fee))
        )
        found.block("fee", "zkLink cannot write this fee exactly.", f"The nearest are {below} and {above}.")
        return None
    if suggested is not None and fee >= FEE_WARNING * suggested > 0:
        found.hint(
            "fee",
            f"zkLink asks for {money(suggested, source)}; this is {_times(fee, suggested)} as much.",
            "Leave the field empty to pay what it asks.",
            Severity.WARNS,
        )
    elif suggested == 0 < fee:
        found.hint(
            "fee",
            "zkLink asks for no fee of its own on a fast withdrawal.",
            "Leave the field empty to pay none.",
            Severity.WARNS,
        )
    elif suggested is not None and fee < suggested:
        found.hint(
            "fee",
            f"Less than zkLink asks for ({money(suggested, source)}): it may refuse the request.",
            "Nothing is lost by a refusal.",
            Severity.WARNS,
        )
    return fee


def _times(fee: int, suggested: int) -> str:
    tenths = fee * 10 // suggested
    return f"{tenths // 10}.{tenths % 10} times" if tenths % 10 else f"{tenths // 10} times"


def parsed_fee(found: Judgement, text: str) -> int | None:
    """A fee as it was typed, zero included, in 18 decimals; None where it is none."""
    if text.isascii() and text.strip("0.") == "" and any(c == "0" for c in text) and text.count(".") <= 1:
        return 0
    try:
        return parse_amount(text, L2_DECIMALS)
    except AmountError as error:
        sentence = error.sentence.replace("an amount", "a fee").replace("An amount", "A fee")
        found.block("fee", sentence, "Leave the field empty to pay what zkLink asks, or write a number like 1.6.")
        return None
