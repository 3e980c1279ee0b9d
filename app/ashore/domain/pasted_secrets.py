"""Texts that may be somebody's secret, pasted where another text belongs: noticed by their form, and never repeated."""

import re

from ashore.domain.recovery_words import RECOVERY_WORDS

_LONG_HEX = re.compile(r"[0-9a-fA-F]{64}")
_FIELD_ELEMENT = re.compile(r"[0-9a-fA-F]{56}")
"""A number below 2^251 has fewer digits than that once in 2^28."""

_WORD = re.compile(r"[a-z]{3,8}")
_NUMBER = re.compile(r"\d{1,2}[.):]?")
_NUMBERED = re.compile(r"^\d{1,2}[.):]")
_BLANKS = re.compile(r"[\s,;]+")
_FEWEST_WORDS, _MOST_WORDS = 12, 24
_KEY_DIGITS = 64
_SPELLED = re.compile(r"[^\W\d_]{2,}")
_NEARLY, _TOGETHER = 10, 12
"""So many words of the list among so many that follow each other are a phrase, though one is missing or mistyped."""

_ABBREVIATED = frozenset(word[:4] for word in RECOVERY_WORDS)
_LOOKED_AT = 4096
"""Characters that are looked at: a phrase of 24 words has fewer than 300."""

PHRASE = (
    "This looks like a recovery phrase, which opens a whole wallet. It was not kept.",
    "Clear it here and from the clipboard.",
)
KEY = (
    "This has the digits of a private key, which opens a whole account. It was not kept.",
    "If it is one, clear it here and from the clipboard.",
)


def is_phrase(text: str) -> bool:
    """Whether a text has the form of a BIP-39 recovery phrase, or most of one in it, whatever stands around it.

    The form is 12 to 24 words of 3 to 8 letters, numbered or not; a part of a phrase is known by its words.
    """
    return _is_whole_phrase(text) or _holds_words(text)


def _holds_words(text: str) -> bool:
    """Whether ten words of BIP-39's list, or their first four letters, stand together."""
    words = _SPELLED.findall(text[:_LOOKED_AT].lower())
    listed = [word in RECOVERY_WORDS or word in _ABBREVIATED for word in words]
    return any(sum(listed[at : at + _TOGETHER]) >= _NEARLY for at in range(max(1, len(listed) - _TOGETHER + 1)))


def _is_whole_phrase(text: str) -> bool:
    words = _BLANKS.split(text[:_LOOKED_AT].strip().lower())
    if len(words) > 2 * _MOST_WORDS + 2:  # each with its number before it
        return False
    named = [word for word in (_NUMBERED.sub("", word) for word in words) if not _NUMBER.fullmatch(word)]
    return _FEWEST_WORDS <= len([w for w in named if w]) <= _MOST_WORDS and all(
        _WORD.fullmatch(word) for word in named if word
    )


def is_key(text: str) -> bool:
    """Whether a text is as many hex digits as a private key has, and nothing else (a hash looks the same)."""
    bare = "".join(text[:_LOOKED_AT].split()).lower().removeprefix("0x")
    return len(bare) == _KEY_DIGITS and _LONG_HEX.fullmatch(bare) is not None


def may_hold_key(text: str) -> bool:
    """Whether a text may hold a private key, a signature or a recovery phrase, which no draft should keep."""
    return is_phrase(text) or _LONG_HEX.search("".join(text.split())) is not None


def may_hold_field_element(text: str) -> bool:
    """Whether a text may hold a private key of the STARK curve: up to 63 hex digits, as many as a public one has."""
    return _FIELD_ELEMENT.search("".join(text.split())) is not None


def secret_words(text: str) -> tuple[str, str] | None:
    """What is said of a text that may be a secret, and what to do; None of any other. Nothing of it is repeated."""
    if is_phrase(text):
        return PHRASE
    return KEY if is_key(text) else None
