"""From the logs of a block to entries of the book.

Source: starkware-libs/starkex-contracts, tag StarkExchange-v4.5 (`UpdateState.sol`, `Withdrawals.sol`). One transaction
changes the state: what it sets aside is held against its own calldata, whose hash is the fact that was proven.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ashore.crypto.abi import decode_call
from ashore.domain.observations import BlockObserved, LogEntry
from ashore.systems.entries import Entry, entry_of
from ashore.systems.reddio.codec.errors import CodecError
from ashore.systems.reddio.codec.l1 import events
from ashore.systems.reddio.codec.l1.calls import UPDATE_STATE
from ashore.systems.reddio.codec.l1.facts import state_transition_fact
from ashore.systems.reddio.codec.l1.public_input import decode_public_input
from ashore.systems.reddio.deployment import Deployment
from ashore.systems.reddio.settlement.book import Kind, place_of

Allowed = (
    events.WithdrawalAllowed
    | events.AssetWithdrawalAllowed
    | events.NftWithdrawalAllowed
    | events.MintableWithdrawalAllowed
)
Performed = events.WithdrawalPerformed | events.NftWithdrawalPerformed | events.MintWithdrawalPerformed

UNREAD = ""
"""What a fact says that could not be looked up: the calldata was sent by way of another contract."""


@dataclass(frozen=True, slots=True)
class _Calldata:
    """What the calldata of a state update says: the fact that follows from it, and each withdrawal in it."""

    fact: str = UNREAD
    withdrawals: Counter[tuple[int, int, int]] | None = None


def entries_of(deployment: Deployment, observed: BlockObserved) -> Iterator[Entry]:
    """Yield what the contract's logs in a block say, in order. Takes long for a batch of hundreds."""
    logs = [
        (log, event)
        for log in observed.logs
        if log.address == deployment.contract and (event := _decoded(log)) is not None
    ]
    for tx_index in dict.fromkeys(log.tx_index for log, _ in logs):
        of_one = [(log, event) for log, event in logs if log.tx_index == tx_index]
        if any(isinstance(event, events.RootUpdate) for _, event in of_one):
            yield from _update(deployment, observed, of_one)
        for log, event in of_one:
            match event:
                case events.WithdrawalPerformed() | events.NftWithdrawalPerformed() | events.MintWithdrawalPerformed():
                    yield _performed(observed, log, event)
                case events.Frozen():
                    yield entry_of(observed, log, Kind.FROZEN, "", 0)
                case events.Unfrozen():
                    yield entry_of(observed, log, Kind.UNFROZEN, "", 0)


def _decoded(log: LogEntry) -> events.L1Event | None:
    try:
        return events.decode_log([bytes.fromhex(topic[2:]) for topic in log.topics], bytes.fromhex(log.data[2:]))
    except CodecError:
        return None


def _update(
    deployment: Deployment, observed: BlockObserved, logs: Sequence[tuple[LogEntry, events.L1Event]]
) -> Iterator[Entry]:
    """A state update, and all that it sets aside."""
    first = logs[0][0]
    calldata = _read(first.tx_input) if first.tx_to == deployment.contract else _Calldata()
    fact = next((event.fact for _, event in logs if isinstance(event, events.StateTransitionFact)), b"")
    root_log, root = next((log, event) for log, event in logs if isinstance(event, events.RootUpdate))
    common = {
        "sequence": str(root.sequence_number),
        "batch": str(root.batch_id),
        "fact": "0x" + fact.hex(),
        "computed": calldata.fact,
    }
    yield entry_of(observed, root_log, Kind.UPDATED, str(root.sequence_number), root.sequence_number, **common)
    left = None if calldata.withdrawals is None else Counter(calldata.withdrawals)
    for at, (log, event) in enumerate(logs):
        if not isinstance(event, Allowed):
            continue
        if isinstance(event, events.NftWithdrawalAllowed) and _comes_again(event, logs[at + 1 : at + 2]):
            continue
        asset_id, quanta, amount = _set_aside(event)
        told = UNREAD
        if left is not None:
            key = event.owner_key, asset_id, quanta
            told = "yes" if left[key] > 0 else "no"
            left[key] -= 1
        facts = {**common, "quanta": str(quanta), "amount": str(amount), "input": told, "event": event_text(event)}
        yield entry_of(observed, log, Kind.ALLOWED, place_of(event.owner_key, asset_id), 0, **facts)


def _read(calldata: str) -> _Calldata:
    try:
        words, _ = decode_call(UPDATE_STATE, bytes.fromhex(calldata[2:]))
        assert isinstance(words, tuple)
        numbers = [word for word in words if isinstance(word, int)]
        public_input = decode_public_input(numbers)
        fact = "0x" + state_transition_fact(numbers).hex()
    except CodecError:
        return _Calldata()
    told = Counter((change.owner_key, change.asset_id, -change.difference) for change in public_input.withdrawals)
    return _Calldata(fact, told)


def _set_aside(event: Allowed) -> tuple[int, int, int]:
    """Asset id, quanta and base units; an NFT is one of each."""
    match event:
        case events.WithdrawalAllowed():
            return event.asset_type, event.quanta, event.amount
        case events.NftWithdrawalAllowed():
            return event.asset_id, 1, 1
        case _:
            return event.asset_id, event.quanta, event.quanta


def _performed(observed: BlockObserved, log: LogEntry, event: Performed) -> Entry:
    match event:
        case events.WithdrawalPerformed():
            asset_id, quanta, amount, recipient = event.asset_type, event.quanta, event.amount, event.recipient
        case events.NftWithdrawalPerformed():
            asset_id, quanta, amount, recipient = event.asset_id, 1, 1, event.recipient
        case _:  # the log of what is minted names nobody; the contract mints for the owner alone
            asset_id, quanta, amount, recipient = event.asset_id, event.quanta, event.amount, b""
    facts = {
        "quanta": str(quanta),
        "amount": str(amount),
        "recipient": "0x" + recipient.hex() if recipient else "",
        "event": event_text(event),
    }
    return entry_of(observed, log, Kind.PERFORMED, place_of(event.owner_key, asset_id), 0, **facts)


def _comes_again(event: events.NftWithdrawalAllowed, after: Sequence[tuple[LogEntry, events.L1Event]]) -> bool:
    """Whether the next log says the same once more, as it does of every single token since version 4."""
    return any(
        isinstance(next_, events.AssetWithdrawalAllowed)
        and (next_.owner_key, next_.asset_id) == (event.owner_key, event.asset_id)
        for _, next_ in after
    )


def event_text(event: events.L1Event) -> str:
    """A log as evidence writes it; empty where it is none that evidence is made of."""
    if not isinstance(event, Allowed | Performed):
        return ""
    match event:
        case events.WithdrawalAllowed():
            asset, rest = event.asset_type, str(event.amount)
        case events.WithdrawalPerformed():
            asset, rest = event.asset_type, f"{event.amount}, 0x{event.recipient.hex()}"
        case events.NftWithdrawalPerformed():
            asset, rest = event.asset_id, f"0x{event.recipient.hex()}"
        case events.NftWithdrawalAllowed():
            asset, rest = event.asset_id, "1"
        case _:
            asset, rest = event.asset_id, str(event.quanta)
    return f"Log{type(event).__name__}(0x{event.owner_key:x}, 0x{asset:x}, {rest})"
