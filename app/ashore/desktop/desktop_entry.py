"""The text of a desktop entry (Desktop Entry specification 1.5): written exactly, read with tolerance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_RESERVED = set(" \t\n\"'\\><~|&;$*?#()`")
_BLANKS = " \t\r"
_ESCAPED = {"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_ESCAPES = {"\\": "\\", "s": " ", "n": "\n", "t": "\t", "r": "\r"}


def entry(values: Mapping[str, str]) -> str:
    """A desktop entry with these values, which are escaped here."""
    return "".join(["[Desktop Entry]\n", *(f"{key}={_escaped(value)}\n" for key, value in values.items())])


def read(text: str) -> dict[str, str]:
    """The values of a desktop entry; what cannot be read is left out."""
    found: dict[str, str] = {}
    inside = False
    for line in text.split("\n"):  # no other character ends a line here
        if line.startswith("["):
            inside = line.strip(_BLANKS) == "[Desktop Entry]"
        elif inside and not line.startswith("#"):
            key, equals, value = line.partition("=")
            if equals:
                found.setdefault(key.strip(_BLANKS), _plain(value.strip(_BLANKS)))
    return found


def exec_line(command: Sequence[str], field: str = "") -> str:
    """The value of ``Exec``, before it is escaped like every value: quoted by the entry's own rules.

    `field` is a field code that stands for an argument of its own, ``%u`` for one link.
    """
    return " ".join([*(_quoted(word) for word in command), *([field] if field else [])])


def _quoted(word: str) -> str:
    word = word.replace("%", "%%")
    if word and not _RESERVED & set(word) and not any(character.isspace() for character in word):
        return word
    for character in '\\"`$':
        word = word.replace(character, f"\\{character}")
    return f'"{word}"'


def _escaped(value: str) -> str:
    written = "".join(_ESCAPED.get(character, character) for character in value)
    return f"\\s{written[1:]}" if written.startswith(" ") else written


def _plain(value: str) -> str:
    read_so_far, rest = "", value
    while rest:
        before, slash, after = rest.partition("\\")
        read_so_far += before
        if slash:
            read_so_far += _ESCAPES.get(after[:1], f"\\{after[:1]}")
            after = after[1:]
        rest = after
    return read_so_far
