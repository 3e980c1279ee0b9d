"""What the scanner says of the camera, and of a code that it found."""

from __future__ import annotations

import sys

from ashore.domain.untrusted import plain
from ashore.systems.base import Problem, Severity
from ashore.ui.scanner.camera import Camera, CameraState
from ashore.ui.scanner.sightings import Sighting

HINT = Problem(
    "Hold the code in front of the camera.",
    "What is found is only filled in: you see it before anything is asked or sent.",
    Severity.NOTES,
)
HELP = Problem(
    "Hold the code in front of the camera.",
    "Nothing is found yet. Bring it nearer, hold it still, and let light fall on it.",
    Severity.NOTES,
)
_STARTING = Problem("The camera is starting.", "", Severity.NOTES)
_ASKING = Problem(
    "Your system asks whether Ashore may use the camera.", "Answer there, and scanning begins.", Severity.NOTES
)
_NONE = Problem(
    "No camera is connected.",
    "Connect one, and scanning begins by itself. Or scan the screen, choose a picture, or paste: see below.",
    Severity.WARNS,
)
_SETTINGS = {
    "darwin": "Allow it in System Settings › Privacy & Security › Camera, then press Try again.",
    "win32": "Allow it in Settings › Privacy & security › Camera: both “Camera access” and “Let desktop apps access "
    "your camera”. Then press Try again.",
}
_SETTINGS_ELSEWHERE = "Allow it in the privacy settings of your desktop, then press Try again."
_USED = "Another program may be using it: close that one, then press Try again."
_USED_OR = {
    "win32": " If none is, look at Settings › Privacy & security › Camera.",
    "darwin": "",
}
_USED_ELSEWHERE = " If none is, your user may lack the right to use it: membership in the group “video”, mostly."
_MOST_NAME = 60


def of_camera(camera: Camera, system: str = sys.platform) -> Problem:
    """How it is with the camera, and what a person can do. `system` is a name of `sys.platform`."""
    state = camera.state
    name = plain(camera.device.name, _MOST_NAME) if camera.device is not None else ""
    name = f"“{name}”" if name else "The camera"
    if state is CameraState.LOST:
        other = " Or choose another camera below." if camera.devices else ""
        return Problem(
            f"{name} is gone.",
            f"Plug it in again, and scanning goes on by itself.{other} If it is plugged in, press Try again.",
            Severity.WARNS,
        )
    if state is CameraState.BUSY:
        return Problem(f"{name} does not start.", _USED + _USED_OR.get(system, _USED_ELSEWHERE), Severity.WARNS)
    if state is CameraState.SILENT:
        return Problem(
            f"{name} delivers no picture.",
            "A cover may be closed or a switch off, or another program may be using it. "
            "Scanning goes on as soon as a picture comes.",
            Severity.WARNS,
        )
    if state is CameraState.REFUSED:
        return Problem("Ashore may not use the camera.", _SETTINGS.get(system, _SETTINGS_ELSEWHERE), Severity.WARNS)
    if state is CameraState.BARRED:
        return Problem("The camera cannot be used on this computer yet.", camera.obstacle, Severity.WARNS)
    return {CameraState.NONE: _NONE, CameraState.ASKING: _ASKING, CameraState.LIVE: HINT}.get(state, _STARTING)


def of_other(one: Sighting) -> Problem:
    """A code that leads nowhere in this wallet."""
    return Problem(one.what.sentence, f"{one.what.advice} Scanning goes on.".strip(), Severity.WARNS)


def of_many() -> Problem:
    """More codes than can be told apart."""
    return Problem(
        "There are too many codes in view.", "Bring the one that you mean nearer, until it is alone.", Severity.WARNS
    )


def of_several(count: int) -> Problem:
    """More than one code leads somewhere."""
    return Problem(
        f"{count} codes are in view. Which one do you mean?",
        "Click on it in the picture or below, or press its number.",
        Severity.NOTES,
    )


def of_found(one: Sighting) -> tuple[str, str]:
    """The code that is taken, and what happens to it."""
    return one.what.sentence, "It is being filled in."
