"""Asking a wallet's own endpoints for the blocks that a receipt's proofs stand in: no proof can tell that they are."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ashore.domain.errors import AshoreError
from ashore.domain.untrusted import plain
from ashore.engine.receipt_contracts import PRACTICE, Contracts
from ashore.engine.receipt_views import BlockAnswer, BlockStanding, ReceiptAnswers, ReceiptCheck, Verdict
from ashore.ethereum.quorum import Quorum

MOST_BLOCKS = 60
"""How many blocks of one receipt are asked for; a voyage has fewer than a dozen."""

OTHER_PRACTICE = "The practice network of another computer has other blocks."
NOT_REACHED = "The chain has not reached that block by this wallet’s endpoints."
AT_ONCE = 4
_NAME = 60


@dataclass(frozen=True, slots=True)
class _Block:
    chain: str
    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class _End:
    """How far a chain reaches by its endpoints, None where they do not tell, and how far it is final."""

    head: int | None
    final: int


_NO_END = _End(None, -1)


async def ask_for_blocks(check: ReceiptCheck, contracts: Contracts | None, quorums: Iterable[Quorum]) -> ReceiptAnswers:
    """Ask for every block that a proof which holds stands in. Nothing is raised for what nobody answers.

    A chain is asked for only where an endpoint's chain has its number (EIP-155) and its first block, and a practice
    network only where it is this wallet's own: all of them begin with the same block.
    """
    known = {(quorum.spec.evm_chain_id, quorum.spec.genesis_hash): quorum for quorum in quorums}
    blocks = list(dict.fromkeys(_blocks(check)))
    practice = check.receipt.terms.network == PRACTICE
    asked = contracts is not None and (contracts.own or not practice)
    places = contracts.chains.items() if contracts is not None and asked else ()
    by_chain = {name: known.get(place) for name, place in places}
    ends = await _ends({block.chain: by_chain.get(block.chain) for block in blocks})
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(place: int, block: _Block) -> BlockAnswer:
        quorum = by_chain.get(block.chain)
        if quorum is None:
            return _answer(block, BlockStanding.UNKNOWN, told="This wallet has no endpoints of that chain.")
        if place >= MOST_BLOCKS:
            return _answer(
                block, BlockStanding.UNKNOWN, told="It was not asked for: the receipt names too many blocks."
            )
        async with turn:
            return await _asked(quorum, block, ends.get(block.chain, _NO_END))

    answers = tuple(await asyncio.gather(*(one(place, block) for place, block in enumerate(blocks))))
    verdict, headline = _verdict(answers), _headline(answers)
    elsewhere = verdict is Verdict.FAILS or _not_reached(answers)
    if elsewhere and practice and not check.own_withdrawal:
        headline = f"{headline} {OTHER_PRACTICE}"
    return ReceiptAnswers(answers, verdict, headline)


def _blocks(check: ReceiptCheck) -> Iterable[_Block]:
    for stage in check.stages:
        for piece in stage.pieces:
            if piece.holds:
                yield _Block(piece.piece.chain, piece.piece.block_number, piece.piece.block_hash)


async def _ends(quorums: Mapping[str, Quorum | None]) -> dict[str, _End]:
    """How far each chain reaches, and is final; without those that nobody tells."""
    asked = {name: quorum for name, quorum in quorums.items() if quorum is not None}
    told = await asyncio.gather(*(_end(quorum) for quorum in asked.values()))
    return dict(zip(asked, told, strict=True))


async def _end(quorum: Quorum) -> _End:
    try:
        tips = await quorum.tips()
    except AshoreError:
        return _NO_END
    head, final = tips.head.header, tips.finalized.header
    return _End(None if head is None else head.number, -1 if final is None else final.number)


async def _asked(quorum: Quorum, block: _Block, end: _End) -> BlockAnswer:
    try:
        agreement = await quorum.header_at(block.number)
        header = agreement.required()
    except AshoreError as error:
        if end.head is not None and block.number > end.head:
            return _answer(block, BlockStanding.UNKNOWN, asked=len(quorum.endpoints), told=NOT_REACHED)
        told = f"Not enough endpoints of {_chain(block)} told of it. {plain(error.advice).replace('.;', ';')}".strip()
        return _answer(block, BlockStanding.UNKNOWN, asked=len(quorum.endpoints), told=told)
    voices = f"{len(agreement.agreeing)} of {agreement.asked} endpoints"
    counted = {"agreeing": len(agreement.agreeing), "asked": agreement.asked}
    if header.hash != block.hash:
        return _answer(block, BlockStanding.ANOTHER, told=f"{voices} have another block in its place.", **counted)
    if block.number <= end.final:
        return _answer(block, BlockStanding.FINAL, told=f"{voices} have it, and it is final.", **counted)
    return _answer(block, BlockStanding.AGREED, told=f"{voices} have it; it is not final yet.", **counted)


def _answer(block: _Block, standing: BlockStanding, *, told: str, agreeing: int = 0, asked: int = 0) -> BlockAnswer:
    sentence = f"Block {block.number:,} of {_chain(block)}: {told[:1].lower()}{told[1:]}"
    beyond = told == NOT_REACHED
    return BlockAnswer(block.chain, block.number, block.hash, standing, agreeing, asked, sentence, beyond)


def _chain(block: _Block) -> str:
    return plain(block.chain, _NAME)


def _count(answers: Sequence[BlockAnswer], standing: BlockStanding) -> int:
    return sum(answer.standing is standing for answer in answers)


def _not_reached(answers: Sequence[BlockAnswer]) -> int:
    """How many of the blocks lie beyond the end of their chain, as the endpoints have it."""
    return sum(answer.beyond for answer in answers)


def _verdict(answers: Sequence[BlockAnswer]) -> Verdict:
    if _count(answers, BlockStanding.ANOTHER):
        return Verdict.FAILS
    return Verdict.SAID if not answers or _count(answers, BlockStanding.UNKNOWN) else Verdict.HOLDS


def _headline(answers: Sequence[BlockAnswer]) -> str:
    if not answers:
        return "No proof in it holds, so there is no block to ask for."
    total, other = len(answers), _count(answers, BlockStanding.ANOTHER)
    if other:
        return (
            f"{other} of {total} blocks {'is' if other == 1 else 'are'} not in the chain. Do not rely on this receipt."
        )
    final, unknown = _count(answers, BlockStanding.FINAL), _count(answers, BlockStanding.UNKNOWN)
    if unknown and unknown == _not_reached(answers):
        far = f"The chain has not reached {unknown} of {total} blocks by this wallet’s endpoints"
        return f"{far}; {_shown(total - unknown)}."
    if unknown:
        return f"{unknown} of {total} blocks could not be asked for; {_shown(total - unknown)}."
    what = "Its block is" if total == 1 else f"All {total} blocks are"
    if final == total:
        return f"{what} in the chain by this wallet’s own endpoints, and final."
    late = f"{total - final} of them are" if total - final > 1 else "one of them is" if total > 1 else "it is"
    return f"{what} in the chain by this wallet’s own endpoints; {late} not final yet."


def _shown(number: int) -> str:
    return "none is shown" if not number else f"{number} {'is' if number == 1 else 'are'} in the chain"
