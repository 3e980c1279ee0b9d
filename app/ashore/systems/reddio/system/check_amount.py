"""Whether an amount is one that Reddio can carry, and that the vault holds."""

from dataclasses import dataclass

from ashore.domain.amounts import AmountError, format_units, parse_amount
from ashore.systems.reddio.codec import CodecError, QuantumError, quantise
from ashore.systems.reddio.codec.limits import MAX_AMOUNT
from ashore.systems.reddio.system.judgement import Judgement
from ashore.systems.reddio.system.offer import Holding


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount in base units of L1 and in quanta, None while it is none; `nearest` are valid ones beside it."""

    base: int | None = None
    quanta: int | None = None
    nearest: tuple[str, ...] = ()


def judge_amount(found: Judgement, holding: Holding | None) -> Sum:
    """The amount of the draft; an NFT is one, whatever is typed."""
    if holding is None:
        return Sum()
    if not holding.asset.kind.is_fungible:
        return _judge_token(found, holding)
    try:
        base = parse_amount(found.draft.text("amount"), holding.decimals)
        quanta = quantise(base, holding.asset.quantum, holding.decimals, holding.symbol)
    except AmountError as error:
        found.block("amount", error.sentence, error.advice)
        return Sum()
    except QuantumError as error:
        near = tuple(format_units(v, holding.decimals) for v in (error.below, error.above) if v is not None)
        found.block("amount", str(error), f"Enter {' or '.join(near)}.")
        return Sum(nearest=near)
    except CodecError as error:
        found.block("amount", str(error))
        return Sum()
    if quanta > holding.available:
        found.block("amount", *_uncovered(holding))
    return Sum(base, quanta)


def _judge_token(found: Judgement, holding: Holding) -> Sum:
    if found.text("amount") not in ("", "1"):
        found.block("amount", "Of a single token there is exactly one.", "Leave the amount empty.")
    if holding.available < 1:
        found.block("asset", *_uncovered(holding))
    return Sum(1, 1)


def _uncovered(holding: Holding) -> tuple[str, str]:
    quantum = holding.asset.quantum
    on_its_way = holding.withdraw_frozen + holding.frozen
    if not holding.asset.kind.is_fungible:
        if on_its_way:
            return f"{holding.title} is not available: it is on its way to Ethereum, or in an order.", "Wait for it."
        return f"{holding.title} is not available.", "Open the account again."
    sentence = f"The balance is {holding.text(holding.base)}."
    if holding.withdraw_frozen:
        sentence += f" Another {holding.text(holding.withdraw_frozen * quantum)} is on its way to Ethereum."
    if holding.frozen:
        sentence += f" Another {holding.text(holding.frozen * quantum)} is tied up in orders on Reddio."
    return sentence, "Use Max, or enter less." if holding.available else "Choose another asset."


def maximum_of(holding: Holding | None) -> str:
    """The greatest amount that can be asked for at once, as text; empty where that is not known."""
    if holding is None or not holding.available:
        return ""
    return format_units(min(holding.available, MAX_AMOUNT) * holding.asset.quantum, holding.decimals)
