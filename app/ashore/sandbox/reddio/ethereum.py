"""What the exchange's contract shows to its operator: what is pending, registered, paid and demanded."""

from __future__ import annotations

from dataclasses import dataclass

from ashore.sandbox.evm.blocks import MinedBlock
from ashore.sandbox.evm.chain import DevChain
from ashore.sandbox.reddio.deployment import Deployment
from ashore.systems.reddio.codec import hex_of
from ashore.systems.reddio.codec.l1.storage import STATE_FROZEN, eth_key_slot, pending_withdrawal_slot


@dataclass(frozen=True, slots=True)
class Claim:
    """A payout by the contract; `amount` in base units, 1 for an NFT; `recipient` an address."""

    tx: str
    owner_key: int
    asset_id: int
    amount: int
    recipient: bytes

    def json(self) -> dict[str, str]:
        """For the control API."""
        return {
            "tx": self.tx,
            "owner_key": hex_of(self.owner_key),
            "asset_id": hex_of(self.asset_id),
            "amount": str(self.amount),
            "recipient": "0x" + self.recipient.hex(),
        }


@dataclass(frozen=True, slots=True)
class Demand:
    """A full withdrawal that was demanded on Ethereum, in this block."""

    owner_key: int
    vault_id: int
    block: int


class Ethereum:
    """What the contract shows: pending money, registered keys, payouts, read on as the chain grows."""

    def __init__(self, chain: DevChain, deployment: Deployment) -> None:
        self._chain = chain
        self._exchange = deployment.exchange
        self._claims: list[Claim] = []
        self._registered: dict[int, bytes] = {}
        self._demands: list[Demand] = []
        self._seen_to = (-1, b"")

    def pending(self, owner_key: int, asset_id: int) -> int:
        """Quanta that an owner may claim."""
        return self._chain.storage(self._exchange.address, pending_withdrawal_slot(owner_key, asset_id))

    def registered(self, stark_key: int) -> int:
        """The address as a number that a Stark key is registered for; 0 for none."""
        return self._chain.storage(self._exchange.address, eth_key_slot(stark_key))

    def is_final(self, block: int) -> bool:
        """Whether no reorganisation can take a block back."""
        return block <= self._chain.finalized_number

    def is_frozen(self) -> bool:
        """Whether the contract is frozen."""
        word = self._chain.storage(self._exchange.address, STATE_FROZEN.slot)
        return bool(word >> STATE_FROZEN.offset & 0xFF)

    def claims(self) -> list[Claim]:
        """All payouts on the canonical chain, in order."""
        self._read_on()
        return list(self._claims)

    def registrations(self) -> dict[int, bytes]:
        """The addresses by the Stark keys that are registered for them."""
        self._read_on()
        return dict(self._registered)

    def demands(self) -> list[Demand]:
        """The full withdrawals that were demanded and cannot be undone by a reorganisation any more, in order."""
        self._read_on()
        return [demand for demand in self._demands if self.is_final(demand.block)]

    def _read_on(self) -> None:
        with self._chain.locked():
            number, block_hash = self._seen_to
            last = self._chain.block(number) if number >= 0 else None
            if last is None or last.hash != block_hash:
                number, self._claims, self._registered, self._demands = -1, [], {}, []
            head = self._chain.head
            for current in range(number + 1, head.number + 1):
                block = self._chain.block(current)
                assert block is not None
                self._read(block)
            self._seen_to = (head.number, head.hash)

    def _read(self, block: MinedBlock) -> None:
        for log in block.logs:
            event = self._exchange.event(log)
            if event is None:
                continue
            values, tx = event.values, "0x" + bytes(block.transactions[log.transaction_index].hash).hex()
            if event.name == "LogUserRegistered":
                self._registered[values["starkKey"]] = bytes.fromhex(values["ethKey"][2:])
                continue
            if event.name == "LogFullWithdrawalRequest":
                self._demands.append(Demand(values["ownerKey"], values["vaultId"], block.number))
                continue
            # An NFT's payout has two events; the second one, which names an amount, counts.
            asset_id = values.get("assetId", values.get("assetType"))
            if event.name == "LogMintWithdrawalPerformed":
                recipient = self._recipient(values["ownerKey"])
            elif event.name in ("LogWithdrawalPerformed", "LogWithdrawalWithTokenIdPerformed"):
                recipient = bytes.fromhex(values["recipient"][2:])
            else:
                continue
            self._claims.append(Claim(tx, values["ownerKey"], asset_id, values["nonQuantizedAmount"], recipient))

    def _recipient(self, owner_key: int) -> bytes:
        return self._registered.get(owner_key) or (owner_key % (1 << 160)).to_bytes(20, "big")
