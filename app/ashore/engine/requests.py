"""From a quote to a journaled intent: what is shown for review is what is signed or sealed, and only once."""

from collections.abc import Mapping
from dataclasses import replace

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.moves import MoveKind, MoveState, SignedMove
from ashore.engine.boundaries import Boundary
from ashore.engine.carrier import SETTLED
from ashore.engine.elsewhere import SigningElsewhere, signs_elsewhere
from ashore.engine.ledger import SUPERSEDED
from ashore.engine.parts import Parts
from ashore.engine.registering import registration_under_way
from ashore.engine.unclaimed import claim_under_way
from ashore.engine.views import Review
from ashore.keys.reading import Reading
from ashore.keys.signer import SEALED_NOTE
from ashore.systems.base import Bearer, Plan, Quote, SigningRequest
from ashore.systems.lnurl.system.receivers import PASTED

NOTE_FOR = "for"
"""What a note's description says: the public name of the move whose secret it holds."""
BEARER_NONCE = 0
"""All moves of one scope share it: only one of them may be open."""
NAMES_TRIED = 16
"""How many refused requests of neighbouring seconds are stepped over for a name of its own."""


class Requests:
    """Prepares, lets review, signs or seals, and writes the intent. Nothing is sent from here."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._confirmed: set[str] = set()
        self._unsigned: list[Review] = []
        self.elsewhere = SigningElsewhere(parts)

    async def review(self, quote: Quote) -> Review:
        """What would be signed as the signer read it, or what would be sealed. Raises AshoreError."""
        system = self._parts.systems[quote.offer.source.profile]
        plan = await system.prepare(quote.action, quote)
        if isinstance(plan.request, Bearer):
            return Review(
                plan=plan,
                reading=None,
                lines=plan.request.lines,
                texts=(),
                layer2_message="",
                identifier=plan.request.identifier,
                warnings=plan.warnings,
                confirm=plan.confirm,
            )
        read = await self._read(plan.request)
        if not read.is_unsigned and self._ended(read.identifier):
            plan, read = await self._named_anew(quote, plan, read)
        elsewhere = signs_elsewhere(plan) if read.asks_ethereum else ""
        return Review(
            plan=plan,
            reading=read,
            lines=system.review(plan, read),
            texts=read.texts,
            layer2_message=read.l2_message.hex() if read.l2_message else "",
            identifier=read.identifier,
            warnings=plan.warnings,
            confirm=plan.confirm,
            signs_elsewhere=elsewhere,
            quote=quote if elsewhere else None,
        )

    async def _named_anew(self, quote: Quote, plan: Plan, read: Reading) -> tuple[Plan, Reading]:
        """The same under a public name that no refused request has, where the system can give it one.

        A request that was refused a moment ago, before the wallet was started again or its clock put back, may have
        been the same to the second. Under one name the operator's answer to the one would count for both. A name whose
        request stands is never stepped over: the operator has named a used number again, and `confirm` refuses it.
        """
        system = self._parts.systems[quote.offer.source.profile]
        for _ in range(NAMES_TRIED):
            before = read.identifier
            plan = await system.prepare(quote.action, quote)
            assert not isinstance(plan.request, Bearer)
            read = await self._read(plan.request)
            if read.identifier == before or not self._ended(read.identifier):
                break
        return plan, read

    async def confirm(self, review: Review) -> tuple[str, SignedMove]:
        """Sign or seal, and journal the intent; returns the withdrawal's id and its move.

        Raises AshoreError, and then nothing was sent.
        """
        # Two accounts may sign the very same transaction, each with its own number that happens to be equal.
        bearer = isinstance(review.plan.request, Bearer)
        name = review.identifier if bearer else f"{review.identifier}/{review.plan.terms.account}"
        if review.reading is not None and review.reading.is_unsigned:
            # The same may be wished for twice: only this very review is confirmed once.
            name = f"{name}/{id(review)}"
            self._unsigned.append(review)
        if name in self._confirmed and not self._ended(review.identifier):
            raise AshoreError("This withdrawal is already under way.", "Look for it under Activity.")
        self._refuse_known(review)
        self._confirmed.add(name)
        try:
            self._refuse_removed(review.plan)
            move = await self._move(review)
            self._refuse_removed(review.plan)
            if review.plan.withdrawal:
                withdrawal, events = review.plan.withdrawal, self._further(review.plan, move)
            else:
                self._refuse_second(move)
                self._refuse_same_effect(review.plan)
                withdrawal = self._parts.new_id()
                events = self._beginning(withdrawal, review.plan, move)
            self._parts.ledger.record(events)
        except BaseException:
            self._confirmed.discard(name)
            raise
        self._parts.probe(Boundary.INTENT_JOURNALED)
        return withdrawal, move

    def _refuse_known(self, review: Review) -> None:
        """An operator that names a used number again would have the same bytes signed, and taken for a new request."""
        nameless = review.reading is None or review.reading.is_unsigned
        if not nameless and self._parts.journal.stands(review.identifier):
            raise AshoreError(
                "This very request was made before, with the same number. Nothing was sent.",
                "Open the form again, and look under Activity.",
            )

    def _ended(self, identifier: str) -> bool:
        """Whether what was confirmed by this name came to nothing: the very same may be wished for anew.

        Signatures that are the same each time have the same name each time, as Reddio's do while a number is unused.
        """
        journal = self._parts.journal
        return journal.knows(identifier) and not journal.stands(identifier)

    def again(self, withdrawal: str) -> None:
        """Journal that a person wants the identical request sent once more. The carrier sends it.

        Raises AshoreError where that is not allowed (any more), and then nothing is sent.
        """
        state = self._parts.ledger.get(withdrawal)
        words = self._parts.ledger.track_of(state).words if state is not None else None
        if state is None or words is None or state.request is None or not words.again:
            raise AshoreError("This cannot be sent again. Nothing was sent.")
        if not state.may_go_again(self._parts.clock.now()):
            raise AshoreError("This is not sent again now. Nothing was sent.", "Look at what is known of it meanwhile.")
        self._parts.ledger.record([ev.MoveAgain(withdrawal, state.request.id, words.wished)])

    def under_way(self, identifier: str) -> bool:
        """Whether a move of this public name is being confirmed, or was since the start."""
        return identifier in self._confirmed

    async def _read(self, request: SigningRequest) -> Reading:
        read = (await self._parts.signer.read(request.kind, request.preimage)).reading
        if dict(read.fields) != dict(request.expect):
            raise AshoreError(
                "The signer read something else than the form says. Nothing was signed.",
                "Do not go on; please report this.",
            )
        return read

    def _beginning(self, withdrawal: str, plan: Plan, move: SignedMove) -> list[ev.Event]:
        twins = self._parts.ledger.stopped_like(plan.terms, move)
        return [
            *(ev.FactLearnt(twin.id, SUPERSEDED, withdrawal, "Ashore") for twin in twins),
            ev.WithdrawalStarted(withdrawal, plan.terms),
            _intent(withdrawal, move),
            *(ev.StageReached(withdrawal, stage, evidence) for stage, evidence in plan.evidence),
        ]

    def _further(self, plan: Plan, move: SignedMove) -> list[ev.Event]:
        """A further move of a withdrawal: with the number of one that waits, so that only one of them can count.

        Raises AshoreError where nothing waits any more, and then nothing is sent.
        """
        state = self._parts.ledger.get(plan.withdrawal)
        first = state.request if state is not None else None
        if state is None or first is None or not state.may_be_replaced:
            raise AshoreError(
                "A block has taken it meanwhile, or it has ended. Nothing was sent.", "Look at what is known of it."
            )
        if (move.profile, move.scope, move.nonce) != (first.profile, first.scope, first.nonce):
            raise AshoreError("This is not what waits. Nothing was sent.", "Please report this.")
        learnt = [ev.FactLearnt(state.id, key, value, "Ashore") for key, value in plan.facts]
        return [_intent(state.id, move), *learnt]

    async def _move(self, review: Review) -> SignedMove:
        plan, request = review.plan, review.plan.request
        self._parts.probe(Boundary.CONFIRM_BEFORE_SIGNING)
        system = self._parts.systems[plan.profile]
        if isinstance(request, Bearer):
            move = SignedMove(
                self._parts.new_id(), plan.kind, plan.profile, request.identifier, "", request.scope, BEARER_NONCE
            )
            self._refuse_second(move)
            if self._parts.journal.knows(request.identifier):
                raise AshoreError("This was handed over before. Nothing was handed over now.", "Begin again.")
            record = await self._parts.signer.keep(SEALED_NOTE, request.secret, {NOTE_FOR: request.identifier})
            self._parts.probe(Boundary.CONFIRM_SIGNED)
            return replace(move, payload=record)
        assert review.reading is not None
        return system.assemble(plan, review.reading, await self._signatures(review, request), self._parts.new_id())

    async def _signatures(self, review: Review, request: SigningRequest) -> Mapping[str, object]:
        """Let the signer sign exactly what was reviewed."""
        if review.signs_elsewhere:
            signed = await self.elsewhere.sign(review)
        else:
            signed = await self._parts.signer.sign(
                request.kind, request.preimage, request.account_index, request.expect
            )
        self._parts.probe(Boundary.CONFIRM_SIGNED)
        if signed.identifier != review.identifier or signed.address.lower() != review.plan.terms.account:
            raise AshoreError("The signer signed something else. Nothing was sent.", "Please report this.")
        return signed.as_mapping()

    def _refuse_removed(self, plan: Plan) -> None:
        """A wallet that was removed since the review could not be asked whether the money came."""
        wallets, receiver = self._parts.wallets, plan.terms.account
        if wallets is None or not isinstance(plan.request, Bearer) or receiver == PASTED:
            return
        if wallets.get(receiver) is None:
            raise AshoreError(
                "The wallet that was to receive is not connected any more. Nothing was withdrawn.",
                "Connect it again under Accounts, or choose another one.",
            )

    def _refuse_same_effect(self, plan: Plan) -> None:
        """Two claims of the same money, two registrations of one key: the second could only spend its gas."""
        terms, stark_key = plan.terms, plan.terms.details.get("stark_key", "")
        if plan.kind is MoveKind.REGISTER and registration_under_way(self._parts.ledger.open, terms.profile, stark_key):
            raise AshoreError("This key is being registered already. Nothing was sent.", "Look under Activity.")
        place = terms.destination, terms.recipient, terms.details.get("target_token", "")
        if plan.kind is MoveKind.CLAIM and claim_under_way(self._parts.ledger.open, terms.profile, place) is not None:
            raise AshoreError("This money is being claimed already. Nothing was sent.", "Look under Activity.")

    def _refuse_second(self, move: SignedMove) -> None:
        """Never two requests that could both be meant: the first one's end has to be known.

        A request without an answer stands in the way of every other one of its sub-account, whatever nonce the
        operator names: that it names the next one may just mean that it took the first.
        """
        for state in self._parts.ledger.open:
            for other in state.moves.values():
                if (other.profile, other.scope) != (move.profile, move.scope) or other.kind is MoveKind.FOLLOWED:
                    continue  # what another wallet sent is no wish of this one
                same = other.nonce == move.nonce and other.state not in (MoveState.REFUSED, MoveState.DEAD)
                if same or other.state not in SETTLED:
                    sentence, advice = self._parts.ledger.track_of(state).words.second
                    raise AshoreError(sentence.format(nonce=other.nonce), advice)


def _intent(withdrawal: str, move: SignedMove) -> ev.MoveIntended:
    return ev.MoveIntended(
        withdrawal, move.id, move.kind, move.profile, move.locator, move.payload, move.scope, move.nonce
    )
