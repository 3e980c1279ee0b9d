"""Reddio behind the seam: the WithdrawalSystem of one deployment."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from ashore.domain.errors import AshoreError
from ashore.domain.eta import Expectation
from ashore.domain.events import Event
from ashore.domain.evidence import Evidence
from ashore.domain.moves import MoveKind, Outcome, SignedMove
from ashore.domain.observations import BlocksTakenBack, ChainHealth, Observation, OperatorReport
from ashore.domain.stages import Track
from ashore.domain.withdrawal import REPLACEMENTS, Withdrawal
from ashore.ethereum import sending as on_chain
from ashore.ethereum.proofs import Facts
from ashore.ethereum.quorum import Quorum
from ashore.ethereum.transactions import raw_transaction
from ashore.keys.reading import Reading
from ashore.systems.base import Action, Adoption, Draft, Offer, Payer, Plan, Quote, Report, ReviewLine, Source
from ashore.systems.claiming.claims import ClaimOffer, ClaimQuote, claim_lines, claim_plan, judge_claim
from ashore.systems.claiming.paying import assemble_transaction
from ashore.systems.claiming.replacing import (
    ReplacementOffer,
    ReplacementQuote,
    judge_replacement,
    replacement_lines,
    replacement_plan,
)
from ashore.systems.entries import Entry
from ashore.systems.local_time import time_of_day
from ashore.systems.reddio.client.api import ReddioClient
from ashore.systems.reddio.codec import AssetKind
from ashore.systems.reddio.deployment import Deployment
from ashore.systems.reddio.settlement import transfers
from ashore.systems.reddio.settlement.operator_word import OperatorWord, contradictions, words
from ashore.systems.reddio.settlement.registered_keys import RegisteredKeys
from ashore.systems.reddio.system.checks import judge
from ashore.systems.reddio.system.claims import ReddioContract
from ashore.systems.reddio.system.offer import PLAIN_WAY, TO_VAULT, ReddioOffer, ReddioQuote
from ashore.systems.reddio.system.on_l1 import Tokens
from ashore.systems.reddio.system.opening import open_account
from ashore.systems.reddio.system.plan import Numbers, assemble, plan_of, ready
from ashore.systems.reddio.system.registration import (
    RegistrationOffer,
    RegistrationQuote,
    judge_registration,
    open_registration,
    registration_lines,
    registration_plan,
)
from ashore.systems.reddio.system.review import review_lines
from ashore.systems.reddio.system.sending import Known, last_number, locate_request, submit_request
from ashore.systems.reddio.system.tracks import TRACKS, registers

HINT_S = 3.0
_ON_L1 = REPLACEMENTS | {MoveKind.CLAIM, MoveKind.REGISTER}
"""Kinds of moves that are transactions of the chain."""
CONTRACT_FOR_ETHER = (
    "The recipient is a contract on {chain}. Ether comes to it by a plain call: one that takes none makes the claim "
    "fail, and it stays in Reddio’s contract. An exchange’s contract may not credit you."
)
CONTRACT_FOR_TOKENS = (
    "The recipient is a contract on {chain}. Be sure that it can send this token on; an exchange’s contract may not "
    "credit you."
)
CONTRACT_FOR_NFTS = (
    "The recipient is a contract on {chain}. A single token comes to it by safeTransferFrom: one that is not made for "
    "that makes the claim fail, and the token stays in Reddio’s contract."
)


STILL_POSSIBLE = (
    "You ended an earlier request of {amount}, made {at}. It may still be carried out, and then both are: the money of "
    "each comes to your address."
)


class Interpretation(Protocol):
    """What L1 says of open withdrawals; see `WithdrawalSystem` for what each method promises."""

    async def interpret(self, observation: Observation, open_: Sequence[Withdrawal]) -> Iterable[Event]:
        """Match what was observed with open withdrawals."""

    async def ask_chain(self, health: ChainHealth, open_: Sequence[Withdrawal]) -> Iterable[Event]:
        """Read what blocks do not tell."""

    def expectations(self, destination: str) -> Mapping[str, Expectation]:
        """How long each stage usually takes."""

    def forget_pace(self) -> None:
        """Begin anew with expectations."""

    def read_again(self, piece: Evidence, facts: Facts) -> str:
        """What a proof's contents say, in words."""

    def update_since(self, state: Withdrawal) -> Entry | None:
        """The first proven state update after a request was made."""


class ReddioSystem:
    """One deployment of Reddio. See `WithdrawalSystem` for what each method promises."""

    def __init__(
        self,
        deployment: Deployment,
        client: ReddioClient,
        interpreter: Interpretation,
        keys: RegisteredKeys,
        quorum: Quorum,
        now: Callable[[], int],
        recipients: Callable[[], Mapping[str, int]],
        known: Callable[[SignedMove], Known],
        ended: Callable[[str], Sequence[Withdrawal]] = lambda _key: (),
    ) -> None:
        """`now` gives UTC milliseconds; `recipients` how often each receiver was used before.

        `known` is what the journal tells beside a move; `ended` the plain requests of a Stark key that a person ended,
        and that may still be carried out.
        """
        self._deployment = deployment
        self._client = client
        self._interpreter = interpreter
        self._contract = ReddioContract(deployment)
        self._quorum = quorum
        self._tokens = Tokens(quorum)
        self._word = OperatorWord(deployment, client, now)
        self._keys = keys
        self._now = now
        self._recipients = recipients
        self._known = known
        self._ended = ended

    @property
    def profile(self) -> str:
        """The deployment's id."""
        return self._deployment.id

    @property
    def chains(self) -> Sequence[str]:
        """The chain that StarkEx is on."""
        return [self._deployment.chain.name]

    def watched(self) -> Mapping[str, Sequence[str]]:
        """The StarkEx contract."""
        return {self._deployment.chain.name: [self._deployment.contract]}

    async def open(self, source: Source) -> Offer:
        """Ask Reddio what lies under the account's Stark keys, and Ethereum whether that is so."""
        return await open_account(self._deployment, self._client, self._quorum, self._tokens, source, self._now())

    async def quote(self, offer: Offer, draft: Draft) -> Quote:
        """Judge a draft against the offer, without the network."""
        if isinstance(offer, ClaimOffer):
            return judge_claim(offer, draft)
        if isinstance(offer, ReplacementOffer):
            return judge_replacement(offer, draft)
        if isinstance(offer, RegistrationOffer):
            return judge_registration(offer, draft)
        assert isinstance(offer, ReddioOffer)
        return judge(self._deployment, offer, draft, self._recipients(), self._now())

    async def prepare(self, action: Action, quote: Quote) -> Plan:
        """Decide what would be signed: here Reddio is asked for vaults and number. Raises AshoreError."""
        if isinstance(quote, ClaimQuote):
            return claim_plan(self._contract, quote)
        if isinstance(quote, ReplacementQuote):
            return replacement_plan(quote)
        if isinstance(quote, RegistrationQuote):
            return registration_plan(self._deployment, quote)
        assert isinstance(quote, ReddioQuote)
        if action is not Action.REQUEST:
            raise AshoreError("This cannot be prepared here.", "Nothing was signed.")
        plan = plan_of(self._deployment, quote, await self._numbers(quote), self._now() // 1000)
        if quote.way == PLAIN_WAY:
            earlier = self._ended(plan.terms.details["stark_key"])
            plan = replace(plan, warnings=(*(_still_possible(state, self._now()) for state in earlier), *plan.warnings))
        if quote.way != TO_VAULT and await self._is_contract(plan.terms.recipient):
            plan = replace(plan, warnings=(self._contract_warning(quote), *plan.warnings))
        return plan

    async def _numbers(self, quote: ReddioQuote) -> Numbers:
        parts = ready(quote)
        stark_key = parts.account.stark_key
        if quote.way == PLAIN_WAY:
            return Numbers(await last_number(self._client, stark_key))
        (vault, receiver_vault), nonce = await asyncio.gather(
            self._client.vaults(parts.asset.asset_id, [stark_key, parts.recipient_asked]),
            self._client.nonce(stark_key),
        )
        return Numbers(nonce, vault, receiver_vault)

    def _contract_warning(self, quote: ReddioQuote) -> str:
        kind = ready(quote).asset.kind
        said = CONTRACT_FOR_ETHER if kind is AssetKind.ETH else CONTRACT_FOR_TOKENS
        return (said if kind.is_fungible else CONTRACT_FOR_NFTS).format(chain=self._deployment.chain.name)

    async def _is_contract(self, address: str) -> bool:
        """Whether an endpoint shows code at the address: a hint that costs nothing if nobody answers."""
        try:
            async with asyncio.timeout(HINT_S):
                code, _endpoint = await self._quorum.get("eth_getCode", [address, "latest"])
        except (AshoreError, TimeoutError):
            return False
        return isinstance(code, str) and len(code) > len("0x")

    def review(self, plan: Plan, reading: Reading) -> tuple[ReviewLine, ...]:
        """What the signer read, in words."""
        if plan.kind in REPLACEMENTS:
            return replacement_lines(self._contract, plan, reading, self._call_lines)
        if plan.kind in _ON_L1:
            return self._call_lines(plan, reading)
        return review_lines(self._deployment, plan, reading)

    def _call_lines(self, plan: Plan, reading: Reading) -> tuple[ReviewLine, ...]:
        if registers(plan.terms):
            return registration_lines(self._deployment, plan, reading)
        return claim_lines(self._contract, plan, reading)

    async def open_registration(
        self, source: Source, key: tuple[str, str], signature: bytes, payers: Sequence[Payer], under_way: str = ""
    ) -> RegistrationOffer:
        """What registering a Stark key costs now; see `registration.open_registration`. Raises AshoreError."""
        now = self._now()
        return await open_registration(self._deployment, self._quorum, source, key, signature, payers, now, under_way)

    def assemble(self, plan: Plan, reading: Reading, signed: Mapping[str, object], move_id: str) -> SignedMove:
        """The exact body of a request, or a raw transaction."""
        if plan.kind in _ON_L1:
            return assemble_transaction(plan, signed, move_id)
        return assemble(plan, reading, signed, move_id)

    async def stirred(self) -> None:
        """For ever: Reddio never speaks first."""
        await asyncio.Event().wait()

    async def submit(self, move: SignedMove, first_send: bool) -> Outcome:
        """Send the request or the transaction once, and say what its answer means."""
        if move.kind in _ON_L1:
            return await on_chain.submit(self._quorum, raw_transaction(move.payload), first_send)
        return await submit_request(self._client, move, first_send)

    async def locate(self, move: SignedMove) -> Outcome:
        """Ask Reddio about a request, and the chain about a transaction."""
        if move.kind in _ON_L1:
            sender = move.scope.rpartition("/")[2]
            return await on_chain.locate(self._quorum, raw_transaction(move.payload), sender, move.nonce)
        return await locate_request(self._client, move, self._now() // 1000, self._known(move))

    def tracks(self) -> Sequence[Track]:
        """Every track that a stored withdrawal may name."""
        return TRACKS

    async def adopt(self, reference: str) -> Adoption:  # noqa: ARG002 - there is no public name to ask by
        """Always refused: Reddio tells of a request only to who knows its Stark key. Raises AshoreError."""
        raise AshoreError(
            "A withdrawal from Reddio cannot be followed by a name.",
            "What waits on Ethereum stands under Unclaimed, whoever asked for it.",
        )

    def expectations(self, destination: str) -> Mapping[str, Expectation]:
        """From the last state updates; nothing for what never leaves Reddio."""
        return self._interpreter.expectations(destination) if destination == self._deployment.chain.name else {}

    def forget_pace(self) -> None:
        """Expectations begin anew with the next state update."""
        self._interpreter.forget_pace()

    def read_again(self, piece: Evidence, facts: Facts) -> str:
        """What the proven log or slot says. Raises InvalidProof."""
        return self._interpreter.read_again(piece, facts)

    async def ask_operator(
        self,
        open_: Sequence[Withdrawal],
        stopped: Sequence[Withdrawal],  # noqa: ARG002 - L1 tells what became of those
    ) -> Report:
        """Ask about open requests within a fixed budget."""
        return await self._word.ask(open_)

    async def interpret(self, observation: Observation, open_: Sequence[Withdrawal]) -> Iterable[Event]:
        """Match what was observed with open withdrawals: Reddio's word as its word, the chain as what it shows."""
        mine = [state for state in open_ if state.terms.profile == self._deployment.id]
        if isinstance(observation, OperatorReport):
            if observation.profile != self._deployment.id:
                return []
            return list(words(observation, mine, self._now(), self._interpreter.update_since))
        shown = list(await self._interpreter.interpret(observation, open_))
        if isinstance(observation, BlocksTakenBack) and observation.chain == self._deployment.chain.name:
            return [*shown, *self._keys.taken_back(mine, observation)]
        if isinstance(observation, ChainHealth):
            told = contradictions(self._deployment, observation, mine, self._now())
            held = transfers.held(self._deployment, observation, mine, self._interpreter.update_since, self._now())
            return [*shown, *told, *held]
        return shown

    async def ask_chain(self, health: ChainHealth, open_: Sequence[Withdrawal]) -> Iterable[Event]:
        """Prove balances and registered keys, and learn what became of transactions."""
        found = list(await self._interpreter.ask_chain(health, open_))
        if health.chain == self._deployment.chain.name and health.agreeing > 1:
            found += await self._keys.prove([each for each in open_ if each.terms.profile == self._deployment.id])
        return found


def _still_possible(state: Withdrawal, now: int) -> str:
    amount = state.terms.details["amount.text"]
    return STILL_POSSIBLE.format(amount=amount, at=time_of_day(state.started_at, now))
