"""What an account has on the chains themselves: the ether that pays for claims, proven where that can be done."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ashore.domain.errors import AshoreError
from ashore.ethereum import wire
from ashore.ethereum.quorum import Quorum


@dataclass(frozen=True, slots=True)
class Ether:
    """The ether (or whatever pays for gas) of one address on a chain, in wei.

    `proven` under a block on which the endpoints agree (eth_getProof, EIP-1186); else as one endpoint shows it.
    """

    chain: str
    symbol: str
    wei: int
    proven: bool


class EtherBalances:
    """Asks each chain when somebody wants to know, and keeps nothing."""

    def __init__(self, quorums: Mapping[str, Quorum], symbols: Mapping[str, str]) -> None:
        """`quorums` and the names of what pays for gas, by the chain's name."""
        self._quorums = quorums
        self._symbols = symbols

    async def of(self, address: str) -> Sequence[Ether]:
        """The balances of an address (0x and hex digits) on all chains. One that nobody tells is left out."""
        found = await asyncio.gather(*(self._on(chain, quorum, address) for chain, quorum in self._quorums.items()))
        return [each for each in found if each is not None]

    async def _on(self, chain: str, quorum: Quorum, address: str) -> Ether | None:
        symbol = self._symbols[chain]
        try:
            header = (await quorum.header_at("latest")).required()
            account = (await quorum.storage_at(address, (), header)).facts
            return Ether(chain, symbol, account.balance, proven=True)
        except AshoreError:
            pass  # then as well as it can be told
        try:
            shown, _ = await quorum.get("eth_getBalance", [address, "latest"])
            return Ether(chain, symbol, wire.quantity(shown, "a balance"), proven=False)
        except AshoreError:
            return None
