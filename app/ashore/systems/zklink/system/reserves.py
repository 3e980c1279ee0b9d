"""Which chain could pay an amount out, where the chosen one cannot (error 208, getTokenReserve)."""

from collections.abc import Mapping, Sequence

from ashore.domain.amounts import without_dust
from ashore.systems.zklink.system.offer import L2_DECIMALS

WAIT = "Enter less, or try again later."


def elsewhere(
    amount: int, refused_on: int, names: Mapping[int, str], decimals: Mapping[int, int], reserves: Mapping[int, int]
) -> str:
    """Advice in a sentence or two: the other chains of the same token that can pay, or that there is none.

    `amount` and `reserves` (by chain) have 18 decimals; `names` are the chains that can be used now, `decimals` the
    token's per chain.
    """
    others = [chain for chain in names if chain != refused_on]
    if not others:
        return f"No other chain is connected here. {WAIT}"
    able = [
        names[chain]
        for chain in others
        if chain in decimals
        and reserves.get(chain, 0) >= amount
        and without_dust(amount, L2_DECIMALS, decimals[chain]) == amount
    ]
    return (
        f"{_listed(able)} can pay this amount: choose it under “To chain”." if able else f"No other chain can. {WAIT}"
    )


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
