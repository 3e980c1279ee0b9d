"""Money that StarkEx owes and that nobody has claimed: read from its storage, under a header that endpoints agree on.

`updateState` only credits `pendingWithdrawals[ownerKey][assetId]`; anybody may have it paid out to its owner, whether
or not there still is an operator (starkware-libs/starkex-contracts, tag StarkExchange-v4.5).
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ashore.domain.addresses import readable
from ashore.domain.amounts import display_units
from ashore.domain.errors import AshoreError
from ashore.domain.events import Terms
from ashore.domain.evidence import Evidence, Level
from ashore.domain.withdrawal import Withdrawal
from ashore.ethereum.headers import Header
from ashore.ethereum.proofs import MAX_SLOTS, content_id
from ashore.ethereum.quorum import ProvenStorage, Quorum
from ashore.store.keep import Keep
from ashore.systems.base import Offer, Payer, Unclaimed
from ashore.systems.claiming.claims import open_claim
from ashore.systems.claiming.replacing import open_replacement
from ashore.systems.claiming.track import CLAIMED
from ashore.systems.local_time import time_of_day
from ashore.systems.reddio.codec import Asset, AssetKind, CodecError
from ashore.systems.reddio.codec.l1.calls import claim_of, encode_claim
from ashore.systems.reddio.codec.l1.storage import eth_key_slot
from ashore.systems.reddio.codec.limits import MAX_ADDRESS
from ashore.systems.reddio.deployment import Deployment
from ashore.systems.reddio.settlement.pending_slots import slot_facts, slot_of
from ashore.systems.reddio.settlement.places import Place, place_in
from ashore.systems.reddio.settlement.reconcile import PENDING
from ashore.systems.reddio.settlement.scan import Scan
from ashore.systems.reddio.settlement.shown import MOST_KEYS, MOST_SINGLES
from ashore.systems.reddio.system.claims import GONE, ReddioContract, token_words
from ashore.systems.reddio.system.on_l1 import Tokens
from ashore.systems.reddio.system.tracks import UPDATED, claims_now, is_withdrawal

ETHER_DECIMALS = 18
LOOK_S = 60.0
"""Seconds after which a look goes on with the next one: whoever invents what may wait holds nothing else up."""
SLICE = 20
"""What is put into words between two turns of the window."""

WHICH_ONE = (
    "It is a single token, and nothing on {chain} tells which one: only its owner, or Reddio, knows the number it has "
    "to be claimed by. It stays there until then."
)
NOT_READ = (
    "What it is stands in its registration on {chain}, and no endpoint has shown that yet. Ashore goes on looking by "
    "itself; it waits there meanwhile."
)
REGISTER_FIRST = (
    "It lies under a Stark key that is not registered for an Ethereum address yet, so nobody can claim it. Register "
    "the key first."
)


@dataclass(frozen=True, slots=True)
class _Found:
    """What waits at a place, in quanta, with the proof; `owner` is who gets it."""

    place: Place
    owner: str
    quanta: int
    proven: ProvenStorage
    voices: tuple[int, int]
    """How many endpoints agreed on the block of the proof, and how many were asked."""
    unregistered: bool = False


class PendingWithdrawals:
    """Looks for what is owed to addresses, and to Stark keys that are registered for them. No operator is asked."""

    def __init__(
        self,
        deployment: Deployment,
        quorum: Quorum,
        keep: Keep,
        known: Callable[[], Iterable[Terms]],
        now: Callable[[], int],
        look_s: float = LOOK_S,
    ) -> None:
        """`known` gives terms of own withdrawals, by which single tokens are recognised; `now` UTC milliseconds."""
        self._deployment = deployment
        self._quorum = quorum
        self._keep = keep
        self._known = known
        self._now = now
        self._scan = Scan(deployment, quorum, keep)
        self._cut: tuple[str, ...] = ()
        self._tokens = Tokens(quorum)
        self._look_s = look_s
        self._before: Mapping[Place, _Found] = {}
        """What was found at the last look; it stands for what this one did not come to."""
        self._begin = 0
        self._behind = 0
        self._fungible = frozenset[int]()

    @property
    def chains(self) -> Sequence[str]:
        """The chain of the contract."""
        return [self._deployment.chain.name]

    @property
    def unread(self) -> str:
        """What of the chain’s past was not looked through yet, in words; empty once all of it was."""
        height = self._scan.unread
        if not height and self._behind:
            return f"Very much is told there on {self._deployment.chain.name}: {self._behind:,} places are left to see."
        if not height:
            return ""
        return f"Ashore still goes back through what {self._deployment.chain.name} logged: {height:,} blocks are left."

    @property
    def left_out(self) -> str:
        """Of whom an endpoint shows more than is looked at, in words; empty where it is of nobody."""
        if not self._cut:
            return ""
        others = f" and {len(self._cut) - 1:,} others" if self._cut[1:] else ""
        return (
            f"Very much is told of {readable(self._cut[0])}{others} on {self._deployment.chain.name}. Ashore looks at "
            f"ETH and everything with amounts, at {MOST_SINGLES:,} single tokens, and at {MOST_KEYS:,} Stark keys of "
            "an address; more of these was left out."
        )

    async def look(self, chain: str, owners: Sequence[str]) -> tuple[Unclaimed, ...]:
        """What each owner (20-byte address as lower-case hex) is owed, with the proof.

        Raises AshoreError where the endpoints do not agree or cannot prove it.
        """
        assert chain == self._deployment.chain.name
        agreement = await self._quorum.header_at("latest")
        header = agreement.required()
        self._scan.want(int(owner, 16) for owner in owners)
        await self._scan.look(header.number, header.hash)
        self._fungible = self._scan.fungible
        own = [terms for terms in self._known() if terms.profile == self._deployment.id]
        self._scan.learn(asset for terms in own if (asset := asset_in(terms)) is not None)
        keys, unregistered = await self._owner_keys(owners, own, header)
        self._scan.want(keys)
        places = {
            Place(key, asset, 1): owner
            for key, owner in keys.items()
            for asset in dict.fromkeys([*self._scan.assets_of(key), *_expected(own, key)])
        }
        mine = frozenset(int(terms.details["asset_id"]) for terms in own if "asset_id" in terms.details)
        self._cut = tuple(dict.fromkeys(owner for key, owner in keys.items() if self._scan.is_cut(key)))
        found = [
            replace(each, unregistered=each.place.owner_key in unregistered)
            for each in await self._owed(places, mine, header, (len(agreement.agreeing), agreement.asked))
        ]
        assets = await self._scan.assets([each.place.asset_id for each in found])
        tokens = await self._tokens.facts_of(asset.token for asset in assets.values() if asset.token)
        told = []
        for number, each in enumerate(found):
            if number % SLICE == SLICE - 1:
                await asyncio.sleep(0)
            asset = assets.get(each.place.asset_id)
            facts = tokens.get(asset.token) if asset is not None else None
            decimals = facts.decimals if facts is not None else None
            symbol = (facts.symbol if facts is not None else None) or ""
            told.append(self._unclaimed(each, asset, symbol, decimals))
        return tuple(told)

    async def _owner_keys(
        self, owners: Sequence[str], own: Sequence[Terms], header: Header
    ) -> tuple[Mapping[int, str], frozenset[int]]:
        """The addresses themselves, and each Stark key that the contract proves to be registered for one.

        Also the Stark keys of own withdrawals that are registered for nobody yet; those once more by themselves.
        """
        keys = {int(owner, 16): owner for owner in owners}
        hinted = {key: owner for owner in owners for key in self._scan.keys_of(int(owner, 16)) if key > MAX_ADDRESS}
        asked = {int(terms.details["owner_key"]): terms.account for terms in own if "owner_key" in terms.details}
        mine = {key: account for key, account in asked.items() if key > MAX_ADDRESS and account in owners}
        slots = {eth_key_slot(key): key for key in {**hinted, **mine}}
        wanted, nobody = list(slots), set[int]()
        for start in range(0, len(wanted), MAX_SLOTS):
            part = wanted[start : start + MAX_SLOTS]
            proven = await self._quorum.storage_at(self._deployment.contract, part, header)
            for slot in part:
                key, registered = slots[slot], f"0x{proven.facts.slots[slot]:040x}"
                if registered in owners:
                    keys[key] = registered
                elif key in mine and not proven.facts.slots[slot]:
                    keys[key] = mine[key]
                    nobody.add(key)
        return keys, frozenset(nobody)

    async def _owed(
        self, places: Mapping[Place, str], mine: frozenset[int], header: Header, voices: tuple[int, int]
    ) -> list[_Found]:
        """What waits at these places, as far as a look comes; at the others, what waited there at the last one."""
        first, rest = self._in_turn(places, mine)
        # Hashing the places of very many would hold the window up.
        slots = await asyncio.to_thread(lambda: {slot_of(place): place for place in [*first, *rest]})
        wanted, found = list(slots), dict[Place, _Found]()
        clock = asyncio.get_running_loop()
        until, reached = clock.time() + self._look_s, 0
        while reached < len(wanted) and (not reached or clock.time() < until):
            part = wanted[reached : reached + MAX_SLOTS]
            proven = await self._quorum.storage_at(self._deployment.contract, part, header)
            owed = [slot for slot in part if proven.facts.slots[slot]]
            if owed:
                self._keep.add_proofs({content_id(proven.document): proven.document})
            for slot in owed:
                place = slots[slot]
                found[place] = _Found(place, places[place], proven.facts.slots[slot], proven, voices)
            reached += len(part)
        left = [slots[slot] for slot in wanted[reached:]]
        found |= {place: replace(self._before[place], owner=places[place]) for place in left if place in self._before}
        self._before, self._behind = found, len(left)
        self._begin = self._begin + max(0, reached - len(first)) if left else 0
        return list(found.values())

    def _in_turn(self, places: Iterable[Place], mine: frozenset[int]) -> tuple[list[Place], list[Place]]:
        """What has amounts, or is `mine` by its number, and the single tokens from where the last look ended on."""
        every, known = list(places), mine | self._fungible
        single = [place for place in every if place.asset_id not in known]
        start = self._begin % len(single) if single else 0
        return [place for place in every if place.asset_id in known], [*single[start:], *single[:start]]

    def _unclaimed(self, found: _Found, asset: Asset | None, symbol: str, decimals: int | None) -> Unclaimed:
        chain, place = self._deployment.chain, found.place
        common = {
            "profile": self._deployment.id,
            "chain": chain.name,
            "evm_chain_id": chain.evm_chain_id,
            "contract": self._deployment.contract,
            "owner": found.owner,
            "token_id": place.asset_id,
            "rest": 0,
            "rest_decimals": 0,
            "evidence": self._evidence(found),
            "place": place.subject,
        }
        if asset is None:
            is_read = not self._scan.unread and place.asset_id not in self._fungible
            symbol, why = ("An unknown token", WHICH_ONE) if is_read else ("Something not recognised yet", NOT_READ)
            unclear = why.format(chain=chain.name)
            return _owed(common, symbol=symbol, decimals=0, amount=1, single=True, unclear=unclear)
        details = _details(place.owner_key, asset, found.quanta)
        claim = claim_of(place.owner_key, asset)
        common |= {
            "calldata": "0x" + encode_claim(claim).hex(),
            "details": details,
            "token": details["contract"],
            "kind": token_words(asset.kind, symbol, chain.gas_symbol) if asset.token else "",
        }
        if not asset.kind.is_fungible:
            name = f"{symbol or 'NFT'} #{asset.token_id}"
            return _owed(common, symbol=name, decimals=0, amount=found.quanta, single=True)
        amount = found.quanta * asset.quantum
        if asset.kind is AssetKind.ETH:
            return _owed(common, symbol=chain.gas_symbol, decimals=ETHER_DECIMALS, amount=amount)
        named = symbol or readable("0x" + asset.token.hex())
        if decimals is None:
            # All that waits is paid out in any case; only its amount cannot be told in the token's own unit.
            return _owed(common, symbol=f"base units of {named}", decimals=0, amount=amount)
        return _owed(common, symbol=named, decimals=decimals, amount=amount)

    def _evidence(self, found: _Found) -> Evidence:
        block = found.proven.facts.block
        return Evidence(
            kind=PENDING,
            level=Level.PROVEN,
            source=self._deployment.chain.name,
            observed_at=self._now(),
            facts=slot_facts(found.place, found.quanta),
            chain=self._deployment.chain.name,
            block_number=block.number,
            block_hash=block.hash,
            block_time=block.timestamp * 1000,
            agreeing=found.voices[0],
            asked=found.voices[1],
            proof=content_id(found.proven.document),
        )

    async def open_claim(self, owed: Unclaimed, payers: Sequence[Payer], watched: Sequence[Withdrawal]) -> Offer:
        """What claiming it costs now, who can pay that, and which of the `watched` withdrawals it pays.

        A claim of nothing succeeds and costs gas, so the storage is read first. Raises AshoreError.
        """
        if owed.unclear or not owed.calldata:
            raise AshoreError(owed.unclear or "Nobody knows how to claim this.", "Nothing was signed.")
        offer = await open_claim(ReddioContract(self._deployment), self._quorum, owed, payers, self._now())
        place = _place_of(owed)
        mine = [state for state in watched if state.terms.profile == self._deployment.id]
        here = [state for state in mine if is_withdrawal(state) or claims_now(state)]
        here = [state for state in here if place_in(state.terms).subject == place.subject]
        claims = [state.id for state in here if claims_now(state)]
        header = (await self._quorum.header_at("latest")).required()
        slot = slot_of(place)
        proven = await self._quorum.storage_at(self._deployment.contract, [slot], header)
        refused = offer.refused if proven.facts.slots[slot] else GONE
        pays = self._pays(owed, [state for state in here if is_withdrawal(state)])
        return replace(offer, pays=pays, refused=refused, under_way=claims[0] if claims else "")

    def _pays(self, owed: Unclaimed, begun: Sequence[Withdrawal]) -> tuple[str, ...]:
        """What a payout of all that waits is made of, in words: one balance holds the money of many withdrawals."""
        waits = [state for state in begun if state.stage(UPDATED).checked() and not state.stage(CLAIMED).checked()]
        if owed.single:
            return tuple(f"what you withdrew at {time_of_day(state.started_at, self._now())}" for state in waits[:1])
        told = [
            f"{display_units(state.terms.amount, owed.decimals)} {owed.symbol} that you withdrew at "
            f"{time_of_day(state.started_at, self._now())}"
            for state in sorted(waits, key=lambda state: state.started_at)
        ]
        strange = owed.amount - sum(state.terms.amount for state in waits)
        if strange > 0:
            told.append(f"{display_units(strange, owed.decimals)} {owed.symbol} that was not asked for here")
        return tuple(told)

    async def open_replacement(self, state: Withdrawal, payer: Payer, *, cancel: bool) -> Offer:
        """What it takes to have a waiting claim taken sooner, or not at all. Raises AshoreError."""
        contract = ReddioContract(self._deployment)
        return await open_replacement(contract, self._quorum, state, payer, self._now(), cancel=cancel)


def asset_in(terms: Terms) -> Asset | None:
    """The asset that terms of a withdrawal name; None where they do not fit together."""
    details = terms.details
    try:
        kind, number = AssetKind(details["kind"]), details.get("token_id", "")
        asset = Asset(
            kind,
            bytes.fromhex(details.get("contract", "").removeprefix("0x")),
            int(details["quantum"]),
            int(number) if number else None,
            details.get("token_url", "") if kind is AssetKind.ERC721MC else None,
        )
    except (KeyError, ValueError, CodecError):
        return None
    return asset if str(asset.asset_id) == details.get("asset_id") else None


def _expected(own: Iterable[Terms], owner_key: int) -> list[int]:
    """Assets that own withdrawals to an owner key are of, whatever the endpoints show."""
    return [
        int(terms.details["asset_id"])
        for terms in own
        if terms.details.get("owner_key") == str(owner_key) and "asset_id" in terms.details
    ]


def _details(owner_key: int, asset: Asset, quanta: int) -> dict[str, str]:
    """What the terms of a claim keep of the asset."""
    return {
        "owner_key": str(owner_key),
        "asset_id": str(asset.asset_id),
        "asset_type": str(asset.asset_type),
        "quanta": str(quanta),
        "quantum": str(asset.quantum),
        "token_id": "" if asset.token_id is None else str(asset.token_id),
        "kind": str(asset.kind),
        "contract": "0x" + asset.token.hex() if asset.token else "",
        "token_url": asset.token_url or "",
        "mint_blob": "0x" + asset.mint_blob.hex() if asset.mint_blob else "",
    }


def _place_of(owed: Unclaimed) -> Place:
    return Place(int(owed.details["owner_key"]), int(owed.details["asset_id"]), int(owed.details["quantum"]))


def _owed(common: Mapping[str, object], **rest: object) -> Unclaimed:
    return Unclaimed(**{"calldata": "", **common, **rest})  # type: ignore[arg-type]
