"""The practice network with room for batches of hundreds, as a busy rollup has them: more gas in an L1 block.

Run as a module it is the network's process; the wallet that is measured starts it in the place of the usual one.
"""

from __future__ import annotations

import sys

from ashore import entry

BATCH = 250
"""Withdrawals in one batch."""
GAS_LIMIT = 1_000_000_000


def widen(batch: int = BATCH) -> None:
    """Give this process's sandbox larger batches and blocks."""
    from ashore.sandbox.evm.chain import DevChain
    from ashore.sandbox.zklink import rollup

    rollup.MAX_BATCH_TXS = batch
    defaults = DevChain.__init__.__kwdefaults__
    assert defaults is not None
    defaults["gas_limit"] = GAS_LIMIT


def freeze() -> None:
    """Let the operator do nothing from the start, until it is let go by the control."""
    from ashore.sandbox import world
    from ashore.sandbox.zklink.faults import Faults, Switch

    class Frozen(Faults):
        def __init__(self) -> None:
            super().__init__()
            self.switches[Switch.FROZEN] = True

    world.Faults = Frozen  # type: ignore[misc]


def use() -> None:
    """Let wallets of this process start this network in the place of the usual one."""
    usual = entry.command

    def command(role: str, *rest: str) -> list[str]:
        return (
            [sys.executable, "-m", "tests.benchmarks.large_network", *rest] if role == "sandbox" else usual(role, *rest)
        )

    entry.command = command


if __name__ == "__main__":
    widen()
    freeze()
    from ashore.sandbox.role import main

    sys.exit(main(sys.argv[1:]))
