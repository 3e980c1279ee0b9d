"""The assets that the exchange knows, and what the API tells about their contracts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ashore.systems.reddio.codec import Asset, AssetKind


@dataclass(frozen=True, slots=True)
class TokenContract:
    """A contract that is registered with the exchange; ETH has none, and an empty address.

    Attributes:
        base_uri: what a token's address of data begins with; for ERC721MC every token has its own.
    """

    kind: AssetKind
    address: bytes
    symbol: str
    name: str
    decimals: int
    quantum: int
    base_uri: str = ""

    @property
    def asset_type(self) -> int:
        """The number under which it is registered."""
        return self.asset(0, "").asset_type

    @property
    def shown_address(self) -> str:
        """The address as the API writes it: in lower case, `eth` for ETH."""
        return "0x" + self.address.hex() if self.address else "eth"

    def asset(self, token_id: int | None = None, url: str | None = None) -> Asset:
        """One asset of this contract; for what has amounts, token id and URL are left out."""
        if self.kind.is_fungible:
            return Asset(self.kind, self.address, self.quantum)
        with_url = self.kind is AssetKind.ERC721MC
        return Asset(self.kind, self.address, 1, token_id or 0, (url or "") if with_url else None)

    def token_uri(self, asset: Asset) -> str | None:
        """Where a token's data is; None for what has amounts."""
        if asset.token_id is None:
            return None
        return asset.token_url if asset.token_url is not None else f"{self.base_uri}{asset.token_id}"


class Catalogue:
    """All contracts, and those of their assets that were ever met.

    Args:
        contracts: what is registered on L1.
    """

    def __init__(self, contracts: Iterable[TokenContract]) -> None:
        self.contracts = tuple(contracts)
        self._assets: dict[int, tuple[TokenContract, Asset]] = {}
        for contract in self.contracts:
            if contract.kind.is_fungible:
                self.add(contract, contract.asset())

    def add(self, contract: TokenContract, asset: Asset) -> int:
        """Get to know an asset; its id."""
        asset_id = asset.asset_id
        self._assets[asset_id] = (contract, asset)
        return asset_id

    def find(self, asset_id: int) -> tuple[TokenContract, Asset] | None:
        """The asset with this id and its contract."""
        return self._assets.get(asset_id)

    def __getitem__(self, asset_id: int) -> tuple[TokenContract, Asset]:
        """The asset with this id, which is known, and its contract."""
        return self._assets[asset_id]

    def contract(self, address: bytes, kind: str | None = None) -> TokenContract | None:
        """The contract at an address (empty for ETH), of this kind if one is named."""
        wanted = {"MINTABLE_ERC721": "ERC721M", "ERC20M": "ERC20"}.get(kind or "", kind)
        fitting = (one for one in self.contracts if one.address == address)
        return next((one for one in fitting if wanted in (None, "", one.kind.value)), None)

    def of_contract(self, contract: TokenContract) -> Iterator[tuple[int, Asset]]:
        """The known assets of a contract with their ids."""
        return ((key, asset) for key, (known, asset) in self._assets.items() if known == contract)
