"""Scanning with the camera: the live picture, what is found in it, and what to do where there is none."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from ashore.domain.untrusted import plain
from ashore.intake.recognition import Intake, take_in
from ashore.systems.base import Problem
from ashore.ui.context import Context
from ashore.ui.port import reach_of
from ashore.ui.scanner import words
from ashore.ui.scanner.camera import PATIENCE_MS, Camera, CameraState, Inputs
from ashore.ui.scanner.other_ways import OtherWays
from ashore.ui.scanner.outline import Tone
from ashore.ui.scanner.picks import Picks
from ashore.ui.scanner.preview import Preview
from ashore.ui.scanner.reader import Look, Reader
from ashore.ui.scanner.sightings import Sighting, Sightings, Suits, leads_anywhere
from ashore.ui.theme.motion import Motion
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.choice import Choice
from ashore.ui.widgets.flow import FlowLayout
from ashore.ui.widgets.labels import Label, column, row, show_if
from ashore.ui.widgets.notice import Notice
from ashore.ui.widgets.tick import Box

CONFIRM_MS = 250
"""So long the outline of the code that is taken is shown in another colour."""
_SLEPT_MS = 10_000
"""A second that took so long was spent asleep."""
_SCREEN_SHARE = 0.92
_USUAL = (680, 620)
_RETRIED = (CameraState.BUSY, CameraState.LOST, CameraState.REFUSED, CameraState.SILENT)
_WITHOUT = (CameraState.NONE, CameraState.BARRED)
_NUMBERS = tuple("123456789")
_HELP_S = 10.0
"""Nothing was found for so long: a person may want to know what helps."""
_SAID_HEIGHT, _SAID_MOST = 76, 112
"""Room for the usual sentences, so that the picture keeps its size while they change."""
_CAMERA, _NAME, _MIRROR = "camera", "camera-name", "camera-mirror"


class CameraDialog(QDialog):
    """Looks through a camera until a code is found that leads anywhere in this wallet, and then lets it go."""

    found = Signal(str)
    """The text of the code, never trusted. The dialog is closed by then."""
    instead = Signal(str)
    """Another way that a person chose here (see `ways`). The dialog is closed and the camera let go by then."""

    def __init__(
        self,
        context: Context,
        inputs: Inputs,
        parent: QWidget,
        *,
        confirm_ms: int = CONFIRM_MS,
        patience_ms: int = PATIENCE_MS,
        clock: Callable[[], float] = time.monotonic,
        suits: Suits = leads_anywhere,
    ) -> None:
        """`inputs` becomes this dialog's. `confirm_ms` 0 closes at once, as does a wish for little motion. `clock`
        tells seconds, never back. `suits` says which codes are what was asked for.
        """
        super().__init__(parent)
        inputs.setParent(self)
        self._context = context
        self._window = parent.window()
        self._confirm_ms = confirm_ms
        self._reach = reach_of(context.wallet)
        self._taken: Sighting | None = None
        self._said = ""
        self._other_way = ""
        self._tick_at = context.now()
        self._clock = clock
        self._looks_since = clock()
        self._state = context.state
        remembered = [self._state.text(key, "") for key in (_CAMERA, _NAME)] if self._state is not None else []
        self.camera = Camera(inputs, preferred=remembered, patience_ms=patience_ms, parent=self)
        self.reader = Reader(self)
        self.motion = Motion(self)
        self.sightings = Sightings(self._recognised, suits)
        self._build()
        self._connect()

    def _build(self) -> None:
        context = self._context
        self.setWindowTitle("Scan with the camera")
        self.preview = Preview(context.icons)
        self.says = Notice(context.icons, "Try again", below=True)
        said = QWidget()
        said.setLayout(column(self.says, -1))
        said.setMinimumHeight(min(context.theme.px(_SAID_HEIGHT), _SAID_MOST))
        self.says.advice.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)  # a line to be copied
        self.picks = Picks()
        self.chooser = Choice(context.theme, "Camera")
        self.mirror = Box(context.icons, "Mirror the picture")
        self.torch = Box(context.icons, "Light")
        for box, name in ((self.mirror, "Mirror the picture"), (self.torch, "Light of the camera")):
            box.setAccessibleName(name)
        self.torch.hide()
        self.others = OtherWays(self)
        self.close_button = Button("Close")
        below = QWidget()
        below.setLayout(FlowLayout(self.mirror, self.torch, gap=16))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 20, 24, 20)
        whole.setSpacing(12)
        whole.addWidget(Label("Scan with the camera", "section"))
        whole.addWidget(self.preview, 1)
        whole.addWidget(said)
        whole.addWidget(self.picks)
        whole.addWidget(self.chooser)
        whole.addWidget(self.others)
        whole.addLayout(row(below, -1, self.close_button))
        room = self.screen().availableGeometry().size() * _SCREEN_SHARE
        self.setMaximumSize(room)
        width, height = (context.theme.px(side) for side in _USUAL)
        self.resize(min(width, room.width()), min(height, room.height()))
        self.preview.mirrored = self._state is None or self._state.text(_MIRROR, "yes") == "yes"
        self.mirror.setChecked(self.preview.mirrored)

    def _connect(self) -> None:
        self.camera.frame.connect(self.reader.frame)
        self.camera.changed.connect(self._camera_changed)
        self.reader.looked.connect(self._looked)
        self.preview.room_changed.connect(self.reader.show_within)
        self.preview.pressed.connect(self._pressed)
        self.picks.chosen.connect(self._choose)
        self.chooser.changed.connect(self._choose_camera)
        self.mirror.toggled.connect(self._mirrored)
        self.torch.toggled.connect(self.camera.set_torch)
        self.says.acted.connect(self.camera.start)
        self.others.chosen.connect(self._go_elsewhere)
        self.close_button.clicked.connect(self.reject)
        self.finished.connect(self._let_go)
        hub = self._context.hub
        hub.lock_changed.connect(self._lock_changed)
        hub.tick.connect(self._ticked)
        self._window.installEventFilter(self)

    def begin(self) -> None:
        """Show it, over the window, and look through the camera."""
        self.open()
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self.reader.show_within(self.preview.room)
        self.camera.start()

    # The camera

    def _camera_changed(self) -> None:
        camera = self.camera
        if self._taken is not None or camera.state is CameraState.OFF:
            return
        self._offer_cameras()
        show_if(self.torch, camera.has_torch)
        show_if(self.mirror, bool(camera.devices))
        if camera.state is not CameraState.LIVE:
            self._looks_since = self._clock()
            self.torch.setChecked(False)
            self.sightings.forget()
            self.picks.offer(())
            self.preview.show_nothing("camera" if camera.state is CameraState.STARTING else "camera-off")
        self._say(words.of_camera(camera), act=camera.state in _RETRIED)
        if camera.state in _WITHOUT and self.focusWidget() is self.close_button:
            self.others.screen_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _offer_cameras(self) -> None:
        devices, used = self.camera.devices, self.camera.device
        offered = [(device.id, plain(device.name, 60) or "Camera") for device in devices]
        if used is not None and devices and used.id not in dict(offered):
            # What is gone stays chosen: another one is taken when a person says so.
            offered.insert(0, (used.id, f"{plain(used.name, 60)} (not connected)"))
        self.chooser.set_options(offered)
        if used is not None:
            self.chooser.select(used.id)
        show_if(self.chooser, bool(devices))

    def _choose_camera(self, device_id: str) -> None:
        self.camera.choose(device_id)
        if self._state is not None:
            name = next((device.name for device in self.camera.devices if device.id == device_id), "")
            self._state.remember(**{_CAMERA: device_id, _NAME: name})

    def _mirrored(self, on: bool) -> None:
        self.preview.mirrored = on
        self.preview.update()
        if self._state is not None:
            self._state.remember(**{_MIRROR: "yes" if on else "no"})

    # What it sees

    def _recognised(self, text: str) -> Intake:
        return take_in(text, self._reach)

    def _looked(self, look: Look) -> None:
        if self._taken is not None or look.empty:
            return
        self.camera.pictured()
        if self.camera.state is not CameraState.LIVE:
            return  # of a device that has gone meanwhile
        self.preview.show_picture(look.picture)
        codes, more = look.reading.codes, look.reading.more
        ready = self.sightings.look(tuple(zip(codes, look.outlines, strict=True)), self._clock(), more=more)
        if ready is not None:
            self._take(ready)
            return
        self._show_sightings(more=more)

    def _show_sightings(self, *, more: bool) -> None:
        leading = self.sightings.leading
        several = leading if len(leading) > 1 else ()
        numbers = {id(one): place for place, one in enumerate(several, 1)}
        self.preview.show_outlines(
            [
                (
                    one.shape if one.current or one in several else (),
                    Tone.LEADS if one in leading else Tone.OTHER,
                    numbers.get(id(one), 0),
                )
                for one in self.sightings.in_view
            ]
        )
        self.picks.offer(several)
        others = [one for one in self.sightings.in_view if not one.leads]
        if several:
            self._say(words.of_several(len(several)))
        elif more:
            self._say(words.of_many())
        elif others:
            self._say(words.of_other(others[-1]))
        else:
            self._say(words.HINT if self._clock() - self._looks_since < _HELP_S else words.HELP)
        if self.sightings.in_view:
            self._looks_since = self._clock()

    def _pressed(self, place: int) -> None:
        in_view = self.sightings.in_view
        if place < len(in_view):
            self._choose(in_view[place])

    def _choose(self, one: Sighting) -> None:
        if self._taken is None and one.leads:
            self._take(one)

    def _take(self, one: Sighting) -> None:
        """This is the one: let the camera go, show which it was, and close."""
        self._taken = one
        self.camera.stop()
        self.picks.offer(())
        self.preview.show_outlines([(one.shape, Tone.TAKEN, 0)])
        self.says.show_done(*words.of_found(one))
        self._announce(one.what.sentence)
        if self._confirm_ms and not self.motion.reduced:
            QTimer.singleShot(self._confirm_ms, self, self.accept)
        else:
            self.accept()

    def _say(self, problem: Problem, *, act: bool = False) -> None:
        if str(problem) != self._said:
            self._said = str(problem)
            self.says.show_problem(problem, act=act)
            self._announce(problem.sentence)

    def _announce(self, sentence: str) -> None:
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, sentence))

    # The end

    def _go_elsewhere(self, way: str) -> None:
        if self._taken is None:
            self._other_way = way
            self.reject()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The window closes: so does this."""
        if event.type() == QEvent.Type.Close and self.isVisible():
            self.reject()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return  # Qt would press some button
        if event.text() in _NUMBERS and self.picks.choose(int(event.text())):
            return
        super().keyPressEvent(event)

    def _lock_changed(self) -> None:
        if self._context.wallet.locked:
            self.reject()

    def _ticked(self) -> None:
        now, before = self._context.now(), self._tick_at
        self._tick_at = now
        if now - before > _SLEPT_MS:
            self.reject()

    def _let_go(self, result: int) -> None:
        self.camera.stop()
        self.reader.close()
        self.sightings.forget()
        self._window.removeEventFilter(self)
        taken = self._taken
        self.deleteLater()
        if result == QDialog.DialogCode.Accepted and taken is not None:
            self.found.emit(taken.text)
        elif self._other_way and self._window.isVisible() and not self._context.wallet.locked:
            self.instead.emit(self._other_way)


def open_camera(context: Context, parent: QWidget, suits: Suits = leads_anywhere) -> CameraDialog:
    """Open the scanner over the window of `parent`. `found` tells the text of the code; `suits` which are wanted."""
    dialog = CameraDialog(context, context.cameras(parent), parent, suits=suits)
    dialog.begin()
    return dialog
