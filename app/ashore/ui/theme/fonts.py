"""The bundled typefaces."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

SANS = "Inter"
MONOSPACE = "JetBrains Mono"
_ENDINGS = (".ttf", ".otf")


def load(folder: Path, family: str = "") -> None:
    """Make the typefaces in `folder` known to Qt: all, or those whose file names begin with `family`."""
    for file in sorted(folder.iterdir()):
        if file.suffix in _ENDINGS and file.name.startswith(family):
            QFontDatabase.addApplicationFont(str(file))


def base(scale: float) -> QFont:
    """The font of running text, with figures of equal width so that amounts stand under each other."""
    font = QFont(SANS)
    font.setPixelSize(round(13 * scale))
    font.setFeature(QFont.Tag("tnum"), 1)
    # Inter would draw the x of 0x8 as a multiplication sign.
    font.setFeature(QFont.Tag("calt"), 0)
    return font


def mono(size: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The font of addresses and hashes, `size` pixels high."""
    font = QFont(MONOSPACE)
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setPixelSize(round(size))
    font.setWeight(weight)
    return font
