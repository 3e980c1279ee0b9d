"""What became of an opened offer, by the journal alone: a crash between a withdrawal and the vault changes nothing."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Protocol

from ashore.domain.withdrawal import OPEN_STATUSES, Status
from ashore.engine.voucher_rests import balance_said


class Intentions(Protocol):
    """What of the journal tells whether an offer was used."""

    def head(self) -> int:
        """As `Journal.head`."""

    def statuses_after(self, number: int, profile: str, scope: str) -> list[str]:
        """As `Journal.statuses_after`."""

    def taken_after(self, number: int, profile: str, scope: str) -> int:
        """As `Journal.taken_after`."""


class Fate(Enum):
    """What the journal says of an opened offer."""

    FREE = auto()
    UNDER_WAY = auto()
    REST = auto()
    """It was withdrawn from, and its service had said that it holds more."""
    OVER = auto()


def fate_of(journal: Intentions, profile: str, meta: Mapping[str, str]) -> Fate:
    """The fate of what the vault describes thus."""
    statuses = journal.statuses_after(int(meta["after"]), profile, meta["scope"])
    if any(status == "" or status in OPEN_STATUSES for status in statuses):
        return Fate.UNDER_WAY
    # A refusal is believed only where it is proven: the invoice never left, or can never be paid any more.
    if all(status == Status.REFUSED for status in statuses):
        return Fate.FREE
    balance = balance_said(meta)
    return Fate.REST if balance and balance > taken_of(journal, profile, meta) > 0 else Fate.OVER


def taken_of(journal: Intentions, profile: str, meta: Mapping[str, str]) -> int:
    """What was withdrawn of it since it was opened, in msat."""
    return journal.taken_after(int(meta["after"]), profile, meta["scope"])
