"""Text from outside, made fit to be shown: one line, no control or direction marks, bounded."""

import unicodedata

MAX_QUOTED = 160
"""Characters of somebody else's words that are quoted in a sentence of ours."""

# All that reads like a double quotation mark, and what looks like two single ones or a pair of primes.
_QUOTES = '"“”„‟«»‹›❝❞❠〝〞〟＂″‶‴‷ʺ˝ˮ״⹂﹁﹂﹃﹄「」『』｢｣'
_NO_QUOTES = str.maketrans(dict.fromkeys(_QUOTES, "'"))

_MARK = "\ufffd"
_DIVIDE = frozenset("\t\r\n\u2028")
"""What divides words and lines, and is seen by that."""

_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def plain(text: object, limit: int = 160) -> str:
    """Return `text` as one visible line of at most `limit` characters.

    Control, formatting (bidirectional marks included), surrogate and unassigned characters become
    a visible replacement mark, so that nothing can hide or reorder what a person reads.
    """
    raw = text if isinstance(text, str) else str(text)
    raw = raw[: limit * 4]
    shown = "".join(_MARK if unicodedata.category(c) in _HIDDEN_CATEGORIES - {"Zl", "Zp"} else c for c in _spaced(raw))
    shown = " ".join(shown.split())
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def inside_quotes(text: object, limit: int = MAX_QUOTED) -> str:
    """Return foreign words as they may stand between “ and ”: a quotation mark of their own cannot end ours.

    Any that they hold becomes a plain ', and they are cut like `plain`.
    """
    return plain(text, limit).translate(_NO_QUOTES)


def quoted(text: object, limit: int = MAX_QUOTED) -> str:
    """Return foreign words between quotation marks that they cannot close: what is outside is Ashore's own."""
    return f"“{inside_quotes(text, limit)}”"


def quoted_at_end(text: object, limit: int = MAX_QUOTED) -> str:
    """Return foreign words like `quoted`, as the end of a sentence: with its full stop, where they bring none."""
    words = quoted(text, limit)
    return words if words.endswith((".”", "!”", "?”", "…”")) else f"{words}."


def _spaced(raw: str) -> str:
    return "".join(" " if c in "\t\r\n\v\f\u2028\u2029\x85" else c for c in raw)


def visible(text: str) -> str:
    """Return `text` with a visible mark in the place of every character that hides, or that changes the direction.

    What only divides words and lines stays as it is.
    """
    return "".join(_MARK if c not in _DIVIDE and unicodedata.category(c) in _HIDDEN_CATEGORIES else c for c in text)


def hidden_characters(text: str) -> list[str]:
    """Return the names of characters in `text` that a person cannot see, in order of appearance."""
    return [unicodedata.name(c, f"U+{ord(c):04X}") for c in text if unicodedata.category(c) in _HIDDEN_CATEGORIES]
