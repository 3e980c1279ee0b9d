"""The practice network and the wallet as processes, with time limits on everything."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import queue
import secrets
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from warm.starts import HERE

START_S = 120.0
ANSWER_S = 120.0
SIGKILLED = -9
BEFORE_IT_BEGAN = -15
"""What stands for a wallet was ended before there was one."""
PROGRAM = (sys.executable, "-m", "ashore")


class MatrixError(AssertionError):
    """The matrix itself did not go as planned: a process did not start, a boundary was never passed."""


class Sandbox:
    """The practice network as a process."""

    def __init__(self, log: IO[bytes], *, reddio: bool = False, program: Sequence[str] = PROGRAM) -> None:
        """`log` takes what it complains of: answers that are torn on purpose, above all."""
        self._token = secrets.token_urlsafe(24)
        self._process = subprocess.Popen(
            [*program, "--role", "sandbox", "--clock", "demo", _reddio_option(reddio)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env={**os.environ, "ASHORE_SANDBOX_TOKEN": self._token},
        )
        line = _Lines(_pipe(self._process.stdout)).next(START_S)
        if line is None:
            raise MatrixError("the practice network did not start")
        self.port = int(json.loads(line)["port"])
        self.url = f"http://127.0.0.1:{self.port}"

    def control(self, operation: str, **value: Any) -> Any:
        """Call an operation of the control."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_S)
        with contextlib.closing(connection):
            connection.request("POST", f"/ctl/{operation}", json.dumps(value), {"x-ashore-token": self._token})
            answer = connection.getresponse()
            body = answer.read()
        if answer.status != 200:
            raise MatrixError(f"{operation}: {body.decode(errors='replace')}")
        return json.loads(body)

    def rpc(self, path: str, method: str, *params: object) -> Any:
        """Call a method of a node or an endpoint of this network. Raises MatrixError for an error."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_S)
        with contextlib.closing(connection):
            connection.request("POST", path, body, {"content-type": "application/json"})
            answer = json.loads(connection.getresponse().read())
        if "result" not in answer:
            raise MatrixError(f"{method}: {answer}")
        return answer["result"]

    def close(self) -> None:
        """End the process."""
        _pipe(self._process.stdin).close()
        self._process.wait(ANSWER_S)
        _pipe(self._process.stdout).close()


def _reddio_option(wanted: bool) -> str:
    return "--reddio" if wanted else "--no-reddio"


class WalletProcess:
    """The wallet without a window."""

    def __init__(self, url: str, data_dir: Path, kill_at: str = "", program: Sequence[str] | None = None) -> None:
        """`program` stands before the arguments; without one, it is forked from what has imported all of it."""
        arming = ["--kill-at", kill_at] if kill_at else []
        self._stood_for = program is None
        self._process = subprocess.Popen(
            [*(program or HERE.command("wallet")), "--data-dir", str(data_dir), "--headless", "--url", url, *arming],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._lines = _Lines(_pipe(self._process.stdout))

    def ready(self) -> bool:
        """Wait until it is. False where it died first."""
        return self._answer(START_S) is not None

    def tell(self, **command: Any) -> None:
        """Send a command, whether or not anybody lives to read it."""
        with contextlib.suppress(BrokenPipeError):
            stream = _pipe(self._process.stdin)
            stream.write(json.dumps(command).encode() + b"\n")
            stream.flush()

    def ask(self, seconds: float = ANSWER_S, **command: Any) -> dict[str, Any] | None:
        """Send a command and return its answer; None where the wallet died over it."""
        self.tell(**command)
        return self._answer(seconds)

    def kill_after(self, seconds: float) -> None:
        """Kill it from outside, unless it died before."""
        try:
            self._process.wait(max(0.0, seconds))
        except subprocess.TimeoutExpired:
            self._kill()

    def died(self, seconds: float) -> None:
        """Wait for the kill. Raises MatrixError where it lives on, or ended in another way."""
        try:
            ended = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            said = self._lines.left()
            self.end()
            raise MatrixError(f"the wallet was not killed: the boundary was never passed; it said {said}") from None
        self._close()
        if ended != SIGKILLED and not (self._stood_for and ended == BEFORE_IT_BEGAN):
            raise MatrixError(f"the wallet ended by itself with {ended}")

    def end(self) -> None:
        """End it, politely first."""
        if self._process.poll() is None:
            self.tell(op="quit")
            try:
                self._process.wait(ANSWER_S)
            except subprocess.TimeoutExpired:
                self._kill()
                self._process.wait()
        self._close()

    def _kill(self) -> None:
        if self._stood_for:
            self._process.terminate()  # what stands for the wallet has it killed, and ends when it is gone
        else:
            self._process.kill()

    def _answer(self, seconds: float) -> dict[str, Any] | None:
        line = self._lines.next(seconds)
        if line is None:
            return None
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _close(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            _pipe(self._process.stdin).close()
        self._lines.end()
        _pipe(self._process.stdout).close()


class _Lines:
    """Lines of a pipe with a time limit, read by a thread of their own."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def _read(self, stream: IO[bytes]) -> None:
        for line in stream:
            self._queue.put(line)
        self._queue.put(None)

    def next(self, seconds: float) -> bytes | None:
        """The next line; None at the end of the stream."""
        try:
            return self._queue.get(timeout=seconds)
        except queue.Empty:
            raise MatrixError(f"no answer within {seconds} s") from None

    def left(self) -> list[str]:
        """What was read, and nobody asked for."""
        found = []
        with contextlib.suppress(queue.Empty):
            while (line := self._queue.get_nowait()) is not None:
                found.append(line.decode(errors="replace").strip())
        return found

    def end(self) -> None:
        """Wait for the end of the stream."""
        self._thread.join(ANSWER_S)


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream
