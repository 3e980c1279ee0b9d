"""The style sheet: what each role of a widget looks like. Widgets name roles, never colours."""

from __future__ import annotations

from collections.abc import Callable

from ashore.ui.theme.fonts import MONOSPACE
from ashore.ui.theme.tokens import Tokens

Px = Callable[[float], str]
BAR = 10
"""The width of a scroll bar."""

_MONO = f'"{MONOSPACE}", monospace'


def stylesheet(t: Tokens, scale: float) -> str:
    """The style sheet for the colours `t` with text `scale` times the usual size."""

    def px(size: float) -> str:
        return f"{round(size * scale)}px"

    return "\n".join((_text(t, px), _grounds(t), _buttons(t, px), _fields(t, px), _lists(t, px), _bars(t)))


def _text(t: Tokens, px: Px) -> str:
    return f"""
QWidget {{ color: {t.text}; font-size: {px(13)}; }}
QToolTip {{ color: {t.text}; background: {t.raised}; border: 1px solid {t.field}; padding: 6px 8px; }}
QLabel[role="muted"] {{ color: {t.muted}; }}
QLabel[role="small"] {{ color: {t.muted}; font-size: {px(12)}; }}
QLabel[role="caption"] {{ color: {t.muted}; font-size: {px(12)}; font-weight: 500; }}
QLabel[role="value"] {{ font-weight: 500; }}
QLabel[role="strong"] {{ font-weight: 600; }}
QLabel[role="section"] {{ font-size: {px(15)}; font-weight: 600; }}
QLabel[role="title"] {{ font-size: {px(20)}; font-weight: 600; }}
QLabel[role="hero"] {{ font-size: {px(28)}; font-weight: 600; }}
QLabel[role="hero-side"] {{ font-size: {px(20)}; color: {t.muted}; }}
QLabel[role="brand"] {{ font-size: {px(18)}; font-weight: 600; }}
QLabel[role="raw"] {{ font-family: {_MONO}; font-size: {px(11)}; color: {t.muted}; }}
QLabel[role="mono"] {{ font-family: {_MONO}; font-size: {px(12)}; }}
QLabel[role="badge"] {{ color: {t.sandbox}; border: 1px solid {t.sandbox}; border-radius: 6px;
    font-size: {px(10)}; font-weight: 700; padding: 3px 8px; }}
QLabel[role="tag"] {{ color: {t.muted}; border: 1px solid {t.field}; border-radius: 6px;
    font-size: {px(10)}; font-weight: 700; padding: 3px 8px; }}
QLabel[role="count"] {{ color: {t.accent}; background: {t.accent_soft}; border-radius: 8px;
    font-size: {px(11)}; font-weight: 600; padding: 1px 7px; }}
QLabel[tone="ok"] {{ color: {t.ok}; }}
QLabel[tone="warn"] {{ color: {t.warn}; }}
QLabel[tone="bad"] {{ color: {t.bad}; }}
QLabel[tone="accent"] {{ color: {t.accent}; }}
QLabel[tone="plain"] {{ color: {t.text}; }}
QLabel[tone="muted"] {{ color: {t.muted}; }}
QPlainTextEdit[role="mono"] {{ font-family: {_MONO}; font-size: {px(12)}; }}
QLineEdit[role="mono"] {{ font-family: {_MONO}; }}
"""


def _grounds(t: Tokens) -> str:
    return f"""
QMainWindow, QWidget#canvas, QDialog {{ background: {t.canvas}; }}
QWidget#side {{ background: {t.side}; border-right: 1px solid {t.line}; }}
QFrame#stripe {{ background: {t.sandbox}; border: none; }}
QFrame[ground="card"] {{ background: {t.surface}; border: 1px solid {t.line}; border-radius: 8px; }}
QFrame[ground="inset"] {{ background: {t.inset}; border: 1px solid {t.line}; border-radius: 6px; }}
QFrame[ground="ok"] {{ background: {t.ok_soft}; border: 1px solid {t.ok}; border-radius: 8px; }}
QFrame[ground="warn"] {{ background: {t.warn_soft}; border: 1px solid {t.warn}; border-radius: 8px; }}
QFrame[ground="bad"] {{ background: {t.bad_soft}; border: 1px solid {t.bad}; border-radius: 8px; }}
QFrame[ground="note"] {{ background: {t.accent_soft}; border: 1px solid {t.accent}; border-radius: 8px; }}
QFrame[ground="rule"] {{ background: {t.line}; border: none; }}
QScrollArea, QScrollArea > QWidget > QWidget[ground="clear"] {{ background: transparent; border: none; }}
"""


def _buttons(t: Tokens, px: Px) -> str:
    round_radius = (int(px(14)[:-2]) + 2) // 2  # one pixel more and Qt draws a square
    checked_radius = (int(px(6)[:-2]) + 2 * int(px(5)[:-2])) // 2
    return f"""
QPushButton {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.field}; border-radius: 6px;
    padding: 7px 15px; font-weight: 500; }}
QPushButton, QRadioButton, QComboBox {{ outline: none; }}
QPushButton:hover {{ background: {t.accent_soft}; }}
QPushButton[ring="keys"]:focus {{ border: 2px solid {t.accent}; padding: 6px 14px; }}
QPushButton:disabled {{ color: {t.muted}; background: {t.inset}; border: 1px solid {t.line}; }}
QPushButton[role="primary"] {{ background: {t.accent}; color: {t.on_accent}; border: 1px solid {t.accent};
    padding: 9px 17px; font-weight: 600; }}
QPushButton[role="primary"]:hover {{ background: {t.accent_hover}; }}
QPushButton[role="primary"][ring="keys"]:focus {{ border: 2px solid {t.text}; padding: 8px 16px; }}
QPushButton[role="primary"]:disabled {{ background: {t.line}; color: {t.muted}; border: 1px solid {t.line}; }}
QPushButton[role="link"] {{ background: transparent; color: {t.accent}; border: 1px solid transparent;
    padding: 3px 2px; font-weight: 500; text-align: left; }}
QPushButton[role="link"]:hover {{ background: {t.accent_soft}; }}
QPushButton[role="link"][ring="keys"]:focus {{ border: 2px solid {t.accent}; padding: 2px 1px; }}
QPushButton[role="link"]:disabled {{ color: {t.muted}; }}
QPushButton[role="small-link"] {{ background: transparent; color: {t.accent}; border: 1px solid transparent;
    padding: 2px 2px; font-size: {px(12)}; font-weight: 500; text-align: left; }}
QPushButton[role="small-link"]:hover {{ background: {t.accent_soft}; }}
QPushButton[role="small-link"][ring="keys"]:focus {{ border: 2px solid {t.accent}; padding: 1px 1px; }}
QPushButton[role="small-link"]:disabled {{ color: {t.muted}; }}
QPushButton[role="nav"] {{ background: transparent; border: 1px solid transparent; border-radius: 6px;
    padding: 9px 10px; text-align: left; font-weight: 500; }}
QPushButton[role="nav"]:hover {{ background: {t.accent_soft}; }}
QPushButton[role="nav"]:checked {{ background: {t.accent_soft}; color: {t.accent}; font-weight: 600; }}
QPushButton[role="nav"][ring="keys"]:focus {{ border: 2px solid {t.accent}; padding: 8px 9px; }}
QPushButton[role="nav"]:disabled {{ color: {t.muted}; }}
QPushButton[role="row"] {{ background: {t.surface}; border: 1px solid {t.line}; border-radius: 8px;
    padding: 0; text-align: left; }}
QPushButton[role="row"]:hover {{ border: 1px solid {t.accent}; background: {t.surface}; }}
QPushButton[role="row"][ring="keys"]:focus {{ border: 2px solid {t.accent}; padding: 0; }}
QRadioButton {{ spacing: 8px; padding: 4px; border: 1px solid transparent; border-radius: 6px; }}
QRadioButton:focus {{ border: 1px solid {t.accent}; }}
QRadioButton::indicator {{ width: {px(14)}; height: {px(14)}; border-radius: {round_radius}px;
    border: 1px solid {t.field}; background: {t.surface}; }}
QRadioButton::indicator:checked {{ border: {px(5)} solid {t.accent}; width: {px(6)}; height: {px(6)};
    border-radius: {checked_radius}px; }}
QCheckBox {{ spacing: 8px; padding: 4px; border: 1px solid transparent; border-radius: 6px; }}
QCheckBox:focus {{ border: 1px solid {t.accent}; }}
QCheckBox::indicator {{ width: {px(16)}; height: {px(16)}; border-radius: 4px;
    border: 1px solid {t.field}; background: {t.surface}; }}
QCheckBox::indicator:checked {{ border: 1px solid {t.accent}; background: {t.accent}; }}
"""


def _fields(t: Tokens, px: Px) -> str:
    return f"""
QLineEdit, QComboBox {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.field}; border-radius: 6px;
    padding: 7px 11px; min-height: {px(20)}; selection-background-color: {t.accent};
    selection-color: {t.on_accent}; placeholder-text-color: {t.muted}; }}
QLineEdit:focus, QComboBox:focus {{ border: 2px solid {t.accent}; padding: 6px 10px; }}
QLineEdit[severity="blocks"] {{ border: 1px solid {t.bad}; }}
QLineEdit[severity="blocks"]:focus {{ border: 2px solid {t.bad}; }}
QLineEdit[severity="warns"] {{ border: 1px solid {t.warn}; }}
QLineEdit[severity="warns"]:focus {{ border: 2px solid {t.warn}; }}
QLineEdit:disabled, QComboBox:disabled {{ color: {t.muted}; border: 1px solid {t.line}; background: {t.inset}; }}
QComboBox {{ padding-left: 13px; padding-right: 4px; combobox-popup: 0; }}
QComboBox:focus {{ padding-left: 12px; padding-right: 3px; }}
QComboBox::drop-down {{ border: none; width: 30px; }}
QComboBox::down-arrow {{ image: none; width: 0; height: 0; }}
QComboBox QAbstractItemView {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.field};
    selection-background-color: {t.accent_soft}; selection-color: {t.text}; outline: none; margin: 0; padding: 3px; }}
QComboBox QAbstractItemView::item {{ min-height: {px(30)}; padding: 2px 8px; }}
QPlainTextEdit {{ background: {t.inset}; color: {t.text}; border: 1px solid {t.line}; border-radius: 6px;
    padding: 6px 8px; selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
QPlainTextEdit:focus {{ border: 2px solid {t.accent}; padding: 5px 7px; }}
QPlainTextEdit[role="entry"] {{ background: {t.surface}; border: 1px solid {t.field}; font-family: {_MONO};
    font-size: {px(12)}; placeholder-text-color: {t.muted}; }}
QPlainTextEdit[role="entry"]:focus {{ border: 2px solid {t.accent}; }}
QPlainTextEdit[role="entry"][severity="blocks"] {{ border: 1px solid {t.bad}; }}
QPlainTextEdit[role="entry"]:disabled {{ color: {t.muted}; border: 1px solid {t.line}; background: {t.inset}; }}
"""


def _lists(t: Tokens, px: Px) -> str:
    return f"""
QTableView {{ background: {t.surface}; border: 1px solid {t.line}; border-radius: 8px; gridline-color: transparent;
    selection-background-color: {t.accent_soft}; selection-color: {t.text}; outline: none; }}
QTableView:focus {{ border: 2px solid {t.accent}; }}
QTableView::item {{ padding: 0 8px; border-bottom: 1px solid {t.line}; }}
QTableView::item:selected {{ background: {t.accent_soft}; color: {t.text}; }}
QListView[role="assets"] {{ background: {t.surface}; border: 1px solid {t.field}; border-radius: 6px; outline: none; }}
QListView[role="assets"]:focus {{ border: 2px solid {t.accent}; }}
QMenu {{ background: {t.raised}; border: 1px solid {t.field}; border-radius: 6px; padding: 4px; }}
QMenu::item {{ padding: 7px 28px 7px 12px; border-radius: 4px; }}
QMenu::item:selected {{ background: {t.accent_soft}; color: {t.text}; }}
QHeaderView {{ background: transparent; border: none; }}
QHeaderView::section {{ background: {t.surface}; color: {t.muted}; border: none; border-bottom: 1px solid {t.line};
    padding: 8px 11px; font-size: {px(12)}; font-weight: 500; }}
"""


def _bars(t: Tokens) -> str:
    return f"""
QScrollBar:vertical {{ background: transparent; width: {BAR}px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {t.handle}; border-radius: 2px; margin: 3px; }}
QScrollBar::handle:hover {{ background: {t.field}; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QProgressBar {{ background: {t.line}; border: none; border-radius: 2px; max-height: 4px; min-height: 4px; }}
QProgressBar::chunk {{ background: {t.accent}; border-radius: 2px; }}
"""
