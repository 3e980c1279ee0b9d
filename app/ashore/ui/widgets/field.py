"""A field of a form: label above, control, a line about it, and its problem right below."""

from __future__ import annotations

from PySide6.QtWidgets import QLayout, QLineEdit, QVBoxLayout, QWidget

from ashore.systems.base import Problem
from ashore.ui.theme.icons import Icons
from ashore.ui.widgets.choice import Choice
from ashore.ui.widgets.labels import Label, set_property
from ashore.ui.widgets.problem import ProblemLine


class LineEdit(QLineEdit):
    """A one-line field. Text of any length can be typed; what is wrong with it is said beside it."""

    def __init__(self, name: str, placeholder: str = "", role: str = "") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        if role:
            self.setProperty("role", role)


class Field(QWidget):
    """A control with everything that belongs to it."""

    def __init__(self, icons: Icons, caption: str, control: QWidget, *below: QWidget | QLayout) -> None:
        super().__init__()
        self.control = control
        self.caption = Label(caption, "caption")
        self.caption.setBuddy(control.combo if isinstance(control, Choice) else control)
        self.problem = ProblemLine(icons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.caption)
        column.addWidget(control)
        for item in below:
            if isinstance(item, QWidget):
                column.addWidget(item)
            else:
                column.addLayout(item)
        column.addWidget(self.problem)

    def show_problem(self, problem: Problem | None) -> None:
        """Show what is wrong with the field, or nothing."""
        self.problem.show_problem(problem)
        target = self.control.combo if isinstance(self.control, Choice) else self.control
        set_property(target, "severity", problem.severity.value if problem is not None else "")
        target.setAccessibleDescription(str(problem) if problem is not None else "")
