"""What a block did with a claim: which of its transactions it took, and what the gas has cost, as evidence."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ashore.domain import events as ev
from ashore.domain.amounts import format_units, parse_amount
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Evidence, Level
from ashore.domain.withdrawal import LAST_STAGE, RECEIPT, Withdrawal
from ashore.ethereum.errors import InvalidProof, NoAgreement
from ashore.ethereum.proofs import ReceiptFacts, content_id
from ashore.ethereum.quorum import Quorum
from ashore.ethereum.spent import Spent, spent_by
from ashore.ethereum.transactions import raw_transaction
from ashore.store.keep import Keep
from ashore.systems.attempts import Attempts
from ashore.systems.claiming.gas import GAS_SYMBOL, GWEI_DECIMALS, WEI_DECIMALS, exact_gwei_words, gas_words, gwei_words
from ashore.systems.claiming.track import SENT

OUTCOME, GAS_USED, GAS_PRICE_PAID, GAS_PAID = "outcome", "gas used", "price of gas", "gas paid"
"""Facts of the evidence, each in words."""

_SUCCEEDED, _NO_EFFECT = "carried out", "no effect"
CLAIMS_A_LOOK = 5
AGREEMENT = 2
"""How many endpoints have to agree on the block."""


class Receipts:
    """Proves the receipts of claims that a block took, keeps the proofs, and takes them back where a block fell."""

    def __init__(self, quorums: Mapping[str, Quorum], keep: Keep, now: Callable[[], int]) -> None:
        """`quorums` by the chain's name; `now` gives UTC milliseconds."""
        self._quorums = quorums
        self._keep = keep
        self._now = now
        self._attempts: Attempts[tuple[str, str]] = Attempts()
        """By claim and block."""

    async def of(self, state: Withdrawal, tx_hash: str, block_number: int, block_hash: str) -> ev.Event:
        """The evidence of that block. Raises AshoreError where nobody can prove it."""
        chain = state.terms.destination
        raw = raw_transaction(next(move.payload for move in state.rivals if move.locator == tx_hash))
        spent = await spent_by(self._quorums[chain], raw, block_number, block_hash)
        if spent.agreeing < AGREEMENT:
            raise NoAgreement(f"Only one endpoint of {chain} shows that block.")
        self._keep.add_proofs({content_id(spent.document): spent.document})
        symbol = state.terms.details.get(GAS_SYMBOL, "ETH")
        return ev.StageReached(state.id, SENT, _evidence(chain, spent, symbol, self._now()))

    async def look(self, chain: str, claims: Sequence[Withdrawal], finalized: int) -> list[ev.Event]:
        """Prove what paid claims on `chain` have cost, and settle what is finalized, up to that height."""
        found: list[ev.Event] = []
        unread = {
            (state.id, paid.block_hash): (state, paid) for state in claims if (paid := _unread(state)) is not None
        }
        for key in self._attempts.due(chain, unread, CLAIMS_A_LOOK):
            state, paid = unread[key]
            try:
                found.append(await self.of(state, paid.tx_hash, paid.block_number, paid.block_hash))
            except AshoreError:
                continue
        for state in claims:
            receipt = state.receipt
            if receipt is not None and receipt.level is Level.PROVEN and receipt.block_number <= finalized:
                found += await self._settled(state, receipt, finalized)
        return found

    async def _settled(self, state: Withdrawal, receipt: Evidence, finalized: int) -> list[ev.Event]:
        """The block is finalized, or another one stands in its place."""
        try:
            agreement = await self._quorums[state.terms.destination].header_at(receipt.block_number)
            header = agreement.required()
        except AshoreError:
            return []
        if header.hash != receipt.block_hash:
            return [_taken_back(state, receipt)]
        voices = len(agreement.agreeing), agreement.asked
        return [ev.StageSettled(state.id, SENT, receipt.block_hash, finalized, *voices)]


def fallen_receipts(claims: Iterable[Withdrawal], hashes: Sequence[str]) -> Iterator[ev.Event]:
    """Take back what rested on blocks that were reorganised away; the transaction is looked for again."""
    for state in claims:
        receipt = state.receipt
        if receipt is not None and receipt.block_hash in hashes:
            yield _taken_back(state, receipt)


def read_receipt_again(piece: Evidence, facts: ReceiptFacts) -> str:
    """What the stored receipt says. Raises InvalidProof where it does not say what `piece` does."""
    if facts.transaction is None or facts.transaction.hash != piece.tx_hash:
        raise InvalidProof("The stored receipt is that of another transaction than the evidence names.")
    told = _SUCCEEDED if facts.receipt.succeeded else _NO_EFFECT
    if told != piece.facts.get(OUTCOME):
        raise InvalidProof("The stored receipt tells another outcome of the transaction.")
    return f"its receipt in block {facts.block.number:,} says: {told}"


def spent_words(piece: Evidence) -> tuple[str, str]:
    """What a receipt says was paid, and for what, each rounded up to three digits that count."""
    cost, _, symbol = piece.facts[GAS_PAID].rpartition(" ")
    price = parse_amount(piece.facts[GAS_PRICE_PAID].partition(" ")[0], GWEI_DECIMALS)
    used = piece.facts[GAS_USED]
    return gas_words(parse_amount(cost, WEI_DECIMALS), symbol), f"{used} at {gwei_words(price)}"


def _unread(state: Withdrawal) -> Evidence | None:
    """The proven payout of a claim whose receipt was not read yet."""
    paid = state.stage(state.facts.get(LAST_STAGE, "")).best
    own = {move.locator for move in state.rivals}
    if state.receipt is not None or paid is None or paid.level < Level.PROVEN or paid.tx_hash not in own:
        return None
    return paid


def _taken_back(state: Withdrawal, receipt: Evidence) -> ev.Event:
    why = f"{receipt.chain} replaced the block that had taken the transaction; Ashore looks where it is now."
    return ev.StageTakenBack(state.id, SENT, why, receipt.block_hash)


def _evidence(chain: str, spent: Spent, symbol: str, now: int) -> Evidence:
    header = spent.header
    return Evidence(
        kind=RECEIPT,
        level=Level.PROVEN,
        source=chain,
        observed_at=now,
        facts={
            GAS_PAID: f"{format_units(spent.cost, WEI_DECIMALS)} {symbol}",
            GAS_USED: f"{spent.gas:,} units",
            OUTCOME: _SUCCEEDED if spent.succeeded else _NO_EFFECT,
            GAS_PRICE_PAID: f"{exact_gwei_words(spent.price)} a unit",
        },
        chain=chain,
        tx_hash=spent.tx_hash,
        block_number=header.number,
        block_hash=header.hash,
        block_time=header.timestamp * 1000,
        agreeing=spent.agreeing,
        asked=spent.asked,
        proof=content_id(spent.document),
    )
