"""The wallet as a process without a window: one JSON line in, one JSON line out.

For the kill matrix and for scripts on the practice network. It serves a network that is already running, so that
the network outlives it. Commands: {"op": "withdraw", "account": 0, "fields": {…}}, {"op": "states"},
{"op": "answered"} (answers when the outcome of every request is known), {"op": "settled"} (answers when nothing is
open any more), {"op": "arm", "at": "BOUNDARY:N"} (die there from now on), {"op": "quit"}.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from ashore.desktop.paths import Paths, paths_for
from ashore.desktop.single_instance import AlreadyRunning, InstanceLock
from ashore.domain.errors import AshoreError
from ashore.domain.withdrawal import Withdrawal
from ashore.engine.boundaries import Boundary
from ashore.engine.carrier import SETTLED
from ashore.engine.compose import Surroundings, compose, practice_client, system_clock
from ashore.engine.practice import SandboxControl
from ashore.engine.views import ActivityQuery, Change, Topic
from ashore.engine.wallet import Wallet
from ashore.net.pacing import SystemClock
from ashore.options import Options
from ashore.systems.base import Draft
from ashore.systems.zklink.deployment import deployment_from_json

PAGE = 200


def main(options: Options) -> int:
    """Serve standard input until it ends or says quit."""
    parser = argparse.ArgumentParser(prog="ashore --headless", allow_abbrev=False)
    parser.add_argument("--url", required=True, help="where the practice network serves")
    parser.add_argument("--kill-at", default="", metavar="BOUNDARY:N", help="end by SIGKILL at the Nth passing")
    chosen = parser.parse_args(list(options.headless or ()))
    try:
        return asyncio.run(_serve(chosen.url, options.data_dir, Fuse(chosen.kill_at)))
    except (AshoreError, AlreadyRunning) as error:
        _say({"error": str(error)})
        return 1


class Fuse:
    """A probe that ends this process without any chance to tidy up, as a power cut would."""

    def __init__(self, where: str = "") -> None:
        """`where` as in `arm`."""
        self._boundary: Boundary | None = None
        self._left = 0
        self.arm(where)

    def arm(self, where: str) -> None:
        """Burn at the Nth passing of a boundary from now on (BOUNDARY:N), or not at all where it is empty.

        Raises ValueError for a boundary or number that there is not.
        """
        name, _, count = where.partition(":")
        self._boundary, self._left = (Boundary(name) if name else None), int(count or "1")

    def __call__(self, passed: Boundary) -> None:
        if passed is not self._boundary:
            return
        self._left -= 1
        if self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)


async def _serve(url: str, data_dir: Path | None, fuse: Fuse) -> int:
    paths = paths_for("sandbox", data_dir)
    paths.create()
    with InstanceLock(paths.instance_lock):
        return await _serve_alone(url, paths, fuse)


async def _serve_alone(url: str, paths: Paths, fuse: Fuse) -> int:
    http = practice_client()
    deployment = deployment_from_json(await SandboxControl(http, url, "").profile(), url)
    around = Surroundings(http, system_clock(), SystemClock(), fuse)
    wallet = compose(deployment, paths.journal, paths.vault, around, SandboxControl(http, url, ""))
    await wallet.start()
    _say({"ready": True, "open": wallet.open_count()})
    loop = asyncio.get_running_loop()
    try:
        while True:
            line = await loop.run_in_executor(None, sys.stdin.readline)
            if not line:
                return 0
            command = json.loads(line)
            if command["op"] == "quit":
                return 0
            try:
                _say(await _carry_out(wallet, command, fuse))
            except AshoreError as error:
                _say({"error": error.sentence, "advice": error.advice})
    finally:
        await wallet.aclose()


async def _carry_out(wallet: Wallet, command: Mapping[str, object], fuse: Fuse) -> dict[str, object]:
    match command["op"]:
        case "withdraw":
            return await _withdraw(wallet, command)
        case "states":
            return {"states": [_state(s) for s in _all(wallet)]}
        case "answered":
            await _until(wallet, lambda: all(_answered(s) for s in _open(wallet)))
            return {"states": [_state(s) for s in _all(wallet)]}
        case "settled":
            await _until(wallet, lambda: not wallet.open_count())
            return {"states": [_state(s) for s in _all(wallet)]}
        case "arm":
            fuse.arm(str(command["at"]))
            return {"armed": command["at"]}
    return {"error": "there is no such command"}


async def _withdraw(wallet: Wallet, command: Mapping[str, object]) -> dict[str, object]:
    fields = command["fields"]
    assert isinstance(fields, dict)
    offer = await wallet.open(wallet.profiles()[0].id, int(str(command.get("account", 0))))
    quote = await wallet.quote(offer, Draft({str(k): str(v) for k, v in fields.items()}))
    if not quote.ready:
        return {"problems": {name: str(problem) for name, problem in quote.problems.items()}}
    return {"withdrawal": await wallet.confirm(await wallet.review(quote))}


async def _until(wallet: Wallet, so: Callable[[], bool]) -> None:
    changed = asyncio.Event()

    def hear(change: Change) -> None:
        if change.topic is Topic.WITHDRAWAL:
            changed.set()

    unsubscribe = wallet.subscribe(hear)
    try:
        while not so():
            changed.clear()
            await changed.wait()
    finally:
        unsubscribe()


def _answered(state: Withdrawal) -> bool:
    return state.request is not None and state.request.state in SETTLED


def _open(wallet: Wallet) -> list[Withdrawal]:
    return _all(wallet, "open")


def _all(wallet: Wallet, only: str = "all") -> list[Withdrawal]:
    found: list[Withdrawal] = []
    key: tuple[int, int] | None = None
    while True:
        page = wallet.activity(ActivityQuery(only=only), key, PAGE)
        voyages = (wallet.voyage(row.id) for row in page.rows)
        found.extend(voyage.withdrawal for voyage in voyages if voyage is not None)
        key = page.next_key
        if key is None:
            return found


def _state(state: Withdrawal) -> dict[str, object]:
    request = state.request
    return {
        "id": state.id,
        "status": str(state.status),
        "request": request.locator if request else "",
        "move": str(request.state) if request else "",
        "sends": request.sends if request else 0,
        "said": request.said if request else "",
        "amount": str(state.terms.amount),
        "stages": {name: int(view.level or 0) for name, view in state.stages.items()},
    }


def _say(value: Mapping[str, object]) -> None:
    print(json.dumps(value, separators=(",", ":")), flush=True)
