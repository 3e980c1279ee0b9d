"""The practice network's process: started beside the wallet, controlled through a token, ended with it."""

import asyncio
import contextlib
import json
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from ashore import entry
from ashore.domain.errors import AshoreError
from ashore.engine.practice_steps import step_words
from ashore.engine.views import CLOCK_KEY, RELAYER_KEY, RESTS
from ashore.net.http import HttpClient, Purpose

START_S = 60.0
_CONTROL = Purpose("practice control", 1 << 20, total_seconds=30.0, retries=0)


_RELAYER_OFF = "relayer_off"


class PracticeError(AshoreError):
    """The practice network did not start or does not answer."""


class SandboxControl:
    """Speaks to the practice network's control: time, steps, faults, ground truth."""

    def __init__(self, http: HttpClient, url: str, token: str) -> None:
        self._http = http
        self._token = token
        self._chains: dict[str, str] = {}
        self.url = url

    async def status(self) -> dict[str, object]:
        """What is so: counts, ground truth of each withdrawal, clock."""
        answer = await self._post("status", {})
        assert isinstance(answer, dict)
        return answer

    async def set_clock(self, mode: str) -> None:
        """Let time run as `demo`, `realistic` or `step`."""
        await self._post("clock", {"mode": mode})

    async def step(self, what: str = "stage") -> str:
        """Move by hand: a `stage` of the operator, a `block`, or `finalize`. What was done, in a sentence."""
        if not self._chains:
            await self.profile()
        answer = await self._post("step", {"what": what})
        assert isinstance(answer, list), "the control answers every step"
        return step_words(answer[0], self._chains)

    async def relayer_rests(self) -> bool:
        """Whether the operator's relayer sends no money on, so that it has to be claimed."""
        told = await self._post("status", {"only": []})
        assert isinstance(told, dict)
        return bool(told["zklink"]["switches"].get(_RELAYER_OFF))

    async def rest_relayer(self, rests: bool) -> None:
        """Let the operator's relayer rest, or work again. A network that is started anew begins with it at work."""
        await self.faults({"zklink": {"switches": {_RELAYER_OFF: rests}}})

    async def run_as_chosen(self, setting: Callable[[str, str], str]) -> None:
        """Let a network that was just started run as the wallet's settings say."""
        if (clock := setting(CLOCK_KEY, "demo")) != "demo":
            await self.set_clock(clock)
        if setting(RELAYER_KEY, "") == RESTS:
            await self.rest_relayer(True)

    async def faults(self, value: Mapping[str, object]) -> None:
        """Let things go wrong (see the practice network's control)."""
        await self._post("faults", value)

    async def call(self, operation: str, value: Mapping[str, object]) -> object:
        """Any other operation of the control."""
        return await self._post(operation, value)

    async def profile(self) -> dict[str, object]:
        """The profile that a wallet pins of this network."""
        answer = json.loads((await self._http.get(f"{self.url}/profile", _CONTROL)).body)
        assert isinstance(answer, dict)
        self._chains = {str(chain["zklink_chain_id"]): str(chain["name"]) for chain in answer["chains"]}
        return answer

    async def _post(self, operation: str, value: Mapping[str, object]) -> object:
        answer = await self._http.request(
            "POST",
            f"{self.url}/ctl/{operation}",
            _CONTROL,
            body=json.dumps(value).encode(),
            headers={"x-ashore-token": self._token, "content-type": "application/json"},
        )
        return json.loads(answer.body)


class PracticeNetwork:
    """The practice network as a child process. It ends when its standard input does, so it cannot be left over."""

    def __init__(self, data: Path, clock: str) -> None:
        self._data = data
        self._clock = clock
        self._process: asyncio.subprocess.Process | None = None
        self._token = secrets.token_urlsafe(24)
        self._port = 0
        self.url = ""

    async def start(self) -> None:
        """Start it and wait until it serves. Raises PracticeError.

        One that has ended starts again at the same address, so that a wallet which knows it just goes on.
        """
        self._data.mkdir(parents=True, exist_ok=True, mode=0o700)
        command = entry.command(
            "sandbox", "--data-dir", str(self._data), "--clock", self._clock, "--port", str(self._port)
        )
        self._process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(self._token.encode() + b"\n")
        try:
            async with asyncio.timeout(START_S):
                line = await self._process.stdout.readline()
            self._port = int(json.loads(line)["port"])
            self.url = f"http://127.0.0.1:{self._port}"
        except (TimeoutError, ValueError, KeyError, TypeError) as error:
            await self.aclose()
            raise PracticeError(
                "The practice network did not start.",
                "Start Ashore again; if it stays so, delete the practice data in the data folder.",
            ) from error

    def control(self, http: HttpClient) -> SandboxControl:
        """The control of the running network."""
        return SandboxControl(http, self.url, self._token)

    async def ended(self) -> None:
        """Wait until its process has ended, by whatever; at once where none runs."""
        if self._process is not None:
            await self._process.wait()

    async def aclose(self) -> None:
        """End it and wait until it has ended."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(4):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
