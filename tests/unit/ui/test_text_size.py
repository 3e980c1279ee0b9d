"""Another text size or theme: shown at once to be under way, done without repeating itself, and complete."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QWidget

from ashore.ui.pages.settings import TEXT_SIZE_KEY, SettingsPage
from unit.ui.driving import Shell, open_voyage
from unit.ui.filling import open_form
from unit.ui.looking import cut_off

_MOST_A_WIDGET = 8
"""Changes of font, on average, for a widget and all that is around it; with one sheet over another there were 18."""


class Events(QObject):
    """Counts what widgets are told."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds: Counter[QEvent.Type] = Counter()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(watched, QWidget):
            self.kinds[event.type()] += 1
        return False


async def visited(shell: Shell) -> None:
    """A window that has shown several pages."""
    await open_form(shell)
    open_voyage(shell, "paid")
    for section in ("activity", "accounts", "settings"):
        shell.sections.show_section(section)
        await shell.settle()


async def picture(shell: Shell, percent: int, choice: str = "light") -> QImage:
    shell.theme.apply(choice, percent)
    await shell.settle()
    return shell.window.grab().toImage()


async def test_no_widget_is_polished_again_for_each_that_is_around_it(shell: Shell) -> None:
    await visited(shell)
    counted = Events()
    application = QApplication.instance()
    assert application is not None
    application.installEventFilter(counted)
    shell.theme.apply("light", 150)
    application.removeEventFilter(counted)
    widgets = len(QApplication.allWidgets())
    assert counted.kinds[QEvent.Type.FontChange] < _MOST_A_WIDGET * widgets


async def test_back_and_forth_leaves_no_trace(shell: Shell) -> None:
    await visited(shell)
    first = await picture(shell, 100)
    larger = await picture(shell, 150)
    dark = await picture(shell, 100, "dark")
    assert first != larger
    assert first != dark
    assert await picture(shell, 150) == larger
    assert await picture(shell, 100) == first


async def test_all_stands_in_its_place_before_anything_is_painted(shell: Shell) -> None:
    shell.window.resize(1280, 800)
    open_voyage(shell, "committed")
    await shell.settle()
    for percent in (100, 150, 100):
        shell.theme.apply("dark", percent)
        assert cut_off(shell.window) == []


async def test_the_choice_is_shown_before_it_takes_its_time(shell: Shell) -> None:
    shell.sections.show_section("settings")
    await shell.settle()
    page = shell.sections.page("settings")
    assert isinstance(page, SettingsPage)
    larger = next(each for each in page.groups[TEXT_SIZE_KEY].buttons() if each.property("value") == "150")
    seen: list[Qt.CursorShape] = []
    painted = Events()
    larger.installEventFilter(painted)

    def look() -> None:
        cursor = QGuiApplication.overrideCursor()
        seen.extend([cursor.shape()] if cursor is not None else [])
        assert painted.kinds[QEvent.Type.Paint], "it is painted as chosen by now"

    shell.theme.changed.connect(look)
    larger.setChecked(True)
    assert seen == [Qt.CursorShape.WaitCursor]
    assert QGuiApplication.overrideCursor() is None
