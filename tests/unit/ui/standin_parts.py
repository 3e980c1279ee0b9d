"""Parts of a wallet for tests of the window: practice clock, money in contracts, accounts of other wallets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ashore.domain import receipt_file
from ashore.domain.errors import AshoreError
from ashore.domain.receipt import (
    Receipt,
    ReceiptCode,
    ReceiptMove,
    ReceiptSignature,
    ReceiptStage,
    receipt_words,
)
from ashore.domain.stages import Track
from ashore.domain.withdrawal import Withdrawal
from ashore.engine.ether import Ether
from ashore.engine.receipt_checks import check_receipt
from ashore.engine.receipt_views import ReceiptAnswers, ReceiptCheck, Verdict
from ashore.engine.views import CLOCK_KEY, RELAYER_KEY, RESTS, Account, Voyage
from ashore.systems.base import Offer, Plan, Problem, SigningRequest, Unclaimed
from ashore.systems.claiming.claims import ClaimOffer
from ashore.systems.claiming.replacing import ReplacementOffer
from ashore.systems.lnurl.system.tracks import TRACKS as LIGHTNING_TRACKS
from ashore.systems.reddio.system.tracks import TRACKS as REDDIO_TRACKS
from ashore.systems.zklink.codec.texts import KEY_DERIVATION_TEXT
from ashore.systems.zklink.system.tracks import TRACKS

NOW = 1_767_276_131_000
ADDRESS = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"
KEY_HASH = "0x1a2b3c4d5e6f70819293a4b5c6d7e8f901234567"


class StandInSandbox:
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.rests = False
        self.refusal: AshoreError | None = None

    async def step(self, what: str = "stage") -> str:
        self.asked.append(what)
        return {"stage": "Batch 3 was committed on Harbour.", "block": "Block 12 on Harbour made."}[what]

    async def set_clock(self, mode: str) -> None:
        self.asked.append(mode)

    async def relayer_rests(self) -> bool:
        return self.rests

    async def rest_relayer(self, rests: bool) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.rests = rests

    async def run_as_chosen(self, setting: Callable[[str, str], str]) -> None:
        await self.set_clock(setting(CLOCK_KEY, "demo"))
        self.rests = setting(RELAYER_KEY, "") == RESTS


class StandInReceipts:
    """Makes, reads and checks receipts as the wallet does, but that no contract of any network is known here."""

    def __init__(self, voyage: Callable[[str], Voyage | None]) -> None:
        self._voyage = voyage
        self.own = ""
        self.differs = ""
        self.named = ""
        self.found: Callable[[ReceiptCheck], ReceiptCheck] = lambda check: check
        self.account: Account | None = None
        self.asked = 0
        self.answers = ReceiptAnswers((), Verdict.SAID, "Nobody could be asked.")
        self.signing: AshoreError | None = None

    async def make(self, withdrawal: str) -> Receipt:
        await asyncio.sleep(0)
        voyage = self._voyage(withdrawal)
        if voyage is None:
            raise AshoreError("This withdrawal is not in the journal.")
        stages = tuple(
            ReceiptStage(row.stage.id, row.stage.title, str(row.mark), row.said_by, row.sentence, row.view.evidence)
            for row in voyage.rows
        )
        state, self.own = voyage.withdrawal, withdrawal
        moves = tuple(ReceiptMove(str(move.kind), str(move.state), move.locator) for move in state.moves.values())
        told = (withdrawal, state.started_at, str(state.status), voyage.headline, state.terms, moves, stages)
        return Receipt(NOW, "Ashore 0", *told)

    async def written(self, receipt: Receipt) -> bytes:
        return receipt_file.write(receipt).encode("ascii")

    async def read(self, data: bytes) -> Receipt:
        await asyncio.sleep(0)
        return receipt_file.read(data)

    async def check(self, receipt: Receipt) -> ReceiptCheck:
        found = check_receipt(receipt, None, "No contract is known here.")
        own = self.own if receipt.withdrawal == self.own else ""
        return self.found(replace(found, own_withdrawal=own, own_differs=self.differs))

    async def ask(self, check: ReceiptCheck) -> ReceiptAnswers:
        await asyncio.sleep(0)
        self.asked += 1
        return self.answers

    def signer(self, receipt: Receipt) -> tuple[Account | None, str]:
        account = self.account if receipt.signature is None else None
        return account, "" if account is not None else "No account of this wallet can sign it."

    async def sign(self, receipt: Receipt, pasted: str = "") -> Receipt:
        await asyncio.sleep(0)
        if self.signing is not None:
            raise self.signing
        return replace(receipt, signature=ReceiptSignature(ADDRESS, pasted or "0x" + "1b" * 65))

    def code(self, receipt: Receipt, digest: str) -> ReceiptCode:
        return ReceiptCode(digest, receipt_words(receipt.terms), receipt.status, receipt.made_at)

    def named_by(self, code: ReceiptCode) -> str:
        return self.named


class StandInEther:
    """Tells of the first account what it is told to."""

    def __init__(self) -> None:
        self.told: tuple[Ether, ...] = ()

    async def of(self, address: str) -> Sequence[Ether]:
        await asyncio.sleep(0)
        return self.told if address == ADDRESS else ()


class StandInUnclaimed:
    """Money that waits in contracts, as a test has it."""

    def __init__(self) -> None:
        self.found: tuple[Unclaimed, ...] = ()
        self.trouble: AshoreError | None = None
        self.looked_at = NOW - 60_000
        self.passed_over = 0
        self.left_out: tuple[str, ...] = ()
        self.stirred = 0
        self.claim: ClaimOffer | AshoreError = AshoreError("Nobody was asked.")
        self.replacement: ReplacementOffer | AshoreError = AshoreError("Nobody was asked.")
        self.claimed_by = ""

    def stir(self) -> None:
        self.stirred += 1

    async def open_claim(self, owed: Unclaimed) -> Offer:
        if isinstance(self.claim, AshoreError):
            raise self.claim
        return replace(self.claim, owed=owed)

    async def gas_of(self, owed: Sequence[Unclaimed]) -> Mapping[str, tuple[int, int]]:
        return {"ETH": (8 * 10**14 * len(owed), 10**15 * len(owed))}

    async def open_replacement(self, withdrawal: str, *, cancel: bool) -> Offer:
        if isinstance(self.replacement, AshoreError):
            raise self.replacement
        return replace(self.replacement, cancel=cancel)

    def claim_of(self, owed: Unclaimed) -> str:
        return self.claimed_by if owed in self.found else ""


class StandInElsewhere:
    """Accounts of other wallets: takes any signature that has the form of one, or refuses as a test says."""

    key_text = KEY_DERIVATION_TEXT

    def __init__(self) -> None:
        self.listed: tuple[Account, ...] = ()
        self.refusal: AshoreError | None = None

    def address_problem(self, text: str) -> Problem | None:
        known = text.strip().lower() == ADDRESS
        return Problem("This is Account 1: Ashore holds its key.") if known or not text.strip() else None

    def label_problem(self, text: str) -> Problem | None:
        return Problem("A name has at most 40 characters.") if len(text) > 40 else None

    async def add(self, address: str, label: str, key_signature: str) -> Account:
        await asyncio.sleep(0)
        if self.refusal is not None:
            raise self.refusal
        made = Account(-1 - len(self.listed), address, label or "Other wallet", KEY_HASH, elsewhere=True)
        self.listed = (*self.listed, made)
        return made

    async def remove(self, account: Account) -> None:
        await asyncio.sleep(0)
        if self.refusal is not None:
            raise self.refusal
        self.listed = tuple(each for each in self.listed if each != account)


class StandInRegistering:
    """Registrations: what a test says that one costs, or why nobody can say."""

    def __init__(self) -> None:
        self.offer: Offer | AshoreError = AshoreError("Nobody was asked.")
        self.asked: list[tuple[str, int, str]] = []

    async def open(self, profile: str, account_index: int, key_name: str) -> Offer:
        await asyncio.sleep(0)
        self.asked.append((profile, account_index, key_name))
        if isinstance(self.offer, AshoreError):
            raise self.offer
        return self.offer


class StandInStarkAccounts:
    """Keys on Reddio: none until two signatures were given, which are not looked at."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self.given: list[tuple[str, str]] = []
        self.refusal: AshoreError | None = None

    async def of(self, account: Account, profile: str) -> tuple[tuple[str, str], ...]:
        await asyncio.sleep(0)
        key = self.known.get(account.address) if account.elsewhere else "0x" + "7" * 63
        return () if key is None else (("11155111:reddio:standard", key),)

    def request_text(self, profile: str) -> str:
        return '{"primaryType": "reddio"}'

    async def keep(self, account: Account, profile: str, signatures: tuple[str, str]) -> str:
        await asyncio.sleep(0)
        if self.refusal is not None:
            raise self.refusal
        self.given.append(signatures)
        self.known[account.address] = "0x" + "5" * 63
        return self.known[account.address]


def track_of(state: Withdrawal) -> Track:
    """The track that a withdrawal is on."""
    return next(track for track in (*TRACKS, *REDDIO_TRACKS, *LIGHTNING_TRACKS) if str(track.ref) == state.terms.track)


def preimage_of(plan: Plan) -> Mapping[str, object]:
    """What the signer reads."""
    assert isinstance(plan.request, SigningRequest)
    return plan.request.preimage
