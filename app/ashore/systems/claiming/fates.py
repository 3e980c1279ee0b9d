"""What becomes of claims that were sent and are in no block yet: sent again, reverted, or overtaken."""

from collections.abc import Mapping, Sequence

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.moves import MoveKind, MoveState
from ashore.domain.withdrawal import LAST_STAGE, PRICED_OUT, Withdrawal
from ashore.ethereum.quorum import Quorum
from ashore.ethereum.sending import Fate, Mined, fate_of, replaced
from ashore.ethereum.transactions import UnsignedTransaction, raw_transaction
from ashore.systems.claiming.gas import gwei_words
from ashore.systems.claiming.receipts import Receipts
from ashore.systems.claiming.track import CLAIMED

TURNS = 5
"""Looks at the chain between two questions about a claim."""
TURNS_TO_REPEAT = 30
"""The same between two repetitions of its bytes: a node that was started anew has forgotten them."""
CLAIMS_A_TURN = 5

REVERTED = (
    "A block of {chain} took the transaction, but it had no effect: it may have been paid out before, or the "
    "gas did not suffice. Only the gas was spent."
)
NOT_REGISTERED = (
    "A block of {chain} took the transaction, but it had no effect: the key may have been registered before, or the "
    "gas did not suffice. Only the gas was spent."
)


class Fates:
    """Asks about claims that an endpoint took, until the chain shows what they did."""

    def __init__(self, quorums: Mapping[str, Quorum], receipts: Receipts) -> None:
        """`quorums` by the chain's name."""
        self._quorums = quorums
        self._receipts = receipts
        self._turns: dict[str, int] = {}

    async def look(self, chain: str, claims: Sequence[Withdrawal], finalized: int = 0) -> list[ev.Event]:
        """What is to be written about claims on `chain`, which is finalized up to a height.

        Asks only every few turns about what waits, and about a few at once.
        """
        here = [w for w in claims if w.terms.destination == chain]
        waiting = [w for w in here if _waits(w)]
        return [*await self._look_for(chain, waiting), *await self._receipts.look(chain, here, finalized)]

    async def _look_for(self, chain: str, waiting: Sequence[Withdrawal]) -> list[ev.Event]:
        if not waiting:
            return []
        turn = self._turns[chain] = self._turns.get(chain, -1) + 1
        if turn % TURNS:
            return []
        found: list[ev.Event] = []
        first = turn // TURNS * CLAIMS_A_TURN % len(waiting)
        for state in [*waiting[first:], *waiting[:first]][:CLAIMS_A_TURN]:
            try:
                found += await self._of(self._quorums[chain], state, repeat=turn % TURNS_TO_REPEAT == 0)
            except AshoreError:
                continue
        return found

    async def _of(self, quorum: Quorum, state: Withdrawal, *, repeat: bool) -> list[ev.Event]:
        moves = {move.locator: move for move in reversed(state.rivals)}
        newest = next(move for move in moves.values() if move.state is not MoveState.REFUSED)
        mined = await fate_of(quorum, list(moves), state.terms.account, newest.nonce)
        if mined is None:
            return []
        if mined.fate in (Fate.DONE, Fate.REVERTED):
            return await self._mined(state, mined, moves[mined.tx_hash].kind)
        if state.stage(_last(state)).evidence:
            return []  # it is so already, by whose transaction ever
        if mined.fate is Fate.REPLACED:
            chain = state.terms.destination
            return [ev.StageFailed(state.id, _last(state), replaced(chain).sentence, chain)]
        raw = raw_transaction(newest.payload)
        if repeat:
            await quorum.send_raw(raw)
        return await _priced_out(quorum, state, raw)

    async def _mined(self, state: Withdrawal, mined: Mined, kind: MoveKind) -> list[ev.Event]:
        """A block took one of its transactions. That it was carried out shows in the contract’s logs or storage."""
        chain, shown = state.terms.destination, bool(state.stage(_last(state)).evidence)
        why = NOT_REGISTERED if _leaves_no_log(state) else REVERTED
        fails = mined.fate is Fate.REVERTED and kind is not MoveKind.CANCEL and not shown
        failed = [ev.StageFailed(state.id, _last(state), why.format(chain=chain), chain)] if fails else []
        if not failed and kind is not MoveKind.CANCEL and not _leaves_no_log(state):
            return []
        try:
            # Of a cancellation only its proven receipt counts: until that is finalized, the claim may still come back.
            receipt = await self._receipts.of(state, mined.tx_hash, mined.block_number, mined.block_hash)
        except AshoreError:
            return [*failed]
        return [receipt, *failed]


async def _priced_out(quorum: Quorum, state: Withdrawal, raw: bytes) -> list[ev.Event]:
    """Whether gas costs more now than the newest transaction may spend, where that is news."""
    base = (await quorum.header_at("latest")).required().base_fee or 0
    told = gwei_words(base) if base > UnsignedTransaction.of_signed(raw).max_fee else ""
    if bool(told) == bool(state.facts.get(PRICED_OUT)):
        return []
    return [ev.FactLearnt(state.id, PRICED_OUT, told, state.terms.destination)]


def _waits(state: Withdrawal) -> bool:
    view = state.stage(_last(state))
    taken = any(move.state is MoveState.ACCEPTED for move in state.rivals)
    shown = bool(view.evidence) and not _leaves_no_log(state)
    return taken and not shown and not view.failed and state.receipt is None


def _leaves_no_log(state: Withdrawal) -> bool:
    """Whether it is read from storage that it took effect: then its receipt alone tells by which transaction."""
    return state.request is not None and state.request.kind is MoveKind.REGISTER


def _last(state: Withdrawal) -> str:
    """The stage that a transaction reaches once a block took it."""
    return state.facts.get(LAST_STAGE, "") or CLAIMED
