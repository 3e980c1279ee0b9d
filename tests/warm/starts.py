"""Starts of signers, practice networks and headless wallets by a fork: without Python's own start and its imports.

Each of them runs the program's own `main` (see `server`). A test that is about a start, or about what is in a process,
starts the usual command.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from ashore import entry

_HERE = Path(__file__).parent
_ROLES = ("signer", "sandbox")
"""Those that the wallet starts itself."""


class Warm:
    """Servers for this test process, each started when it is needed first."""

    possible = hasattr(os, "pidfd_open")
    """Linux alone: elsewhere nothing tells of the end of a process that is another one's child."""

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()
        self._sockets: dict[str, str] = {}
        self._folder = ""
        self._lock = threading.RLock()

    def command(self, role: str) -> list[str]:
        """What stands before the arguments of a process: `signer`, `sandbox` or `wallet`."""
        if not self.possible:
            return [sys.executable, "-m", "ashore"]
        with self._lock:
            return self._ready(role)

    def _ready(self, role: str) -> list[str]:
        if not self._folder:  # a short path: a socket's may not be long
            self._folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="ashore-"))
        if role not in self._sockets:
            place = self._sockets[role] = f"{self._folder}/{role}"
            signers = self.command("signer") if role == "wallet" else []
            self._stack.enter_context(_serving([str(_HERE / "server.py"), place, role, *signers]))
        return [sys.executable, "-I", "-S", str(_HERE / "stub.py"), self._sockets[role]]

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Have every wallet of this process start its signers and its practice network so."""
        usual = entry.command

        def command(role: str, *arguments: str) -> list[str]:
            return [*self.command(role), "--role", role, *arguments] if role in _ROLES else usual(role, *arguments)

        entry.command = command
        try:
            yield
        finally:
            entry.command = usual

    def close(self) -> None:
        """End the servers."""
        self._stack.close()


@contextlib.contextmanager
def _serving(arguments: list[str]) -> Iterator[None]:
    with subprocess.Popen([sys.executable, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        try:
            yield
        finally:
            process.stdin.close()


HERE = Warm()
"""This test process's own."""
