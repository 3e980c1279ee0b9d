"""Where a withdrawal ends on L1, and what terms say of it."""

from dataclasses import dataclass

from ashore.domain.amounts import display_units
from ashore.domain.events import Terms
from ashore.domain.withdrawal import Withdrawal
from ashore.systems.reddio.settlement.book import place_of

ADDRESS_LIMIT = 1 << 160


@dataclass(frozen=True, slots=True)
class Place:
    """Owner key and asset id; `quantum` is base units per quantum, 1 for single tokens."""

    owner_key: int
    asset_id: int
    quantum: int

    @property
    def subject(self) -> str:
        """Its name in the book."""
        return place_of(self.owner_key, self.asset_id)


def place_in(terms: Terms) -> Place:
    """The place that terms name."""
    details = terms.details
    return Place(int(details["owner_key"]), int(details["asset_id"]), int(details["quantum"]))


def owner_of(terms: Terms) -> str:
    """Who has to get the money (lower-case hex): the owner key where it is an address, else the terms' recipient."""
    owner_key = int(terms.details["owner_key"])
    return f"0x{owner_key:040x}" if owner_key < ADDRESS_LIMIT else terms.recipient


def money(terms: Terms, base: int) -> str:
    """An amount in words; a single token by its name."""
    if terms.details.get("token_id", ""):
        return terms.symbol
    return f"{display_units(base, terms.decimals)} {terms.symbol}"


def quanta_of(state: Withdrawal) -> int:
    """How much was asked for, in quanta."""
    return int(state.terms.details["quanta"])
