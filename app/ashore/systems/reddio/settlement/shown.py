"""What one endpoint showed of the contract's logs: bounded, and apart from what the others showed.

An endpoint may invent logs. It can fill its own room with them, and never that of another one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from ashore.crypto.errors import CodecError
from ashore.ethereum.history import Hint
from ashore.systems.reddio.codec import AssetKind, read_asset_info
from ashore.systems.reddio.codec.assets import asset_type, nft_asset_id
from ashore.systems.reddio.codec.l1 import events

MOST_SINGLES = 512
"""Single tokens of one owner. Anybody can have thousands of them set aside for somebody else."""

MOST_FUNGIBLES = 512
"""Assets with amounts of one owner: more than are registered, which nobody but the contract's governors can do."""

MOST_KEYS = 256
"""Stark keys of one address. Anybody can register keys of their own for somebody else's address."""

MOST_OTHERS = 100_000
"""Assets and keys of all who are nobody's here, together: they are kept for accounts that are added later."""

MOST_TYPES = 4_096
MOST_IDS = 65_536

WANTED = (
    events.WithdrawalAllowed,
    events.NftWithdrawalAllowed,
    events.AssetWithdrawalAllowed,
    events.MintableWithdrawalAllowed,
    events.TokenRegistered,
    events.UserRegistered,
    events.DepositWithTokenId,
)


@dataclass(frozen=True, slots=True)
class AssetType:
    """A registered contract in a quantum, as the hash in its number says."""

    number: int
    kind: AssetKind
    token: bytes
    quantum: int


@dataclass
class Shown:
    """By number: fungible assets and single tokens of owner keys, Stark keys of addresses, asset types, and token ids.

    `types` and `ids` are proven by the hash that the number is; all else is a hint where to look. `ids` has asset type
    and token id by asset id. `cut` are the owners, keys or addresses, that more was shown of than there is room for.
    `own` are those that are looked for, whose room nobody else takes; `others` counts what is kept of anybody else, and
    `full` says that something of them was left out.
    """

    fungibles: dict[int, dict[int, None]] = field(default_factory=dict)
    singles: dict[int, dict[int, None]] = field(default_factory=dict)
    keys: dict[int, dict[int, None]] = field(default_factory=dict)
    types: dict[int, AssetType] = field(default_factory=dict)
    ids: dict[int, tuple[int, int]] = field(default_factory=dict)
    cut: set[int] = field(default_factory=set)
    own: frozenset[int] = frozenset()
    others: int = 0
    full: bool = False

    def read(self, hints: Sequence[Hint]) -> None:
        """Take in what these logs tell; what cannot be read is passed over."""
        for hint in sorted(hints, key=attrgetter("position")):
            try:
                event = events.decode_log([bytes.fromhex(t[2:]) for t in hint.topics], bytes.fromhex(hint.data[2:]))
            except CodecError:
                continue
            match event:
                case events.WithdrawalAllowed():
                    self._keep(self.fungibles, event.owner_key, event.asset_type, MOST_FUNGIBLES)
                case (
                    events.NftWithdrawalAllowed() | events.AssetWithdrawalAllowed() | events.MintableWithdrawalAllowed()
                ):
                    self._keep(self.singles, event.owner_key, event.asset_id, MOST_SINGLES)
                case events.UserRegistered():
                    self._keep(self.keys, int.from_bytes(event.eth_key, "big"), event.stark_key, MOST_KEYS)
                case events.TokenRegistered():
                    self._register(event)
                case events.DepositWithTokenId():
                    self._deposited(event)

    def of(self, own: frozenset[int]) -> "Shown":
        """What was shown of these owners and of assets, with the room of all others free again."""
        fungibles, singles, keys = (
            {owner: dict(numbers) for owner, numbers in kept.items() if owner in own}
            for kept in (self.fungibles, self.singles, self.keys)
        )
        return Shown(fungibles, singles, keys, dict(self.types), dict(self.ids), self.cut & own, own)

    def _keep(self, kept: dict[int, dict[int, None]], owner: int, number: int, most: int) -> None:
        of_owner = kept.get(owner, {})
        if number in of_owner:
            return
        if len(of_owner) >= most:
            self.cut.add(owner)
            return
        if owner not in self.own:
            if self.others >= MOST_OTHERS:
                self.full = True
                return
            self.others += 1
        kept.setdefault(owner, {})[number] = None

    def _register(self, event: events.TokenRegistered) -> None:
        try:
            kind, token = read_asset_info(event.asset_info)
        except CodecError:
            return
        if len(self.types) < MOST_TYPES and asset_type(kind, token, event.quantum) == event.asset_type:
            self.types[event.asset_type] = AssetType(event.asset_type, kind, token, event.quantum)

    def _deposited(self, event: events.DepositWithTokenId) -> None:
        """Going back, a token's deposit comes before its contract's registration, so its type may not be known yet."""
        if len(self.ids) < MOST_IDS and nft_asset_id(event.asset_type, event.token_id) == event.asset_id:
            self.ids[event.asset_id] = event.asset_type, event.token_id


def registered_in(shown: Sequence[Shown], number: int) -> AssetType | None:
    """The asset type of this number, if any endpoint showed its registration."""
    return next((one.types[number] for one in shown if number in one.types), None)


def token_id_in(shown: Sequence[Shown], number: int) -> tuple[int, int] | None:
    """Asset type and token id of an ERC-721 of this asset id, if any endpoint showed its deposit."""
    return next((one.ids[number] for one in shown if number in one.ids), None)


def in_turn(types: Sequence[Mapping[int, AssetType]]) -> list[AssetType]:
    """All asset types of several endpoints, one of each in turn: inventing many puts those of the others off little."""
    rows = [list(of_one.values()) for of_one in types]
    longest = max(map(len, rows), default=0)
    mixed = (row[place] for place in range(longest) for row in rows if place < len(row))
    return list({known.number: known for known in mixed}.values())
