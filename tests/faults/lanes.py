"""A practice network, and a wallet's folder in which wallets follow each other: where each of them dies, and how."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from ashore.domain.withdrawal import Withdrawal
from ashore.engine.boundaries import Boundary
from faults.observer import claims_in
from faults.processes import ANSWER_S, PROGRAM, START_S, MatrixError, Sandbox, WalletProcess
from warm.starts import HERE

SPEED = 10
"""How fast the practice network's clock runs."""
DEATH_S = 90.0
TRY_AGAIN = "Try again in a moment."


class WalletLane:
    """The network outlives every wallet and counts. `wallet` is the one that lives now."""

    def __init__(self, data_dir: Path, *, reddio: bool = False) -> None:
        self.data_dir = data_dir
        data_dir.mkdir(parents=True)
        with (data_dir / "network.log").open("wb") as log:
            self.sandbox = Sandbox(log, reddio=reddio, program=HERE.command("sandbox"))
        self.sandbox.control("clock", mode="demo", speed=SPEED)
        self.wallet = self.alive(PROGRAM)  # the first of a lane as anybody starts it, with a signer of its own

    @property
    def journal(self) -> Path:
        """The wallet's journal file."""
        (found,) = self.data_dir.rglob("journal.sqlite3")
        return found

    def journaled(self) -> list[Withdrawal]:
        """Everything that the wallet knows of, in order."""
        return claims_in(self.journal)

    def close(self) -> None:
        """End wallet and network."""
        self.wallet.end()
        self.sandbox.close()

    def alive(self, program: Sequence[str] | None = None) -> WalletProcess:
        """Start a wallet. Raises MatrixError where it does not come up."""
        wallet = WalletProcess(self.sandbox.url, self.data_dir, program=program)
        if not wallet.ready():
            wallet.end()
            raise MatrixError(f"the wallet did not start within {START_S} s")
        return wallet

    def begin(self, command: Mapping[str, Any]) -> str:
        """Have something confirmed; its id. Raises MatrixError where that is refused, or the wallet dies over it."""
        answer = self._asked(command)
        if answer is None or "withdrawal" not in answer:
            raise MatrixError(f"the wallet did not begin: {answer}")
        return str(answer["withdrawal"])

    def _asked(self, command: Mapping[str, Any]) -> dict[str, Any] | None:
        """The answer to a command; asked again, as a person would, where the endpoints of a busy machine were late."""
        until = time.monotonic() + ANSWER_S
        while True:
            answer = self.wallet.ask(**command)
            late = answer is not None and answer.get("advice") == TRY_AGAIN
            if not late or time.monotonic() > until:
                return answer

    def wait(self, what: str, seconds: float = ANSWER_S, **more: Any) -> None:
        """Wait until the wallet says so. Raises MatrixError where it dies over it."""
        if self.wallet.ask(seconds, op=what, **more) is None:
            raise MatrixError("the wallet died by itself")

    def die(
        self, command: Mapping[str, Any], at: Boundary | None, moment: float = 0.0, watching: Collection[Boundary] = ()
    ) -> None:
        """Let the wallet die over a command: at a boundary, or after so many seconds.

        Args:
            watching: boundaries that watchers pass, who never rest: they count from when the command is done.
        """
        if at is None:
            self.wallet.tell(**command)
            self.wallet.kill_after(moment)
        elif at in watching:
            self.begin(command)
            self.wallet.tell(op="arm", at=f"{at}:1")
        else:
            self.wallet.ask(op="arm", at=f"{at}:1")
            answer = self._asked(command)
            if answer is not None and "error" in answer:
                raise MatrixError(f"the wallet did not begin: {answer}")
        self.wallet.died(DEATH_S)
