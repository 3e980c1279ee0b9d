"""Whether a proven batch holds the withdrawal that a receipt is about: its own calldata tells, whoever has the proof.

The proof of the batch's log proves its transaction too, and with that all data of the batch: account, number, tokens,
amount, fee and recipient of every withdrawal in it.
"""

from collections.abc import Iterator

from ashore.domain.amounts import display_units, format_units, without_dust
from ashore.domain.events import Terms
from ashore.domain.evidence import Evidence, Level
from ashore.domain.observations import BlockObserved, BlockRef, LogEntry
from ashore.ethereum.errors import InvalidProof
from ashore.ethereum.proofs import Facts, ReceiptFacts
from ashore.ethereum.receipts import Transaction
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.settlement.book import Kind
from ashore.systems.zklink.settlement.reconcile import is_ours
from ashore.systems.zklink.settlement.sighting import entries_of
from ashore.systems.zklink.system.offer import L2_DECIMALS

_COMMIT = "BlockCommit("
_NOT_THERE = "The batch’s own data does not hold this withdrawal."


def held_in_batch(deployment: Deployment, terms: Terms, piece: Evidence, facts: Facts) -> str:
    """Say that the batch holds this very withdrawal; empty where the evidence is no batch, or its data not proven.

    `facts` prove `piece` already. Raises InvalidProof where the batch does not hold it, or holds it to other terms.
    """
    batch = piece.facts.get("event", "").startswith(_COMMIT) and isinstance(facts, ReceiptFacts)
    if not batch or not isinstance(facts, ReceiptFacts) or facts.transaction is None:
        return ""
    details, target = terms.details, deployment.tokens[int(terms.details["target_token"])]
    account, number = int(details["account_id"]), int(details["nonce"])
    subject = f"{account}/{int(details['sub_account_id'])}/{number}"
    observed = _observed(piece.chain, facts, facts.transaction)
    found = [e for e in entries_of(deployment, observed, {account}) if e.kind == Kind.OPERATION]
    if not any(entry.subject == subject and is_ours(terms, entry) for entry in found):
        raise InvalidProof(_NOT_THERE)
    chain = deployment.chains[int(details["chain_id"])]
    if (terms.destination, terms.receive_symbol, terms.decimals) != (chain.name, target.symbol, L2_DECIMALS):
        raise InvalidProof(_NOT_THERE)
    whole = without_dust(terms.amount, L2_DECIMALS, target.decimals[chain.id])
    if details.get("amount.text") != f"{format_units(whole, L2_DECIMALS, least_fraction=2)} {target.symbol}":
        raise InvalidProof("The batch’s own data holds another amount than the receipt says.")
    paid = f"{display_units(whole, L2_DECIMALS)} {target.symbol}"
    return f"Its data holds this withdrawal: {paid} to {terms.recipient}, number {number} of account {account}."


def _observed(chain: str, facts: ReceiptFacts, transaction: Transaction) -> BlockObserved:
    """What a follower would have seen of the one transaction that is proven."""
    block = BlockRef(chain, facts.block.number, facts.block.hash, facts.block.timestamp)
    return BlockObserved(block, Level.PROVEN, tuple(_logs(facts, transaction)), 0, 0)


def _logs(facts: ReceiptFacts, sent: Transaction) -> Iterator[LogEntry]:
    for place, log in enumerate(facts.receipt.logs):
        yield LogEntry(log.address, log.topics, log.data, place, facts.index, sent.hash, sent.to, sent.input)
