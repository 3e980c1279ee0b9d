"""What a withdrawal is found by in the list: the words that are kept of it, and those that somebody typed."""

from ashore.domain.evidence import Level
from ashore.domain.withdrawal import GAS_MOST, LAST_STAGE, SAID_BY, Status, Withdrawal, placed

MAX_SEARCH = 4_000
MAX_WORDS = 24
"""Words that are looked for one by one: more than a hash has groups. What comes after is looked for as it stands."""

_HASH_LENGTH = 66

STATUS_WORDS = {
    Status.PREPARED: "waiting under way open not sent yet",
    Status.UNKNOWN: "waiting under way open outcome unknown",
    Status.UNDER_WAY: "waiting under way open",
    Status.FINAL: "final done arrived",
    Status.REFUSED: "refused stopped",
    Status.FAILED: "failed stopped",
    Status.CANCELLED: "cancelled stopped",
    Status.UNSEEN: "ended out of sight unseen stopped",
    Status.ENDED: "ended by you may still happen stopped",
    Status.REMOVED: "",
}
_BY_WORD = "done reported"
"""Those of what is final by the operator's word alone: nobody has seen that it arrived, or can."""


def searchable(state: Withdrawal, stage: str) -> str:
    """Everything that a withdrawal is found by, in lower case. `stage` is the title of the stage it stands at."""
    terms = state.terms
    evidence = [piece for view in state.stages.values() for piece in view.evidence]
    hashes = {piece.tx_hash for piece in evidence} | {v for piece in evidence for v in piece.facts.values() if _hash(v)}
    words = [
        terms.symbol,
        terms.receive_symbol,
        terms.destination,
        terms.recipient,
        terms.system,
        terms.details.get("amount.text", ""),
        terms.details.get("description", ""),
        terms.details.get(SAID_BY, ""),
        *(["followed", "another wallet"] if state.is_followed else []),
        *(["claim"] if GAS_MOST in terms.details else []),
        *(move.locator for move in state.moves.values()),
        *sorted(hashes),
        placed(stage, terms),
        _BY_WORD if state.ended_by_word else STATUS_WORDS[state.status],
        *(["irreversible"] if state.stage(state.facts.get(LAST_STAGE, "")).level is Level.IRREVERSIBLE else []),
    ]
    return " ".join(words).lower()


def needles(text: str) -> list[str]:
    """The words that have all to be found. An address may be written in groups, or cut short with an ellipsis."""
    # No row holds half a character, as a cut paste can end with, nor so long a text.
    whole = text.strip()[:MAX_SEARCH].lower().encode("utf-8", "replace").decode()
    bare = whole.replace("\u200b", "").replace("…", " ").replace("...", " ")
    return bare.split(None, MAX_WORDS - 1)


def _hash(value: str) -> bool:
    return value.startswith("0x") and len(value) == _HASH_LENGTH
