"""The lists in which a Linux desktop keeps which program opens what (MIME Applications specification 1.0.1).

Pure functions on the text of one list: all that is not changed stays as it is, letter by letter.
"""

from __future__ import annotations

import re

DEFAULTS = "[Default Applications]"
ADDED = "[Added Associations]"
_BLANKS = " \t\r\n"


def value_of(text: str, section: str, key: str) -> str | None:
    """What stands behind a key; None where nothing does."""
    place = _place(_lines(text), section, key)
    return None if place is None else place[1]


def programs_of(value: str | None) -> list[str]:
    """The desktop files of a value, in their order."""
    return [name for name in (part.strip(_BLANKS) for part in (value or "").split(";")) if name]


def with_value(text: str, section: str, key: str, value: str) -> str:
    """The text with a key set. The section is added at the end where it is missing."""
    lines = _lines(text)
    line = f"{key}={value}\n"
    found = _place(lines, section, key)
    if found is not None:
        lines[found[0]] = line
        return "".join(lines)
    begin = _section(lines, section)
    if begin is not None:
        if not lines[begin].endswith("\n"):
            lines[begin] += "\n"
        lines.insert(begin + 1, line)
        return "".join(lines)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    return "".join([*lines, f"{section}\n", line])


def without(text: str, section: str, key: str) -> str:
    """The text without a key."""
    lines = _lines(text)
    found = _place(lines, section, key)
    if found is not None:
        del lines[found[0]]
    return "".join(lines)


def without_empty(text: str, section: str) -> str:
    """The text without a section that holds nothing."""
    lines = _lines(text)
    begin = _section(lines, section)
    if begin is None:
        return text
    end = next((i for i in range(begin + 1, len(lines)) if _begins_section(lines[i])), len(lines))
    if any(line.strip() for line in lines[begin + 1 : end]):
        return text
    return "".join(lines[:begin] + lines[end:])


def _lines(text: str) -> list[str]:
    """The lines with their ends; nothing but a line feed ends one."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _section(lines: list[str], section: str) -> int | None:
    return next((i for i, line in enumerate(lines) if line.strip(_BLANKS) == section), None)


def _place(lines: list[str], section: str, key: str) -> tuple[int, str] | None:
    """The line of a key, and its value: of several the last, as the desktop's own reader (GLib) takes it."""
    inside, place = False, None
    for number, line in enumerate(lines):
        if _begins_section(line):
            inside = line.strip(_BLANKS) == section
        elif inside and not line.lstrip(_BLANKS).startswith("#"):
            name, equals, value = line.partition("=")
            if equals and name.strip(_BLANKS) == key:
                place = number, value.strip(_BLANKS)
    return place


def _begins_section(line: str) -> bool:
    return line.lstrip(_BLANKS).startswith("[")
