"""A camera through everything that happens to cameras."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QObject, QSize
from PySide6.QtMultimedia import QCameraFormat, QVideoFrame

from ashore.ui.scanner import words
from ashore.ui.scanner.camera import Camera, CameraState, Device, Permission
from ashore.ui.scanner.devices import DeviceInputs, best_format
from ashore.ui.scanner.system import NoInputs, system_inputs
from unit.ui.scanner.drawn import Pixel, frame_of, grey
from unit.ui.scanner.simulated import DESK, FRONT, SimulatedInputs

FRAME_PATIENCE_MS = 60_000


class Eyes(QObject):
    """Counts what a camera tells."""

    def __init__(self, camera: Camera) -> None:
        super().__init__()
        self.frames: list[QVideoFrame] = []
        self.states: list[CameraState] = []
        self._camera = camera
        camera.frame.connect(self.frames.append)
        camera.changed.connect(self._note)

    def _note(self) -> None:
        if not self.states or self.states[-1] is not self._camera.state:
            self.states.append(self._camera.state)


@pytest.fixture
def desk(application: object) -> SimulatedInputs:
    return SimulatedInputs(FRONT, DESK)


@pytest.fixture
def camera(desk: SimulatedInputs) -> Iterator[Camera]:
    made = Camera(desk, patience_ms=FRAME_PATIENCE_MS)
    made.frame.connect(lambda _frame: made.pictured())
    yield made
    made.stop()
    assert not desk.opened


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.002)


async def live(camera: Camera, desk: SimulatedInputs) -> None:
    desk.feed(frame_of(grey(90), Pixel.Format_NV12))
    await until(lambda: camera.state is CameraState.LIVE)


async def test_frames_of_the_first_camera_come_until_it_is_let_go(camera: Camera, desk: SimulatedInputs) -> None:
    eyes = Eyes(camera)
    assert not desk.opened
    camera.start()
    assert camera.device == FRONT
    await live(camera, desk)
    assert eyes.frames[-1].pixelFormat() is Pixel.Format_NV12
    assert eyes.states == [CameraState.STARTING, CameraState.LIVE]
    lens = desk.opened[0]
    camera.stop()
    assert camera.state is CameraState.OFF
    assert not desk.opened
    seen = len(eyes.frames)
    lens.feed(frame_of(grey(90), Pixel.Format_NV12))
    await asyncio.sleep(0)
    assert len(eyes.frames) == seen


async def test_the_camera_of_last_time_is_taken_by_its_id_or_by_its_name(desk: SimulatedInputs) -> None:
    for preferred in ((DESK.id, ""), ("/dev/video5", DESK.name), (DESK.id, FRONT.name)):
        camera = Camera(desk, preferred=preferred)
        camera.start()
        assert camera.device == DESK
        camera.stop()
    camera = Camera(desk, preferred=("gone", ""))
    camera.start()
    assert camera.device == FRONT
    camera.stop()


async def test_another_camera_is_chosen_while_one_is_used(camera: Camera, desk: SimulatedInputs) -> None:
    camera.start()
    await live(camera, desk)
    camera.choose(DESK.id)
    assert [lens.device for lens in desk.opened] == [DESK]
    await live(camera, desk)
    camera.choose(DESK.id)
    assert desk.ever_opened == 2


async def test_unplugged_while_used_it_goes_on_when_it_is_back(camera: Camera, desk: SimulatedInputs) -> None:
    camera.start()
    await live(camera, desk)
    desk.plug(DESK)
    assert camera.state is CameraState.LOST
    assert not desk.opened
    assert "choose another" in words.of_camera(camera).advice
    camera.start()
    assert camera.state is CameraState.LOST, "to try again is not to choose another one"
    assert not desk.opened
    desk.plug(DESK, Device("/dev/video9", FRONT.name))  # the same one, by another id
    assert camera.device == Device("/dev/video9", FRONT.name)
    await live(camera, desk)


async def test_a_twin_does_not_stand_in_for_the_one_that_is_gone(camera: Camera, desk: SimulatedInputs) -> None:
    twin = Device("/dev/video7", FRONT.name)
    desk.there = (FRONT, twin)
    camera.start()
    await live(camera, desk)
    desk.plug(twin)
    desk.changed.emit()
    assert camera.state is CameraState.LOST
    desk.plug(twin, FRONT)
    assert camera.device == FRONT
    await live(camera, desk)


async def test_gone_without_a_failure_it_is_lost_as_well(camera: Camera, desk: SimulatedInputs) -> None:
    camera.start()
    await live(camera, desk)
    desk.there = ()
    desk.changed.emit()
    assert camera.state is CameraState.LOST
    assert not desk.opened
    camera.stop()
    desk.plug(FRONT)
    assert not desk.opened, "nobody looks any more"


async def test_without_a_camera_it_begins_when_one_comes(camera: Camera, desk: SimulatedInputs) -> None:
    desk.there = ()
    camera.start()
    assert camera.state is CameraState.NONE
    desk.plug(DESK)
    assert camera.device == DESK
    assert camera.state is CameraState.STARTING


async def test_a_busy_camera_is_told_and_can_be_tried_again(camera: Camera, desk: SimulatedInputs) -> None:
    desk.busy.add(FRONT.id)
    camera.start()
    await until(lambda: camera.state is CameraState.BUSY)
    assert not desk.opened
    for system in ("linux", "win32", "darwin"):
        told = words.of_camera(camera, system)
        assert told.sentence == "“Integrated Camera” does not start."
        assert "Another program" in told.advice
    desk.busy.clear()
    camera.start()
    await live(camera, desk)


async def test_a_camera_that_delivers_nothing_is_told_and_goes_on_by_itself(desk: SimulatedInputs) -> None:
    camera = Camera(desk, patience_ms=1)
    camera.frame.connect(lambda _frame: camera.pictured())
    camera.start()
    await until(lambda: camera.state is CameraState.SILENT)
    assert "delivers no picture" in words.of_camera(camera).sentence
    desk.opened[0].frame.emit(QVideoFrame())
    assert camera.state is CameraState.SILENT, "an empty frame is no picture"
    desk.feed(frame_of(grey(90), Pixel.Format_YUYV))
    await until(lambda: camera.state is CameraState.LIVE)
    await until(lambda: camera.state is CameraState.SILENT)
    camera.stop()


async def test_frames_that_nobody_can_read_are_no_pictures(desk: SimulatedInputs) -> None:
    camera = Camera(desk, patience_ms=1)
    eyes = Eyes(camera)
    camera.start()
    desk.feed(frame_of(grey(90), Pixel.Format_YUYV))
    await until(lambda: camera.state is CameraState.SILENT)
    assert len(eyes.frames) == 1
    camera.stop()
    camera.pictured()
    assert camera.state is CameraState.OFF


async def test_the_system_is_asked_once_and_its_answer_kept_to(camera: Camera, desk: SimulatedInputs) -> None:
    desk.allowed = Permission.UNDECIDED
    camera.start()
    assert camera.state is CameraState.ASKING
    assert not desk.opened
    desk.answer(Permission.DENIED)
    assert camera.state is CameraState.REFUSED
    assert camera.devices == ()
    assert "System Settings" in words.of_camera(camera, "darwin").advice
    assert "desktop apps" in words.of_camera(camera, "win32").advice
    assert "privacy settings" in words.of_camera(camera, "linux").advice
    desk.allowed = Permission.GRANTED
    camera.start()
    await live(camera, desk)


async def test_an_answer_that_comes_too_late_opens_nothing(camera: Camera, desk: SimulatedInputs) -> None:
    desk.allowed = Permission.UNDECIDED
    camera.start()
    camera.stop()
    desk.answer(Permission.GRANTED)
    assert not desk.opened


async def test_what_every_camera_needs_is_told_where_it_is_missing(camera: Camera, desk: SimulatedInputs) -> None:
    desk.hindrance = "Install libpulse0."
    camera.start()
    assert camera.state is CameraState.BARRED
    assert words.of_camera(camera).advice == "Install libpulse0."
    assert NoInputs("why").devices() == ()


async def test_a_name_cannot_carry_marks_into_a_sentence(application: object) -> None:
    camera = Camera(SimulatedInputs(Device("1", "Cam\u202e\n\x1b[31m" + "x" * 500)))
    camera.start()
    said = words.of_camera(camera)
    assert not {"\u202e", "\n", "\x1b"} & set(str(said))
    camera.stop()


async def test_the_torch_is_there_where_the_camera_has_one(camera: Camera, desk: SimulatedInputs) -> None:
    desk.with_torch.add(DESK.id)
    camera.start()
    assert not camera.has_torch
    camera.choose(DESK.id)
    assert camera.has_torch
    camera.set_torch(True)
    assert desk.opened[0].torch


def test_the_computers_own_cameras_are_listed_with_their_names(application: object) -> None:
    parent = QObject()
    inputs = system_inputs(parent)
    assert isinstance(inputs, DeviceInputs)
    assert inputs.permission() is Permission.GRANTED
    assert all(device.name and device.id for device in inputs.devices())


class Ghost(DeviceInputs):
    """A device that goes just before it is opened."""

    def devices(self) -> tuple[Device, ...]:
        return (Device("/dev/none", "Ghost"),)


async def test_a_device_that_fails_at_once_is_told(application: object) -> None:
    camera = Camera(Ghost(), patience_ms=FRAME_PATIENCE_MS)
    camera.start()
    await until(lambda: camera.state is CameraState.BUSY)
    camera.start()
    camera.stop()
    assert camera.state is CameraState.OFF
    await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("formats", "wanted"),
    [
        ([(640, 480, 30, "YUYV"), (1280, 720, 10, "YUYV"), (1280, 720, 30, "Jpeg")], 2),
        ([(640, 480, 30, "YUYV"), (1280, 720, 30, "Jpeg"), (1280, 720, 30, "YUYV")], 2),
        ([(1920, 1080, 30, "NV12"), (1280, 720, 60, "NV12"), (1280, 720, 30, "NV12")], 2),
        ([(1280, 720, 10, "YUYV"), (640, 480, 15, "YUYV")], 0),
        ([(3840, 2160, 30, "NV12"), (640, 480, 30, "NV12")], 1),
    ],
)
def test_the_format_is_fast_enough_near_720_lines_and_not_compressed_for_nothing(
    application: object, formats: list[tuple[int, int, int, str]], wanted: int
) -> None:
    made = [Format(*one) for one in formats]
    assert best_format(made) is made[wanted]  # type: ignore[arg-type,comparison-overlap]


class Format:
    """What `best_format` looks at: Qt lets nobody make a format that is not a device's."""

    def __init__(self, width: int, height: int, rate: float, pixel: str) -> None:
        self._size, self._rate, self._pixel = QSize(width, height), rate, Pixel[f"Format_{pixel}"]

    def isNull(self) -> bool:
        return False

    def resolution(self) -> QSize:
        return self._size

    def maxFrameRate(self) -> float:
        return self._rate

    def pixelFormat(self) -> object:
        return self._pixel


def test_no_format_is_no_choice(application: object) -> None:
    assert best_format([]) is None
    assert best_format([QCameraFormat()]) is None
