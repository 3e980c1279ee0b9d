"""Holding what a proven payout pays against the terms that it is said to be of, for whoever has only the proof."""

import re
from dataclasses import dataclass

from ashore.domain.amounts import unit
from ashore.domain.events import Terms
from ashore.ethereum.errors import InvalidProof

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)
_MOST_DECIMALS = 36


@dataclass(frozen=True, slots=True)
class Paid:
    """What a proven log pays, in words; empty where it pays nothing.

    `exact`: it pays exactly the amount and the token of the terms, called as the deployment calls it, to exactly their
    recipient. That it is this withdrawal's payout, and not another like it, no log tells.
    """

    words: str = ""
    exact: bool = False


def recipient_of(terms: Terms) -> bytes:
    """The 20 bytes of the recipient. Raises InvalidProof where the terms name none, written as an address is."""
    if not _ADDRESS.fullmatch(terms.recipient):
        raise InvalidProof("The payout went to an address, and the receipt names none as the recipient.")
    return bytes.fromhex(terms.recipient[2:])


def compared(terms: Terms, amount: int, decimals: int) -> int:
    """Whether `amount` base units with `decimals` are less (-1), as much (0) or more (1) than the terms say."""
    if not 0 <= terms.decimals <= _MOST_DECIMALS:
        raise InvalidProof("The receipt counts in units that no token has.")
    paid, said = amount * unit(terms.decimals), terms.amount * unit(decimals)
    return (paid > said) - (paid < said)
