"""What the operator says of open activations: whether it carried them out, and which key the account has then."""

from collections.abc import Iterator, Mapping, Sequence

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Evidence, Level
from ashore.domain.moves import MoveState
from ashore.domain.observations import OperatorReport
from ashore.domain.withdrawal import Withdrawal
from ashore.systems.base import Report
from ashore.systems.zklink.client.operator import OperatorClient
from ashore.systems.zklink.settlement.operator_word import FORGETTING_MS, SOURCE
from ashore.systems.zklink.system.activation_track import EXECUTED, NEW_KEY, REGISTERED, REQUESTED, is_activation

KEYS = "keys"
"""Subject of the report: by the request's hash, what became of it and which key its account has."""
ACTIVATIONS_A_CYCLE = 5


class KeyWord:
    """Asks the operator about activations that it took."""

    def __init__(self, profile: str, client: OperatorClient) -> None:
        """`profile` is the deployment's id."""
        self._profile = profile
        self._client = client
        self._turn = 0

    async def ask(self, open_: Sequence[Withdrawal]) -> Report:
        """One cycle: at most ACTIVATIONS_A_CYCLE, in turn."""
        waiting = [w for w in open_ if w.terms.profile == self._profile and is_activation(w) and _taken(w)]
        if not waiting:
            return Report()
        start = self._turn % len(waiting)
        self._turn += ACTIVATIONS_A_CYCLE
        told: dict[str, object] = {}
        notes: list[str] = []
        for state in [*waiting[start:], *waiting[:start]][:ACTIVATIONS_A_CYCLE]:
            try:
                told[_hash(state)] = await self._of(state)
            except AshoreError as error:
                notes.append(error.sentence)
        found = (OperatorReport(self._profile, KEYS, told),) if told else ()
        return Report(found, tuple(dict.fromkeys(notes)))

    async def _of(self, state: Withdrawal) -> dict[str, object]:
        receipt = await self._client.transaction(_hash(state))
        if receipt is not None and not (receipt.executed and receipt.success):
            return {"known": True, "failed": receipt.executed, "reason": receipt.fail_reason, "block": 0, "key": ""}
        account = await self._client.account(int(state.terms.details["account_id"]))
        if account.address[-40:] != state.terms.account[-40:]:
            raise AshoreError("zkLink answered with another account than the one asked for.")
        block = receipt.block if receipt is not None else 0
        return {"known": receipt is not None, "failed": False, "block": block, "key": account.pub_key_hash}


def key_words(report: OperatorReport, mine: Sequence[Withdrawal], now: int) -> Iterator[ev.Event]:
    """Turn a report into events of level REPORTED: more than its word there is not. `now` in UTC milliseconds."""
    for state in mine:
        told = report.facts.get(_hash(state)) if is_activation(state) else None
        if isinstance(told, Mapping):
            yield from _said(state, told, now)


def _said(state: Withdrawal, told: Mapping[str, object], now: int) -> Iterator[ev.Event]:
    if told["failed"]:
        reason = str(told["reason"]) or "no reason given"
        yield ev.StageFailed(state.id, EXECUTED, f"zkLink could not register the key: {reason}.", SOURCE)
        return
    key, own = str(told["key"]), state.terms.details[NEW_KEY]
    if key and (told["known"] or key == own):
        block = str(told["block"])
        yield from _reached(state, EXECUTED, {"layer-2 block": block} if block != "0" else {}, now)
    if key == own:
        yield from _reached(state, REGISTERED, {"key that zkLink names": key}, now)
    elif key:
        yield from _another(state, known=bool(told["known"]), now=now)


def _another(state: Withdrawal, *, known: bool, now: int) -> Iterator[ev.Event]:
    """The operator took the change, and its account has another key all the same: said once it stays so."""
    since = state.stage(EXECUTED if known else REQUESTED).reached_at
    stage = REGISTERED if known else EXECUTED
    if not since or now - since <= FORGETTING_MS or state.stage(stage).contradicted:
        return
    found = "and names another key for the account." if known else "and now says that it does not know it."
    said = "zkLink says that it carried the change out," if known else "zkLink took the request,"
    yield ev.StageContradicted(state.id, stage, said, found)


def _reached(state: Withdrawal, stage: str, facts: Mapping[str, str], now: int) -> Iterator[ev.Event]:
    standing = [e for e in state.stage(stage).evidence if e.source == SOURCE]
    if not standing or not set(facts) <= set(standing[-1].facts):
        yield ev.StageReached(state.id, stage, Evidence("operator", Level.REPORTED, SOURCE, now, dict(facts)))


def _taken(state: Withdrawal) -> bool:
    return state.request is not None and state.request.state is MoveState.ACCEPTED


def _hash(state: Withdrawal) -> str:
    return state.request.locator if state.request is not None else ""
