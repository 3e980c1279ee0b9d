"""LNURL-withdraw behind the seam: the WithdrawalSystem of one Lightning network."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ashore.domain.errors import AshoreError
from ashore.domain.eta import Expectation
from ashore.domain.events import Event, Terms
from ashore.domain.evidence import Evidence
from ashore.domain.moves import Accepted, NeverLeft, Outcome, SignedMove, Unknown
from ashore.domain.observations import ChainHealth, Observation, OperatorReport
from ashore.domain.stages import Track
from ashore.domain.untrusted import quoted_at_end
from ashore.domain.withdrawal import SAID_BY, Withdrawal
from ashore.ethereum.errors import InvalidProof
from ashore.ethereum.proofs import Facts
from ashore.keys.errors import RecordMissing
from ashore.keys.reading import Reading
from ashore.lightning.backends import Receipt, ReceiptState
from ashore.lightning.errors import BackendError, BackendMisbehaves, BackendUnreachable
from ashore.systems.base import Action, Adoption, Draft, Offer, Plan, Quote, Report, ReviewLine, Source, signed_move
from ashore.systems.lnurl import client as answers
from ashore.systems.lnurl.client import LnurlClient
from ashore.systems.lnurl.client.masking import WITHHELD
from ashore.systems.lnurl.codec import decode_invoice
from ashore.systems.lnurl.profile import LnurlProfile
from ashore.systems.lnurl.settlement.lifetimes import Lifetimes
from ashore.systems.lnurl.settlement.receipts import ANYWAY, ANYWAY_UNSEEN, LET_GO, NEVER_HANDED_OVER, events_of
from ashore.systems.lnurl.system.afterwards import Afterwards, Places
from ashore.systems.lnurl.system.checks import Used, judge
from ashore.systems.lnurl.system.offer import LnurlOffer, LnurlQuote
from ashore.systems.lnurl.system.opening import Keep, keep_nothing, open_link
from ashore.systems.lnurl.system.plan import (
    EXPIRES_AT,
    LEAST_LEFT_MS,
    PAYMENT_HASH,
    Claim,
    NoteUnreadable,
    claim_scope,
    make_invoice,
    opened_link,
    plan_of,
)
from ashore.systems.lnurl.system.receivers import PASTED, Receivers
from ashore.systems.lnurl.system.tracks import TRACKS
from ashore.systems.lnurl.system.waiting import Awaited

Unseal = Callable[[str], Awaitable[str]]
"""Gives the secret of a vault record back. Raises KeysError, such as Locked."""

LOOK_UPS = 40
"""Invoices that are asked about in one cycle: the rest have their turn in the next ones."""

SAME_LINK = (
    "From this very link {amount} are already being withdrawn. If it is one and the same voucher, do not go on: wait "
    "until that withdrawal has ended, which you see under Activity. The service may pay only one of the two."
)

TRIES = 6
"""Hand-overs of which nothing left, until it is told that nothing was sent: with the carrier's waits a few minutes."""


class LnurlSystem:
    """One network of LNURL services. See `WithdrawalSystem` for what each method promises."""

    def __init__(
        self,
        profile: LnurlProfile,
        client: LnurlClient,
        receivers: Receivers,
        unseal: Unseal,
        now: Callable[[], int],
        monotonic: Callable[[], float],
        new_id: Callable[[], str],
        used: Used,
        open_claims: Callable[[], Sequence[Withdrawal]],
        places: Places,
        keep: Keep = keep_nothing,
    ) -> None:
        """`now` gives UTC milliseconds, `monotonic` seconds that only pass.

        `new_id` gives the references under which invoices are made.
        `open_claims` are the withdrawals that have not ended; `keep` is given what is opened.
        """
        self._profile = profile
        self._client = client
        self._receivers = receivers
        self._unseal = unseal
        self._now = now
        self._new_id = new_id
        self._used = used
        self._open_claims = open_claims
        self._keep = keep
        self._began = now()
        self._tried: dict[str, int] = {}
        self._never_left: set[str] = set()
        self._followed: dict[str, _Followed] = {}
        self._lifetimes = Lifetimes(now, monotonic)
        self._turn = 0
        self._awaited = Awaited(receivers)
        self._afterwards = Afterwards(receivers, places, lambda state: state.terms.details[PAYMENT_HASH])

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
        return await open_link(self._profile, self._client, self._receivers, source, self._now(), self._keep)

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
        assert isinstance(quote.offer, LnurlOffer)
        twice = await self._same_link(quote.offer)
        return plan_of(self._profile, quote, text, invoice, (*twice, *warnings), now)

    async def _same_link(self, offer: LnurlOffer) -> tuple[str, ...]:
        """What speaks against a second claim from one link. A service that gives a new k1 each time hides that it is.

        It warns and forbids nothing: the same link may be good for several withdrawals. What was opened is only in the
        vault's notes, so the journal tells nobody.
        """
        link, scope = opened_link(offer), claim_scope(offer)
        for state in self._open_claims():
            request = state.request
            mine = state.terms.profile == self.profile and state.terms.details.get(SAID_BY) == offer.host
            if not mine or not link or request is None or request.scope == scope:
                continue
            try:
                earlier = await self._claim(signed_move(request))
            except AshoreError:
                continue
            if earlier.link == link:
                return (SAME_LINK.format(amount=state.terms.details["amount.text"]),)
        return ()

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
        outcome = await self._hand_over(move)
        if isinstance(outcome, NeverLeft) and first_send:
            self._never_left.add(move.id)
        return outcome

    async def _hand_over(self, move: SignedMove) -> Outcome:
        self._never_left.discard(move.id)
        try:
            claim = await self._claim(move)
            left_ms = decode_invoice(claim.invoice).expires_at * 1000 - self._now()
        except (RecordMissing, NoteUnreadable) as error:
            return NeverLeft(error.sentence, LET_GO, tries=1)
        except AshoreError as error:
            return NeverLeft(f"{error.sentence} The invoice has not been handed over.")  # such as locked: that passes
        if left_ms < LEAST_LEFT_MS:
            return NeverLeft(NEVER_HANDED_OVER, LET_GO, tries=1)
        self._tried[move.id] = self._now()
        try:
            answer = await self._client.claim(claim.callback, claim.k1, claim.invoice, claim.pin)
        finally:
            self._tried[move.id] = self._now()
        if isinstance(answer, answers.Refused):
            self._tried[move.id] = 0  # what was answered is not under way any more: a person may try again at once
        return _meaning(answer, ANYWAY_UNSEEN if claim.receiver == PASTED else ANYWAY)

    async def locate(self, move: SignedMove) -> Outcome:
        """Ask the wallet that receives, the only one who can tell. The identical invoice may go again after a while.

        That an invoice expired unpaid is told by `interpret`, which needs no open vault.
        """
        try:
            followed = self._followed.get(move.locator) or _Followed.of(await self._claim(move))
            receipt = await self._ask(move.locator, followed.receiver)
        except BackendError as error:
            return Unknown(error.sentence)
        except AshoreError:
            return Unknown("")
        if receipt.state is ReceiptState.SETTLED:
            receiver = self._receivers.get(followed.receiver)
            return Accepted("The invoice was paid.", seen_by=receiver.name if receiver else "your wallet")
        now = self._now()
        due = now - self._tried.get(move.id, self._began) >= self._profile.retry_after_ms
        fresh = now < followed.expires_at_ms - LEAST_LEFT_MS and receipt.state is not ReceiptState.EXPIRED
        return Unknown("", resend_harmless=due and fresh and await self._can_be_handed_over(move))

    async def adopt(self, reference: str) -> Adoption:  # noqa: ARG002 - nobody could be asked about it
        """Refuse: a voucher's service tells nobody what became of it."""
        raise AshoreError(
            "A withdrawal over Lightning cannot be followed from here.", "Look in the wallet that made it."
        )

    def tracks(self) -> Sequence[Track]:
        """The tracks of LNURL withdrawals."""
        return TRACKS

    def expectations(self, destination: str) -> Mapping[str, Expectation]:  # noqa: ARG002 - it is no chain
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

    async def ask_operator(self, open_: Sequence[Withdrawal], stopped: Sequence[Withdrawal]) -> Report:
        """Ask the wallets about open invoices, so many at a time; one that does not answer is let be for this turn.

        Of what ended unpaid, now and then they are asked whether it was paid after all.
        """
        # The listing first: what is paid after an invoice was asked about, and so ended, is in the next listing.
        late = await self._afterwards.look(stopped, self._now())
        told = await self._ask_about(open_)
        return replace(told, after_all=tuple(self._report(each.withdrawal, each.receipt) for each in late))

    async def _ask_about(self, open_: Sequence[Withdrawal]) -> Report:
        for state in open_:
            self._followed[state.terms.details[PAYMENT_HASH]] = _Followed.of_terms(state.terms)
            self._lifetimes.watch(state.terms.details[PAYMENT_HASH])
        self._awaited.follow(open_)
        if not open_:
            return Report()
        first = self._turn % len(open_)
        due = [*open_[first:], *open_[:first]][:LOOK_UPS]
        self._turn += len(due)
        found: list[Observation] = []
        away: dict[str, str] = {}
        for state in due:
            receipt = await self._receipt(state, away)
            if receipt is not None:
                found.append(self._report(state.id, receipt))
        return Report(tuple(found), tuple(sorted(set(away.values()))))

    def _report(self, withdrawal: str, receipt: Receipt) -> OperatorReport:
        return OperatorReport(self.profile, withdrawal, {"receipt": receipt})

    async def _receipt(self, state: Withdrawal, away: dict[str, str]) -> Receipt | None:
        """What the wallet says now. None where it does not; `away` gathers those wallets, and why."""
        followed = _Followed.of_terms(state.terms)
        payment_hash = state.terms.details[PAYMENT_HASH]
        if followed.receiver not in away:
            try:
                told = await self._ask(payment_hash, followed.receiver)
                return self._lifetimes.judged(told, followed.expires_at_ms)
            except BackendError as error:
                away[followed.receiver] = error.sentence
        if self._lifetimes.given_up(followed.expires_at_ms):
            return Receipt(ReceiptState.UNKNOWN_HERE, payment_hash)
        return None

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
        return events_of(state, receipt, source, _Followed.of_terms(state.terms).expires_at_ms, self._now())

    async def ask_chain(self, health: ChainHealth, open_: Sequence[Withdrawal]) -> Iterable[Event]:
        """Nothing: Lightning has no chain to ask."""
        del health, open_
        return ()

    async def _claim(self, move: SignedMove) -> Claim:
        """What is handed over. Raises AshoreError: locked, not in the vault any more, or not readable."""
        return Claim.from_json(await self._unseal(move.payload), self._profile.reach)

    async def _can_be_handed_over(self, move: SignedMove) -> bool:
        """Whether its secret can be had. A PIN that may have arrived is not repeated: three wrong ones lock a card."""
        try:
            claim = await self._claim(move)
        except AshoreError:
            return False
        return claim.pin is None or move.id in self._never_left

    async def _ask(self, payment_hash: str, receiver_id: str) -> Receipt:
        """What the wallet says about an invoice. Raises BackendError."""
        if receiver_id == PASTED:
            return Receipt(ReceiptState.UNKNOWN_HERE, payment_hash)
        receiver = self._receivers.get(receiver_id)
        if receiver is None:
            raise BackendUnreachable("The wallet that a withdrawal goes to is not connected.", "Unlock, or connect it.")
        receipt = await receiver.backend.look_up(payment_hash, "")
        if receipt.payment_hash.lower() != payment_hash:
            raise BackendMisbehaves(f"{receiver.name} answered about another invoice.")
        return receipt


def _meaning(answer: answers.ClaimAnswer, anyway: str) -> Outcome:
    """What a service's answer means: never that money came, nor that it will not. `anyway` is added to a no."""
    match answer:
        case answers.Accepted():
            return Accepted("OK")
        case answers.Refused(reason):
            said = (
                f"The service said no: {quoted_at_end(reason)}" if reason else "The service said no, without a reason."
            )
            said = f"The service said no. {WITHHELD}" if reason == WITHHELD else said
            return Unknown(f"{said} {anyway}", said_no=True)
        case answers.NeverSent(why, advice, lasting):
            return NeverLeft(why, f"{_what_else(advice)} {LET_GO}".strip(), tries=1 if lasting else TRIES)
        case answers.UnknownOutcome(why, advice):
            return Unknown(f"{why} {advice}")


def _what_else(advice: str) -> str:
    """A piece of advice without the sentence that the end itself begins with."""
    return advice.removeprefix("Nothing was sent.").strip()


@dataclass(frozen=True, slots=True)
class _Followed:
    """What can be known of an open invoice without the vault."""

    receiver: str
    expires_at_ms: int

    @classmethod
    def of_terms(cls, terms: Terms) -> "_Followed":
        return cls(terms.account, int(terms.details[EXPIRES_AT]))

    @classmethod
    def of(cls, claim: Claim) -> "_Followed":
        return cls(claim.receiver, decode_invoice(claim.invoice).expires_at * 1000)
