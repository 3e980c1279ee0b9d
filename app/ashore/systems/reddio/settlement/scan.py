"""What the contract ever logged that may concern somebody, looked up without any operator.

Logs that an endpoint shows are only hints where to look: what counts is proven by the contract's storage, and what an
asset is by the hash that its number consists of. What one endpoint hides another one shows.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from ashore.crypto.errors import CodecError
from ashore.domain.errors import AshoreError
from ashore.ethereum.endpoint import Endpoint
from ashore.ethereum.history import Filter, Hint, hints_back_to
from ashore.ethereum.quorum import Quorum
from ashore.systems.reddio.codec import Asset, AssetKind, read_asset_info
from ashore.systems.reddio.codec.assets import asset_type, minimal_bytes, mintable_asset_id, nft_asset_id
from ashore.systems.reddio.codec.l1 import events
from ashore.systems.reddio.deployment import Deployment

BELOW = 64
"""Blocks below the last look that are looked at again: a reorganisation may have changed them."""

MOST_ASSETS = 512
"""Assets of one owner that one endpoint is believed to know of."""

MOST_TYPES = 4_096
TRIED_IDS = 4_096
"""Token ids that are tried, from 0, for single tokens of which no log tells the id."""
TRIED_TYPES = 16

RANGE = 200_000
"""Blocks that are asked for at once, further back; fewer where an endpoint shows only short stretches."""

LEAST_RANGE = 1_000
RANGES_A_LOOK = 5

_WANTED = (
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
class _Told:
    """What one endpoint showed, of the blocks from `down_to` up to `upto`; `range` is how many it shows at once."""

    upto: int = -1
    down_to: int = -1
    range: int = field(default_factory=lambda: RANGE)
    allowed: dict[int, dict[int, None]] = field(default_factory=dict)


class Scan:
    """Goes back to the beginning bit by bit, then only looks at what is new."""

    def __init__(self, deployment: Deployment, quorum: Quorum) -> None:
        self._quorum = quorum
        topics = tuple("0x" + events.topic_of(kind).hex() for kind in _WANTED)
        self._filter = Filter(deployment.contract, (topics,))
        self._told: dict[str, _Told] = {}
        self._types: dict[int, AssetType] = {}
        self._tokens: dict[int, Asset] = {}
        self._keys: dict[int, dict[int, None]] = {}
        self._given_up: set[tuple[int, int]] = set()
        self._top = 0

    async def look(self, top: int) -> None:
        """Read what is new up to the height `top`. Raises AshoreError where no endpoint shows its logs."""
        looks = await asyncio.gather(*(self._at(endpoint, top) for endpoint in self._quorum.endpoints))
        if not any(looks):
            raise AshoreError("No endpoint shows the contract’s logs.", "Try again in a moment.")

    @property
    def unread(self) -> int:
        """Down to which height the chain was read at as many endpoints as have to agree; 0 once that is all of it."""
        reached = sorted(told.down_to if told.down_to >= 0 else self._top for told in self._told.values())
        return reached[self._quorum.k - 1] if len(reached) >= self._quorum.k else self._top

    async def _at(self, endpoint: Endpoint, top: int) -> bool:
        told = self._told.setdefault(endpoint.name, _Told())
        self._top = max(self._top, top)
        new = told.upto + 1 - BELOW if told.upto >= 0 else top + 1 - told.range
        if not await self._part(endpoint, told, top, max(0, new)):
            return False
        told.upto = max(told.upto, top)
        if told.down_to < 0:
            told.down_to = max(0, new)
        for _ in range(RANGES_A_LOOK):
            if told.down_to == 0:
                break
            bottom = max(0, told.down_to - told.range)
            if not await self._part(endpoint, told, told.down_to - 1, bottom):
                break
            told.down_to = bottom
        return True

    async def _part(self, endpoint: Endpoint, told: _Told, top: int, bottom: int) -> bool:
        """Read the logs of some blocks; whether all of them were shown."""
        try:
            hints, is_all = await hints_back_to(endpoint, [self._filter], top, lambda _: False, bottom)
        except AshoreError:
            return False
        await asyncio.to_thread(self._read, hints, told)
        if not is_all:
            told.range = max(LEAST_RANGE, told.range // 4)
        return is_all

    def _read(self, hints: Sequence[Hint], told: _Told) -> None:
        for hint in sorted(hints, key=attrgetter("position")):
            try:
                event = events.decode_log([bytes.fromhex(t[2:]) for t in hint.topics], bytes.fromhex(hint.data[2:]))
            except CodecError:
                continue
            match event:
                case events.WithdrawalAllowed():
                    _keep(told, event.owner_key, event.asset_type)
                case (
                    events.NftWithdrawalAllowed() | events.AssetWithdrawalAllowed() | events.MintableWithdrawalAllowed()
                ):
                    _keep(told, event.owner_key, event.asset_id)
                case events.UserRegistered():
                    self._keys.setdefault(int.from_bytes(event.eth_key, "big"), {})[event.stark_key] = None
                case events.TokenRegistered():
                    self._register(event)
                case events.DepositWithTokenId():
                    self._deposited(event)

    def _register(self, event: events.TokenRegistered) -> None:
        try:
            kind, token = read_asset_info(event.asset_info)
        except CodecError:
            return
        if len(self._types) < MOST_TYPES and asset_type(kind, token, event.quantum) == event.asset_type:
            self._types[event.asset_type] = AssetType(event.asset_type, kind, token, event.quantum)

    def _deposited(self, event: events.DepositWithTokenId) -> None:
        if nft_asset_id(event.asset_type, event.token_id) == event.asset_id:
            self.learn_token(event.asset_type, event.token_id)

    def learn_token(self, number: int, token_id: int) -> None:
        """An ERC-721 of a known asset type has this id."""
        known = self._types.get(number)
        if known is not None and known.kind is AssetKind.ERC721:
            asset = Asset(AssetKind.ERC721, known.token, token_id=token_id)
            self._tokens[asset.asset_id] = asset

    def learn(self, assets: Iterable[Asset]) -> None:
        """Take assets in that the wallet knows of itself, as from its own withdrawals."""
        self._tokens.update((asset.asset_id, asset) for asset in assets)

    def keys_of(self, address: int) -> Sequence[int]:
        """Stark keys that some endpoint shows as registered for an address, given as a number."""
        return list(self._keys.get(address, {}))

    def assets_of(self, owner_key: int) -> Sequence[int]:
        """Asset ids that some endpoint shows as set aside for an owner key."""
        return list(dict.fromkeys(asset for told in self._told.values() for asset in told.allowed.get(owner_key, {})))

    async def assets(self, wanted: Iterable[int]) -> Mapping[int, Asset]:
        """What the assets of these numbers are; one that nothing tells of is missing."""
        missing = [number for number in wanted if self._known(number) is None]
        if missing:
            await asyncio.to_thread(self._try_ids, set(missing))
        return {number: asset for number in wanted if (asset := self._known(number)) is not None}

    def _known(self, number: int) -> Asset | None:
        registered = self._types.get(number)
        if registered is not None and registered.kind.is_fungible:
            return Asset(registered.kind, registered.token, registered.quantum)
        return self._tokens.get(number)

    def _try_ids(self, missing: set[int]) -> None:
        """Compute the numbers of the first tokens of each contract: most collections count from 0 or 1."""
        single = [known for known in self._types.values() if not known.kind.is_fungible]
        for known in single[:TRIED_TYPES]:
            wanted = {number for number in missing if (known.number, number) not in self._given_up}
            if not wanted:
                continue
            for token_id in range(TRIED_IDS):
                minted = known.kind.is_mintable
                number = (
                    mintable_asset_id(known.number, minimal_bytes(token_id))
                    if minted
                    else nft_asset_id(known.number, token_id)
                )
                if number in wanted:
                    self._tokens[number] = Asset(known.kind, known.token, token_id=token_id)
            self._given_up |= {(known.number, number) for number in wanted}


def _keep(told: _Told, owner_key: int, asset_id: int) -> None:
    of_owner = told.allowed.setdefault(owner_key, {})
    if len(of_owner) < MOST_ASSETS:
        of_owner[asset_id] = None
