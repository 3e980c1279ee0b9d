"""A withdraw service of npm lnurl in a process of its own."""

from __future__ import annotations

import json
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from ashore.net.guard import LocalService
from ashore.net.strangers import StrangerClient
from ashore.systems.lnurl.client import LnurlClient
from ashore.systems.lnurl.codec import Reach, Recognition, recognise
from peers import places

_SCRIPT = Path(__file__).parent / "npm" / "service.js"
HOST = "127.0.0.1"


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Link:
    """A voucher of the service."""

    text: str
    url: str
    secret: str

    def read(self) -> Recognition:
        """The voucher as the program reads it."""
        return recognise(self.text, Reach.PRACTICE)


class NpmService:
    """The service; `lightning` names its backend as npm lnurl does, the dummy one where it is None."""

    def __init__(self, lightning: dict[str, Any] | None = None) -> None:
        self.port = free_port()
        self._options = {
            "host": HOST,
            "port": self.port,
            "lightning": lightning or {"backend": "dummy", "config": {}},
        }
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> NpmService:
        self._process = subprocess.Popen(
            [str(places.node()), str(_SCRIPT), str(places.npm_packages())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            assert self._say(self._options) == {"ready": True}
        except BaseException:
            self._stop(self._process)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._stop(self._process)

    @staticmethod
    def _stop(process: subprocess.Popen[str]) -> None:
        """End the service: it does so by itself when its input ends. `with` closes the pipes."""
        with process:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()

    def link(self, least: int = 10_000, most: int = 20_000, description: str = "a voucher", uses: int = 1) -> Link:
        """Make a voucher; amounts in msat."""
        made = self._say(
            {"minWithdrawable": least, "maxWithdrawable": most, "defaultDescription": description, "uses": uses}
        )
        return Link(str(made["encoded"]), str(made["url"]), str(made["secret"]))

    def client(self) -> LnurlClient:
        """The program's client, allowed to reach this service and nothing else."""
        return LnurlClient(StrangerClient(local_services=[LocalService(HOST, self.port)]), Reach.PRACTICE)

    def _say(self, asked: object) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the service ended"
        answer: dict[str, Any] = json.loads(line)
        assert "error" not in answer, answer
        return answer
