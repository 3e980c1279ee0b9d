"""A lock holds until the password, also on the practice network, which would open its vault by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from ashore.engine.compose import PRACTICE_PASSWORD
from ashore.engine.practice import SandboxControl
from ashore.engine.wallet import Wallet
from unit.engine.test_wallet import Bench


class PracticeBench(Bench):
    """The same wallet, but on a practice network."""

    def _compose(self) -> Wallet:
        parts = super()._compose()._parts
        control = SandboxControl(None, "http://127.0.0.1:1", "t" * 20)  # type: ignore[arg-type]  # nothing is asked
        return Wallet(replace(parts, sandbox=control, practice_password=PRACTICE_PASSWORD))

    async def again(self) -> Wallet:
        """Close and start anew on the same files."""
        await self.wallet.aclose()
        self.wallet = self._compose()
        await self.wallet.start()
        return self.wallet


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[PracticeBench]:
    made = PracticeBench(tmp_path)
    await made.wallet.start()
    yield made
    await made.wallet.aclose()


async def test_a_lock_holds_over_a_restart(bench: PracticeBench) -> None:
    assert not bench.wallet.locked, "the practice vault opens by itself"
    assert not (await bench.again()).locked
    await bench.wallet.lock()
    assert (await bench.again()).locked
    assert (await bench.again()).locked, "however often it is started"
    await bench.wallet.unlock(bytearray(PRACTICE_PASSWORD))
    assert not (await bench.again()).locked, "whoever unlocked it wants it open"
