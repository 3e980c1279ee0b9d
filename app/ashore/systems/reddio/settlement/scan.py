"""What the contract ever logged that may concern somebody, looked up without any operator.

Logs that an endpoint shows are only hints where to look: what counts is proven by the contract's storage, and what an
asset is by the hash that its number consists of. What one endpoint hides another one shows.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from ashore.domain.errors import AshoreError
from ashore.ethereum.endpoint import Endpoint
from ashore.ethereum.history import Filter, Hint, hints_back_to
from ashore.ethereum.quorum import Quorum
from ashore.store.keep import Keep
from ashore.systems.reddio.codec import Asset, AssetKind
from ashore.systems.reddio.codec.assets import minimal_bytes, mintable_asset_id, nft_asset_id
from ashore.systems.reddio.codec.l1 import events
from ashore.systems.reddio.deployment import Deployment
from ashore.systems.reddio.settlement.kept_scan import Cursor, KeptScan, Mark, marked
from ashore.systems.reddio.settlement.shown import WANTED, Shown, in_turn, registered_in, token_id_in

BELOW = 64
"""Blocks below the last look that are looked at again: a reorganisation may have changed them."""

TRIED_IDS = 4_096
"""Token ids that are tried, from 0, for single tokens of which no log tells the id."""
TRIED_TYPES = 16
"""Contracts of single tokens that this is done for at each look; those that are left have their turn at the next."""

RANGE = 200_000
"""Blocks that are asked for at once, further back; fewer where an endpoint shows only short stretches."""

LEAST_RANGE = 1_000
RANGES_A_LOOK = 5


@dataclass
class _Told:
    """What one endpoint showed, of the blocks from `down_to` up to `upto`; `range` is how many it shows at once.

    `marks` are blocks that were part of the chain when they were read; `fresh` is what was not written down yet, and
    `recent` what was shown of the blocks that are looked at again. `anew` says that all of it is to be read once more.
    """

    upto: int = -1
    down_to: int = -1
    range: int = field(default_factory=lambda: RANGE)
    shown: Shown = field(default_factory=Shown)
    marks: list[Mark] = field(default_factory=list)
    fresh: list[Hint] = field(default_factory=list)
    recent: set[Hint] = field(default_factory=set)
    is_full: bool = False
    """Whether nothing more of it can be written down."""
    anew: bool = False

    def missing(self, top: int) -> int:
        """How many blocks up to the height `top` were not read yet."""
        return self.down_to + max(0, top - self.upto) if self.upto >= 0 else top

    def new(self, top: int) -> tuple[int, int]:
        """The next stretch of what is new, its top and its bottom: after a long sleep not all of it fits at once."""
        if self.upto < 0:
            return top, max(0, top + 1 - self.range)
        bottom = max(0, min(self.upto, top) + 1 - BELOW)
        return min(top, bottom + self.range - 1), bottom

    def old(self) -> tuple[int, int]:
        """The next stretch back."""
        return self.down_to - 1, max(0, self.down_to - self.range)

    def read(self, top: int, bottom: int) -> None:
        """That this stretch was shown."""
        self.down_to = bottom if self.down_to < 0 else min(self.down_to, bottom)
        self.upto = max(self.upto, top)

    def go_on(self, cursor: Cursor) -> None:
        """From where reading stood before."""
        self.upto, self.down_to, self.marks = cursor.upto, cursor.down_to, cursor.marks


class Scan:
    """Goes back to the beginning bit by bit, then only looks at what is new."""

    def __init__(self, deployment: Deployment, quorum: Quorum, keep: Keep | None = None) -> None:
        """With `keep` it goes on after a restart where it was."""
        self._quorum = quorum
        whose = [endpoint.identity for endpoint in quorum.endpoints]
        chain = f"{deployment.chain.evm_chain_id}/{deployment.chain.genesis_hash}/{deployment.contract}"
        self._kept = KeptScan(keep, deployment.id, chain, whose) if keep is not None else None
        topics = tuple("0x" + events.topic_of(kind).hex() for kind in WANTED)
        self._filter = Filter(deployment.contract, (topics,))
        self._told: dict[str, _Told] = {}
        self._tokens: dict[int, Asset] = {}
        self._given_up: set[tuple[int, int]] = set()
        self._top = 0
        self._turn = asyncio.Lock()
        self._own: frozenset[int] = frozenset()

    def want(self, owners: Iterable[int]) -> None:
        """Keep everything of these owners, addresses and keys, from now on.

        Where an endpoint showed more than there is room for, and one of them is new, its logs are read once more from
        the next look on. What it showed of the others stays until then, also for a look that goes on meanwhile.
        """
        new = frozenset(owners) - self._own
        self._own |= new
        for told in self._told.values():
            told.shown.own = self._own
            told.anew |= bool(new) and told.shown.full

    async def look(self, top: int, top_hash: str = "") -> None:
        """Read what is new up to the height `top`, of the agreed block with that hash.

        Looks follow each other. Raises AshoreError where no endpoint shows its logs.
        """
        async with self._turn:
            for endpoint in self._quorum.endpoints:
                told = self._told.get(endpoint.identity)
                if told is None or told.anew:
                    self._told[endpoint.identity] = await self._restored(endpoint.identity, told)
            looks = await asyncio.gather(*(self._at(endpoint, top, top_hash) for endpoint in self._quorum.endpoints))
        if not any(looks):
            raise AshoreError("No endpoint shows the contract’s logs.", "Try again in a moment.")

    async def _restored(self, endpoint: str, before: _Told | None) -> _Told:
        """What was kept of an endpoint, beside what it showed `before` of those that are looked for."""
        shown, own = Shown() if before is None else before.shown, self._own
        told = _Told(shown=shown.of(own))
        if self._kept is not None:
            cursor = await self._kept.restored(endpoint, self._holds, told.shown.read)
            if cursor is None:
                told = _Told(shown=shown.of(own))
            else:
                told.go_on(cursor)
        self._catch_up(told, own)
        return told

    def _catch_up(self, told: _Told, own: frozenset[int]) -> None:
        """Read it anew where somebody else was wanted while it was read, for whom there may have been no room."""
        told.shown.own = self._own
        told.anew |= told.shown.full and own != self._own

    async def _holds(self, mark: Mark) -> bool:
        height, block_hash = mark
        return (await self._quorum.header_at(height)).required().hash == block_hash

    @property
    def unread(self) -> int:
        """How many blocks were not read yet at as many endpoints as have to agree; 0 once all of the chain was."""
        missing = sorted(self._top if told.anew else told.missing(self._top) for told in self._told.values())
        return missing[self._quorum.k - 1] if len(missing) >= self._quorum.k else self._top

    async def _at(self, endpoint: Endpoint, top: int, top_hash: str) -> bool:
        """Read what is new at an endpoint, then further back; whether anything of it was shown."""
        told = self._told[endpoint.identity]
        self._top = max(self._top, top)
        any_shown = up_to_date = False
        for _ in range(1 + RANGES_A_LOOK):
            if up_to_date and told.down_to == 0:
                break
            stretch = told.old() if up_to_date else told.new(top)
            shown = await self._part(endpoint, told, *stretch)
            if shown is None:
                break
            any_shown |= shown
            if shown:
                told.read(*stretch)
                up_to_date = up_to_date or told.upto >= top
        if up_to_date and top_hash:
            told.marks = marked(told.marks, (top, top_hash))
        await self._write(endpoint.identity, told)
        return any_shown

    async def _write(self, endpoint: str, told: _Told) -> None:
        """Write down how far it has come: what was shown first, or it would never be read again."""
        if self._kept is None or told.is_full or not told.marks:
            return
        cursor = Cursor(told.upto, told.down_to, told.marks)
        try:
            told.is_full = not await self._kept.write(endpoint, cursor, told.fresh)
        except AshoreError:
            told.is_full = True  # such as a full disk: a restart goes on from what was written
        told.fresh = []

    async def _part(self, endpoint: Endpoint, told: _Told, top: int, bottom: int) -> bool | None:
        """Read the logs of some blocks; whether all of them were shown, None where the endpoint does not answer."""
        try:
            hints, is_all = await hints_back_to(endpoint, [self._filter], top, lambda _: False, bottom)
        except AshoreError:
            return None
        own = self._own
        await asyncio.to_thread(told.shown.read, hints)
        self._catch_up(told, own)
        if is_all and self._kept is not None and not told.is_full:
            told.fresh += [hint for hint in hints if hint not in told.recent]
            low = max(top, told.upto) - 2 * BELOW
            told.recent = {hint for hint in told.recent.union(hints) if hint.block_number > low}
        if not is_all:
            told.range = max(LEAST_RANGE, told.range // 4)
        return is_all

    @property
    def _shown(self) -> list[Shown]:
        return [told.shown for told in self._told.values()]

    def learn(self, assets: Iterable[Asset]) -> None:
        """Take assets in that the wallet knows of itself, as from its own withdrawals."""
        self._tokens.update((asset.asset_id, asset) for asset in assets)

    def keys_of(self, address: int) -> Sequence[int]:
        """Stark keys that some endpoint shows as registered for an address, given as a number."""
        return list(dict.fromkeys(key for shown in self._shown for key in shown.keys.get(address, {})))

    def assets_of(self, owner_key: int) -> Sequence[int]:
        """Asset ids that some endpoint shows as set aside for an owner key, those with amounts first."""
        fungible = [number for shown in self._shown for number in shown.fungibles.get(owner_key, {})]
        single = [number for shown in self._shown for number in shown.singles.get(owner_key, {})]
        return list(dict.fromkeys([*fungible, *single]))

    @property
    def fungible(self) -> frozenset[int]:
        """Assets of which some endpoint shows that they have amounts, known or not."""
        return frozenset(number for shown in self._shown for each in shown.fungibles.values() for number in each)

    def is_cut(self, owner: int) -> bool:
        """Whether an endpoint shows more of an address or a key than is looked at."""
        return any(owner in shown.cut for shown in self._shown)

    async def assets(self, wanted: Iterable[int]) -> Mapping[int, Asset]:
        """What the assets of these numbers are; one that nothing tells of is missing."""
        return await asyncio.to_thread(self._assets, list(wanted))

    def _assets(self, wanted: Sequence[int]) -> Mapping[int, Asset]:
        missing = {number for number in wanted if self._known(number) is None}
        if missing:
            self._try_ids(missing)
        return {number: asset for number in wanted if (asset := self._known(number)) is not None}

    def _known(self, number: int) -> Asset | None:
        registered = registered_in(self._shown, number)
        if registered is not None and registered.kind.is_fungible:
            return Asset(registered.kind, registered.token, registered.quantum)
        told = token_id_in(self._shown, number)
        known = registered_in(self._shown, told[0]) if told is not None else None
        if told is not None and known is not None and known.kind is AssetKind.ERC721:
            return Asset(known.kind, known.token, token_id=told[1])
        return self._tokens.get(number)

    def _try_ids(self, missing: set[int]) -> None:
        """Compute the numbers of the first tokens of some contracts: most collections count from 0 or 1."""
        types = [known for known in in_turn([shown.types for shown in self._shown]) if not known.kind.is_fungible]
        untried = (
            (known, {number for number in missing if (known.number, number) not in self._given_up}) for known in types
        )
        for known, wanted in islice(((known, wanted) for known, wanted in untried if wanted), TRIED_TYPES):
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
