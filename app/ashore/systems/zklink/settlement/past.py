"""What happened to a withdrawal before it was followed: looked up once on each of its chains.

Whoever made it elsewhere comes hours later. Then its batch may have been committed, executed and paid out long ago, in
blocks that were never read for its account. Where to look is asked of the endpoints; what counts is proven as ever.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.observations import BlockObserved
from ashore.domain.withdrawal import PAST, Withdrawal
from ashore.ethereum.history import Filter, Hint, block_at, hints_back_to
from ashore.ethereum.quorum import Quorum
from ashore.systems.attempts import Attempts
from ashore.systems.zklink.codec import CodecError
from ashore.systems.zklink.codec.l1 import events
from ashore.systems.zklink.deployment import Deployment, PinnedChain
from ashore.systems.zklink.settlement.acceptances import TRANSFER
from ashore.systems.zklink.settlement.operator_word import OPERATOR_BLOCK
from ashore.systems.zklink.settlement.own_hash import own_hash

_ETH = "0x" + "ee" * 20
_STEPS = (events.BlockCommit, events.BlockProven, events.BlockSynced, events.BlockExecuted)
_OF_EVERYBODY = (*_STEPS, events.BlocksRevert, events.Accepted)
_OF_ITS_HASH = (events.WithdrawalCall, events.WithdrawalPendingL1, events.WithdrawalL1)
MOST_REVERTS = 8
MOST_PAYOUTS = 8
"""How many of each are read, of payouts the first and the last."""


def _topic(kind: type[events.L1Event]) -> str:
    return "0x" + events.topic_of(kind).hex()


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look brought: blocks that concern the withdrawal, and what is to be written."""

    blocks: tuple[BlockObserved, ...] = ()
    events: tuple[ev.Event, ...] = ()


class Past:
    """Looks up, one withdrawal and chain at a time, what came before."""

    def __init__(self, deployment: Deployment, quorums: Mapping[str, Quorum]) -> None:
        """`quorums` by the chain's name."""
        self._deployment = deployment
        self._quorums = quorums
        self._attempts: Attempts[str] = Attempts(often=1)

    def is_read(self, chain: str, state: Withdrawal) -> bool:
        """Whether nothing of a withdrawal lies before what is read of this chain anyway."""
        block = state.facts.get(OPERATOR_BLOCK, "")
        return not state.is_followed or (bool(block) and state.facts.get(PAST + chain) == block)

    async def look(self, chain: str, mine: Sequence[Withdrawal]) -> Looked:
        """Look up the next withdrawal that lacks it on `chain`."""
        lacking = {
            state.id: state
            for state in mine
            if chain in (self._primary, state.terms.destination)
            and OPERATOR_BLOCK in state.facts
            and not self.is_read(chain, state)
        }
        for key in self._attempts.due(chain, lacking, 1):
            try:
                return await self._of(chain, lacking[key])
            except AshoreError:
                continue
        return Looked()

    @property
    def _primary(self) -> str:
        return self._deployment.chains[self._deployment.primary].name

    async def _of(self, chain: str, state: Withdrawal) -> Looked:
        quorum, pinned = self._quorums[chain], self._deployment.chain_named(chain)
        block = int(state.facts[OPERATOR_BLOCK])
        wanted = self._filters(pinned, state)
        top = (await quorum.header_at("latest")).required().number
        heights: set[int] = set()
        answered = 0
        # What one endpoint makes up takes no place of what another one shows, and what it hides is shown by another.
        for endpoint in quorum.endpoints:
            try:
                hints, _ = await hints_back_to(endpoint, wanted, top, _reaches_below(block))
            except AshoreError:
                continue
            answered += 1
            heights |= set(_heights(hints, block, state))
        if answered < quorum.k:
            raise AshoreError("Too few endpoints show what was.")
        read = [await block_at(quorum, height, {pinned.main_contract}) for height in sorted(heights)]
        done = ev.FactLearnt(state.id, PAST + chain, str(block), chain)
        return Looked(tuple(found for found in read if found.logs), (done,))

    def _filters(self, chain: PinnedChain, state: Withdrawal) -> list[Filter]:
        filters = [Filter(chain.main_contract, (tuple(_topic(kind) for kind in _OF_EVERYBODY),))]
        if chain.name != state.terms.destination:
            return filters
        token = self._deployment.tokens[int(state.terms.details["target_token"])]
        address = token.addresses[chain.id]
        if address == _ETH:
            told = (_topic(events.Withdrawal),), (f"0x{token.id:064x}",)
            filters.append(Filter(chain.main_contract, told))
        else:
            parties = tuple((f"0x{who[2:]:0>64}",) for who in (chain.main_contract, state.terms.recipient))
            filters.append(Filter(address, ((TRANSFER,), *parties)))
        of_its_own = own_hash(self._deployment, state)
        if of_its_own:
            filters.append(Filter(chain.main_contract, (tuple(_topic(kind) for kind in _OF_ITS_HASH), (of_its_own,))))
        return filters


def _reaches_below(block: int) -> Callable[[Sequence[Hint]], bool]:
    """Whether a commit of an earlier layer-2 block is among logs: numbers only rise, so nothing lies further back."""
    return lambda hints: any(_number(hint, events.BlockCommit, block) < block for hint in hints)


def _number(hint: Hint, kind: type[events.L1Event], otherwise: int) -> int:
    """The layer-2 block that a step's log names; `otherwise` where it is no such log."""
    is_one = hint.topics[0] == _topic(kind) and len(hint.topics) > 1
    return int(hint.topics[1], 16) if is_one else otherwise


def _heights(hints: Sequence[Hint], block: int, state: Withdrawal) -> Iterator[int]:
    """The heights of what concerns a withdrawal in layer-2 block `block`, among the logs that one endpoint shows."""
    told = [(hint, hint.topics[0]) for hint in hints]
    reverts = [hint for hint, topic in told if topic == _topic(events.BlocksRevert)][-MOST_REVERTS:]
    yield from (hint.block_number for hint in reverts)
    executed: list[Hint] = []
    for kind in _STEPS:
        steps = [hint for hint in hints if _number(hint, kind, -1) >= block]
        # After a revert the same block comes once more.
        for since in ((-1, -1), *(hint.position for hint in reverts)):
            first = next((hint for hint in steps if hint.position > since), None)
            if first is not None:
                yield first.block_number
        executed = steps
    of_its_hash = {_topic(kind) for kind in _OF_ITS_HASH}
    yield from [hint.block_number for hint, topic in told if topic in of_its_hash][:MOST_PAYOUTS]
    yield from [hint.block_number for hint, topic in told if topic == _topic(events.Accepted) and _names(hint, state)][
        :MOST_PAYOUTS
    ]
    if executed:
        yield from _ends(h.block_number for h, topic in told if topic in _PAYOUTS and h.position > executed[0].position)


_PAYOUTS = frozenset({TRANSFER, _topic(events.Withdrawal)})


def _ends(heights: Iterable[int]) -> Iterator[int]:
    """The first and the last few."""
    ordered = list(dict.fromkeys(heights))
    yield from dict.fromkeys([*ordered[:MOST_PAYOUTS], *ordered[-MOST_PAYOUTS:]])


def _names(hint: Hint, state: Withdrawal) -> bool:
    """Whether an Accept log bears the withdrawal's number."""
    try:
        event = events.decode_log([bytes.fromhex(t[2:]) for t in hint.topics], bytes.fromhex(hint.data[2:]))
    except CodecError:
        return False
    details = state.terms.details
    number = tuple(int(details[name]) for name in ("account_id", "sub_account_id", "nonce"))
    return isinstance(event, events.Accepted) and (event.account_id, event.sub_account_id, event.nonce) == number
