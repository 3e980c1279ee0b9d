"""Hand a link to the running window. Standard library only: a second start imports nothing of Qt or of the network."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from ashore.desktop import meeting_place
from ashore.desktop.messages import LONGEST_ANSWER, Answer, Message, written
from ashore.desktop.one_window import Outcome

_ANSWER_S = 5.0
_ANY_PROCESS = -1


def hand_over(data: Path, message: Message, environment: Mapping[str, str]) -> Outcome | None:
    """Hand a message over at once; None where nobody listens, or whoever does says nothing."""
    sent = written(message)
    answer = _over_pipe(data, sent) if sys.platform == "win32" else _over_socket(data, sent, environment)
    if not answer:
        return None
    return Outcome.TAKEN if answer == Answer.TAKEN.encode() else Outcome.REFUSED


def is_own_process(peer: socket.socket) -> bool:
    """Whether a process of the same user is at the other end, where the system can tell."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True  # the folder is closed to everybody else
    size = struct.calcsize("3i")
    _process, user, _group = struct.unpack("3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return bool(user == os.getuid())


def _over_socket(data: Path, sent: bytes, environment: Mapping[str, str]) -> bytes:
    for path in meeting_place.socket_paths(data, environment):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer, contextlib.suppress(OSError):
            peer.settimeout(_ANSWER_S)
            peer.connect(os.fspath(path))
            if is_own_process(peer):
                peer.sendall(sent)
                return _answer(peer)
    return b""


def _answer(peer: socket.socket) -> bytes:
    """The answer without the end of its line; empty where none came."""
    received, end = b"", time.monotonic() + _ANSWER_S
    while len(received) < LONGEST_ANSWER and time.monotonic() < end:
        part = peer.recv(LONGEST_ANSWER)
        if not part:
            break
        received += part
        if received.endswith(b"\n"):
            return received[:-1]
    return b""


def _over_pipe(data: Path, sent: bytes) -> bytes:
    """The same on Windows, where a named pipe is opened like a file, and a file has no time limit."""
    name = meeting_place.pipe_name(data)
    if name is None:
        return b""
    let_come_to_the_front()
    answers: list[bytes] = []
    asking = threading.Thread(target=_ask_pipe, args=(rf"\\.\pipe\{name}", sent, answers), daemon=True)
    asking.start()
    asking.join(_ANSWER_S)
    return answers[0] if answers else b""


def _ask_pipe(path: str, sent: bytes, answers: list[bytes]) -> None:
    with contextlib.suppress(OSError), Path(path).open("r+b", buffering=0) as pipe:
        pipe.write(sent)
        received = pipe.readline(LONGEST_ANSWER)
        if received.endswith(b"\n"):
            answers.append(received[:-1])


def let_come_to_the_front() -> None:
    """Windows lets a window come to the front only when the process that a person has just used allows it."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.AllowSetForegroundWindow(_ANY_PROCESS)
