"""What the side bar and the banner say about endpoints, operators and the lock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ashore.domain.observations import ChainHealth
from ashore.systems.base import Problem, Severity

ENOUGH = 2
"""So many endpoints must agree before anything counts as proven."""


class HealthWords(NamedTuple):
    """A short text, its tone, and the details for the tooltip."""

    text: str
    tone: str
    details: str


def health_words(chains: Sequence[ChainHealth]) -> HealthWords:
    """The state of the chain that stands worst."""
    asked = [chain for chain in chains if chain.asked]
    if not asked:
        return HealthWords("Asking the endpoints", "muted", "No endpoint was asked yet.")
    worst = min(asked, key=lambda chain: (chain.agreeing / chain.asked, chain.chain))
    tone = "ok" if worst.agreeing == worst.asked else "warn" if worst.agreeing >= ENOUGH else "bad"
    name = f" on {worst.chain}" if len(asked) > 1 else ""
    if name and all((chain.agreeing, chain.asked) == (worst.agreeing, worst.asked) for chain in asked):
        name = " on both chains" if len(asked) == 2 else " on every chain"
    details = "\n".join(line for chain in asked for line in _details(chain))
    return HealthWords(f"{worst.agreeing} of {worst.asked} endpoints agree{name}", tone, details)


def _details(chain: ChainHealth) -> list[str]:
    return [f"{chain.chain}: block {chain.head:,}, final up to {chain.finalized:,}", *chain.notes]


def trouble(chains: Sequence[ChainHealth], notes: Sequence[str], *, practice: bool = False) -> Problem | None:
    """What a person should know about the connection, or nothing. No `practice` network is beyond any line."""
    asked = [chain for chain in chains if chain.asked]
    dark = [chain.chain for chain in asked if chain.agreeing == 0]
    if dark and len(dark) == len(asked):
        return Problem(
            "The practice network does not answer." if practice else "No endpoint answers: you seem to be offline.",
            "What was proven stays proven. Ashore goes on asking, and catches up by itself.",
            Severity.WARNS,
        )
    short = [chain.chain for chain in asked if chain.agreeing < ENOUGH]
    if short:
        return Problem(
            f"Too few endpoints agree on {', '.join(short)}.",
            "Until two do, nothing new counts as proven there. Your money is not affected.",
            Severity.WARNS,
        )
    if notes:
        return Problem(
            " ".join(notes), "Nothing is lost: Ashore goes on asking, and catches up by itself.", Severity.WARNS
        )
    return None


def not_written(why: str, *, locked: bool) -> Problem | None:
    """What a person must know of an opened voucher that is in no vault, as it would be lost with the program."""
    if not why:
        return None
    if locked:
        sentence, advice = (
            "A voucher that you opened is not written to your vault yet.",
            "Unlock Ashore before you close it",
        )
    else:
        sentence, advice = (
            f"A voucher that you opened could not be written to your vault. {why}",
            "Withdraw it before you close Ashore",
        )
    return Problem(sentence, f"{advice}, or the voucher may be lost.", Severity.WARNS)


def link_not_written(why: str) -> Problem | None:
    """What a person must know of a voucher's link that is in no vault."""
    if not why:
        return None
    sentence = f"A voucher that was not opened could not be written to your vault. {why}"
    return Problem(sentence, "Open it before you close Ashore, or keep its link elsewhere.", Severity.WARNS)


def lock_words(seconds: int | None) -> str:
    """When the wallet locks by itself."""
    if seconds is None:
        return "Unlocked"
    if seconds >= 60:
        return f"Unlocked · locks in {-(-seconds // 60)} min"
    return f"Unlocked · locks in {seconds} s"
