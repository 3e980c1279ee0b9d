"""LNURL-withdraw behind the seam: the WithdrawalSystem of one Lightning network."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from ashore.domain.errors import AshoreError
from ashore.domain.eta import Expectation
from ashore.domain.events import Event
from ashore.domain.evidence import Evidence
from ashore.domain.moves import Accepted, Outcome, Refused, SignedMove, Unknown
from ashore.domain.observations import Observation, OperatorReport
from ashore.domain.stages import Track
from ashore.domain.withdrawal import Withdrawal
from ashore.ethereum.errors import InvalidProof
from ashore.ethereum.proofs import Facts
from ashore.keys.errors import KeysError
from ashore.keys.reading import Reading
from ashore.lightning.backends import Receipt, ReceiptState
from ashore.lightning.errors import BackendError, BackendUnreachable
from ashore.systems.base import Action, Draft, Offer, Plan, Quote, Report, ReviewLine, Source
from ashore.systems.lnurl import client as answers
from ashore.systems.lnurl.client import LnurlClient
from ashore.systems.lnurl.codec import decode_invoice
from ashore.systems.lnurl.profile import LnurlProfile
from ashore.systems.lnurl.settlement.receipts import WATCHED_PAST_EXPIRY_MS, events_of
from ashore.systems.lnurl.system.checks import Used, judge
from ashore.systems.lnurl.system.offer import LnurlOffer, LnurlQuote
from ashore.systems.lnurl.system.opening import open_link
from ashore.systems.lnurl.system.plan import EXPIRES_AT, PAYMENT_HASH, Claim, make_invoice, plan_of
from ashore.systems.lnurl.system.receivers import PASTED, Receivers
from ashore.systems.lnurl.system.tracks import TRACKS
from ashore.systems.lnurl.system.waiting import Awaited

Unseal = Callable[[str], Awaitable[str]]
"""Gives the secret of a vault record back. Raises KeysError, such as Locked."""

LOOK_UPS = 40
"""Invoices that are asked about in one cycle: the rest have their turn in the next ones."""

LEAST_LEFT_MS = 30_000
"""An invoice that expires sooner is not handed over any more."""

_AGAIN = "Open the link again to start anew."
_UNPAID_FOR_GOOD = frozenset({ReceiptState.EXPIRED, ReceiptState.UNPAID})


class LnurlSystem:
    """One network of LNURL services. See `WithdrawalSystem` for what each method promises."""

    def __init__(
        self,
        profile: LnurlProfile,
        client: LnurlClient,
        receivers: Receivers,
        unseal: Unseal,
        now: Callable[[], int],
        new_id: Callable[[], str],
        used: Used,
    ) -> None:
        """`now` gives UTC milliseconds; `new_id` the references under which invoices are made."""
        self._profile = profile
        self._client = client
        self._receivers = receivers
        self._unseal = unseal
        self._now = now
        self._new_id = new_id
        self._used = used
        self._began = now()
        self._tried: dict[str, int] = {}
        self._refused: set[str] = set()
        self._turn = 0
        self._awaited = Awaited(receivers)

    @property
    def profile(self) -> str:
        """The network's id."""
        return self._profile.id

    @property
    def chains(self) -> Sequence[str]:
        """None: nothing of it is on L1."""
        return ()

    def watched(self) -> Mapping[str, Sequence[str]]:
        """No contracts."""
        return {}

    async def open(self, source: Source) -> Offer:
        """Ask the service once what the link offers, and the connected wallets what they can receive."""
        return await open_link(self._profile, self._client, self._receivers, source, self._now())

    async def quote(self, offer: Offer, draft: Draft) -> Quote:
        """Judge a draft against the offer, without the network."""
        assert isinstance(offer, LnurlOffer)
        return judge(self._profile, offer, draft, self._now() // 1000, self._used)

    async def prepare(self, action: Action, quote: Quote) -> Plan:
        """Let the wallet make the invoice, check it, and pack what is handed over. Raises NotReady, BackendError."""
        assert isinstance(quote, LnurlQuote)
        if action is not Action.REQUEST:
            raise AshoreError("This cannot be prepared here.", "Nothing was sent.")
        receiver = self._receivers.get(quote.receiver)
        now = self._now()
        text, invoice, warnings = await make_invoice(
            self._profile, quote, receiver, self._new_id(), now // 1000, self._used
        )
        return plan_of(self._profile, quote, text, invoice, warnings, now)

    def review(self, plan: Plan, reading: Reading) -> tuple[ReviewLine, ...]:  # noqa: ARG002 - the seam's
        """Nothing is signed, so there is nothing that a signer read."""
        raise AshoreError("This needs no signature.")

    def assemble(
        self,
        plan: Plan,  # noqa: ARG002 - the seam's
        reading: Reading,  # noqa: ARG002
        signed: Mapping[str, object],  # noqa: ARG002
        move_id: str,  # noqa: ARG002
    ) -> SignedMove:
        """Nothing is signed."""
        raise AshoreError("This needs no signature.")

    async def submit(self, move: SignedMove, first_send: bool) -> Outcome:
        """Hand the invoice over, once, and say what the answer means: never that money came."""
        try:
            claim = Claim.from_json(await self._unseal(move.payload), self._profile.reach)
        except KeysError as error:
            return Unknown(f"{error.sentence} The invoice has not been handed over.", True, left=False)
        if decode_invoice(claim.invoice).expires_at * 1000 - self._now() < LEAST_LEFT_MS:
            gone = Refused("expired", "The invoice expired before it was handed over. Nothing was withdrawn.", _AGAIN)
            return gone if first_send else Unknown("The invoice has expired.")
        self._tried[move.id] = self._now()
        answer = await self._client.claim(claim.callback, claim.k1, claim.invoice, claim.pin)
        match answer:
            case answers.Accepted():
                return Accepted("OK")
            case answers.Refused(reason):
                self._refused.add(move.id)
                said = f"The service said no: “{reason}”." if reason else "The service said no, without a reason."
                return Unknown(f"{said} If it pays anyway, you will see it here.")
            case answers.NeverSent(why, advice):
                return Unknown(f"{why} {advice}", True, left=False)
            case answers.UnknownOutcome(why, advice):
                return Unknown(f"{why} {advice}")

    async def locate(self, move: SignedMove) -> Outcome:
        """Ask the wallet that receives, the only one who can tell. The identical invoice may go again after a while."""
        try:
            claim = Claim.from_json(await self._unseal(move.payload), self._profile.reach)
            receipt = await self._ask(move.locator, claim.receiver)
        except (KeysError, BackendError) as error:
            return Unknown(error.sentence)
        now, expires = self._now(), decode_invoice(claim.invoice).expires_at * 1000
        if receipt.state is ReceiptState.SETTLED:
            return Accepted("It paid the invoice.")
        if now > expires + WATCHED_PAST_EXPIRY_MS and receipt.state in _UNPAID_FOR_GOOD:
            return Refused("expired", "The invoice expired unpaid, so nothing was withdrawn.", _AGAIN)
        due = now - self._tried.get(move.id, self._began) >= self._profile.retry_after_ms
        fresh = now < expires - LEAST_LEFT_MS and receipt.state is not ReceiptState.EXPIRED
        return Unknown("", resend_harmless=due and fresh and move.id not in self._refused)

    def tracks(self) -> Sequence[Track]:
        """The tracks of LNURL withdrawals."""
        return TRACKS

    def expectations(self) -> Mapping[str, Expectation]:
        """None: payments take seconds, or as long as a service pleases."""
        return {}

    def forget_pace(self) -> None:
        """There is none."""

    def read_again(self, piece: Evidence, facts: Facts) -> str:  # noqa: ARG002 - the seam's
        """Lightning leaves no proof. Raises InvalidProof."""
        raise InvalidProof("A Lightning payment leaves no proof to check.")

    async def stirred(self) -> None:
        """Wait until a wallet says by itself that something was paid."""
        await self._awaited.news()

    async def ask_operator(self, open_: Sequence[Withdrawal]) -> Report:
        """Ask the wallets about open invoices, so many at a time."""
        self._awaited.follow(open_)
        if not open_:
            return Report()
        first = self._turn % len(open_)
        due = [*open_[first:], *open_[:first]][:LOOK_UPS]
        self._turn += len(due)
        found: list[Observation] = []
        notes: set[str] = set()
        for state in due:
            try:
                receipt = await self._ask(state.terms.details[PAYMENT_HASH], state.terms.account)
            except BackendError as error:
                notes.add(error.sentence)
            else:
                found.append(OperatorReport(self.profile, state.id, {"receipt": receipt}))
        return Report(tuple(found), tuple(sorted(notes)))

    async def interpret(self, observation: Observation, open_: Sequence[Withdrawal]) -> Iterable[Event]:
        """Tell what a wallet's word means for the withdrawal it is about."""
        if not isinstance(observation, OperatorReport) or observation.profile != self.profile:
            return ()
        state = next((s for s in open_ if s.id == observation.subject), None)
        receipt = observation.facts.get("receipt")
        if state is None or not isinstance(receipt, Receipt):
            return ()
        receiver = self._receivers.get(state.terms.account)
        source = receiver.name if receiver else "your wallet"
        return events_of(state, receipt, source, int(state.terms.details[EXPIRES_AT]), self._now())

    async def _ask(self, payment_hash: str, receiver_id: str) -> Receipt:
        """What the wallet says about an invoice. Raises BackendError."""
        if receiver_id == PASTED:
            return Receipt(ReceiptState.UNKNOWN_HERE, payment_hash)
        receiver = self._receivers.get(receiver_id)
        if receiver is None:
            raise BackendUnreachable("The wallet that a withdrawal goes to is not connected.", "Unlock, or connect it.")
        return await receiver.backend.look_up(payment_hash, "")
