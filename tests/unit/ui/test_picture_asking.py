"""Pictures of tokens: off until asked for, and decoded within bounds."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import replace

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QColor, QImage

from ashore.domain.errors import AshoreError
from ashore.engine.pictures import MOST_BYTES, AskFirst, Loaded
from ashore.ui.pages.reddio_form import ReddioFormPage
from ashore.ui.widgets.picture import UnreadablePicture, decoded
from unit.systems.reddio.reddio_bench import NFT
from unit.ui.driving import Shell
from unit.ui.looking import texts
from unit.ui.reddio_standin import ReddioStandIn, open_reddio, settled
from unit.ui.scanner.drawn import layered

URI = "https://meta.example/7.json"
HOSTS = ("meta.example", "pictures.example")


def painted(width: int = 60, height: int = 30, kind: str = "PNG", colour: str = "#ff0000") -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, kind)
    return bytes(content.data())


class Gallery:
    """Names two hosts one after the other, then gives a picture. `asked` are those agreed to, at each look."""

    def __init__(self) -> None:
        self.asked: list[frozenset[str]] = []
        self.body = painted()
        self.refused: AshoreError | None = None

    def refusal(self, address: str) -> AshoreError | None:
        assert address == URI
        return self.refused

    async def look(self, address: str, agreed: Collection[str]) -> Loaded | AskFirst:
        assert address == URI
        self.asked.append(frozenset(agreed))
        for host, holds in zip(HOSTS, ("data", "picture"), strict=True):
            if host not in agreed:
                return AskFirst(host, holds)
        return Loaded(self.body)


@pytest.fixture
def wallet() -> ReddioStandIn:
    made = ReddioStandIn()
    made.pictures = Gallery()
    second = replace(NFT, token_id=8)
    tokens = [h for h in made.holds.holdings if h.asset == NFT]
    more = tuple(replace(tokens[0], asset=asset, token_uri=URI) for asset in (NFT, second))
    made.holds = replace(made.holds, holdings=(*(h for h in made.holds.holdings if h.asset != NFT), *more))
    return made


async def take(shell: Shell, page: ReddioFormPage, symbol: str, place: int = 0) -> None:
    entries = [e for e in map(page.fields.asset.model.entry, range(50)) if e is not None and e.symbol == symbol]
    page.fields.asset.list.chosen.emit(entries[place].key)
    await settled(shell, page)


async def test_nothing_is_loaded_before_each_host_was_agreed_to(shell: Shell, wallet: ReddioStandIn) -> None:
    gallery = wallet.pictures
    assert isinstance(gallery, Gallery)
    page = await open_reddio(shell)
    await take(shell, page, "PUNK")
    assert gallery.asked == []
    page.picture.link.click()
    await shell.settle()
    assert gallery.asked == [frozenset()]
    assert "Its data would be loaded from meta.example." in texts(page.picture)
    assert "learns the address of this computer" in texts(page.picture)
    page.picture.asking.action.click()
    await shell.settle()
    assert "Its picture would be loaded from pictures.example." in texts(page.picture)
    assert not page.fields.asset.chosen.emblem.pictured
    page.picture.asking.action.click()
    await shell.settle()
    assert gallery.asked[-1] == frozenset(HOSTS)
    assert page.fields.asset.chosen.emblem.pictured
    assert page.picture.isHidden()


async def test_one_agreement_is_for_one_token_and_a_tick_for_its_collection(
    shell: Shell, wallet: ReddioStandIn
) -> None:
    gallery = wallet.pictures
    assert isinstance(gallery, Gallery)
    page = await open_reddio(shell)
    for place in (0, 1):
        await take(shell, page, "PUNK", place)
        page.picture.link.click()
        await shell.settle()
        assert gallery.asked[-1] == frozenset()
        for _ in HOSTS:
            page.picture.tick.box.setChecked(place == 1)
            page.picture.asking.action.click()
            await shell.settle()
    assert gallery.asked[-1] == frozenset(HOSTS)
    page.picture._have.clear()
    await take(shell, page, "PUNK", 0)
    assert gallery.asked[-1] == frozenset(HOSTS)  # of the collection that was ticked, without a question
    assert not page.picture.asking.isVisible()


async def test_what_could_only_be_refused_is_not_offered_and_the_reason_is_said(
    shell: Shell, wallet: ReddioStandIn
) -> None:
    gallery = wallet.pictures
    assert isinstance(gallery, Gallery)
    gallery.refused = AshoreError("A practice network loads nothing from the internet.")
    page = await open_reddio(shell)
    await take(shell, page, "PUNK")
    assert page.picture.link.isHidden()
    assert page.picture.working.text() == (
        "Its picture is not shown: a practice network loads nothing from the internet."
    )
    assert gallery.asked == []


async def test_who_does_not_want_it_is_not_asked_twice(shell: Shell, wallet: ReddioStandIn) -> None:
    gallery = wallet.pictures
    assert isinstance(gallery, Gallery)
    page = await open_reddio(shell)
    await take(shell, page, "PUNK")
    page.picture.link.click()
    await shell.settle()
    page.picture.asking.close_button.click()
    await shell.settle()
    assert page.picture.asking.isHidden()
    assert len(gallery.asked) == 1
    assert not page.picture.link.isHidden()


async def test_money_and_tokens_without_data_offer_none(shell: Shell) -> None:
    page = await open_reddio(shell)
    for symbol in ("ETH", "MINT"):
        await take(shell, page, symbol)
        assert page.picture.isHidden()


async def test_a_damaged_picture_is_a_sentence(shell: Shell, wallet: ReddioStandIn) -> None:
    gallery = wallet.pictures
    assert isinstance(gallery, Gallery)
    gallery.body = painted()[:60]
    page = await open_reddio(shell)
    await take(shell, page, "PUNK")
    page.picture.link.click()
    for _ in HOSTS:
        await shell.settle()
        page.picture.asking.action.click()
    await shell.settle()
    assert page.picture.trouble.text
    assert not page.fields.asset.chosen.emblem.pictured


@pytest.mark.parametrize("kind", ["PNG", "JPG"])
@pytest.mark.parametrize(("width", "height"), [(60, 30), (30, 60), (5, 5), (1, 900), (900, 1)])
def test_a_picture_becomes_a_small_square(kind: str, width: int, height: int) -> None:
    image = decoded(painted(width, height, kind), 48)
    assert (image.width(), image.height()) == (48, 48)
    assert image.pixelColor(24, 24).red() > 240


@pytest.mark.parametrize(
    "body", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, b"<svg/>", b"RIFF\0\0\0\0WEBPVP8 "]
)
def test_what_cannot_be_read_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadablePicture):
        decoded(body, 48)


def test_a_small_file_that_would_be_large_is_refused_before_it_is_decoded() -> None:
    bomb = bytearray(painted(3, 3))
    bomb[16:24] = (60_000).to_bytes(4, "big") * 2
    with pytest.raises(UnreadablePicture) as caught:
        decoded(bytes(bomb), 48)
    assert isinstance(caught.value, AshoreError)


@pytest.mark.parametrize(("side", "more"), [(2_000, 55), (3_000, 0), (2_500, 20), (200, 60_000)])
def test_a_small_file_that_is_read_over_and_over_is_refused_before_it_is_decoded(side: int, more: int) -> None:
    bomb = layered(side, side, more)
    assert len(bomb) <= MOST_BYTES
    before = time.thread_time()
    with pytest.raises(UnreadablePicture, match="too many layers"):
        decoded(bomb, 48)
    assert time.thread_time() - before < 0.5


@pytest.mark.qt_log_ignore("Inconsistent progression")
def test_a_photograph_in_layers_becomes_a_square_in_no_time() -> None:
    photograph = layered(2_800, 2_800, 6)
    before = time.thread_time()
    assert decoded(photograph, 48).pixelColor(24, 24).blue() > 190
    assert time.thread_time() - before < 1
