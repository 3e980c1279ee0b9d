"""Whether an amount can be taken from layer 2, written down and paid out."""

from ashore.domain.amounts import Amount, AmountError, format_units, parse_amount, without_dust
from ashore.systems.base import Problem, Severity
from ashore.systems.zklink.system.judgement import Choice, Judgement, money
from ashore.systems.zklink.system.offer import L2_DECIMALS, SubAccountOffer, TokenOffer, ZkLinkOffer
from ashore.systems.zklink.system.reserves import elsewhere

MAX_AMOUNT = (1 << 128) - 1
_SMALLER_FEE = "Choose another token or sub-account, or a smaller fee under “Fee and nonce”."


def judge_amount(found: Judgement, choice: Choice) -> int | None:
    """The amount in 18 decimals."""
    try:
        amount = parse_amount(found.draft.text("amount"), L2_DECIMALS)
    except AmountError as error:
        found.block("amount", error.sentence, error.advice)
        return None
    if amount > MAX_AMOUNT:
        found.block("amount", "That is larger than any balance can be.", "Check the amount.")
        return None
    problem = _dust(amount, choice)
    if problem is not None:
        found.block("amount", problem.sentence, problem.advice)
        return None
    fee = found.problems.get("fee")
    if fee is not None and fee.severity is Severity.BLOCKS and amount <= _balance(choice):
        return amount  # what is wrong is the fee, and that is said there
    problem = _covered(found.offer, amount, choice) or _in_reserve(found.offer, amount, choice)
    if problem is not None:
        found.block("amount", problem.sentence, problem.advice)
    return amount


def _dust(amount: int, choice: Choice) -> Problem | None:
    decimals = choice.target_decimals
    if decimals is None or choice.target is None or choice.chain is None:
        return None
    kept = without_dust(amount, L2_DECIMALS, decimals)
    if kept == amount:
        return None
    nearest = f"The nearest amount is {format_units(kept, L2_DECIMALS)}." if kept else "Enter a larger amount."
    return Problem(
        f"{choice.target.symbol} has {decimals} decimals on {choice.chain.name}; "
        f"{format_units(amount - kept, L2_DECIMALS)} would stay behind for ever.",
        nearest,
    )


def _covered(offer: ZkLinkOffer, amount: int, choice: Choice) -> Problem | None:
    if choice.sub is None or choice.source is None:
        return None
    balance = _balance(choice)
    total = amount + (choice.fee or 0)
    if total <= balance:
        return None
    if amount <= balance <= (choice.fee or 0):
        return Problem(
            f"The fee alone is {money(choice.fee or 0, choice.source)}, "
            f"and the balance is {money(balance, choice.source)}.",
            _SMALLER_FEE,
        )
    if amount <= balance:
        return Problem(
            f"Amount and fee together are {money(total, choice.source)}, "
            f"and the balance is {money(balance, choice.source)}.",
            "Use Max, or enter less.",
        )
    enough = [s.id for s in offer.sub_accounts.values() if s.balances.get(choice.source.id, 0) >= total]
    less = "Enter less" if balance else "Choose another token"
    advice = f"{less}, or choose sub-account {enough[0]}, which has enough." if enough else f"{less}."
    return Problem(f"The balance is {money(balance, choice.source)}.", advice)


def _balance(choice: Choice) -> int:
    """What the sub-account holds of the token, in 18 decimals."""
    return choice.sub.balances.get(choice.source.id, 0) if choice.sub is not None and choice.source is not None else 0


def _in_reserve(offer: ZkLinkOffer, amount: int, choice: Choice) -> Problem | None:
    if choice.target is None or choice.chain is None:
        return None
    target = choice.target
    converts = choice.source is not None and choice.source.id != target.id
    reserves = offer.usd_reserves if converts else offer.reserves
    reserve = reserves.get((target.id, choice.chain.id))
    if reserve is None or amount <= reserve:
        return None
    names = {c.id: c.name for c in offer.chains.values() if not c.problem}
    per_chain = {c: value for (token, c), value in reserves.items() if token == target.id}
    advice = elsewhere(amount, choice.chain.id, names, target.decimals, per_chain)
    return Problem(f"zkLink can pay out {money(reserve, target)} on {choice.chain.name} at the moment.", advice)


def balance_of(sub: SubAccountOffer | None, source: TokenOffer | None) -> Amount | None:
    """What the sub-account holds of the token."""
    if sub is None or source is None:
        return None
    return Amount(sub.balances.get(source.id, 0), L2_DECIMALS, source.symbol)


def maximum_of(choice: Choice) -> str:
    """The greatest amount that can be withdrawn, as text; empty where that is not known yet, or nothing can."""
    if choice.sub is None or choice.source is None or choice.fee is None:
        return ""
    rest = max(0, choice.sub.balances.get(choice.source.id, 0) - choice.fee)
    if choice.target_decimals is not None:
        rest = without_dust(rest, L2_DECIMALS, choice.target_decimals)
    return format_units(rest, L2_DECIMALS) if rest else ""
