"""What an account holds, in words, largest first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ashore.domain.amounts import display_units
from ashore.systems.reddio.system.offer import Holding, ReddioOffer
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


def reddio_holdings(offer: ReddioOffer) -> list[str]:
    """What is free to leave Reddio, under whichever key: each kind of money, and how many NFTs."""
    money: dict[int, tuple[Holding, int]] = {}
    for holding in offer.holdings:
        if holding.available and holding.asset.kind.is_fungible:
            known = money.get(holding.asset.asset_id, (holding, 0))
            money[holding.asset.asset_id] = holding, known[1] + holding.base
    words = [holding.text(base) for holding, base in money.values()]
    tokens = sum(bool(h.available) and not h.asset.kind.is_fungible for h in offer.holdings)
    return [*words, *([f"{tokens:,} NFT{'s' if tokens > 1 else ''}"] if tokens else [])]


def reddio_words(offer: ReddioOffer, most: int = 4) -> str:
    """What is free to leave Reddio, and what has left it, in one line."""
    held = reddio_holdings(offer)
    more = f" and {len(held) - most} more" if len(held) > most else ""
    free = ", ".join(held[:most]) + more or "Nothing to withdraw"
    return " · ".join(filter(None, (free, on_the_way(offer))))


def on_the_way(offer: ReddioOffer) -> str:
    """What has left the balances on Reddio and did not reach Ethereum yet; empty where nothing has."""
    money: dict[int, tuple[Holding, int]] = {}
    for holding in offer.holdings:
        if holding.withdraw_frozen and holding.asset.kind.is_fungible:
            _, before = money.get(holding.asset.asset_id, (holding, 0))
            money[holding.asset.asset_id] = holding, before + holding.withdraw_frozen * holding.asset.quantum
    tokens = sum(bool(h.withdraw_frozen) and not h.asset.kind.is_fungible for h in offer.holdings)
    words = [holding.text(base) for holding, base in money.values()]
    words += [f"{tokens:,} NFT{'s' if tokens > 1 else ''}"] if tokens else []
    if not words:
        return ""
    shown = [*words[:3], "more"] if len(words) > 3 else words
    named = shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
    alone = len(words) == 1 and tokens < 2
    return f"{named} {'is on its' if alone else 'are on their'} way to Ethereum"
