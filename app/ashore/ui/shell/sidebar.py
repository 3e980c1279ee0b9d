"""The side bar: the sections, the network, what the endpoints agree on, and the lock."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ashore.ui.theme.icons import Icons
from ashore.ui.theme.theme import Theme
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.flow import FlowLayout
from ashore.ui.widgets.labels import Label, column, row, set_tip

SECTIONS = (
    ("withdraw", "Withdraw", "withdraw"),
    ("activity", "Activity", "activity"),
    ("unclaimed", "Unclaimed", "unclaimed"),
    ("accounts", "Accounts", "accounts"),
    ("settings", "Settings", "settings"),
)


class Dot(QWidget):
    """Agreement at a glance: filled when all agree, half when some do, crossed when none answers."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._tone = "muted"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def show_tone(self, token: str) -> None:
        """`ok`, `warn`, `bad`, or `muted` while nothing is known."""
        self._tone = token
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(14), self._theme.px(16))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = self._theme.px(10)
        box = QRectF(1, (self.height() - side) / 2, side, side)
        colour = self._theme.colour(self._tone)
        painter.setPen(QPen(colour, 1.75))
        if self._tone == "ok":
            painter.setBrush(colour)
        painter.drawEllipse(box)
        if self._tone == "warn":
            painter.setBrush(colour)
            painter.drawPie(box, 90 * 16, 180 * 16)
        elif self._tone == "bad":
            inset = QPointF(side * 0.2, side * 0.2)
            painter.drawLine(box.topLeft() + inset, box.bottomRight() - inset)
        painter.end()


class NavButton(Button):
    """A section, with the number of things in it that are still open."""

    def __init__(self, icons: Icons, title: str, icon: str, place: int) -> None:
        super().__init__(title, "nav", name=title)
        self._title = title
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._keys = f"Ctrl+{place}"
        set_tip(self, self._keys)
        icons.dress(self, icon, "muted")
        self.count = Label(role="count")
        self.count.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 10, 0)
        line.addStretch(1)
        line.addWidget(self.count, 0, Qt.AlignmentFlag.AlignVCenter)
        self.count.hide()

    def nextCheckState(self) -> None:
        """A press alone marks nothing: the section is marked whose page is in view."""

    def show_count(self, number: int) -> None:
        """How many are open; nothing where none is."""
        self.count.show_text(f"{number:,}" if number else "")
        self.setAccessibleName(f"{self._title}, {number} open" if number else self._title)

    def show_open(self, number: int, refused: int) -> None:
        """The same, of which so many were refused and are only watched: nobody waits for those."""
        self.show_count(number - refused)
        watched = f"{refused} refused by a service and watched" if refused else ""
        self.setAccessibleName(", ".join(filter(None, (self.accessibleName(), watched))))
        set_tip(self, "\n".join(filter(None, (self._keys, f"{watched[:1].upper()}{watched[1:]}"))))


class SideBar(QWidget):
    """Always there, whatever page is shown."""

    chosen = Signal(str)
    lock_pressed = Signal()

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__()
        self.setObjectName("side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self.badge = Label(role="badge")
        self.badge.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        head = QWidget()
        flow = FlowLayout(Label("Ashore", "brand"), self.badge, gap=16)
        head.setLayout(flow)
        body = QVBoxLayout(self)
        body.setContentsMargins(14, 18, 14, 14)
        body.setSpacing(4)
        body.addWidget(head)
        body.addSpacing(14)
        self.buttons: dict[str, NavButton] = {}
        for place, (key, title, icon) in enumerate(SECTIONS, 1):
            button = NavButton(icons, title, icon, place)
            button.clicked.connect(lambda _on=False, key=key: self.chosen.emit(key))
            self.buttons[key] = button
            body.addWidget(button)
        body.addStretch(1)
        self.dot = Dot(theme)
        self.health = Label(role="small", wrap=True)
        self.health_row = QWidget()
        self.health_row.setLayout(row(self.dot, self.health, spacing=8, margins=(6, 0, 0, 0)))
        self.lock = Button("Lock", "small-link", name="Lock the wallet")
        icons.dress(self.lock, "lock", "accent", 15)
        self.lock.clicked.connect(self.lock_pressed)
        self.lock_time = Label(role="small", wrap=True)
        body.addLayout(column(self.health_row, self.lock, self.lock_time, spacing=4))
        self.lock_time.setContentsMargins(6, 0, 0, 0)
        self.show_waiting()
        theme.changed.connect(self._scale)
        self._scale()

    def _scale(self) -> None:
        # Wider with larger text, but not in proportion: the page needs the room more.
        self.setFixedWidth(round(208 * (1 + (self._theme.scale - 1) * 0.45)))

    def show_waiting(self) -> None:
        """Before the wallet is there."""
        self.set_sections_enabled(False)
        self.health_row.hide()
        self.lock.hide()
        self.lock_time.hide()

    def set_sections_enabled(self, enabled: bool) -> None:
        """Whether pages can be chosen, and the wallet locked."""
        self.lock.setEnabled(enabled)
        for button in self.buttons.values():
            button.setEnabled(enabled)

    def show_network(self, badge: str, explanation: str) -> None:
        """The network's badge, always visible."""
        self.badge.show_text(badge.upper())
        set_tip(self.badge, explanation)
        self.badge.setAccessibleName(f"Network: {badge}. {explanation}")

    def show_section(self, key: str) -> None:
        """Which section the page in view belongs to."""
        if key in self.buttons:
            self.buttons[key].setChecked(True)

    def show_health(self, text: str, tone: str, details: str) -> None:
        """What the endpoints agree on."""
        self.dot.show_tone(tone)
        self.health.setText(text)
        set_tip(self.health_row, details)
        self.health.setAccessibleName(f"{text}. {details}")
        self.health_row.show()

    def show_lock(self, *, locked: bool, time: str) -> None:
        """The lock, and when it falls by itself."""
        self.lock.setVisible(not locked)
        self.lock_time.show_text("Locked" if locked else time)
