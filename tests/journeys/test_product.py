"""The product as it starts: its own window and life, the practice network as its child, stepped by its own buttons."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from ashore.desktop.paths import paths_for
from ashore.options import Options
from ashore.ui.app import first_window
from ashore.ui.context import Cameras
from faults.observer import claims_in, disagreements
from journeys.flows import ARRIVED, send
from journeys.house import WatchedLife, alive
from journeys.person import Person

NEXT_STAGE, NEXT_BLOCK = "Let the practice operator take its next stage", "Let the practice chain make a block"
MOST_STEPS = 25


@pytest.fixture(scope="module", autouse=True)
def warm_starts() -> None:
    """Here every process is started as the product starts it."""


@pytest.fixture
def own_memory() -> Iterator[None]:
    """The product freezes what lives long after its start; the tests after this one shall not feel it."""
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


@contextlib.asynccontextmanager
async def product(
    application: QApplication, folder: Path, cameras: Cameras | None = None
) -> AsyncIterator[tuple[Person, WatchedLife]]:
    """What `ashore --clock step` runs, from the first paint to the last; with `cameras` in place of this computer's."""
    application.setStyle("Fusion")
    options = Options(data_dir=folder, theme="light", clock="step")
    paths = paths_for("sandbox", folder)
    window, icons, state = first_window(application, options, paths)
    window.show()
    window.activateWindow()
    life = WatchedLife(window, icons, state, options, paths, cameras=cameras)
    async with alive(application, window, icons, life, "product") as person:
        assert person.heading == "Starting"
        yield person, life


@pytest.mark.usefixtures("own_memory")
async def test_from_the_start_to_money_on_l1_and_again(application: QApplication, tmp_path: Path) -> None:
    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Starting the practice chain. This takes a few seconds.")
        person.photograph("starting")
        await person.until_sees("Bring funds out", "1,265.50 USDC", "SANDBOX")
        await send(person)
        await person.settle()
        person.photograph("requested")
        for _ in range(MOST_STEPS):
            for button in (NEXT_STAGE, NEXT_BLOCK):
                person.click(button)
                await person.settle()
            if person.marks() == ARRIVED:
                break
        await person.until_marks(ARRIVED)
        await person.until_sees("25.00 USDC arrived on Harbour.")
        await person.settle()
        person.photograph("arrived")
        status = await life.sandbox.status()
    (claim,) = claims_in(paths_for("sandbox", tmp_path).journal)
    assert disagreements([claim], status) == []

    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Nothing is under way.", "1,238.90 USDC")
        person.click_section("Activity")
        await person.settle()
        person.click_row(0)
        assert person.marks() == ARRIVED
        assert (await life.sandbox.status())["zklink"]["submissions"] == status["zklink"]["submissions"]


@pytest.mark.usefixtures("own_memory")
async def test_a_practice_network_that_has_died_is_started_again(application: QApplication, tmp_path: Path) -> None:
    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "1,265.50 USDC")
        await send(person)
        life.kill_practice()
        await person.until_sees("The practice network has stopped.", "Nothing is lost")
        await life.look_in_vain()
        assert not person.sees("offline")
        assert not person.sees("The practice network does not answer.")
        person.photograph("stopped")
        person.click("Start it again")
        await person.until_sees("The practice network is being started again.")
        await person.until(lambda: not person.sees("The practice network"), "the end of the notice")
        for _ in range(MOST_STEPS):
            for button in (NEXT_STAGE, NEXT_BLOCK):
                person.click(button)
                await person.settle()
            if person.marks() == ARRIVED:
                break
        await person.until_marks(ARRIVED)
        life.kill_practice()
        await person.until_sees("The practice network has stopped.")
        person.click("Start it again")
        await person.until(lambda: not person.sees("The practice network"), "the end of the notice")
        status = await life.sandbox.status()
    (claim,) = claims_in(paths_for("sandbox", tmp_path).journal)
    assert disagreements([claim], status) == []
