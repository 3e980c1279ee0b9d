"""What the storage of a contract says beside its logs: each kind of proof is a witness of its own."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from ashore.domain import events as ev
from ashore.domain.withdrawal import Withdrawal
from ashore.ethereum.quorum import ProvenStorage, Quorum
from ashore.systems.zklink.deployment import Deployment


class Witness(Protocol):
    """Reads storage with proofs, under headers that endpoints agree on."""

    kind: str
    """What its evidence is called."""

    async def prove(self, chain: str, mine: Sequence[Withdrawal]) -> list[ev.Event]:
        """Prove what withdrawals lack of it on `chain`, a few a cycle."""

    def begin_anew(self) -> None:
        """After a reorganisation everything may be tried again."""


async def read_slots(
    deployment: Deployment, quorums: Mapping[str, Quorum], chain: str, slots: Sequence[int]
) -> ProvenStorage:
    """Read slots of zkLink's contract on `chain`, all at its newest block. Raises AshoreError."""
    quorum = quorums[chain]
    header = (await quorum.header_at("latest")).required()
    return await quorum.storage_at(deployment.chain_named(chain).main_contract, slots, header)
