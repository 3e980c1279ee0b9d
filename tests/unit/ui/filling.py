"""Hands on the zkLink form, for its tests."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from ashore.ui.pages.zklink_form import ZkLinkFormPage
from unit.ui.driving import Shell
from unit.ui.standin import PROFILE


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


async def open_form(shell: Shell) -> ZkLinkFormPage:
    shell.sections.show_form(PROFILE)
    await shell.settle()
    page = shell.sections.page("form")
    assert isinstance(page, ZkLinkFormPage)
    return page


async def begin_form(shell: Shell) -> ZkLinkFormPage:
    """The form with an amount in it, and the keyboard in the recipient."""
    page = await open_form(shell)
    QTest.keyClicks(page.fields.amount, "2.5")
    page.fields.recipient.setFocus()
    return page


async def type_into(shell: Shell, page: ZkLinkFormPage, **fields: str) -> None:
    """Type into fields as a person does, and wait for the answer."""
    for name, text in fields.items():
        edit = getattr(page.fields, name)
        edit.clear()
        QTest.keyClicks(edit, text)
        if not text:
            edit.textEdited.emit("")
    await shell.until(lambda: not page.pending)
    await shell.settle()


async def press(shell: Shell, key: Qt.Key, times: int = 1) -> None:
    for _ in range(times):
        QTest.keyClick(focused(), key)
    await shell.settle()
