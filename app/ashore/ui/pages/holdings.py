"""What an account holds, in words, largest first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ashore.domain.amounts import display_units
from ashore.systems.zklink.system.offer import L2_DECIMALS, SubAccountOffer, ZkLinkOffer


class Held(NamedTuple):
    """A sum of one token: 18-decimal units, its symbol, and in how many sub-accounts it is."""

    amount: int
    symbol: str
    places: int

    @property
    def words(self) -> str:
        """The sum with its unit."""
        return f"{display_units(self.amount, L2_DECIMALS)} {self.symbol}"


def holdings(offer: ZkLinkOffer, subs: Iterable[SubAccountOffer] | None = None) -> list[Held]:
    """What these sub-accounts (all of them by default) hold of each token that Ashore knows."""
    held: dict[int, list[int]] = {}
    for sub in offer.sub_accounts.values() if subs is None else subs:
        for token, amount in sub.balances.items():
            if amount and token in offer.tokens:
                held.setdefault(token, []).append(amount)
    sums = [Held(sum(parts), offer.tokens[token].symbol, len(parts)) for token, parts in held.items()]
    return sorted(sums, reverse=True)


def words_of(sums: list[Held], most: int = 3) -> str:
    """The largest sums in one line, and how many more there are; empty where there is none."""
    named = ", ".join(held.words for held in sums[:most])
    more = len(sums) - most
    return f"{named} and {more} more" if more > 0 else named
