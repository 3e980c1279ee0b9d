"""Money that a contract owes and nobody has sent on: read from its storage, under a header that endpoints agree on.

`executeBlocks` only credits `pendingBalances[owner][token]`; anybody may have it paid out to its owner with
`withdrawPendingBalance` (zkLinkProtocol/zklink-contracts). No operator is asked.
"""

from collections.abc import Callable, Mapping, Sequence

from ashore.domain.amounts import rescale, without_dust
from ashore.domain.evidence import Evidence, Level
from ashore.ethereum.proofs import MAX_SLOTS, content_id
from ashore.ethereum.quorum import ProvenStorage, Quorum
from ashore.store.keep import Keep
from ashore.systems.base import Offer, Payer, Unclaimed
from ashore.systems.zklink.codec.l1.calls import Claim, encode_claim
from ashore.systems.zklink.codec.l1.storage import STORAGE_LAYOUTS, pending_balance_slot
from ashore.systems.zklink.deployment import Deployment, PinnedChain, PinnedToken
from ashore.systems.zklink.system.claims import open_claim
from ashore.systems.zklink.system.offer import L2_DECIMALS

KIND = "pendingBalances"


class PendingBalances:
    """Looks for owed money of a deployment, on every chain that it pays out on."""

    def __init__(
        self, deployment: Deployment, quorums: Mapping[str, Quorum], keep: Keep, now: Callable[[], int]
    ) -> None:
        """`quorums` by the chain's name; `now` gives UTC milliseconds."""
        self._deployment = deployment
        self._quorums = quorums
        self._keep = keep
        self._now = now

    async def look(self, owners: Sequence[str]) -> tuple[Unclaimed, ...]:
        """What each owner (20-byte address as lower-case hex) is owed, with the proof.

        Raises AshoreError where a chain's endpoints do not agree or cannot prove it.
        """
        found: list[Unclaimed] = []
        for chain in self._deployment.chains.values():
            found.extend(await self._on(chain, owners))
        return tuple(found)

    async def open_claim(self, owed: Unclaimed, payers: Sequence[Payer]) -> Offer:
        """What claiming it costs now, and who can pay that. Raises AshoreError."""
        chain = self._deployment.chain_named(owed.chain)
        return await open_claim(self._quorums[owed.chain], owed, payers, chain.gas_symbol, self._now())

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
