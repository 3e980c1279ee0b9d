"""Money that a contract owes and nobody has sent on: read from its storage, under a header that endpoints agree on.

`executeBlocks` only credits `pendingBalances[owner][token]`; anybody may have it paid out to its owner with
`withdrawPendingBalance` (zkLinkProtocol/zklink-contracts). No operator is asked.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ashore.domain.amounts import display_units, rescale, without_dust
from ashore.domain.evidence import Evidence, Level
from ashore.domain.withdrawal import Withdrawal
from ashore.ethereum.proofs import MAX_SLOTS, content_id
from ashore.ethereum.quorum import ProvenStorage, Quorum
from ashore.store.keep import Keep
from ashore.systems.base import Offer, Payer, Unclaimed
from ashore.systems.claiming.claims import open_claim
from ashore.systems.claiming.replacing import open_replacement
from ashore.systems.local_time import time_of_day
from ashore.systems.zklink.codec.l1.calls import Claim, encode_claim
from ashore.systems.zklink.codec.l1.storage import STORAGE_LAYOUTS, pending_balance_slot
from ashore.systems.zklink.deployment import Deployment, PinnedChain, PinnedToken
from ashore.systems.zklink.settlement.book import Book
from ashore.systems.zklink.settlement.payouts import goes_to, shares_of
from ashore.systems.zklink.system.claims import ZkLinkContract
from ashore.systems.zklink.system.offer import L2_DECIMALS
from ashore.systems.zklink.system.tracks import RELEASED, claims_now, is_withdrawal

KIND = "pendingBalances"


class PendingBalances:
    """Looks for owed money of a deployment, on every chain that it pays out on."""

    def __init__(
        self, deployment: Deployment, quorums: Mapping[str, Quorum], keep: Keep, book: Book, now: Callable[[], int]
    ) -> None:
        """`quorums` by the chain's name; `book` holds what was paid; `now` gives UTC milliseconds."""
        self._deployment = deployment
        self._quorums = quorums
        self._keep = keep
        self._book = book
        self._now = now

    @property
    def chains(self) -> Sequence[str]:
        """The chains that it pays out on, by name."""
        return [chain.name for chain in self._deployment.chains.values()]

    @property
    def unread(self) -> str:
        """Nothing: what the contract owes stands in its storage, whenever that was."""
        return ""

    @property
    def left_out(self) -> str:
        """Nothing."""
        return ""

    async def look(self, chain: str, owners: Sequence[str]) -> tuple[Unclaimed, ...]:
        """What each owner (20-byte address as lower-case hex) is owed on a chain, with the proof.

        Raises AshoreError where its endpoints do not agree or cannot prove it.
        """
        return tuple(await self._on(self._deployment.chain_named(chain), owners))

    async def open_claim(self, owed: Unclaimed, payers: Sequence[Payer], watched: Sequence[Withdrawal]) -> Offer:
        """What claiming it costs now, who can pay that, and which of the `watched` withdrawals it pays.

        Raises AshoreError.
        """
        mine = [state for state in watched if state.terms.profile == self._deployment.id]
        offer = await open_claim(ZkLinkContract(self._deployment), self._quorums[owed.chain], owed, payers, self._now())
        claims = [state.id for state in mine if goes_to(state, owed) and claims_now(state)]
        begun = [state for state in mine if is_withdrawal(state)]
        return replace(offer, pays=self._pays(owed, begun), under_way=claims[0] if claims else "")

    def _pays(self, owed: Unclaimed, begun: Sequence[Withdrawal]) -> tuple[str, ...]:
        """What a payout of all that is owed is made of, in words: one balance holds the money of many withdrawals."""
        shares = shares_of(self._book, owed, begun)
        told = []
        for share in shares:
            whole, part = (f"{display_units(n, owed.decimals)} {owed.symbol}" for n in (share.whole, share.part))
            when = time_of_day(share.started_at, self._now())
            sum_ = part if share.part == share.whole else f"{part}, the rest of {whole}"
            told.append(f"{sum_} that you withdrew at {when}")
        strange = owed.amount - sum(share.part for share in shares)
        if strange:
            sum_ = f"{display_units(strange, owed.decimals)} {owed.symbol}"
            here = [state for state in begun if state.is_open and goes_to(state, owed)]
            coming = any(not state.stage(RELEASED).evidence for state in here)
            nobody = "that Ashore has not matched with a withdrawal yet" if coming else "that was not asked for here"
            told.append(f"{sum_} {nobody}")
        return tuple(told)

    async def open_replacement(self, state: Withdrawal, payer: Payer, *, cancel: bool) -> Offer:
        """What it takes to have a waiting claim taken sooner, or not at all. Raises AshoreError."""
        chain = self._deployment.chain_named(state.terms.destination)
        contract, quorum = ZkLinkContract(self._deployment), self._quorums[chain.name]
        return await open_replacement(contract, quorum, state, payer, self._now(), cancel=cancel)

    async def _on(self, chain: PinnedChain, owners: Sequence[str]) -> list[Unclaimed]:
        layout = STORAGE_LAYOUTS[self._deployment.storage]
        tokens = [token for token in self._deployment.tokens.values() if chain.id in token.addresses]
        places = {
            pending_balance_slot(layout, bytes.fromhex(owner[2:]), token.id): (owner, token)
            for owner in dict.fromkeys(owners)
            for token in tokens
        }
        if not places:
            return []
        quorum = self._quorums[chain.name]
        agreement = await quorum.header_at("latest")
        header = agreement.required()
        slots = list(places)
        found: list[Unclaimed] = []
        for start in range(0, len(slots), MAX_SLOTS):
            part = slots[start : start + MAX_SLOTS]
            proven = await quorum.storage_at(chain.main_contract, part, header)
            owed = [slot for slot in part if proven.facts.slots[slot]]
            if owed:
                self._keep.add_proofs({content_id(proven.document): proven.document})
            voices = len(agreement.agreeing), agreement.asked
            found.extend(self._owed(chain, *places[slot], proven.facts.slots[slot], proven, voices) for slot in owed)
        return found

    def _owed(
        self,
        chain: PinnedChain,
        owner: str,
        token: PinnedToken,
        pending: int,
        proven: ProvenStorage,
        voices: tuple[int, int],
    ) -> Unclaimed:
        decimals = token.decimals[chain.id]
        whole = without_dust(pending, L2_DECIMALS, decimals)
        amount = rescale(whole, L2_DECIMALS, decimals)
        block = proven.facts.block
        evidence = Evidence(
            kind=KIND,
            level=Level.PROVEN,
            source=chain.name,
            observed_at=self._now(),
            facts={"owner": owner, "token": str(token.id), "owed in 18 decimals": str(pending)},
            chain=chain.name,
            block_number=block.number,
            block_hash=block.hash,
            block_time=block.timestamp * 1000,
            agreeing=voices[0],
            asked=voices[1],
            proof=content_id(proven.document),
        )
        return Unclaimed(
            profile=self._deployment.id,
            chain=chain.name,
            evm_chain_id=chain.evm_chain_id,
            contract=chain.main_contract,
            owner=owner,
            token_id=token.id,
            symbol=token.symbol,
            decimals=decimals,
            amount=amount,
            rest=pending - whole,
            rest_decimals=L2_DECIMALS,
            calldata="0x" + encode_claim(Claim(bytes.fromhex(owner[2:]), token.id, amount)).hex(),
            evidence=evidence,
        )
