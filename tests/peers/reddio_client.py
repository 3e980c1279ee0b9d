"""Reddio's own JavaScript client in a process of its own, at a practice network in another."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from peers import places

_SCRIPT = Path(__file__).parent / "reddio" / "client.js"
_APP = Path(__file__).parents[2] / "app"
_TOKEN = "a token that opens the controls"
_START = ["-m", "ashore", "--role", "sandbox", "--clock", "step"]


class PeerError(Exception):
    """The client threw; the text is its own."""


class PracticeProcess:
    """The practice network as the wallet starts it."""

    def __init__(self) -> None:
        environment = {**os.environ, "PYTHONPATH": str(_APP)}
        self._process = subprocess.Popen(
            [sys.executable, *_START], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(_TOKEN + "\n")
        self._process.stdin.flush()
        self.url = f"http://127.0.0.1:{json.loads(self._process.stdout.readline())['port']}"
        self._http = httpx.Client(base_url=self.url, headers={"x-ashore-token": _TOKEN}, trust_env=False)
        self.profile: dict[str, Any] = self._http.get("/profile").json()["reddio"]

    def __enter__(self) -> PracticeProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()
        self._process.communicate(timeout=20)

    def control(self, operation: str, **value: Any) -> Any:
        """Anything that the control can do."""
        answer = self._http.post(f"/ctl/{operation}", json=value)
        assert answer.status_code == 200, answer.text
        return answer.json()


class ReddioClient:
    """The published client, with an Ethereum key that signs its L1 transactions."""

    def __init__(self, practice: PracticeProcess, ethereum_key: bytes) -> None:
        self._process = subprocess.Popen(
            [str(places.node()), str(_SCRIPT), str(places.reddio_packages())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        told = practice.profile
        asked = {
            "api": practice.url + told["api"],
            "rpc": practice.url + told["chain"]["endpoints"][0],
            "contract": told["contract"],
            "ethereumKey": "0x" + ethereum_key.hex(),
        }
        assert self._say(asked) == {"ready": True}

    def __enter__(self) -> ReddioClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=20)

    def ask(self, method: str, group: str = "apis", **args: Any) -> Any:
        """Call a method of the client; what it answers.

        Raises:
            PeerError: it threw.
        """
        answer = self._say({"group": group, "method": method, "args": args})
        if isinstance(answer, dict) and "thrown" in answer:
            raise PeerError(answer["thrown"])
        return answer

    def _say(self, value: object) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(value) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())
