"""One running signer process, seen from the window: frames out, answers in, and its end."""

import asyncio
import contextlib
import itertools
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from typing import Any, Self

from ashore.keys import frames, protocol
from ashore.keys.errors import KeysError, SignerFault, SignerGone

_START_SECONDS = 30.0
_END_SECONDS = 0.5
"""Longer than an idle signer takes; a busy one is killed, which empties its memory as well."""
_NO_WINDOW = 0x08000000
"""Windows' CREATE_NO_WINDOW."""


class SignerChild:
    """A signer process that said it is ready. Only `start` makes one."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._end: KeysError | None = None
        self._listener: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, command: Sequence[str], environment: Mapping[str, str]) -> Self:
        """Start the process and wait until it is ready.

        Raises:
            SignerGone: it does not start, or does not say that it is ready.
        """
        flags: dict[str, Any] = {"creationflags": _NO_WINDOW} if sys.platform == "win32" else {}
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=dict(environment), **flags
            )
        except OSError:
            raise SignerGone(
                "The signer could not be started.", "Start Ashore again; if it stays, install it anew."
            ) from None
        child = cls(process)
        try:
            async with asyncio.timeout(_START_SECONDS):
                first = await child._receive()
            _require_ready(first)
        except (TimeoutError, asyncio.IncompleteReadError, frames.FrameError, OSError):
            await child.end(gone())
            raise SignerGone(
                "The signer did not start properly.", "Start Ashore again; if it stays, install it anew."
            ) from None
        except BaseException:
            await child.end(gone())
            raise
        child._listener = asyncio.create_task(child._listen(), name="signer answers")
        return child

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self._end is None and self._process.returncode is None

    @property
    def process_id(self) -> int:
        """The operating system's number of the process."""
        return self._process.pid

    async def ask(self, request: Mapping[str, object]) -> dict[str, Any]:
        """Send a request and return its result.

        Raises:
            RequestInvalid: the request is longer than a frame may be.
            SignerGone: the process ended, or had ended.
            KeysError: what the signer answered instead of a result.
        """
        if self._end is not None:
            raise self._end
        number = next(self._numbers)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            await self._send({"id": number, **request})
            response = await answer
        finally:
            # An abandoned request is answered all the same; its answer then finds nobody.
            self._waiting.pop(number, None)
        if "error" in response:
            raise protocol.error_from(response["error"])
        result = response.get("result")
        if not isinstance(result, dict):
            raise protocol.fault()
        return result

    async def end(self, reason: KeysError) -> None:
        """End the process and fail what waits for it with `reason`. Returns when the process is gone."""
        self._fail(reason)
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            async with asyncio.timeout(_END_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self._kill()
            await self._process.wait()
        except BaseException:
            self._kill()
            await self._process.wait()  # which does not take long any more
            raise
        finally:
            if self._listener is not None and self._listener is not asyncio.current_task():
                self._listener.cancel()
                await asyncio.gather(self._listener, return_exceptions=True)

    async def _send(self, content: Mapping[str, object]) -> None:
        frame = _encoded(content)
        stdin = self._process.stdin
        try:
            if stdin is None or stdin.is_closing():
                raise gone()
            stdin.write(frame)
            await stdin.drain()
        except OSError:
            self._fail(gone())
            raise gone() from None
        finally:
            frame[:] = bytes(len(frame))

    async def _listen(self) -> None:
        try:
            while True:
                response = await self._receive()
                number = response.get("id")
                answer = self._waiting.get(number) if isinstance(number, int) else None
                if answer is not None and not answer.done():
                    answer.set_result(response)
        except (asyncio.IncompleteReadError, frames.FrameError, OSError):
            self._kill()
            self._fail(gone())

    async def _receive(self) -> dict[str, Any]:
        stdout = self._process.stdout
        if stdout is None:
            raise OSError
        length = frames.body_length(await stdout.readexactly(frames.LENGTH_BYTES))
        return frames.decode(await stdout.readexactly(length))

    def _fail(self, reason: KeysError) -> None:
        self._end = self._end or reason
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(self._end)

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()


def _require_ready(content: Mapping[str, object]) -> None:
    if content.get("ready") != protocol.PROTOCOL_VERSION:
        raise frames.FrameError("The process is not a signer of this version.")


def gone() -> SignerGone:
    """The error for a process that ended by itself."""
    return SignerGone("The signer ended unexpectedly.", "Unlock again; nothing is lost.")


def _encoded(content: Mapping[str, object]) -> bytearray:
    try:
        return frames.encode(content)
    except (frames.FrameError, TypeError, ValueError):
        raise SignerFault("The request does not fit the signer's form. Nothing was signed.") from None
