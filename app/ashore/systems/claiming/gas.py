"""What gas costs and how much of it a call takes, for every transaction that claims, replaces or cancels."""

from collections.abc import Mapping
from dataclasses import dataclass

from ashore.domain.amounts import AmountError, display_units, format_units, parse_amount
from ashore.domain.errors import AshoreError
from ashore.domain.withdrawal import GAS_MOST, Withdrawal
from ashore.ethereum.errors import BadAnswer
from ashore.ethereum.fees import Fees
from ashore.ethereum.quorum import Quorum
from ashore.ethereum.wire import quantity
from ashore.net.errors import RpcError
from ashore.systems.base import Leg, Problem, ReviewLine, Severity

WEI_DECIMALS, GWEI_DECIMALS = 18, 9
GAS_ROOM = 6, 5
"""The gas limit is six fifths of the estimate."""
LEAST_GAS, MOST_GAS = 90_000, 400_000
"""Claims take 48,000 to 72,000 units; no endpoint's answer can set a limit below or above these."""

GAS_SYMBOL = "gas.symbol"
"""Detail of a claim: what its gas is paid in."""
GAS_LIKELY, GAS_UNITS = "gas.likely", "gas.units"
"""Details of a claim, and later facts: what its gas probably costs, in wei, and how many units that is."""
GAS_PRICE = "gas.price"
"""The highest price of gas so far, in wei for each unit, in what is planned to replace a claim."""
MOST_GWEI = 10_000 * 10**9
MANY_TIMES = 10
"""So many times what gas costs now, a highest price is warned of."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How much gas a call takes; or, with none, what the contract answered to it."""

    gas: int
    refusal: RpcError | None = None
    likely: int = 0
    """What the endpoints estimate, before any room; a chain gives part of it back at the end (EIP-3529)."""


async def tried(quorum: Quorum, call: Mapping[str, str], least: int = LEAST_GAS, most: int = MOST_GAS) -> Trial:
    """Try a call on the chain's newest state. Nothing is sent; the gas limit comes with room, from `least` to `most`.

    Too little burns the gas, and too much asks for ether that the payer may not have. So what counts is the most of
    which enough endpoints say that it takes as much: one that lies alone moves it neither way. Where no more answer
    than have to agree, the greatest counts. Raises AshoreError where endpoints differ on whether it works,
    or where it takes too much.
    """
    told = []
    for answer in (await quorum.ask_each("eth_estimateGas", [call])).values():
        try:
            told.append(quantity(answer, "an amount of gas"))
        except BadAnswer:
            continue
    plausible = sorted((gas for gas in told if gas <= most), reverse=True)
    if len(plausible) >= quorum.k:
        counts = plausible[quorum.k - 1] if len(plausible) > quorum.k else plausible[0]
        return Trial(max(least, min(most, counts * GAS_ROOM[0] // GAS_ROOM[1])), likely=counts)
    if sum(gas > most for gas in told) >= quorum.k:
        raise AshoreError(
            f"The endpoints say that it takes {min(gas for gas in told if gas > most):,} units of gas or more, and "
            f"Ashore lets it take {most:,} at most.",
            "Ask whoever runs the token’s contract why it takes so much. Nothing was signed.",
        )
    try:
        await quorum.get("eth_call", [call, "latest"])
    except RpcError as refusal:
        return Trial(0, refusal)
    raise AshoreError("The endpoints do not agree on how much gas it takes.", "Try again in a moment.")


def ceiling(text: str, fees: Fees, problems: dict[str, Problem], gas: int, symbol: str) -> int | None:
    """The highest price that was typed (gwei; empty for the usual), in wei a unit of gas; None with a problem.

    `gas` is the limit that it is for: how much a high price can cost is said in what gas is paid in, `symbol`.
    """
    if not text.strip():
        return fees.max_fee
    try:
        wei = parse_amount(text, GWEI_DECIMALS)
    except AmountError as error:
        finer = len(text.strip().partition(".")[2].rstrip("0")) > GWEI_DECIMALS
        words = ("A price of gas has at most nine digits after the point.", "Leave the rest out.")
        problems["max_fee"] = Problem(*(words if finer else (error.sentence, error.advice)))
        return None
    least = fees.base + 1
    if wei < least:
        now = format_units(least, GWEI_DECIMALS)
        problems["max_fee"] = Problem(f"No block would take it: gas costs {now} gwei now.", "Raise it.")
        return None
    if wei < fees.base * 9 // 8:
        problems["max_fee"] = Problem(
            "It may wait long: the price rises by up to an eighth with each full block.", severity=Severity.WARNS
        )
    return bounded(wei, fees, problems, gas, symbol)


def bounded(wei: int, fees: Fees, problems: dict[str, Problem], gas: int, symbol: str) -> int | None:
    """A highest price (wei for each unit of gas) that is not beyond all reason; a warning where it is much."""
    if wei > max(MOST_GWEI, 100 * fees.max_fee):
        problems["max_fee"] = Problem("That is far more than gas ever costs.", "Leave it empty for the usual price.")
        return None
    times = wei // max(1, fees.expected)
    if times >= MANY_TIMES:
        problems["max_fee"] = Problem(
            f"That is {times:,} times what gas costs now: this may cost up to {gas_words(gas * wei, symbol)}.",
            "A block takes the price of its moment, so usually much less. Enter less to be sure.",
            Severity.WARNS,
        )
    return wei


def gas_words(wei: int, symbol: str, *, up: bool = True) -> str:
    """An amount of ether: a cost in three digits that count, rounded up; what somebody has in six, rounded down."""
    step = 10 ** max(0, len(str(wei)) - (3 if up else 6))
    shown = -(-wei // step) * step if up else wei // step * step
    return f"{display_units(shown, WEI_DECIMALS)} {symbol}"


def gas_legs(gas: int, likely: int, prices: tuple[int, int], symbol: str, payer: str) -> tuple[Leg, ...]:
    """What a transaction probably costs, and at most; none where nobody knows what it takes.

    `gas` is its limit and `likely` what it takes, in units; `prices` what a unit probably costs and at most, in wei.
    """
    if not gas:
        return ()
    price, highest = prices
    return (
        Leg("Gas, probably", gas_words(likely * price, symbol), f"{units_words(likely)}, from {payer}"),
        Leg("At most", gas_words(gas * highest, symbol), f"a limit of {gas:,} units, at the highest price"),
    )


def units_words(units: int) -> str:
    """How much gas a call takes, as it is told everywhere: the estimate, before what the chain gives back."""
    return f"{units:,} units or fewer"


def likely_details(units: int, wei: int) -> dict[str, str]:
    """What a transaction probably takes, to be kept with it: units of gas, and what they cost, in wei."""
    return {GAS_UNITS: str(units), GAS_LIKELY: str(wei)}


def likely_lines(details: Mapping[str, str], symbol: str) -> tuple[ReviewLine, ...]:
    """The same as the review has it; none where it was not reckoned."""
    if GAS_LIKELY not in details:
        return ()
    cost, units = gas_words(int(details[GAS_LIKELY]), symbol), units_words(int(details[GAS_UNITS]))
    return (ReviewLine("Gas, probably", cost, f"{units}, at the price of now", reckoned=True),)


def gas_most(state: Withdrawal) -> int:
    """The most that the gas of a claim can cost, in wei: whichever of its transactions a block takes."""
    return int(state.facts.get(GAS_MOST) or state.terms.details[GAS_MOST])


def gwei_words(wei: int) -> str:
    """A price of gas, rounded up to three digits that count."""
    step = 10 ** max(0, len(str(wei)) - 3)
    return f"{format_units(-(-wei // step) * step, GWEI_DECIMALS)} gwei"


def exact_gwei_words(wei: int) -> str:
    """A price of gas to the last wei, as it was paid."""
    return f"{format_units(wei, GWEI_DECIMALS)} gwei"
