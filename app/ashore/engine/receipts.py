"""Receipts of this wallet's withdrawals, and the check of anybody's."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace

from ashore import __version__
from ashore.domain import receipt_file
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Evidence
from ashore.domain.receipt import Receipt, ReceiptError, ReceiptMove, ReceiptStage
from ashore.domain.stage_marks import passed_by
from ashore.domain.withdrawal import Withdrawal
from ashore.engine.parts import Parts
from ashore.engine.receipt_checks import check_receipt
from ashore.engine.receipt_contracts import Contracts, contracts_named_by
from ashore.engine.receipt_views import ReceiptCheck
from ashore.engine.shown import Shown
from ashore.engine.views import Voyage
from ashore.store.keep import unpacked


class Receipts:
    """Makes receipts from the journal and checks any; knows of no other wallet."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._shown = Shown(parts)

    async def make(self, withdrawal: str) -> Receipt:
        """The receipt of a withdrawal as it stands now, unsigned. Raises AshoreError where there is none to make."""
        voyage = self._shown.voyage(withdrawal)
        if voyage is None:
            raise AshoreError("This withdrawal is not in the journal.")
        stages = tuple(_stages(voyage))
        packed = {piece.proof: self._parts.keep.packed_proof(piece.proof) for piece in _pieces(stages) if piece.proof}
        stored = {name: body for name, body in packed.items() if body is not None}
        state = voyage.withdrawal
        return Receipt(
            made_at=self._parts.clock.now(),
            made_by=f"Ashore {__version__}",
            withdrawal=state.id,
            started_at=state.started_at,
            status=str(state.status),
            headline=voyage.headline,
            terms=state.terms,
            moves=tuple(_moves(state)),
            stages=stages,
            proofs=await asyncio.to_thread(_unpacked, stored),
            practice=self._parts.described.get(state.terms.profile, ""),
        )

    async def written(self, receipt: Receipt) -> bytes:
        """The file of a receipt. Raises ReceiptError where it would be too large to be read again."""
        text = (await asyncio.to_thread(receipt_file.write, receipt)).encode("ascii")
        if len(text) > receipt_file.MAX_BYTES:
            raise ReceiptError("The proofs of this withdrawal are too large for one receipt.")
        return text

    async def read(self, data: bytes) -> Receipt:
        """Read a file that anybody may have made. Raises ReceiptError."""
        return await asyncio.to_thread(receipt_file.read, data)

    async def check(self, receipt: Receipt) -> ReceiptCheck:
        """Check a receipt on this computer alone. What does not hold is an answer, and nothing is raised for it."""
        contracts, why_none = self._contracts(receipt)
        found = await asyncio.to_thread(check_receipt, receipt, contracts, why_none)
        own = self._own(receipt)
        if own is None:
            return found
        same = own.terms == receipt.terms
        differs = "" if same else "This wallet has this withdrawal itself, to other terms than the receipt says."
        return replace(found, own_withdrawal=own.id, own_differs=differs)

    def _contracts(self, receipt: Receipt) -> tuple[Contracts | None, str]:
        profile = receipt.terms.profile
        if profile in self._parts.systems and self._parts.described.get(profile, "") == receipt.practice:
            specs = {name: self._parts.quorums[name].spec for name in self._parts.systems[profile].chains}
            chains = {name: (spec.evm_chain_id, spec.genesis_hash) for name, spec in specs.items()}
            return Contracts(chains, self._parts.systems[profile].read_again, own=True), ""
        try:
            return contracts_named_by(receipt), ""
        except ReceiptError as error:
            return None, error.sentence

    def _own(self, receipt: Receipt) -> Withdrawal | None:
        """This wallet's withdrawal with a move of the same public name."""
        found = (self._parts.journal.with_locator(move.name) for move in receipt.moves if move.name)
        return next((state for state in found if state is not None), None)


def _pieces(stages: Iterable[ReceiptStage]) -> Iterable[Evidence]:
    return (piece for stage in stages for piece in stage.evidence)


def _stages(voyage: Voyage) -> Iterable[ReceiptStage]:
    for row in voyage.rows:
        known = any(stage.id == row.stage.id for stage in voyage.track.stages)
        witness = passed_by(voyage.withdrawal, row.stage.id, voyage.track) if known else None
        evidence = row.view.evidence or ((witness,) if witness is not None else ())
        yield ReceiptStage(row.stage.id, row.stage.title, str(row.mark), row.said_by, row.sentence, evidence)


def _moves(state: Withdrawal) -> Iterable[ReceiptMove]:
    for move in state.moves.values():
        yield ReceiptMove(str(move.kind), str(move.state), move.locator, move.nonce)


def _unpacked(stored: Mapping[str, bytes]) -> dict[str, str]:
    return {name: unpacked(body) for name, body in stored.items()}
