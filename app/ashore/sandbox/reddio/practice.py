"""The practice Reddio as a whole: one folder's file, one chain, its API, its operator."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ashore.sandbox import asgi, genesis
from ashore.sandbox.clock import ClockMode
from ashore.sandbox.evm.blocks import Finality
from ashore.sandbox.evm.chain import DevChain
from ashore.sandbox.outbox import Outbox
from ashore.sandbox.reddio import deployment
from ashore.sandbox.reddio.admission import Admission
from ashore.sandbox.reddio.book import Book
from ashore.sandbox.reddio.ethereum import Ethereum
from ashore.sandbox.reddio.faults import Faults, read_faults
from ashore.sandbox.reddio.journal import ReddioJournal, RequestRow
from ashore.sandbox.reddio.node import Node
from ashore.sandbox.reddio.operator import OPERATOR, Operator, Step
from ashore.sandbox.reddio.stages import DELAYS, Stage, Status
from ashore.sandbox.reddio.truth import Truth
from ashore.sandbox.reddio.views import Views

PREFIX = "/reddio"


class PracticeReddio:
    """Reddio on one of the practice chains.

    Args:
        chain: where its contract is; it is put there if the journal does not know of one.
        path: its file; None keeps it in memory.
        now: unix seconds.
        many: how many tokens account 0 gets beyond the usual ones, when the exchange is founded.
    """

    def __init__(self, chain: DevChain, path: Path | None, *, now: Callable[[], float], many: int = 0) -> None:
        self._journal = ReddioJournal(path)
        self._now = now
        self.faults = Faults()
        founding = self._journal.fact("deployed") is None
        if founding:
            # All of the beginning is final at once; the world gives the chain its own pace afterwards.
            chain.set_finality(Finality(0, 0))
            self.deployment = deployment.deploy(chain, many)
        else:
            self.deployment = deployment.read_deployment(json.loads(str(self._journal.fact("deployed"))))
        self.catalogue, credits = deployment.begin(self.deployment)
        self.book = Book(self._journal, credits)
        if founding:
            self._found(chain)
        self.ethereum = Ethereum(chain, self.deployment)
        keys = {OPERATOR: genesis.private_key(deployment.OPERATOR_INDEX)}
        self.operator = Operator(
            deployment=self.deployment,
            ethereum=self.ethereum,
            book=self.book,
            journal=self._journal,
            outbox=Outbox(chain, self._journal, keys),
            faults=self.faults,
            delays=DELAYS[ClockMode.STEP],
            now=now,
        )
        self.views = Views(
            self.catalogue,
            self.book,
            self.faults,
            self.ethereum,
            self.operator.is_on_l1,
            self.deployment.exchange.address,
        )
        self.admission = Admission(self.catalogue, self.book, now)
        self.node = Node(self.views, self.admission, self.faults, PREFIX)
        self.truth = Truth(self.catalogue, self.book, self.operator, self.ethereum, self._status)

    def _found(self, chain: DevChain) -> None:
        # What is mintable is not on L1 before it is claimed; its vaults are opened when somebody asks for them.
        deposited = [one for one in self.book.credits if not self.catalogue[one.asset_id][1].kind.is_mintable]
        places = [(credit, self.book.open_vault(credit.owner_key, credit.asset_id)) for credit in deposited]
        deployment.deposit(chain, self.deployment, self.catalogue, places)
        self._journal.remember("deployed", json.dumps(self.deployment.json()))

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        """Serve one HTTP request to the API."""
        await self.node(scope, receive, send)

    def close(self) -> None:
        """Release the file. All that counts is in it already."""
        self._journal.close()

    def set_mode(self, mode: ClockMode) -> None:
        """Let the operator move in another pace."""
        self.operator.delays = DELAYS[mode]

    def step(self, *, due_only: bool, up_to: Stage = Stage.UPDATE) -> Step:
        """Let the operator do the next thing; see `Operator.step`."""
        return self.operator.step(due_only=due_only, up_to=up_to)

    def read_faults(self, value: Any) -> Callable[[], None]:
        """Read faults from JSON; what comes back sets them.

        Raises:
            ValueError: something is unknown or out of range.
        """
        rules, switches = read_faults(value)
        return lambda: self.faults.set(rules, switches)

    def profile(self, chain: dict[str, Any]) -> dict[str, Any]:
        """What a wallet pins about this exchange, on the chain that is told like this."""
        kept = ("name", "evm_chain_id", "genesis_hash", "endpoints", "block_time_s")
        return {
            "id": "reddio.sandbox",
            "title": "Reddio",
            "network": "sandbox",
            "api": PREFIX,
            "contract": "0x" + self.deployment.exchange.address.hex(),
            "key_chain_id": deployment.KEY_CHAIN_ID,
            "chain": {name: chain[name] for name in kept} | {"gas_symbol": "ETH"},
        }

    def status(self) -> dict[str, Any]:
        """The ground truth."""
        return {
            "withdrawals": self.truth.withdrawals(),
            "transfers": self.truth.transfers(),
            "claims": self.truth.claims(),
            "registered": self.truth.registered(),
            "balances": self.truth.balances(),
            "switches": {switch.value: value for switch, value in self.faults.switches.items()},
            "calls": dict(self.node.calls),
        }

    def _status(self, row: RequestRow) -> Status:
        """The true status of a request, whatever the API says."""
        on_l1 = row.status in (Status.ACCEPTED, Status.ON_LAYER_2) and self.operator.is_on_l1(row)
        return Status.ON_LAYER_1 if on_l1 else row.status
