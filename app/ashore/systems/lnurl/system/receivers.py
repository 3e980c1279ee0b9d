"""The wallets that a withdrawal can go to: those that Ashore can ask, and the one it cannot see."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ashore.domain.errors import AshoreError
from ashore.lightning.backends import Identity, Limits, ReceiveBackend
from ashore.systems.lnurl.codec import Network

PASTED = "pasted"
"""The id of the receiver that is an invoice from a wallet which Ashore has no connection to."""

ASKING_S = 8.0

NETWORKS = {
    "bitcoin": Network.MAINNET,
    "testnet": Network.TESTNET,
    "signet": Network.SIGNET,
    "regtest": Network.REGTEST,
}


@dataclass(frozen=True, slots=True)
class Receiver:
    """A wallet that receives. `sends_to` is its name as it stands in a sentence, such as "your node Alice"."""

    id: str
    name: str
    sends_to: str
    backend: ReceiveBackend = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReceiverOffer:
    """A receiver as it answered just now. `problem` says why it cannot be used; identity and limits are None then."""

    id: str
    name: str
    sends_to: str
    identity: Identity | None = None
    limits: Limits | None = None
    problem: str = ""

    @property
    def takes_msat(self) -> bool:
        """Whether it can receive a fraction of a satoshi."""
        return self.limits is not None and self.limits.step_msat == 1


class Receivers(Protocol):
    """The connected wallets. None where nobody has set one up: then an invoice is pasted."""

    def all(self) -> Sequence[Receiver]:
        """Every connected wallet, the preferred one first."""

    def get(self, receiver: str) -> Receiver | None:
        """The wallet of that id, while it is connected."""


async def ask_receivers(receivers: Sequence[Receiver]) -> tuple[ReceiverOffer, ...]:
    """Ask all of them at once who they are and what they can receive. Failures are values."""
    return tuple(await asyncio.gather(*(_ask(receiver) for receiver in receivers)))


async def _ask(receiver: Receiver) -> ReceiverOffer:
    plain = ReceiverOffer(receiver.id, receiver.name, receiver.sends_to)
    try:
        async with asyncio.timeout(ASKING_S):
            identity, limits = await asyncio.gather(receiver.backend.identity(), receiver.backend.limits())
    except AshoreError as error:
        return _without(plain, f"{error.sentence} {error.advice}".strip())
    except TimeoutError:
        return _without(plain, f"{receiver.name} does not answer.")
    return ReceiverOffer(receiver.id, receiver.name, receiver.sends_to, identity, limits)


def _without(receiver: ReceiverOffer, problem: str) -> ReceiverOffer:
    return ReceiverOffer(receiver.id, receiver.name, receiver.sends_to, problem=problem)
