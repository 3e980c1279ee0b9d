"""What a receipt tells of a withdrawal's terms: what they are about, and nothing that only its own wallet needs."""

from dataclasses import fields, replace

from ashore.domain.events import Terms
from ashore.store.names import VOUCHER_FIRST, VOUCHER_LINK

KEPT_BACK = frozenset({VOUCHER_LINK, VOUCHER_FIRST, "key"})
"""Hashes of a voucher's links, which a service's own short links could be guessed by, and one's own name of a key."""


_WORDS = {
    "amount": "amount",
    "decimals": "amount",
    "fee": "fee",
    "symbol": "token",
    "receive_symbol": "token",
    "recipient": "recipient",
    "account": "account",
    "destination": "chain",
    "network": "network",
    "profile": "network",
    "system": "network",
    "track": "steps",
    "details": "details",
}


def told_by(terms: Terms) -> Terms:
    """The terms as a receipt has them; those of a receipt stay as they are."""
    return replace(terms, details={name: value for name, value in terms.details.items() if name not in KEPT_BACK})


def differing(ours: Terms, theirs: Terms) -> str:
    """What of a receipt's terms this wallet has otherwise, in words: "amount, recipient". Empty where nothing is."""
    mine, its = told_by(ours), told_by(theirs)
    names = [each.name for each in fields(Terms) if getattr(mine, each.name) != getattr(its, each.name)]
    return ", ".join(word for word in dict.fromkeys(_WORDS.values()) if word in {_WORDS[name] for name in names})
