"""The same wallet without a window."""

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ashore.domain.errors import AshoreError
from ashore.domain.withdrawal import Mark, Status
from ashore.engine.compose import Surroundings, compose, practice_client, system_clock
from ashore.engine.practice import PracticeNetwork
from ashore.engine.wallet import Wallet
from ashore.marks import MARKS
from ashore.net.pacing import SystemClock
from ashore.options import Options
from ashore.systems.base import Draft
from ashore.systems.zklink.deployment import deployment_from_json

SELFTEST_LIMIT_S = 120.0


def selftest(options: Options) -> int:
    """Make one voyage on the practice network and print the figures of each stage. 0 when the money has arrived."""
    with tempfile.TemporaryDirectory(prefix="ashore-selftest-") as folder:
        try:
            return asyncio.run(_selftest(Path(folder), options.clock))
        except (AshoreError, TimeoutError) as error:
            print(f"selftest: {error or 'it took too long.'}", file=sys.stderr)
            return 1


async def _selftest(folder: Path, clock: str) -> int:
    began = time.monotonic()
    practice = PracticeNetwork(folder / "network", clock)
    await practice.start()
    print(f"practice network ready after {time.monotonic() - began:.1f} s", flush=True)
    http = practice_client()
    control = practice.control(http)
    deployment = deployment_from_json(await control.profile(), practice.url)
    around = Surroundings(http, system_clock(), SystemClock())
    wallet = compose(deployment, folder / "journal.sqlite3", folder / "vault.ashore", around, control)
    try:
        await wallet.start()
        return await _voyage(wallet)
    finally:
        await wallet.aclose()
        await practice.aclose()


async def _voyage(wallet: Wallet) -> int:
    offer = await wallet.open(wallet.profiles()[0].id, 0)
    draft = Draft(
        {
            "sub_account": "0",
            "chain": "1",
            "source_token": "17",
            "target_token": "17",
            "amount": "25",
            "recipient": wallet.accounts()[1].address,
        }
    )
    quote = await wallet.quote(offer, draft)
    for field, problem in quote.problems.items():
        print(f"{field}: {problem}")
    for leg in quote.legs:
        print(f"{leg.label}: {leg.value}")
    review = await wallet.review(quote)
    print(f"signing: {review.confirm}; request {review.identifier}", flush=True)
    began = time.monotonic()
    withdrawal = await wallet.confirm(review)
    async with asyncio.timeout(SELFTEST_LIMIT_S):
        await _follow(wallet, withdrawal, lambda: time.monotonic() - began)
    voyage = wallet.voyage(withdrawal)
    assert voyage is not None
    print(voyage.headline, voyage.advice)
    return 0 if voyage.status is Status.FINAL else 1


async def _follow(wallet: Wallet, withdrawal: str, elapsed: Callable[[], float]) -> None:
    """Print each change of a mark until the withdrawal has ended."""
    changed = asyncio.Event()
    unsubscribe = wallet.subscribe(lambda _change: changed.set())
    shown: dict[str, Mark] = {}
    try:
        while True:
            changed.clear()
            voyage = wallet.voyage(withdrawal)
            assert voyage is not None
            for row in voyage.rows:
                if shown.get(row.stage.id, Mark.AWAITED) is not row.mark:
                    shown[row.stage.id] = row.mark
                    best = row.view.best
                    where = (
                        f"block {best.block_number}, log {best.log_index}, tx {best.tx_hash[:12]}…"
                        if best and best.on_chain
                        else ""
                    )
                    print(
                        f"{elapsed():7.2f} s  {MARKS[row.mark]} {row.stage.title:<22} {row.said_by:<22} {where}",
                        flush=True,
                    )
            if not voyage.withdrawal.is_open:
                return
            await changed.wait()
    finally:
        unsubscribe()
