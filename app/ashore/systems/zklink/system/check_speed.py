"""Whether a broker shall pay in advance, and what it may keep for that."""

from dataclasses import dataclass

from ashore.domain.amounts import AmountError, parse_amount, rescale
from ashore.systems.base import ARRIVES, Leg, Severity
from ashore.systems.zklink.codec.fast import ratio_percent, received_of
from ashore.systems.zklink.system.judgement import Choice, Judgement, money
from ashore.systems.zklink.system.offer import (
    FAST_SPEED,
    L2_DECIMALS,
    NORMAL_SPEED,
    BrokerOffer,
    ChainOffer,
    TokenOffer,
)

RATIO_WARNING, RATIO_STOP = 100, 1_000
"""From which ratio on (1 % and 10 % of the amount) a price is warned of, and refused: nobody means to pay that."""
_DECIMALS_OF_PERCENT = 2
_NORMAL = "Choose Normal: then the whole amount comes."


@dataclass(frozen=True, slots=True)
class Speed:
    """What the draft says of it. `ratio` is None where a price is missing; `possible` whether one may be fast here."""

    fast: bool
    ratio: int | None
    possible: bool
    broker: BrokerOffer | None


def judge_speed(found: Judgement, target: TokenOffer | None, chain: ChainOffer | None) -> Speed:
    """Whether it shall be fast, and for what ratio."""
    pair = (target.id, chain.id) if target is not None and chain is not None else None
    possible = pair in found.offer.fast
    broker = found.offer.brokers.get(pair) if pair is not None else None
    wish = found.draft.text("speed").strip(" ")
    if wish in ("", NORMAL_SPEED):
        if possible and broker is None and chain is not None:
            found.hint("speed", f"No broker pays in advance on {chain.name} at the moment.")
        return Speed(False, 0, possible, broker)
    if wish != FAST_SPEED:
        found.block("speed", "A withdrawal is normal or fast.", "Choose one from the list.")
        return Speed(False, 0, possible, broker)
    if target is not None and chain is not None:
        if not possible:
            found.block("speed", f"{target.symbol} cannot be paid in advance on {chain.name}.", _NORMAL)
        elif broker is None:
            found.block("speed", f"No broker pays {target.symbol} in advance on {chain.name} now.", _NORMAL)
    return Speed(True, _ratio(found, broker), possible, broker)


def _ratio(found: Judgement, broker: BrokerOffer | None) -> int | None:
    text = found.draft.text("ratio").strip(" ").removesuffix("%").rstrip(" ")
    asked = broker.ratio if broker is not None else None
    if not text:
        ratio = asked
    else:
        try:
            ratio = parse_amount(text, _DECIMALS_OF_PERCENT)
        except AmountError as error:
            found.block("ratio", _about_a_share(error), "Write per cent with at most two decimals, like 0.25.")
            return None
    if ratio is not None:
        _sane(found, ratio, asked, typed=bool(text))
    return ratio


def _about_a_share(error: AmountError) -> str:
    if "decimals, and the amount has" in error.sentence:
        return "The broker’s share has at most two decimals."
    return error.sentence.replace("an amount", "a share").replace("An amount", "A share").replace("amount", "share")


def _sane(found: Judgement, ratio: int, asked: int | None, *, typed: bool) -> None:
    """Say what is odd about a ratio, beside the field that it comes from."""
    name = "ratio" if typed else "speed"
    whose = "That is" if typed else "The broker asks for"
    if ratio <= 0:
        found.block(name, "Without a share no broker pays in advance.", _NORMAL)
    elif ratio >= RATIO_STOP:
        found.block(name, f"{whose} {ratio_percent(ratio)} of the amount: nobody means to pay that.", _NORMAL)
    elif ratio >= RATIO_WARNING:
        found.hint(name, f"{whose} {ratio_percent(ratio)} of the amount.", _NORMAL, Severity.WARNS)
    elif typed and asked is not None and ratio < asked:
        found.hint(
            name,
            f"Brokers ask for {ratio_percent(asked)}: for less perhaps nobody pays in advance.",
            "Then the whole amount comes the normal way.",
            Severity.WARNS,
        )
    elif typed and asked is not None and ratio > asked:
        found.hint(name, f"Brokers ask for {ratio_percent(asked)}; this gives them more.", "", Severity.WARNS)


def judge_advance(found: Judgement, choice: Choice, speed: Speed, amount: int | None) -> int | None:
    """What a broker would pay, in the target token's own units on the chain; None where nothing or not known."""
    decimals = choice.target_decimals
    if not speed.fast or amount is None or decimals is None or speed.ratio is None or "amount" in _blocked(found):
        return None
    target, chain = choice.target, choice.chain
    assert target is not None
    assert chain is not None
    received = received_of(rescale(amount, L2_DECIMALS, decimals), speed.ratio)
    if received == 0:
        found.block("amount", "Nothing would be left of it after the broker’s share.", "Enter a larger amount.")
    elif speed.broker is not None and amount > speed.broker.most:
        found.block(
            "speed",
            f"Brokers pay at most {money(speed.broker.most, target)} in advance on {chain.name} now.",
            "Enter less, or choose Normal.",
        )
    return received


def _blocked(found: Judgement) -> set[str]:
    return {name for name, problem in found.problems.items() if problem.severity is Severity.BLOCKS}


def fast_legs(choice: Choice, amount: int, ratio: int, received: int) -> tuple[Leg, ...]:
    """The costs of a fast withdrawal as one, and what is received exactly."""
    source, target, chain, fee = choice.source, choice.target, choice.chain, choice.fee
    decimals = choice.target_decimals
    assert source is not None
    assert target is not None
    assert chain is not None
    assert fee is not None
    assert decimals is not None
    kept = amount - rescale(received, decimals, L2_DECIMALS)
    share, zklink = money(kept, target), money(fee, source) if fee else "nothing"
    apart = f"{share} and {zklink}" if fee else share
    total = money(kept + fee, source) if source.id == target.id else apart
    return (
        Leg("You send", money(amount + fee, source), "from your layer-2 balance"),
        Leg("Costs you in total", total, f"{share} to the broker ({ratio_percent(ratio)}), {zklink} to zkLink"),
        Leg("If no broker pays", money(amount, target), "in full, the normal way"),
        Leg(ARRIVES, exactly(received, decimals, target), f"exactly, on {chain.name}, from a broker"),
    )


def exactly(received: int, decimals: int, target: TokenOffer) -> str:
    """What a broker pays, with its unit and every digit."""
    return money(rescale(received, decimals, L2_DECIMALS), target)
