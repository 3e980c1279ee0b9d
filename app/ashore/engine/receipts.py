"""Receipts of this wallet's withdrawals, and the check of anybody's."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from ashore import __version__
from ashore.domain import receipt_file
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Evidence
from ashore.domain.receipt import (
    Receipt,
    ReceiptCode,
    ReceiptError,
    ReceiptMove,
    ReceiptStage,
    coded_words,
    receipt_words,
)
from ashore.domain.stage_marks import passed_by
from ashore.domain.withdrawal import LAST_STAGE, MARK_OF_LEVEL, Mark, Withdrawal
from ashore.engine.parts import Parts
from ashore.engine.receipt_blocks import ask_for_blocks
from ashore.engine.receipt_checks import check_receipt, known_otherwise
from ashore.engine.receipt_contracts import Contracts, contracts_named_by
from ashore.engine.receipt_signing import sign_by_vault, sign_elsewhere
from ashore.engine.receipt_terms import differing, told_by
from ashore.engine.receipt_views import ReceiptAnswers, ReceiptCheck
from ashore.engine.shown import Shown
from ashore.engine.views import Account, Voyage
from ashore.store.keep import unpacked

MADE_KEPT = 100
"""How many of the receipts that were made are known again when they are to be signed."""

MOST_PAID_AT_ONCE = 50

MOST_LOOKED_FOR = 8
"""How many names of a stranger's receipt are looked for, each in every row; its first is that of the request."""


class Receipts:
    """Makes receipts from the journal and checks any; knows of no other wallet."""

    def __init__(self, parts: Parts, accounts: Callable[[], tuple[Account, ...]]) -> None:
        """`accounts` are the wallet's, those that sign elsewhere among them."""
        self._parts = parts
        self._accounts = accounts
        self._shown = Shown(parts)
        self._made: deque[str] = deque(maxlen=MADE_KEPT)

    async def make(self, withdrawal: str) -> Receipt:
        """The receipt of a withdrawal as it stands now, unsigned. Raises AshoreError where there is none to make."""
        voyage = self._shown.voyage(withdrawal)
        if voyage is None:
            raise AshoreError("This withdrawal is not in the journal.")
        stages = tuple(_stages(voyage))
        packed = {piece.proof: self._parts.keep.packed_proof(piece.proof) for piece in _pieces(stages) if piece.proof}
        stored = {name: body for name, body in packed.items() if body is not None}
        state = voyage.withdrawal
        receipt = Receipt(
            made_at=self._parts.clock.now(),
            made_by=f"Ashore {__version__}",
            withdrawal=state.id,
            started_at=state.started_at,
            status=str(state.status),
            headline=voyage.headline,
            terms=told_by(state.terms),
            moves=tuple(_moves(state)),
            stages=stages,
            proofs=await asyncio.to_thread(_unpacked, stored),
            practice=self._parts.described.get(state.terms.profile, ""),
            last_stage=state.facts.get(LAST_STAGE, ""),
        )
        self._made.append(await asyncio.to_thread(receipt_file.digest, receipt))
        return receipt

    async def written(self, receipt: Receipt) -> bytes:
        """The file of a receipt. Raises ReceiptError where it would be too large to be read again."""
        return await asyncio.to_thread(_written, receipt)

    async def read(self, data: bytes) -> Receipt:
        """Read a file that anybody may have made. Raises ReceiptError."""
        return await asyncio.to_thread(receipt_file.read, data)

    def code(self, receipt: Receipt, digest: str) -> ReceiptCode:
        """What a code says of it. `digest` is that of its check."""
        paid = receipt.payout
        named = paid.tx_hash if paid is not None else ""
        return ReceiptCode(digest, receipt_words(receipt.terms), receipt.status, receipt.made_at, named)

    def named_by(self, code: ReceiptCode) -> str:
        """The id of this wallet's own withdrawal that a code is about, by its transaction; empty where there is none.

        Several can be paid by one transaction: then it is the one that the code's words tell of.
        """
        if not code.transaction:
            return ""
        rows = self._parts.journal.page(code.transaction, "all", None, MOST_PAID_AT_ONCE)
        told = ((row.id, self._parts.ledger.terms(row.id)) for row in rows)
        return next(
            (name for name, terms in told if terms is not None and coded_words(receipt_words(terms)) == code.words), ""
        )

    def signer(self, receipt: Receipt) -> tuple[Account | None, str]:
        """The account that can sign it in this wallet; None with a sentence why there is none.

        That of `Account.elsewhere` signs by what is pasted. Only what this wallet has just made is signed: a signature
        vouches for all of it.
        """
        if receipt.signature is not None:
            return None, "It is signed already."
        account = self._account(receipt)
        if account is None:
            return (
                None,
                "The account that withdrew is not in this wallet, or is no Ethereum account: nobody can sign it.",
            )
        if not self._parts.signer.unlocked:
            return None, f"Ashore is locked. Unlock it to sign with {account.label}."
        return account, ""

    async def sign(self, receipt: Receipt, pasted: str = "") -> Receipt:
        """The receipt with the signature of the account that withdrew; `pasted` where that one signs elsewhere.

        Raises AshoreError: it was not made by this wallet since it started, or no account of it can sign; KeysError.
        """
        account, why_none = self.signer(receipt)
        if account is None:
            raise AshoreError(why_none)
        if await asyncio.to_thread(receipt_file.digest, receipt) not in self._made:
            raise AshoreError(
                "Only a receipt that this wallet made itself can be signed. Nothing was signed.",
                "Make it anew from the withdrawal’s own page.",
            )
        signer = self._parts.signer
        if account.elsewhere:
            return await sign_elsewhere(signer, receipt, account, pasted)
        return await sign_by_vault(signer, receipt, account)

    async def ask(self, check: ReceiptCheck) -> ReceiptAnswers:
        """Ask this wallet's own endpoints for the blocks of a receipt that was checked. What fails is an answer."""
        contracts, _ = self._contracts(check.receipt)
        return await ask_for_blocks(check, contracts, self._parts.quorums.values())

    async def check(self, receipt: Receipt) -> ReceiptCheck:
        """Check a receipt on this computer alone. What does not hold is an answer, and nothing is raised for it."""
        contracts, why_none = self._contracts(receipt)
        found = await asyncio.to_thread(check_receipt, receipt, contracts, why_none)
        own = self._own(receipt)
        if own is None:
            return found
        return known_otherwise(replace(found, own_withdrawal=own.id), self._differs(own, found))

    def _differs(self, own: Withdrawal, found: ReceiptCheck) -> str:
        """Where this wallet's own journal knows it otherwise: its terms, its end, or how far that came."""
        differs = differing(own.terms, found.receipt.terms)
        if differs:
            return f"This wallet has this withdrawal itself, to other terms than the receipt says: {differs}."
        if own.facts.get(LAST_STAGE, "") != found.receipt.last_stage:
            return "This wallet has this withdrawal itself, and there another step ends it."
        voyage = self._shown.voyage(own.id)
        here = {row.stage.id: _rank(row.mark) for row in voyage.rows} if voyage is not None else {}
        ends = [stage for stage in found.stages if stage.ends]
        if any(_rank(stage.said) > here.get(stage.stage.id, 0) for stage in ends):
            return "This wallet has this withdrawal itself, and its own journal does not have it as far as the receipt."
        return ""

    def _contracts(self, receipt: Receipt) -> tuple[Contracts | None, str]:
        profile = receipt.terms.profile
        own, described = self._parts.contracts.get(profile), self._parts.described.get(profile, "")
        if own is not None and not described and not receipt.practice:
            return own, ""
        try:
            named = contracts_named_by(receipt)
        except ReceiptError as error:
            return None, error.sentence
        return own if own is not None and described == receipt.practice else named, ""

    def _account(self, receipt: Receipt) -> Account | None:
        named = receipt.terms.account.lower()
        return next((account for account in self._accounts() if account.address.lower() == named), None)

    def _own(self, receipt: Receipt) -> Withdrawal | None:
        """This wallet's withdrawal with a move of the same public name."""
        names = list(dict.fromkeys(move.name for move in receipt.moves if move.name))
        made_here = self._parts.journal.load(receipt.withdrawal)
        if made_here is not None and any(move.locator in names for move in made_here.moves.values()):
            return made_here
        found = (self._parts.journal.with_locator(name) for name in names[:MOST_LOOKED_FOR])
        return next((state for state in found if state is not None), None)


def _rank(mark: Mark | None) -> int:
    """How far a mark says that something came; 0 for one that says nothing of the kind."""
    return next((int(level) for level, each in MARK_OF_LEVEL.items() if each is mark), 0)


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


def _written(receipt: Receipt) -> bytes:
    """Its file. What could not be read again is not handed out."""
    content = receipt_file.write(receipt).encode("ascii")
    if len(content) > receipt_file.MAX_BYTES:
        raise ReceiptError("The proofs of this withdrawal are too large for one receipt.", "Nothing was written.")
    if receipt_file.read(content) != receipt:
        raise ReceiptError("This withdrawal cannot be put into a receipt.", "Nothing was written.")
    return content


def _unpacked(stored: Mapping[str, bytes]) -> dict[str, str]:
    return {name: unpacked(body) for name, body in stored.items()}
