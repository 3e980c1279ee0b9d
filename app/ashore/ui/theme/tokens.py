"""The colours of the window, by meaning, in light and dark."""

from __future__ import annotations

from typing import NamedTuple


class Tokens(NamedTuple):
    """One set of colours (``#RRGGBB``). The soft ones are grounds for text of the colour they belong to."""

    canvas: str
    side: str
    surface: str
    raised: str
    inset: str
    text: str
    muted: str
    line: str
    field: str
    handle: str
    accent: str
    accent_hover: str
    on_accent: str
    accent_soft: str
    ok: str
    ok_soft: str
    warn: str
    warn_soft: str
    bad: str
    bad_soft: str
    sandbox: str
    sandbox_soft: str


LIGHT = Tokens(
    canvas="#F6F7F5",
    side="#EDF0EE",
    surface="#FFFFFF",
    raised="#FFFFFF",
    inset="#F6F7F5",
    text="#14202B",
    muted="#4E5D6A",
    line="#D5DBDF",
    field="#7D8A95",
    handle="#BCC5CB",
    accent="#0B6B8F",
    accent_hover="#095A79",
    on_accent="#FFFFFF",
    accent_soft="#E1F0F5",
    ok="#1A7445",
    ok_soft="#E3F3EA",
    warn="#8A5300",
    warn_soft="#FBF0DC",
    bad="#B02A24",
    bad_soft="#FBE9E7",
    sandbox="#6A3FA0",
    sandbox_soft="#F0EAF8",
)

DARK = Tokens(
    canvas="#0E151C",
    side="#111A22",
    surface="#151E27",
    raised="#1C2732",
    inset="#0E151C",
    text="#E8EEF2",
    muted="#A3B1BC",
    line="#2A3742",
    field="#6C7C89",
    handle="#3B4A56",
    accent="#57B8DC",
    accent_hover="#76C7E5",
    on_accent="#06202C",
    accent_soft="#12303D",
    ok="#5CCB8F",
    ok_soft="#11301F",
    warn="#E5AE52",
    warn_soft="#33260E",
    bad="#F28B82",
    bad_soft="#3A1A18",
    sandbox="#C0A2EE",
    sandbox_soft="#251B36",
)


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2, 1 to 21)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
