"""zkLink behind the seam: the WithdrawalSystem of one deployment."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType

from ashore.domain.errors import AshoreError
from ashore.domain.eta import Expectation
from ashore.domain.events import Event
from ashore.domain.evidence import Evidence
from ashore.domain.moves import Accepted, MoveKind, NeverLeft, Outcome, Refused, SignedMove, Unknown
from ashore.domain.observations import ChainHealth, Observation
from ashore.domain.stages import Track
from ashore.domain.withdrawal import REPLACEMENTS, Withdrawal
from ashore.ethereum import sending
from ashore.ethereum.proofs import Facts
from ashore.ethereum.quorum import Quorum
from ashore.ethereum.transactions import raw_transaction
from ashore.keys.reading import Reading
from ashore.net.errors import HttpStatus, NetError, NotSent, RpcError
from ashore.systems.base import Action, Adoption, Draft, Offer, Plan, Quote, Report, ReviewLine, Source
from ashore.systems.claiming.claims import (
    ClaimOffer,
    ClaimQuote,
    claim_lines,
    claim_plan,
    judge_claim,
)
from ashore.systems.claiming.paying import assemble_transaction
from ashore.systems.claiming.replacing import (
    ReplacementOffer,
    ReplacementQuote,
    judge_replacement,
    replacement_lines,
    replacement_plan,
)
from ashore.systems.zklink.client.answers import BadAnswer
from ashore.systems.zklink.client.broker import BrokerClient
from ashore.systems.zklink.client.operator import OperatorClient
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.settlement.interpreter import Interpreter
from ashore.systems.zklink.settlement.key_word import KeyWord
from ashore.systems.zklink.settlement.operator_word import OperatorWord
from ashore.systems.zklink.settlement.rereading import read_again
from ashore.systems.zklink.system.activation import ActivationOffer, ActivationQuote, judge_activation
from ashore.systems.zklink.system.activation_plan import (
    activation_lines,
    activation_plan,
    assemble_activation,
    locate_activation,
)
from ashore.systems.zklink.system.checks import judge
from ashore.systems.zklink.system.claims import ZkLinkContract
from ashore.systems.zklink.system.explained import explained
from ashore.systems.zklink.system.followed_tracks import FOLLOWED_TRACKS
from ashore.systems.zklink.system.following import adopt
from ashore.systems.zklink.system.offer import ZkLinkOffer, ZkLinkQuote
from ashore.systems.zklink.system.opening import open_account
from ashore.systems.zklink.system.plan import assemble, plan_of, review_lines
from ashore.systems.zklink.system.refusals import outcome_of
from ashore.systems.zklink.system.tracks import TRACKS

ALL_TRACKS = (*TRACKS, *FOLLOWED_TRACKS)
"""Every track that a stored withdrawal may name."""
HINT_S = 3.0
_ON_L1 = REPLACEMENTS | {MoveKind.CLAIM}
"""Kinds of moves that are transactions of a chain."""
INDEX_LAG_MS = 3_600_000
"""For how long zkLink has to stand by it that something else used a nonce, where its lists do not show what."""
_OUTRUN = Refused(
    "nonce-used",
    "zkLink says that another request used this nonce, so it cannot take this one any more.",
    "Look at your balance there before you start again.",
)
_UNSEEN = Refused(
    "nonce-used",
    "zkLink says that this nonce is used, and its lists do not show this request.",
    "Look at your balance there before you start again.",
)
CONTRACT_RECIPIENT = (
    "The recipient is a contract on {chain}. One that refuses payments leaves the money in zkLink’s contract, "
    "and an exchange’s deposit contract may not credit you. Be sure that it takes this token."
)


class ZkLinkSystem:
    """One deployment of zkLink. See `WithdrawalSystem` for what each method promises."""

    def __init__(
        self,
        deployment: Deployment,
        client: OperatorClient,
        interpreter: Interpreter,
        now: Callable[[], int],
        recipients: Callable[[], Mapping[str, int]],
        quorums: Mapping[str, Quorum] = MappingProxyType({}),
        broker: BrokerClient | None = None,
    ) -> None:
        """`now` gives UTC milliseconds; `recipients` how often each address was used before; `quorums` by chain."""
        self._deployment = deployment
        self._client = client
        self._broker = broker
        self._interpreter = interpreter
        self._word = OperatorWord(deployment, client, now)
        self._keys = KeyWord(deployment.id, client)
        self._now = now
        self._recipients = recipients
        self._quorums = quorums
        self._last_ts = 0

    @property
    def profile(self) -> str:
        """The deployment's id."""
        return self._deployment.id

    @property
    def chains(self) -> Sequence[str]:
        """Names of the connected L1 chains."""
        return [chain.name for chain in self._deployment.chains.values()]

    def watched(self) -> Mapping[str, Sequence[str]]:
        """zkLink's contract on each chain."""
        return {chain.name: [chain.main_contract] for chain in self._deployment.chains.values()}

    async def open(self, source: Source) -> Offer:
        """Ask the operator what the account has and where it can go."""
        return await open_account(self._deployment, self._client, source, self._now(), self._broker)

    async def quote(self, offer: Offer, draft: Draft) -> Quote:
        """Judge a draft against the offer, without the network."""
        if isinstance(offer, ClaimOffer):
            return judge_claim(offer, draft)
        if isinstance(offer, ReplacementOffer):
            return judge_replacement(offer, draft)
        if isinstance(offer, ActivationOffer):
            return judge_activation(self._deployment, offer, draft)
        assert isinstance(offer, ZkLinkOffer)
        return judge(self._deployment, offer, draft, self._recipients())

    async def prepare(self, action: Action, quote: Quote) -> Plan:
        """Decide what would be signed. Raises NotReady."""
        if isinstance(quote, ClaimQuote):
            return claim_plan(ZkLinkContract(self._deployment), quote)
        if isinstance(quote, ReplacementQuote):
            return replacement_plan(quote)
        if not self._deployment.submits:
            raise AshoreError("Nothing can be requested of this network from here.", "Nothing was signed.")
        # The time makes a request unique: two in one second would have one hash.
        self._last_ts = max(self._now() // 1000, self._last_ts + 1)
        if isinstance(quote, ActivationQuote):
            return activation_plan(self._deployment, quote, self._last_ts)
        assert isinstance(quote, ZkLinkQuote)
        if action is not Action.REQUEST:
            raise AshoreError("This cannot be prepared here.", "Nothing was signed.")
        plan = plan_of(self._deployment, quote, self._last_ts)
        if await self._is_contract(plan.terms.destination, plan.terms.recipient):
            plan = replace(plan, warnings=(CONTRACT_RECIPIENT.format(chain=plan.terms.destination), *plan.warnings))
        return plan

    async def _is_contract(self, chain: str, address: str) -> bool:
        """Whether an endpoint shows code at the address: a hint that costs nothing if nobody answers."""
        quorum = self._quorums.get(chain)
        if quorum is None:
            return False
        try:
            async with asyncio.timeout(HINT_S):
                code, _endpoint = await quorum.get("eth_getCode", [address, "latest"])
        except (AshoreError, TimeoutError):
            return False
        return isinstance(code, str) and len(code) > len("0x")

    def review(self, plan: Plan, reading: Reading) -> tuple[ReviewLine, ...]:
        """What the signer read, in words."""
        contract = ZkLinkContract(self._deployment)
        if plan.kind in REPLACEMENTS:
            return replacement_lines(contract, plan, reading, partial(claim_lines, contract))
        if plan.kind is MoveKind.CLAIM:
            return claim_lines(contract, plan, reading)
        lines = activation_lines if plan.kind is MoveKind.ACTIVATE else review_lines
        return lines(self._deployment, plan, reading)

    def assemble(self, plan: Plan, reading: Reading, signed: Mapping[str, object], move_id: str) -> SignedMove:
        """The exact parameters of sendTransaction, or a claim's raw transaction."""
        if plan.kind in _ON_L1:
            return assemble_transaction(plan, signed, move_id)
        if plan.kind is MoveKind.ACTIVATE:
            return assemble_activation(self._deployment, plan, reading, signed, move_id)
        return assemble(self._deployment, plan, reading, signed, move_id)

    async def stirred(self) -> None:
        """For ever: zkLink’s node never speaks first."""
        await asyncio.Event().wait()

    async def submit(self, move: SignedMove, first_send: bool) -> Outcome:
        """Send the request once and say what its answer means."""
        if move.kind in _ON_L1:
            return await sending.submit(self._quorum_of(move), raw_transaction(move.payload), first_send)
        return await self._submit_request(move, first_send)

    async def _submit_request(self, move: SignedMove, first_send: bool) -> Outcome:
        try:
            told = await self._client.send(json.loads(move.payload))
        except RpcError as error:
            return await self._answered(move, outcome_of(error, first_send))
        except NotSent:
            return NeverLeft("zkLink’s node cannot be reached; the request has not left.")
        except HttpStatus as error:
            return Unknown(f"zkLink’s node answered with HTTP status {error.status}.")
        except (NetError, BadAnswer):
            return Unknown("The answer of zkLink’s node was lost; it may or may not have the request.")
        if told != move.locator:
            return Unknown("zkLink answered with another hash than that of the request.")
        return Accepted("zkLink’s node took the request.")

    async def _answered(self, move: SignedMove, outcome: Outcome) -> Outcome:
        """What an error answer means, once the node was asked for what stands behind it."""
        if isinstance(outcome, Accepted):
            return await self._shown(move)
        return await explained(self._deployment, self._client, move, outcome)

    async def _shown(self, move: SignedMove) -> Outcome:
        """Whether the node shows the request that it says it has already: only then it counts as taken."""
        found = await self.locate(move)
        unseen = Unknown("zkLink’s node says that it has the request already, and does not show it.")
        return found if isinstance(found, Accepted) else unseen

    async def locate(self, move: SignedMove) -> Outcome:
        """Ask the node about a request, and the chain about a claim."""
        if move.kind in _ON_L1:
            sender = move.scope.rpartition("/")[2]
            return await sending.locate(self._quorum_of(move), raw_transaction(move.payload), sender, move.nonce)
        if move.kind is MoveKind.ACTIVATE:
            return await locate_activation(self._client, move)
        return await self._locate_request(move)

    async def _locate_request(self, move: SignedMove) -> Outcome:
        """Ask the node whether it knows the request; where it does not, what used its nonce, if anything did.

        That the node does not know it proves nothing by itself: its lists may be behind its count of nonces. Only one
        that was carried out has used a nonce: of two with the same one, the other may have failed before.
        """
        try:
            if await self._client.transaction(move.locator) is not None:
                return Accepted("zkLink’s node knows the request.")
            account_id, sub = (int(part) for part in move.scope.split("/"))
            account = await self._client.account(account_id)
            if account.sub_account_nonces.get(sub, 0) <= move.nonce:
                return Unknown("zkLink’s node does not know the request.", resend_harmless=True)
            history = await self._client.withdrawals_of(account.address)
        except (NetError, BadAnswer):
            return Unknown("zkLink’s node cannot be asked at the moment.")
        if any(each.hash == move.locator for each in history):
            return Accepted("zkLink’s node knows the request.")
        same = [each for each in history if (each.nonce, each.sub_account) == (move.nonce, sub)]
        if any(each.carried_out for each in same):
            return Unknown("zkLink’s node says that another request used this nonce.", refusal=_OUTRUN)
        # The history tells of withdrawals alone: a transfer may have used the nonce.
        said = "zkLink’s node does not know the request, though its nonce is used. Its lists may be behind."
        return Unknown(said, refusal=_UNSEEN, patience_ms=INDEX_LAG_MS)

    def _quorum_of(self, claim: SignedMove) -> Quorum:
        return self._quorums[claim.scope.rpartition("/")[0]]

    def tracks(self) -> Sequence[Track]:
        """Every track that a stored withdrawal may name."""
        return ALL_TRACKS

    async def adopt(self, reference: str) -> Adoption:
        """Follow a withdrawal of another wallet by its hash. Raises AshoreError."""
        return await adopt(self._deployment, self._client, reference, self._now())

    def expectations(self, destination: str) -> Mapping[str, Expectation]:
        """From the last batches of the chains that a withdrawal to `destination` passes."""
        return self._interpreter.expectations(destination)

    def forget_pace(self) -> None:
        """Expectations begin anew with the next batch."""
        self._interpreter.forget_pace()

    def read_again(self, piece: Evidence, facts: Facts) -> str:
        """What the proven log or slot says. Raises InvalidProof."""
        return read_again(self._deployment, piece, facts)

    async def ask_operator(
        self,
        open_: Sequence[Withdrawal],
        stopped: Sequence[Withdrawal],  # noqa: ARG002 - L1 tells what became of those
    ) -> Report:
        """Ask about open withdrawals within a fixed budget of requests."""
        word, keys = await self._word.ask(open_), await self._keys.ask(open_)
        notes = dict.fromkeys([*word.notes, *keys.notes])
        return Report((*word.observations, *keys.observations), tuple(notes))

    async def interpret(self, observation: Observation, open_: Sequence[Withdrawal]) -> Iterable[Event]:
        """Match what was observed with open withdrawals."""
        return await self._interpreter.interpret(observation, open_)

    async def ask_chain(self, health: ChainHealth, open_: Sequence[Withdrawal]) -> Iterable[Event]:
        """Prove roots, and learn what became of claims."""
        return await self._interpreter.ask_chain(health, open_)
