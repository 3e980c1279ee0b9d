"""The ways to scan, as menus and buttons name them, and their keys."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence

CAMERA, SCREEN, PICTURE, CLIPBOARD = "With the camera", "From the screen", "From a picture…", "From the clipboard"
KEYS = {CAMERA: "Ctrl+Shift+C", SCREEN: "Ctrl+Shift+S", PICTURE: "Ctrl+O", CLIPBOARD: "Ctrl+V"}


def keys_named(way: str) -> str:
    """The keys of a way, as this system writes them."""
    return QKeySequence(KEYS[way]).toString(QKeySequence.SequenceFormat.NativeText)
