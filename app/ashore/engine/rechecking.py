"""Checking a stored proof once more: from its bytes alone, without asking anybody."""

import asyncio
from collections.abc import Callable

from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Evidence
from ashore.engine.views import ProofCheck
from ashore.ethereum.errors import InvalidProof
from ashore.ethereum.proofs import Facts, ReceiptFacts, check, content_id
from ashore.store.database import StoreError
from ashore.store.keep import Keep

ReadAgain = Callable[[Evidence, Facts], str]


async def check_again(keep: Keep, piece: Evidence, read: ReadAgain, now: Callable[[], int]) -> ProofCheck:
    """Check the stored proof of `piece` in a worker thread. `read` tells what its contents say; `now` UTC milliseconds.

    What does not hold is an answer, and nothing is raised for it.
    """
    try:
        text = keep.proof(piece.proof)
    except StoreError as error:
        return ProofCheck(None, _following(error), now())
    if text is None:
        return ProofCheck(None, "the proof is not stored on this computer.", now())
    try:
        return ProofCheck(True, await asyncio.to_thread(recheck, text, piece, read), now())
    except AshoreError as error:
        return ProofCheck(False, _following(error), now())


def _following(error: AshoreError) -> str:
    """Its sentence, as it goes on after another."""
    return error.sentence[:1].lower() + error.sentence[1:]


def recheck(text: str, piece: Evidence, read: ReadAgain) -> str:
    """Verify a proof document and hold it against `piece`; return what was checked. Raises InvalidProof."""
    if content_id(text) != piece.proof:
        raise InvalidProof("What is stored is not the proof that was kept; it was changed on this computer.")
    return held_against(piece, check(text), read)


def held_against(piece: Evidence, facts: Facts, read: ReadAgain) -> str:
    """Hold what a proof shows against `piece`; return what was checked. Raises InvalidProof."""
    if (facts.block.hash, facts.block.number) != (piece.block_hash, piece.block_number):
        raise InvalidProof("The stored header is not that of the block which the evidence names.")
    if facts.block.timestamp * 1000 != piece.block_time:
        raise InvalidProof("The stored header has another time than the evidence names.")
    said = read(piece, facts)
    under = (
        "the receipt stands under its receipts root"
        if isinstance(facts, ReceiptFacts)
        else "the slot stands under its state root"
    )
    return f"the stored header hashes to block {piece.block_number:,} of {piece.chain}, {under}, and {said}."
