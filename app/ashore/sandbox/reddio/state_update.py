"""What a batch is on Ethereum: the public input of its state update, the facts behind it, the calldata.

The layout is StarkEx's. The roots are not those of real trees: nobody outside the operator could check them anyhow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ashore.crypto.keccak import keccak256
from ashore.sandbox.evm.contracts import Contract
from ashore.sandbox.reddio.journal import RequestRow, Way
from ashore.systems.reddio.codec import NEVER_EXPIRES
from ashore.systems.reddio.codec.l1.facts import state_transition_fact, verifier_fact
from ashore.systems.reddio.codec.l1.public_input import Modification, PublicInput, Roots, encode_public_input

CONFIG_CODE = 0x52454444494F
PROGRAM_HASH = int.from_bytes(keccak256(b"Ashore practice exchange"), "big") % (1 << 250)
_HEIGHTS = (31, 31, 251)
_NO_DATA = int.from_bytes(keccak256(b""), "big")
_MASK = (1 << 250) - 1


@dataclass(frozen=True, slots=True)
class StateUpdate:
    """The state update of one batch; it is the batch-th of the exchange."""

    batch: int
    words: tuple[int, ...]
    application_data: tuple[int, int]

    @property
    def fact(self) -> bytes:
        """What LogStateTransitionFact names."""
        return state_transition_fact(self.words)

    @property
    def proof_fact(self) -> bytes:
        """What the registry of proofs has to know."""
        return verifier_fact(PROGRAM_HASH, self.fact)

    @property
    def availability_fact(self) -> bytes:
        """What the committee has to have said."""
        parts = (self.words[2], self.words[8], self.words[6], self.words[10], self.batch)
        return keccak256(b"".join(part.to_bytes(32, "big") for part in parts))

    def calldata(self, exchange: Contract) -> bytes:
        """The call that makes it."""
        return exchange.calldata("updateState", list(self.words), list(self.application_data))


def root_after(batch: int) -> int:
    """The root of the vaults after a batch; 0 is the beginning."""
    return int.from_bytes(keccak256(b"Ashore practice vaults" + batch.to_bytes(32, "big")), "big") & _MASK


def state_update(batch: int, modifications: Sequence[Modification]) -> StateUpdate:
    """The state update of a batch, which follows the one before it."""
    words = encode_public_input(
        PublicInput(
            config_code=CONFIG_CODE,
            before=Roots(root_after(batch - 1), 0, 0),
            after=Roots(root_after(batch), 0, 0),
            expiration_hours=NEVER_EXPIRES,
            heights=_HEIGHTS,
            modifications=tuple(modifications),
            data_hash=_NO_DATA,
            data_size=0,
        )
    )
    return StateUpdate(batch, words, (batch, batch - 1))


def withdrawal_of(row: RequestRow) -> Modification:
    """What a request that leaves layer 2 does to its vault."""
    return Modification(
        owner_key=row.receiver,
        asset_id=row.asset_id,
        vault_id=row.receiver_vault_id,
        difference=-row.quanta,
        serves_request=row.way is Way.FULL_WITHDRAWAL,
    )
