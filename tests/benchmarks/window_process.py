"""The wallet's window with a probe in its event loop, going through one scenario; the figures go to a file as JSON.

Everything is as a person starts it, but for the practice network, which has larger batches.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import cProfile
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.benchmarks import large_network
from tests.benchmarks.probe import Probe, peak_mib, resident_mib

from ashore.options import Options
from ashore.systems.base import Draft
from ashore.ui import app as ui_app
from ashore.ui import life as ui_life

IDLE_S = 12.0
REST_S = 3.0
VOYAGE_LIMIT_S = 180.0
SETTLE_LIMIT_S = 400.0
LET_GO = {"zklink": {"switches": {"frozen": False}}}

Figures = dict[str, Any]


class MeasuredLife(ui_life.Life):
    """A life that goes through a scenario once the wallet is shown, and ends."""

    scenario = ""
    page = "activity"
    out = Path()
    profile: Path | None = None

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.figures: Figures = {}
        self.probe = Probe()
        self._task: asyncio.Task[None] | None = None

    async def run(self, stop: asyncio.Event) -> int:
        """Measure from the loop's first turn on."""
        self.probe.start()
        return await super().run(stop)

    async def _show(self, wallet: Any, *others: Any) -> None:
        await super()._show(wallet, *others)
        self._task = asyncio.create_task(self._measure(wallet))

    async def _measure(self, wallet: Any) -> None:
        try:
            await getattr(self, f"_{self.scenario}")(wallet)
            self.figures["rss_peak_mib"] = peak_mib()
            self.out.write_text(json.dumps(self.figures))
        finally:
            self._window.close()

    # Scenarios

    async def _idle(self, wallet: Any) -> None:
        """Nothing moves but the chain: blocks without anything in them."""
        await self._rested()
        self.figures["open"] = wallet.open_count()
        await self._cpu("idle", IDLE_S)
        self.probe.start()
        await asyncio.sleep(IDLE_S)
        self._stalls("idle")

    async def _voyage(self, wallet: Any) -> None:
        """One withdrawal from the form's fields to the end."""
        await wallet.sandbox.faults(LET_GO)
        await self._rested()
        self.figures["started"] = _cost()
        offer = await wallet.open(wallet.profiles()[0].id, 0)
        recipient = wallet.accounts()[1].address
        fields = {"sub_account": "0", "chain": "1", "source_token": "17", "target_token": "17", "amount": "25"}
        quote = await wallet.quote(offer, Draft({**fields, "recipient": recipient}))
        assert self._sections is not None
        self.probe.start()
        withdrawal = await wallet.confirm(await wallet.review(quote))
        self._sections.show_voyage(withdrawal)
        await _until(lambda: not wallet.open_count(), VOYAGE_LIMIT_S)
        self._stalls("voyage")
        self.figures["after_voyage"] = _cost()

    async def _settle(self, wallet: Any) -> None:
        """Everything that is open comes to its end, batch by batch, while a list of it is in view."""
        self._stalls("start")
        await wallet.sandbox.faults(LET_GO)
        self.figures["open"] = wallet.open_count()
        assert self._sections is not None
        self._sections.show_section(self.page)
        before = time.process_time()
        self.probe.start()
        with self._profiled():
            await _until(lambda: not wallet.open_count(), SETTLE_LIMIT_S)
        self._stalls("settle")
        self.figures["settle_cpu_s"] = time.process_time() - before
        self.figures["left"] = wallet.open_count()

    async def _anchor(self, wallet: Any) -> None:
        """Let the follower find its first place, and close."""
        await _until(lambda: any(health.agreeing >= 2 for health in wallet.health()), REST_S * 4)

    # Parts of scenarios

    async def _rested(self) -> None:
        self._stalls("start")
        await asyncio.sleep(REST_S)

    async def _cpu(self, name: str, seconds: float) -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        await asyncio.sleep(seconds)
        self.figures[f"{name}_cpu_percent"] = 100 * (time.process_time() - cpu) / (time.perf_counter() - wall)
        self.figures[f"{name}_rss_mib"] = resident_mib()

    def _stalls(self, name: str) -> None:
        self.figures[f"{name}_stalls"] = asdict(self.probe.stop())

    @contextlib.contextmanager
    def _profiled(self) -> Iterator[None]:
        if self.profile is None:
            yield
            return
        profiler = cProfile.Profile(time.thread_time)
        profiler.enable()
        try:
            yield
        finally:
            profiler.disable()
            profiler.dump_stats(self.profile)


async def _until(so: Any, limit_s: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(limit_s):
            while not so():
                await asyncio.sleep(0.1)


def _cost() -> Figures:
    return {"cpu_s": time.process_time(), "rss_mib": resident_mib()}


def main(arguments: list[str]) -> int:
    """Run one scenario."""
    parser = argparse.ArgumentParser()
    parser.add_argument("scenario", choices=("idle", "voyage", "settle", "anchor"))
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--page", default="activity")
    parser.add_argument("--clock", default="demo")
    parser.add_argument("--profile", type=Path, default=None)
    chosen = parser.parse_args(arguments)
    large_network.use()
    MeasuredLife.scenario, MeasuredLife.page = chosen.scenario, chosen.page
    MeasuredLife.out, MeasuredLife.profile = chosen.out, chosen.profile
    ui_life.Life = MeasuredLife  # type: ignore[misc]
    return ui_app.main(Options(data_dir=chosen.data_dir, clock=chosen.clock))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
