"""From whatever a person points at to one text: camera, screen, picture, clipboard, and what is dropped on the window.

A text is told by `got` and never begins anything. Whatever stands in the way is told by `told`, as a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QMimeData, QObject, QUrl, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from ashore.domain.errors import AshoreError
from ashore.domain.receipt_file import SUFFIX
from ashore.intake.receipts import bounded
from ashore.intake.recognition import Intake, Way, take_in
from ashore.systems.base import Problem, Severity
from ashore.ui.arrivals import Source
from ashore.ui.context import Context
from ashore.ui.port import reach_of
from ashore.ui.scanner import screen
from ashore.ui.scanner.chooser import Chooser
from ashore.ui.scanner.picture_file import Picture, Text, load_bytes, load_file, of_image
from ashore.ui.scanner.sightings import Suits, leads_anywhere
from ashore.ui.scanner.still import Found, Looked, Looking
from ashore.ui.scanner.ways import CLIPBOARD, PICTURE, SCREEN
from ashore.ui.widgets.dialogs import PASSING
from ashore.ui.widgets.picture import UnreadablePicture
from ashore.ui.widgets.saving import Folder

_FOLDER = "picture-folder"
_WORK = "scan"
_FILTER = "Pictures (*.png *.jpg *.jpeg *.webp *.gif *.bmp);;All files (*)"
_RECEIPTS = f"Receipts (*{SUFFIX} *.json);;{_FILTER}"
_IMAGES = ("image/png", "image/jpeg", "image/bmp", "image/webp", "image/gif")
"""Formats of pictures in the clipboard and under the pointer, the exact ones first."""

_HELP = "Make sure that the whole code can be seen, sharp and not too small, with some room around it. Then scan again."
_NO_CODE = {
    Source.SCREEN: ("There is no QR code on the screen.", f"It may be behind another window. {_HELP}"),
    Source.CLIPBOARD: ("There is no QR code in the copied picture.", _HELP),
}
_NO_CODE_ELSEWHERE = ("There is no QR code in this picture.", _HELP)
_NOT_ALL = (
    "No QR code was found, and not all could be looked at in time.",
    "Cut out the part of the picture that shows the code, or enlarge the code, and scan again.",
)
_MOVING = "It is an animated picture, of which only the first one was looked at. Codes in several parts are not read."
EMPTY_CLIPBOARD = Problem(
    "There is nothing to paste: the clipboard is empty.", "Copy a link, an address or a picture first.", Severity.NOTES
)
_NOTHING_KNOWN = Problem(
    "The clipboard holds neither a text nor a picture.", "Copy a link, an address or a picture.", Severity.WARNS
)
_SEVERAL_LOCKED = Problem(
    "Several codes were found while Ashore was locked.",
    "Unlock Ashore, and scan them again to choose one.",
    Severity.NOTES,
)
_SEVERAL_ELSEWHERE = Problem(
    "Several codes were found in what you scanned before you went on.",
    "Nothing was filled in. Scan them again where you want one of them.",
    Severity.NOTES,
)
_ONE_FILE = Problem("Several files were given.", "Ashore takes one at a time.", Severity.WARNS)
_NO_LOCAL = Problem("This is a link to a file on another computer.", "Save the picture first.", Severity.WARNS)


class Scan(QObject):
    """The ways to a text, for one part of the window. One at a time: another one takes its place."""

    got = Signal(object, object)
    """A text that was found (str, never trusted), and its Source: CLIPBOARD only for a text that was copied as such."""
    told = Signal(object)
    """A Problem: why there is no text."""
    working = Signal(bool)
    """Whether something is being looked at."""

    def __init__(self, context: Context, place: QWidget) -> None:
        super().__init__(place)
        self._context = context
        self._place = place
        self._looking = Looking()
        self.destroyed.connect(self._looking.close)
        self._reach = reach_of(context.wallet)
        self.suits: Suits = leads_anywhere
        """Whether a text is what this part of the window asks for."""

    # The ways

    def with_camera(self) -> None:
        """Open the camera's window."""
        from ashore.ui.scanner.camera_dialog import open_camera  # QtMultimedia is loaded where somebody wants a camera

        dialog = open_camera(self._context, self._place, self.suits)
        dialog.found.connect(lambda text: self._tell(text, Source.CAMERA))
        others = {SCREEN: self.from_screen, PICTURE: self.choose_picture, CLIPBOARD: self.from_clipboard}
        dialog.instead.connect(lambda way: others[way]())

    def from_screen(self) -> None:
        """Look at all screens, without this window in front of them."""
        self._start(self._from_screen)

    def choose_picture(self) -> None:
        """Ask for a picture."""
        self._choose("Scan a picture", _FILTER, self._folder())

    def choose_receipt(self) -> None:
        """Ask for the file of a receipt; a picture of its code does as well."""
        self._choose("Open a receipt", _RECEIPTS, self._context.saved_receipts.start())

    def _choose(self, words: str, kinds: str, folder: str) -> None:
        dialog = QFileDialog(self._place.window(), words, folder, kinds)
        dialog.setObjectName(PASSING)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def from_clipboard(self) -> None:
        """Take what was copied last, text or picture."""
        self.take(QGuiApplication.clipboard().mimeData(), Source.CLIPBOARD)

    def take(self, data: QMimeData | None, source: Source) -> None:
        """Take what was copied or dropped: a file, a text that Ashore knows, a picture, any other text, in this order.

        A picture that was copied from a page often brings the page's address along; an address that Ashore knows often
        comes with a picture of itself.
        """
        if data is None or not data.formats():
            self._say(EMPTY_CLIPBOARD)
            return
        text = bounded(data.text()) if data.hasText() else ""
        files = [url for url in data.urls() if url.isLocalFile()] if data.hasUrls() else []
        if len(files) > 1:
            self._say(_ONE_FILE)
        elif files and _elsewhere(files[0]):
            self._say(_NO_LOCAL)  # to open it, some systems would log in at whatever computer it names
        elif files:
            self._of_file(Path(files[0].toLocalFile()), source)
        elif text.strip() and self._recognised(text).way is not Way.NOWHERE:
            self._tell(text, source)
        elif (load := _picture_in(data)) is not None:
            self._start(partial(self._look, source, load))
        elif text.strip():
            self._tell(text, source)
        else:
            self._say(EMPTY_CLIPBOARD if data.hasText() else _NOTHING_KNOWN)

    # What they have in common

    def _start(self, work: Callable[[], Coroutine[object, object, None]]) -> None:
        self._context.tasks.start(self._worked(work), failed=self._failed, name=_WORK)

    async def _worked(self, work: Callable[[], Coroutine[object, object, None]]) -> None:
        self.working.emit(True)
        try:
            await work()
        finally:
            self.working.emit(False)

    def _failed(self, error: AshoreError) -> None:
        self._say(Problem(error.sentence, error.advice, Severity.WARNS))

    async def _from_screen(self) -> None:
        if screen.needs_portal():
            try:
                from ashore.ui.scanner.portal import Portal, of_screen
            except ImportError:
                raise UnreadablePicture(*screen.NO_PORTAL) from None  # this Qt came without what speaks to desktops
            portal = Portal()
            await portal.meet()
            async with screen.out_of_the_way(self._place.window()):
                taken = await of_screen(portal)
            await self._look(Source.SCREEN, lambda: taken)
            return
        async with screen.out_of_the_way(self._place.window()):
            pictures = screen.grab()
        await self._look(Source.SCREEN, *(partial(of_image, picture) for picture in pictures))

    def _folder(self) -> str:
        state = self._context.state
        return Folder(lambda: state.text(_FOLDER, "") if state is not None else "").start()

    def _chosen(self, file: str) -> None:
        path = Path(file)
        if self._context.state is not None:
            self._context.state.remember(**{_FOLDER: str(path.parent)})
        self._of_file(path, Source.PICTURE)

    def _of_file(self, path: Path, source: Source) -> None:
        self._start(partial(self._look, source, partial(load_file, path)))

    async def _look(self, source: Source, *loads: Callable[[], Picture | Text]) -> None:
        seen = await self._looking.look(*loads)
        if isinstance(seen, Text):
            self._tell(bounded(seen.text), source)
        else:
            self._of_codes(seen, source)

    def _of_codes(self, seen: Looked, source: Source) -> None:
        if not seen.found:
            sentence, advice = _NOT_ALL if seen.unfinished else _NO_CODE.get(source, _NO_CODE_ELSEWHERE)
            more = _MOVING if seen.moving else screen.permission_words() if source is Source.SCREEN else ""
            self._say(Problem(sentence, f"{more} {advice}".strip(), Severity.WARNS))
        elif len(seen.found) == 1 and not seen.more:
            self._take(seen.found[0], source)
        elif (only := self._only(seen)) is not None and self._in_view:
            self._take(only, source)
            self._context.go.say(_only_one(len(seen.found)))
        elif not self._in_view:
            self._context.go.say(_SEVERAL_LOCKED if self._context.wallet.locked else _SEVERAL_ELSEWHERE)
        else:
            chooser = Chooser(self._context, self._place, seen, self._recognised, self.suits)
            chooser.chosen.connect(lambda found: self._take(found, source))
            chooser.begin()

    def _only(self, seen: Looked) -> Found | None:
        """The one code that can be used here, if it is sure that no other of them is meant, and it is no secret."""
        if seen.more or seen.unfinished or any(each.trouble for each in seen.found):
            return None
        known = [(each, self._recognised(each.text)) for each in seen.found]
        fitting = [(each, what) for each, what in known if self.suits(each.text, what)]
        sure = len(fitting) == 1 and not (fitting[0][1].secret or fitting[0][1].doubtful)
        return fitting[0][0] if sure else None

    def _take(self, found: Found, source: Source) -> None:
        if found.trouble:
            self._say(Problem(found.trouble, "", Severity.WARNS))
        else:
            self._tell(found.text, Source.PICTURE if source is Source.CLIPBOARD else source)

    def _tell(self, text: str, source: Source) -> None:
        """Tell of a text; of one that was found when a person was elsewhere already, as of any from outside."""
        if self._in_view:
            self.got.emit(text, source)
        else:
            self._context.go.take_in(text, source, waits=True)

    def _say(self, problem: Problem) -> None:
        """Tell why there is no text; to a person who is elsewhere already, where that can be seen."""
        if self._in_view:
            self.told.emit(problem)
        else:
            self._context.go.say(problem)

    @property
    def _in_view(self) -> bool:
        """Whether what asked for it is still on the page in view; that the whole window hid itself does not count."""
        return not self._context.wallet.locked and self._place.isVisibleTo(self._place.window())

    def _recognised(self, text: str) -> Intake:
        return take_in(text, self._reach)


def _only_one(count: int) -> Problem:
    told = f"{count} codes were found. One of them can be used here: that one was taken."
    return Problem(told, "To use another, cut it out of the picture, or scan it where it belongs.", Severity.NOTES)


def _elsewhere(url: QUrl) -> bool:
    """Whether a file is on another computer, also where its name says so by two slashes and not by a host."""
    return bool(url.host()) or url.toLocalFile().replace("\\", "/").startswith("//")


def _picture_in(data: QMimeData) -> Callable[[], Picture] | None:
    """How to load the picture that was copied, if there is one: undecoded where it can be had so."""
    offered = set(data.formats())
    for name in _IMAGES:
        if name in offered:
            body = QByteArray(data.data(name))
            if not body.isEmpty():
                return partial(load_bytes, body)
    if data.hasImage():
        image = data.imageData()
        if isinstance(image, QImage) and not image.isNull():
            return partial(of_image, QImage(image))
    return None
