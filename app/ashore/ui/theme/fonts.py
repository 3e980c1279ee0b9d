"""The bundled typefaces."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

SANS = "Inter"
_ENDINGS = (".ttf", ".otf")


def load(folder: Path) -> str:
    """Make the typefaces in `folder` known to Qt; the family to use for addresses, empty where none came along."""
    monospace = ""
    if folder.is_dir():
        for file in sorted(folder.rglob("*")):
            if file.suffix in _ENDINGS:
                added = QFontDatabase.addApplicationFont(str(file))
                families = QFontDatabase.applicationFontFamilies(added)
                monospace = next((name for name in families if "mono" in name.lower()), monospace)
    return monospace


def base(scale: float) -> QFont:
    """The font of running text, with figures of equal width so that amounts stand under each other."""
    font = QFont(SANS)
    font.setPixelSize(round(13 * scale))
    font.setFeature(QFont.Tag("tnum"), 1)
    # Inter would draw the x of 0x8 as a multiplication sign.
    font.setFeature(QFont.Tag("calt"), 0)
    return font


def mono(family: str, size: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The font of addresses and hashes, `size` pixels high."""
    font = QFont(family)
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setPixelSize(round(size))
    font.setWeight(weight)
    return font
