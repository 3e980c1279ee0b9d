"""The colours: readable in both themes, by the figures of WCAG 2.2."""

from __future__ import annotations

import pytest

from ashore.ui.theme.tokens import DARK, LIGHT, Tokens, contrast

THEMES = pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
TEXT = ("text", "muted", "accent", "ok", "warn", "bad", "sandbox")
GROUNDS = ("canvas", "side", "surface", "raised", "inset")


def of(tokens: Tokens, name: str) -> str:
    return str(getattr(tokens, name))


def test_the_extremes_of_contrast() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#777777") == pytest.approx(1)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


@THEMES
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("name", TEXT)
def test_text_is_readable_on_every_ground(tokens: Tokens, name: str, ground: str) -> None:
    assert contrast(of(tokens, name), of(tokens, ground)) >= 4.5


@THEMES
@pytest.mark.parametrize(
    ("name", "ground"),
    [
        ("text", "accent_soft"),
        ("text", "ok_soft"),
        ("text", "warn_soft"),
        ("text", "bad_soft"),
        ("accent", "accent_soft"),
        ("muted", "accent_soft"),
        ("ok", "ok_soft"),
        ("warn", "warn_soft"),
        ("bad", "bad_soft"),
        ("on_accent", "accent"),
        ("on_accent", "accent_hover"),
        ("muted", "line"),
    ],
)
def test_text_is_readable_on_its_own_ground(tokens: Tokens, name: str, ground: str) -> None:
    assert contrast(of(tokens, name), of(tokens, ground)) >= 4.5


@THEMES
@pytest.mark.parametrize("name", ["field", "accent", "bad", "warn", "ok", "muted"])
@pytest.mark.parametrize("ground", ["surface", "canvas"])
def test_borders_of_controls_and_marks_stand_out(tokens: Tokens, name: str, ground: str) -> None:
    assert contrast(of(tokens, name), of(tokens, ground)) >= 3
