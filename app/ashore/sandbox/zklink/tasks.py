"""What has to happen on which chain to settle a batch, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ashore.sandbox.clock import Stage


class Kind(StrEnum):
    """An L1 transaction of the operator, the bridge, a broker, the relayer or a gateway's keeper."""

    COMMIT = "commit"
    PROVE = "prove"
    SEND_SYNC = "send_sync"
    """A slave chain hands its sync hash to the bridge."""
    RECEIVE_SYNC = "receive_sync"
    """The bridge brings it to the master chain."""
    SYNC = "sync"
    """The master chain confirms that every chain agrees."""
    CONFIRM = "confirm"
    """The bridge brings that confirmation to a slave chain."""
    EXECUTE = "execute"
    PAYOUT = "payout"
    ACCEPT = "accept"
    ONWARDS = "onwards"
    """A withdrawal is handed to the gateway that leads to the chain below."""
    ARRIVE = "arrive"
    """The gateway below pays it."""
    REVERT = "revert"


STAGES = {
    Kind.COMMIT: Stage.COMMIT,
    Kind.PROVE: Stage.PROVE,
    Kind.SEND_SYNC: Stage.SYNC,
    Kind.RECEIVE_SYNC: Stage.SYNC,
    Kind.SYNC: Stage.SYNC,
    Kind.CONFIRM: Stage.SYNC,
    Kind.EXECUTE: Stage.EXECUTE,
    Kind.PAYOUT: Stage.PAYOUT,
    Kind.ACCEPT: Stage.ACCEPT,
    Kind.ONWARDS: Stage.PAYOUT,
    Kind.ARRIVE: Stage.PAYOUT,
}
_MESSAGE_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Task:
    """One transaction of a batch.

    Attributes:
        chain: where it is sent.
        about: which chain it is for; a stall of that chain holds it.
        after: what of the same batch has to have passed.
        after_previous: what of the batch before has to have passed.
    """

    kind: Kind
    chain: int
    about: int
    after: tuple[tuple[Kind, int], ...] = ()
    after_previous: tuple[tuple[Kind, int], ...] = ()

    @property
    def stage(self) -> Stage:
        """The stage that it belongs to."""
        return STAGES[self.kind]

    @property
    def share(self) -> float:
        """Its part of the stage's delay: the bridge's messages take a quarter each."""
        return _MESSAGE_SHARE if self.kind in (Kind.SEND_SYNC, Kind.RECEIVE_SYNC, Kind.CONFIRM) else 1.0


def tasks_of(primary: int, secondary: int | None, *, touched: bool) -> list[Task]:
    """The tasks of a batch in an operator's order; each also follows its like of the batch before.

    Args:
        secondary: the slave chain, if the network has one.
        touched: whether the batch pays anything there.
    """
    commit, prove, sync = (Kind.COMMIT, primary), (Kind.PROVE, primary), (Kind.SYNC, primary)
    tasks = [Task(*commit, primary), Task(*prove, primary, (commit,))]
    confirming = [prove]
    if secondary is not None and touched:
        there, told = (Kind.COMMIT, secondary), (Kind.RECEIVE_SYNC, primary)
        tasks.insert(1, Task(*there, secondary))
        # The master chain keeps only the newest hash: a later one would hide that of a block not confirmed yet.
        sent = (Kind.SEND_SYNC, secondary)
        tasks.append(Task(*sent, secondary, (there,), (sync,)))
        tasks.append(Task(*told, secondary, (sent,), (sync,)))
        confirming.append(told)
    tasks.append(Task(*sync, primary, tuple(confirming)))
    tasks.append(Task(Kind.EXECUTE, primary, primary, (sync,)))
    if secondary is not None:
        confirmed = (Kind.CONFIRM, secondary)
        # Every confirmation goes to every chain, also of blocks that do not touch it.
        tasks.insert(-1, Task(*confirmed, secondary, (sync,)))
        if touched:
            committed = (Kind.COMMIT, secondary)
            tasks.append(Task(Kind.EXECUTE, secondary, secondary, (sync, confirmed, committed)))
    return tasks
