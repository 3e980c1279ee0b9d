"""The list of assets: rows drawn by hand from the theme, so that thousands cost no more than a screenful."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPixmap, QWheelEvent
from PySide6.QtWidgets import QApplication, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ashore.ui.models.asset_model import ENTRY, AssetEntry, AssetModel
from ashore.ui.theme import fonts
from ashore.ui.theme.theme import Theme
from ashore.ui.widgets.scroll import ScrollColumn

ROW, EMBLEM = 52, 36
"""Height of a row and of the emblem in it, in pixels at the usual text size."""

_GAP = 12
_LETTERS = 4
_MOST_ROWS, _LEAST_ROWS = 6, 3


def paint_emblem(painter: QPainter, theme: Theme, box: QRectF, entry: AssetEntry, picture: QPixmap | None) -> None:
    """A disc with letters for what has amounts, a tile for one token, or its picture where that was loaded."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    shape = QPainterPath()
    if entry.token_id is None:
        shape.addEllipse(box)
    else:
        shape.addRoundedRect(box, theme.px(6), theme.px(6))
    painter.fillPath(shape, theme.colour("accent_soft"))
    if picture is not None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setClipPath(shape)
        painter.drawPixmap(box.toRect(), picture)
    else:
        painter.setFont(_font(theme, 11, QFont.Weight.DemiBold))
        painter.setPen(theme.colour("accent"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, entry.symbol[:_LETTERS])
    painter.restore()


def _font(theme: Theme, size: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    font = fonts.base(theme.scale)
    font.setPixelSize(theme.px(size))
    font.setWeight(weight)
    return font


class AssetDelegate(QStyledItemDelegate):
    """Draws one row: emblem, amount or name with its number, and what else there is to say."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.pictures: Mapping[str, QPixmap] = {}
        """Those that a person had loaded, by the entry's key."""
        theme.changed.connect(self._fonts_changed)
        self._fonts_changed()

    def _fonts_changed(self) -> None:
        theme = self._theme
        self._strong = _font(theme, 13, QFont.Weight.DemiBold)
        self._usual = _font(theme, 13)
        self._small = _font(theme, 12)
        self._strong_metrics, self._usual_metrics = QFontMetrics(self._strong), QFontMetrics(self._usual)
        self._small_metrics = QFontMetrics(self._small)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(self._theme.px(200), self._theme.px(ROW))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        entry = index.data(ENTRY)
        if not isinstance(entry, AssetEntry):
            return
        theme, box = self._theme, option.rect
        state = option.state
        painter.save()
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.fillRect(box, theme.colour("accent_soft"))
        side, margin = theme.px(EMBLEM), theme.px(_GAP)
        emblem = QRectF(box.left() + margin, box.top() + (box.height() - side) / 2, side, side)
        if state & QStyle.StateFlag.State_Selected:
            # On the selection's ground, the emblem's own would be lost.
            painter.fillRect(QRect(box.left(), box.top(), theme.px(3), box.height()), theme.colour("accent"))
        paint_emblem(painter, theme, emblem, entry, self.pictures.get(entry.key))
        left = round(emblem.right()) + margin
        text = QRect(left, box.top(), box.right() - left - margin, box.height())
        self._paint_words(painter, text, entry)
        painter.setPen(theme.colour("line"))
        painter.drawLine(text.left(), box.bottom(), box.right(), box.bottom())
        painter.restore()

    def _paint_words(self, painter: QPainter, box: QRect, entry: AssetEntry) -> None:
        theme = self._theme
        told = " · ".join(part for part in (entry.problem, entry.name, entry.aside) if part)
        first, second = self._strong_metrics.height(), self._small_metrics.height() if told else 0
        top = box.top() + (box.height() - first - second) // 2
        number = self._usual_metrics.horizontalAdvance(entry.number)
        room = box.width() - (number + theme.px(6) if number else 0)
        title = self._strong_metrics.elidedText(entry.title, Qt.TextElideMode.ElideRight, room)
        painter.setFont(self._strong)
        painter.setPen(theme.colour("text"))
        painter.drawText(box.left(), top + self._strong_metrics.ascent(), title)
        if number:
            after = box.left() + self._strong_metrics.horizontalAdvance(title) + theme.px(6)
            painter.setFont(self._usual)
            painter.drawText(after, top + self._strong_metrics.ascent(), entry.number)
        if told:
            painter.setFont(self._small)
            painter.setPen(theme.colour("muted"))
            shown = self._small_metrics.elidedText(told, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box.left(), top + first + self._small_metrics.ascent(), shown)


class AssetList(QListView):
    """The rows. Enter, Space or a click chooses; what is typed is meant for the search."""

    chosen = Signal(str)
    typed = Signal(str)
    left_upwards = Signal()

    def __init__(self, theme: Theme, model: AssetModel) -> None:
        super().__init__()
        self._theme = theme
        self._pressed = QPersistentModelIndex()
        self._pressed_at = QPointF()
        self.assets = model
        self.delegate = AssetDelegate(theme)
        self.setProperty("role", "assets")
        self.setAccessibleName("Assets on Reddio")
        self.setAccessibleDescription("Enter chooses one.")
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QListView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setItemDelegate(self.delegate)
        self.setModel(model)
        model.modelReset.connect(self._fit)
        theme.changed.connect(self._theme_changed)
        self._theme_changed()

    def show_pictures(self, pictures: Mapping[str, QPixmap]) -> None:
        """Draw these in place of letters."""
        self.delegate.pictures = pictures
        self.viewport().update()

    def _theme_changed(self) -> None:
        self.verticalScrollBar().setSingleStep(self._theme.px(ROW) // 2)
        self.scheduleDelayedItemsLayout()
        self._fit()

    def _fit(self) -> None:
        """As high as its rows, up to some: it stands in a form that scrolls as a whole."""
        most = max(_LEAST_ROWS, round(_MOST_ROWS / self._theme.scale))
        rows = min(max(1, self.assets.rowCount()), most)
        part = self._theme.px(ROW) // 2 if self.assets.rowCount() > most else 0  # half a row: there is more
        self.setFixedHeight(rows * self._theme.px(ROW) + part + 2 * self.frameWidth())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        left = event.button() is Qt.MouseButton.LeftButton
        self._pressed = QPersistentModelIndex(self.indexAt(event.position().toPoint()) if left else QModelIndex())
        self._pressed_at = event.globalPosition()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click chooses what was pressed: with the focus the page may scroll between the two."""
        super().mouseReleaseEvent(event)
        moved = (event.globalPosition() - self._pressed_at).manhattanLength()
        if self._pressed.isValid() and moved < QApplication.startDragDistance():
            self._choose(self._pressed)
        self._pressed = QPersistentModelIndex()

    def _choose(self, index: QModelIndex | QPersistentModelIndex) -> None:
        entry = self.assets.entry(index.row())
        if entry is not None:
            self.chosen.emit(entry.key)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """While somebody scrolls the page, the list that comes under the pointer does not stop it."""
        above = self.parentWidget()
        while above is not None and not isinstance(above, ScrollColumn):
            above = above.parentWidget()
        if above is not None and above.wheels(event):
            event.ignore()
            return
        super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, text = event.key(), event.text()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.currentIndex().isValid():
            self._choose(self.currentIndex())
        elif key == Qt.Key.Key_Up and self.currentIndex().row() <= 0:
            self.left_upwards.emit()
        elif text.strip() and text.isprintable() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.typed.emit(text)
        else:
            super().keyPressEvent(event)
