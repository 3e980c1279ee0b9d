"""What Reddio offers an account at this moment, and the answer to a draft."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ashore.domain.amounts import display_units
from ashore.domain.untrusted import plain
from ashore.systems.base import Offer, Quote
from ashore.systems.reddio.codec import Asset, hex_of
from ashore.systems.reddio.deployment import PinnedChain

TO_ETHEREUM, TO_VAULT, PLAIN_WAY = "ethereum", "vault", "plain"
WAYS = (TO_ETHEREUM, TO_VAULT, PLAIN_WAY)
"""What can be asked for: `/v1/withdrawalto` (the default), `/v1/transfers`, and the unsigned `/v1/withdrawal`."""

FIELDS = ("way", "asset", "key", "amount", "recipient", "expiration")
"""Names of the draft's fields.

`asset` is an asset id in hex, `key` the name of a Stark key (empty for the standard one), `amount` in whole tokens
(empty for an NFT), `recipient` an address or a Stark key (empty for the plain way), `expiration` a date or empty.
Everything else that the original page asks for (contract, token id, vaults, nonce, signature) is computed and checked.
"""

MAX_SYMBOL = 24


@dataclass(frozen=True, slots=True)
class StarkAccount:
    """A Stark key of the account, and what was found under it.

    Attributes:
        name: `<chain id>:<type name>:<derivation>`, how the signer calls it.
        stark_key: hex with 0x, without padding.
        standard: whether it is the one that Reddio's own clients of today make.
        holdings: how many assets are under it; None where Reddio did not tell.
        problem: why nothing can be asked for from it, empty where it can.
    """

    name: str
    stark_key: str
    standard: bool
    holdings: int | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Holding:
    """An asset under a Stark key; amounts are in quanta.

    Attributes:
        decimals: of the token on L1; 0 for an NFT.
        withdraw_frozen: has left the balance, and travels to L1.
        token_uri: where an NFT's data is, as Reddio says; asked for only when a person wants pictures.
        problem: why it cannot be withdrawn safely, empty where it can.
        unnamed: why it cannot be withdrawn by a plain request, empty where it can.
    """

    asset: Asset
    symbol: str
    name: str
    decimals: int
    key: str
    stark_key: str
    available: int
    frozen: int
    withdraw_frozen: int
    token_uri: str = ""
    problem: str = ""
    unnamed: str = ""

    @property
    def asset_id(self) -> str:
        """The asset's id, computed here, as hex without padding: what the draft's `asset` holds."""
        return hex_of(self.asset.asset_id)

    @property
    def base(self) -> int:
        """What is available, in base units of L1."""
        return self.available * self.asset.quantum

    @property
    def title(self) -> str:
        """Its name in a list: the symbol, and the number of a single token."""
        symbol = plain(self.symbol, MAX_SYMBOL) or str(self.asset.kind)
        return symbol if self.asset.kind.is_fungible else f"{symbol} #{self.asset.token_id}"

    def text(self, base: int) -> str:
        """An amount of it, in base units, with its unit; of an NFT its title."""
        if not self.asset.kind.is_fungible:
            return self.title
        return f"{display_units(base, self.decimals)} {plain(self.symbol, MAX_SYMBOL)}"


@dataclass(frozen=True, slots=True)
class ReddioOffer(Offer):
    """The account as Reddio tells it, held against L1.

    Attributes:
        address: the Ethereum account, lower-case hex.
        holdings: of all its Stark keys; those of the standard key first.
        accounts: its Stark keys, the standard one first.
        registered: by Stark key, the address (lower-case hex) that L1 was proven to have it registered for; without
            those that are registered for none. `registry_known` is False where nobody could prove that.
        blocked: why nothing at all can be requested now, empty where it can.
        notes: sentences that concern no single field.
        gas_price: what gas costs now, in wei for a unit; 0 where nobody said.
        contract: StarkEx, lower-case hex.
    """

    address: str
    chain: PinnedChain
    holdings: tuple[Holding, ...]
    accounts: tuple[StarkAccount, ...]
    registered: Mapping[str, str] = field(default_factory=dict)
    registry_known: bool = True
    blocked: str = ""
    notes: tuple[str, ...] = ()
    gas_price: int = 0
    contract: str = ""

    def holding(self, key: str, asset_id: str) -> Holding | None:
        """The holding of that asset under the key of that name."""
        return next((h for h in self.holdings if h.key == key and h.asset_id == asset_id), None)

    def account(self, name: str) -> StarkAccount | None:
        """The Stark key of that name, the standard one for an empty name."""
        if not name:
            return self.accounts[0] if self.accounts else None
        return next((a for a in self.accounts if a.name == name), None)


@dataclass(frozen=True, slots=True)
class ReddioQuote(Quote):
    """A judged draft. The numbers are None where the draft does not give them yet.

    Attributes:
        way: one of WAYS.
        account: the Stark key that it comes from.
        amount: in base units of L1; `quanta` the same in Reddio's steps. Both 1 for an NFT.
        recipient: an address or a Stark key as a number, as it is signed; for the plain way the registered address.
        expiration_hours: hours since 1970.
        maximum: the greatest amount that can be asked for, as text.
        nearest: where the amount is no multiple of the quantum, the nearest ones below and above, as text.
    """

    way: str
    account: StarkAccount | None
    holding: Holding | None
    amount: int | None
    quanta: int | None
    recipient: int | None
    expiration_hours: int | None
    maximum: str = ""
    nearest: tuple[str, ...] = ()
