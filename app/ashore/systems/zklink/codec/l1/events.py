"""The logs of zkLink's contracts. Source: zkLinkProtocol/zklink-contracts `Events.sol`, branches v2, main, zkex, apex.

Declarations are written as `ashore.crypto.event_logs` has them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ashore.crypto.event_logs import EventTable

BLOCK_COMMIT = "BlockCommit(uint32 indexed)"
BLOCK_PROVEN = "BlockProven(uint32 indexed)"
BLOCK_SYNCED = "BlockSynced(uint32 indexed)"
BLOCK_EXECUTED = "BlockExecuted(uint32 indexed)"
BLOCKS_REVERT = "BlocksRevert(uint32,uint32)"
WITHDRAWAL_PENDING = "WithdrawalPending(uint16 indexed,bytes32 indexed,uint128)"
WITHDRAWAL = "Withdrawal(uint16 indexed,uint128)"
WITHDRAWAL_CALL = "WithdrawalCall(bytes32 indexed)"
WITHDRAWAL_PENDING_L1 = "WithdrawalPendingL1(bytes32 indexed)"
WITHDRAWAL_L1 = "WithdrawalL1(bytes32 indexed)"
ACCEPT_X = "Accept(address,address,address,uint128,uint16,uint32,uint8,uint32,uint128)"
ACCEPT_V2 = "Accept(address,uint32,address indexed,uint16,uint128,uint16,uint32,uint8,uint32,uint128,uint128)"
SEND_SECONDARY_SYNC_HASH = "SendSlaverSyncHash(bytes32)"
RECEIVE_SECONDARY_SYNC_HASH = "ReceiveSlaverSyncHash(uint8,bytes32)"
SEND_MASTER_SYNC_HASH = "SendMasterSyncHash(uint32,bytes32)"
NEW_PRIORITY_REQUEST = "NewPriorityRequest(address,uint64,uint8,bytes,uint256)"
EXODUS_MODE = "ExodusMode()"
FACT_AUTH = "FactAuth(address indexed,uint32,bytes)"
FACT_AUTH_RESET_TIME = "FactAuthResetTime(address indexed,uint32,uint256)"
NEW_TOKEN = "NewToken(uint16 indexed,address indexed,uint8)"  # noqa: S105 - an event, not a secret


@dataclass(frozen=True, slots=True)
class BlockCommit:
    """Blocks up to this one were committed; a batch names only its last block."""

    block_number: int


@dataclass(frozen=True, slots=True)
class BlockProven:
    """Blocks up to this one were proven (on the master chain only, in zkLink X)."""

    block_number: int


@dataclass(frozen=True, slots=True)
class BlockSynced:
    """Blocks up to this one are agreed on by all chains."""

    block_number: int


@dataclass(frozen=True, slots=True)
class BlockExecuted:
    """Blocks up to this one were executed: their withdrawals are owed by this contract."""

    block_number: int


@dataclass(frozen=True, slots=True)
class BlocksRevert:
    """Committed blocks were taken back; what is left are the counters of executed and committed blocks."""

    total_executed: int
    total_committed: int


@dataclass(frozen=True, slots=True)
class WithdrawalPending:
    """The contract owes a recipient (32 bytes) an amount, in 18 decimals whatever the token's own are."""

    token_id: int
    recipient: bytes
    amount: int


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """An owed amount was paid out, in the token's layer-1 decimals; to whom stands in the calldata only."""

    token_id: int
    amount: int


@dataclass(frozen=True, slots=True)
class WithdrawalCall:
    """A withdrawal with an attached call was paid out."""

    withdraw_hash: bytes


@dataclass(frozen=True, slots=True)
class WithdrawalPendingL1:
    """A withdrawal waits for its way through the gateway to Ethereum."""

    withdraw_hash: bytes


@dataclass(frozen=True, slots=True)
class WithdrawalL1:
    """A withdrawal was sent on through the gateway to Ethereum."""

    withdraw_hash: bytes


@dataclass(frozen=True, slots=True)
class Accepted:
    """A broker paid a fast withdrawal (zkLink X); amounts are in layer-1 decimals."""

    acceptor: bytes
    receiver: bytes
    token: bytes
    amount: int
    withdraw_fee_ratio: int
    account_id: int
    sub_account_id: int
    nonce: int
    amount_received: int


L1Event = (
    BlockCommit
    | BlockProven
    | BlockSynced
    | BlockExecuted
    | BlocksRevert
    | WithdrawalPending
    | Withdrawal
    | WithdrawalCall
    | WithdrawalPendingL1
    | WithdrawalL1
    | Accepted
)

_DECLARATIONS: dict[type[L1Event], str] = {
    BlockCommit: BLOCK_COMMIT,
    BlockProven: BLOCK_PROVEN,
    BlockSynced: BLOCK_SYNCED,
    BlockExecuted: BLOCK_EXECUTED,
    BlocksRevert: BLOCKS_REVERT,
    WithdrawalPending: WITHDRAWAL_PENDING,
    Withdrawal: WITHDRAWAL,
    WithdrawalCall: WITHDRAWAL_CALL,
    WithdrawalPendingL1: WITHDRAWAL_PENDING_L1,
    WithdrawalL1: WITHDRAWAL_L1,
    Accepted: ACCEPT_X,
}

_EVENTS = EventTable(_DECLARATIONS)


def topic_of(event: type[L1Event]) -> bytes:
    """Return the first topic of the logs that decode to this event."""
    return _EVENTS.topic_of(event)


def decode_log(topics: Sequence[bytes], data: bytes) -> L1Event | None:
    """Return the event of a log, or None where it is none that a withdrawal waits for. Raises CodecError."""
    return _EVENTS.decode_log(topics, data)
