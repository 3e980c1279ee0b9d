"""What the log in a stored receipt says, read anew and held against the evidence that rests on it."""

from collections.abc import Callable

from ashore.domain.evidence import Evidence
from ashore.ethereum.errors import InvalidProof
from ashore.ethereum.proofs import ReceiptFacts

Told = Callable[[tuple[str, ...], str], str]
"""A log (topics and data, hex) as evidence writes it; empty where it is none that evidence is made of."""


def read_log_again(system: str, contract: str, piece: Evidence, facts: ReceiptFacts, told: Told) -> str:
    """Say in words which of the contract's logs the evidence rests on. `contract` is lower-case hex.

    Raises InvalidProof where the receipt is another transaction's, or has no such log.
    """
    if facts.transaction is not None and facts.transaction.hash != piece.tx_hash:
        raise InvalidProof("The stored receipt is that of another transaction than the evidence names.")
    stated = piece.facts.get("event", "")
    for log in facts.receipt.logs:
        if log.address == contract and stated and told(log.topics, log.data) == stated:
            return f"a log of {system}’s contract in it says {stated}"
    raise InvalidProof(f"The stored receipt holds no log of {system}’s contract that says {stated or 'this'}.")
