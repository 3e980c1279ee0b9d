"""Forks processes of this program that have imported already what their roles import.

Each runs the program's own `main` with its own arguments, environment and streams: what is saved is Python's start
and the reading of modules. Nothing of the program has run before the fork, and there is one thread.
"""

from __future__ import annotations

import array
import contextlib
import gc
import importlib
import os
import selectors
import signal
import socket
import sys
from collections.abc import Sequence

_STREAMS = 3
_LONGEST = 1 << 17
_IMPORTED = {
    "signer": ("ashore.signer_role", "ashore.keys.signer_session", "ashore.keys.key_ring", "nacl.bindings"),
    "sandbox": ("ashore.sandbox.role", "ashore.sandbox.control"),
    "wallet": ("ashore.headless", "ashore.__main__"),
}


class _Forked:
    """A process, and the connection of what stands for it."""

    def __init__(self, connection: socket.socket, process: int) -> None:
        self.connection, self.process = connection, process
        self.handle = os.pidfd_open(process)  # type: ignore[attr-defined,unused-ignore]
        self._ended = False

    def heard(self) -> bool:
        """End the process: what stands for it asked for that, or is gone (False)."""
        word = b""
        with contextlib.suppress(OSError):  # killed before it had read how the process ended
            word = self.connection.recv(16)
        if not self._ended:
            signal.pidfd_send_signal(self.handle, signal.SIGKILL)  # type: ignore[attr-defined,unused-ignore]
        return bool(word)

    def over(self) -> None:
        """Tell how it ended. The connection stays until the other side closes it: an unread word would reset it."""
        _, status = os.waitpid(self.process, 0)
        self._ended = True
        os.close(self.handle)
        with contextlib.suppress(OSError):  # what stood for it may have been killed first
            self.connection.send(str(os.waitstatus_to_exitcode(status)).encode())


def serve(listening: socket.socket) -> None:
    """Fork until standard input ends."""
    with selectors.DefaultSelector() as selector:
        selector.register(0, selectors.EVENT_READ)
        selector.register(listening, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if selector.get_map().get(key.fd) is not key:
                    continue  # it ended a moment ago, in this very round
                if key.fd == 0:
                    return
                if key.fileobj is listening:
                    connection, _ = listening.accept()
                    forked = _fork(connection, listening, selector)
                    selector.register(connection, selectors.EVENT_READ, forked)
                    selector.register(forked.handle, selectors.EVENT_READ, forked)
                elif key.fd == key.data.handle:
                    selector.unregister(key.data.handle)
                    key.data.over()
                elif not key.data.heard():
                    selector.unregister(key.data.connection)
                    key.data.connection.close()


def _fork(connection: socket.socket, listening: socket.socket, selector: selectors.BaseSelector) -> _Forked:
    streams = array.array("i")
    content, rights, _, _ = connection.recvmsg(_LONGEST, socket.CMSG_LEN(_STREAMS * streams.itemsize))
    for _level, _kind, data in rights:
        streams.frombytes(data)
    process = os.fork()
    if process == 0:
        listening.close()
        connection.close()
        selector.close()
        _become(content, streams)
    for stream in streams:
        os.close(stream)
    return _Forked(connection, process)


def _become(content: bytes, streams: Sequence[int]) -> None:
    """Be the process. Never returns."""
    for place, stream in enumerate(streams):
        os.dup2(stream, place)
        os.close(stream)
    count, folder, *rest = content.split(b"\0")
    words, variables = rest[: int(count)], rest[int(count) :]
    os.chdir(folder)
    for name in list(os.environ):
        del os.environ[name]
    for name, _, value in (variable.partition(b"=") for variable in variables):
        os.environb[name] = value
    if "PYTHONUNBUFFERED" in os.environ:
        sys.stdout.reconfigure(write_through=True)  # type: ignore[union-attr,unused-ignore]
    sys.argv = ["ashore", *map(os.fsdecode, words)]
    from ashore.__main__ import main

    code: object = 70
    try:
        code = main()
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001 - told as Python tells it
        sys.excepthook(*sys.exc_info())
        code = 1
    finally:
        sys.stdout.flush()
        os._exit(code if isinstance(code, int) else int(code is not None))


def _start_signers_so(command: Sequence[str]) -> None:
    from ashore import entry

    usual = entry.command

    def warm(role: str, *arguments: str) -> list[str]:
        return [*command, "--role", role, *arguments] if role == "signer" else usual(role, *arguments)

    entry.command = warm


def main() -> None:
    """Serve `role` on a socket; what follows is the command that stands for a signer."""
    place, role, *signer = sys.argv[1:]
    sys.path[0] = ""  # as -m has it
    for name in _IMPORTED[role]:
        importlib.import_module(name)
    if role == "signer":
        from ashore.keys.eth_library import load_eth_account

        load_eth_account()
    if signer:
        _start_signers_so(signer)
    gc.collect()
    gc.freeze()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
        listening.bind(place)
        listening.listen(64)
        print("ready", flush=True)
        serve(listening)


if __name__ == "__main__":
    main()
