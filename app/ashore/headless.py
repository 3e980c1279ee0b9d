"""The wallet as a process without a window: one JSON line in, one JSON line out.

For the kill matrix and for scripts on the practice network. It serves a network that is already running, so that the
network outlives it. Commands: {"op": "withdraw", "account": 0, "fields": {…}} (from zkLink, or from where "system"
says), {"op": "activate", "account": 1, "fields": {…}} (registers the layer-2 key), {"op": "register", "account":
0, "key": "…", "fields": {…}} (ties a Stark key to its account on Ethereum), {"op": "claim", "link": "…",
"fields": {…}} (a Lightning voucher), {"op": "take", "owner": "0x…", "fields": {…}} (claims what waits on L1), {"op":
"replace", "withdrawal": "…", "cancel": false, "fields": {…}} (has a claim that waits taken sooner, or not at all),
{"op": "ended", "withdrawal": "…"} (answers when that one has ended, or its last stage is proven), {"op": "proven",
"stage": "…"} (answers when that stage of every open withdrawal that has it is proven), {"op": "states"}, {"op":
"answered"} (answers when the outcome of every request is known), {"op": "told", "withdrawal": "…"} (answers when that
one is known or was answered with a no), {"op": "settled", "but": 0} (answers when no more than so many are open),
{"op": "again", "withdrawal": "…"} (has the identical request sent once more after a no), {"op": "tidied"} (forgets what
the vault keeps for nothing), {"op": "ahead", "by": 60} (puts this wallet's clock forward), {"op": "arm", "at":
"BOUNDARY:N"} (die there from now on), {"op": "quit"}.
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
from ashore.domain.evidence import Level
from ashore.domain.withdrawal import LAST_STAGE, Withdrawal
from ashore.engine.boundaries import Boundary
from ashore.engine.carrier import SETTLED
from ashore.engine.compose import Surroundings, compose, practice_client, system_clock
from ashore.engine.compose_lightning import practice_lightning
from ashore.engine.parts import Clock
from ashore.engine.practice import SandboxControl
from ashore.engine.views import ActivityQuery, Change, Topic
from ashore.engine.wallet import Wallet
from ashore.net.pacing import SystemClock
from ashore.options import Options
from ashore.systems.base import Draft, Offer
from ashore.systems.claiming.track import CLAIMED
from ashore.systems.reddio.deployment import of_practice
from ashore.systems.zklink.deployment import deployment_from_json
from ashore.systems.zklink.system.activation import activation_offer
from ashore.systems.zklink.system.offer import ZkLinkOffer
from ashore.systems.zklink.system.tracks import is_claim

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


class ClockHand:
    """Time that can be put forward, so that what waits for an hour need not take one."""

    def __init__(self, clock: Clock) -> None:
        self._ahead_ms = 0
        self.clock = Clock(lambda: clock.now() + self._ahead_ms, lambda: clock.monotonic() + self._ahead_ms / 1000)

    def forward(self, seconds: float) -> None:
        """Let that much time have passed."""
        self._ahead_ms += round(seconds * 1000)


async def _serve(url: str, data_dir: Path | None, fuse: Fuse) -> int:
    paths = paths_for("sandbox", data_dir)
    paths.create()
    with InstanceLock(paths.instance_lock):
        return await _serve_alone(url, paths, fuse)


async def _serve_alone(url: str, paths: Paths, fuse: Fuse) -> int:
    http = practice_client()
    profile = await SandboxControl(http, url, "").profile()
    hand = ClockHand(system_clock())
    around = Surroundings(http, hand.clock, SystemClock(), fuse)
    wallet = compose(
        deployment_from_json(profile, url),
        paths.journal,
        paths.vault,
        around,
        SandboxControl(http, url, ""),
        practice_lightning(profile, url),
        of_practice(profile, url),
    )
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
                _say(await _carry_out(wallet, command, fuse, hand))
            except AshoreError as error:
                _say({"error": error.sentence, "advice": error.advice})
    finally:
        await wallet.aclose()


async def _carry_out(wallet: Wallet, command: Mapping[str, object], fuse: Fuse, hand: ClockHand) -> dict[str, object]:
    match command["op"]:
        case "withdraw" | "activate" | "claim" | "take" | "replace" | "register":
            return await _confirm(wallet, await _offer(wallet, command), command)
        case "states" | "answered" | "told" | "settled" | "proven" | "ended":
            await _waited(wallet, command)
            return {"states": [_state(s) for s in _all(wallet)]}
        case "again":
            await wallet.send_again(str(command["withdrawal"]))
        case "end":
            await wallet.endings.end(str(command["withdrawal"]))
        case "tidied":
            await wallet.tidy_vault()
        case "ahead":
            hand.forward(float(str(command["by"])))
            wallet.look_again()
        case "arm":
            fuse.arm(str(command["at"]))
        case _:
            return {"error": "there is no such command"}
    return {"done": command["op"]}


async def _offer(wallet: Wallet, command: Mapping[str, object]) -> Offer:
    if command["op"] == "take":
        await wallet.unclaimed.look()
        waiting = [owed for owed in wallet.unclaimed.found if owed.owner == str(command["owner"]).lower()]
        if not waiting:
            raise AshoreError("Nothing waits for that owner.")
        return await wallet.unclaimed.open_claim(waiting[0])
    if command["op"] == "replace":
        return await wallet.unclaimed.open_replacement(str(command["withdrawal"]), cancel=bool(command.get("cancel")))
    if command["op"] == "register":
        index, key = int(str(command.get("account", 0))), str(command["key"])
        return await wallet.registering.open(_profile(wallet, "Reddio"), index, key)
    if command["op"] == "claim":
        link = str(command["link"]) if "link" in command else await _kept_link(wallet)
        return await wallet.open_link(_profile(wallet, "LNURL"), link)
    system = str(command.get("system", "zkLink"))
    account = await wallet.open(_profile(wallet, system), int(str(command.get("account", 0))))
    if command["op"] == "activate":
        assert isinstance(account, ZkLinkOffer)
        return activation_offer(account)
    return account


async def _kept_link(wallet: Wallet) -> str:
    """The newest link that came and was not opened. Raises AshoreError where there is none."""
    listed = () if wallet.unopened is None else wallet.unopened.listed()
    if wallet.unopened is None or not listed:
        raise AshoreError("No voucher waits to be opened.")
    return await wallet.unopened.link(listed[0].id)


async def _waited(wallet: Wallet, command: Mapping[str, object]) -> None:
    most = int(str(command.get("but", 0)))
    if command["op"] == "answered":
        await _until(wallet, lambda: all(_answered(s) for s in _open(wallet)))
    elif command["op"] == "told":
        wanted = str(command["withdrawal"])
        await _until(wallet, lambda: all(_told(s) for s in _open(wallet) if s.id == wanted))
    elif command["op"] == "proven":
        stage = str(command["stage"])
        await _until(wallet, lambda: all(_proven(s, stage) for s in _open(wallet) if is_claim(s) == (stage == CLAIMED)))
    elif command["op"] == "ended":
        ending = str(command["withdrawal"])
        await _until(wallet, lambda: all(_proven(s, s.facts[LAST_STAGE]) for s in _open(wallet) if s.id == ending))
    elif command["op"] == "settled":
        await _until(wallet, lambda: wallet.open_count() <= most)


def _profile(wallet: Wallet, system: str) -> str:
    return next(profile.id for profile in wallet.profiles() if profile.system == system)


async def _confirm(wallet: Wallet, offer: Offer, command: Mapping[str, object]) -> dict[str, object]:
    fields = command["fields"]
    assert isinstance(fields, dict)
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


def _proven(state: Withdrawal, stage: str) -> bool:
    return (state.stage(stage).level or 0) >= Level.PROVEN


def _told(state: Withdrawal) -> bool:
    return _answered(state) or (state.request is not None and state.request.said_no)


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
        "said_no": request.said_no if request else False,
        "amount": str(state.terms.amount),
        "stages": {name: int(view.level or 0) for name, view in state.stages.items()},
    }


def _say(value: Mapping[str, object]) -> None:
    print(json.dumps(value, separators=(",", ":")), flush=True)
