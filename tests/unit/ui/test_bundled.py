"""What the wallet brings along for the eye: typefaces that Qt knows by weight, icons that Qt can draw."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QColor, QFontDatabase, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from ashore.resources import resource_path

ICONS = sorted(resource_path("icons").glob("*.svg"))
NEEDED = {
    *("withdraw", "activity", "unclaimed", "accounts", "settings", "lock", "unlock", "copy", "qr", "external-link"),
    *("check", "alert", "info", "chevron-down", "chevron-right", "chevron-left", "search", "refresh", "wallet"),
    *("clock", "close", "ashore"),
}


def test_no_icon_is_missing() -> None:
    assert {icon.stem for icon in ICONS} >= NEEDED


@pytest.mark.parametrize("icon", ICONS, ids=lambda icon: icon.stem)
def test_qt_draws_each_icon_in_the_colour_of_its_text(application: QApplication, icon: Path) -> None:
    source = icon.read_bytes()
    assert icon.stem == "ashore" or b"currentColor" in source
    renderer = QSvgRenderer(QByteArray(source.replace(b"currentColor", b"#ff0000")))
    assert renderer.isValid()
    picture = QImage(48, 48, QImage.Format.Format_ARGB32)
    picture.fill(QColor("white"))
    painter = QPainter(picture)
    renderer.render(painter)
    painter.end()
    colours = {picture.pixelColor(x, y).name() for x in range(48) for y in range(48)}
    assert len(colours) > 1
    assert icon.stem == "ashore" or "#ff0000" in colours


def test_typefaces_have_the_weights_of_the_design(application: QApplication) -> None:
    for file in resource_path("fonts").glob("*.[ot]tf"):
        assert QFontDatabase.addApplicationFont(str(file)) >= 0, file.name
    assert {QFontDatabase.weight("Inter", style) for style in QFontDatabase.styles("Inter")} >= {400, 500, 600}
    mono = "JetBrains Mono"
    assert {QFontDatabase.weight(mono, style) for style in QFontDatabase.styles(mono)} >= {400, 500}
    assert QFontDatabase.isFixedPitch(mono)


def test_each_typeface_has_its_licence_beside_it() -> None:
    for family in ("Inter", "JetBrainsMono"):
        licence = resource_path("fonts", f"{family}-OFL.txt").read_text(encoding="utf-8")
        assert "SIL OPEN FONT LICENSE" in licence
        assert "Copyright" in licence
