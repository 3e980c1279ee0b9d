"""The logs of StarkEx. Source: starkware-libs/starkex-contracts, tag StarkExchange-v4.5.

No parameter is indexed: logs are asked for by address and first topic, and sorted out by their data.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ashore.crypto.event_logs import EventTable

STATE_TRANSITION_FACT = "LogStateTransitionFact(bytes32)"
ROOT_UPDATE = "LogRootUpdate(uint256,uint256,uint256,uint256,uint256)"
WITHDRAWAL_ALLOWED = "LogWithdrawalAllowed(uint256,uint256,uint256,uint256)"
NFT_WITHDRAWAL_ALLOWED = "LogNftWithdrawalAllowed(uint256,uint256)"
ASSET_WITHDRAWAL_ALLOWED = "LogAssetWithdrawalAllowed(uint256,uint256,uint256)"
MINTABLE_WITHDRAWAL_ALLOWED = "LogMintableWithdrawalAllowed(uint256,uint256,uint256)"
WITHDRAWAL_PERFORMED = "LogWithdrawalPerformed(uint256,uint256,uint256,uint256,address)"
NFT_WITHDRAWAL_PERFORMED = "LogNftWithdrawalPerformed(uint256,uint256,uint256,uint256,address)"
WITHDRAWAL_WITH_TOKEN_ID_PERFORMED = (
    "LogWithdrawalWithTokenIdPerformed(uint256,uint256,uint256,uint256,uint256,uint256,address)"  # noqa: S105
)
MINT_WITHDRAWAL_PERFORMED = "LogMintWithdrawalPerformed(uint256,uint256,uint256,uint256,uint256)"
FULL_WITHDRAWAL_REQUESTED = "LogFullWithdrawalRequest(uint256,uint256)"
USER_REGISTERED = "LogUserRegistered(address,uint256,address)"
DEPOSIT_WITH_TOKEN_ID = "LogDepositWithTokenId(address,uint256,uint256,uint256,uint256,uint256,uint256,uint256)"  # noqa: S105
TOKEN_REGISTERED = "LogTokenRegistered(uint256,bytes,uint256)"  # noqa: S105 - an event, not a secret
FROZEN = "LogFrozen()"
UNFROZEN = "LogUnFrozen()"
MEMORY_PAGES_HASHES = "LogMemoryPagesHashes(bytes32,bytes32[])"


@dataclass(frozen=True, slots=True)
class StateTransitionFact:
    """A state update was made on the ground of this fact, which the verifiers had proven before."""

    fact: bytes


@dataclass(frozen=True, slots=True)
class RootUpdate:
    """The roots after a state update; the sequence number counts updates."""

    sequence_number: int
    batch_id: int
    validium_root: int
    rollup_root: int
    order_root: int


@dataclass(frozen=True, slots=True)
class WithdrawalAllowed:
    """ETH or a token is pending for an owner, in base units and in quanta."""

    owner_key: int
    asset_type: int
    amount: int
    quanta: int


@dataclass(frozen=True, slots=True)
class NftWithdrawalAllowed:
    """An ERC-721 token is pending for an owner."""

    owner_key: int
    asset_id: int


@dataclass(frozen=True, slots=True)
class AssetWithdrawalAllowed:
    """The same once more, by asset id; StarkEx writes it beside the log above for each NFT."""

    owner_key: int
    asset_id: int
    quanta: int


@dataclass(frozen=True, slots=True)
class MintableWithdrawalAllowed:
    """A token that is yet to be minted is pending for an owner."""

    owner_key: int
    asset_id: int
    quanta: int


@dataclass(frozen=True, slots=True)
class WithdrawalPerformed:
    """ETH or a token was paid out. Amount 0 means that nothing was pending: the claim was in vain."""

    owner_key: int
    asset_type: int
    amount: int
    quanta: int
    recipient: bytes


@dataclass(frozen=True, slots=True)
class NftWithdrawalPerformed:
    """An ERC-721 token was handed over."""

    owner_key: int
    asset_type: int
    token_id: int
    asset_id: int
    recipient: bytes


@dataclass(frozen=True, slots=True)
class WithdrawalWithTokenIdPerformed:
    """A token with an id was handed over; for an NFT the second log of the same claim."""

    owner_key: int
    asset_type: int
    token_id: int
    asset_id: int
    amount: int
    quanta: int
    recipient: bytes


@dataclass(frozen=True, slots=True)
class MintWithdrawalPerformed:
    """A token was minted for its owner; the log does not name the recipient."""

    owner_key: int
    asset_type: int
    amount: int
    quanta: int
    asset_id: int


@dataclass(frozen=True, slots=True)
class FullWithdrawalRequested:
    """An owner demanded a vault on Ethereum; the operator has to serve it, or the exchange can be frozen."""

    stark_key: int
    vault_id: int


@dataclass(frozen=True, slots=True)
class UserRegistered:
    """A Stark key was tied to an Ethereum address."""

    eth_key: bytes
    stark_key: int
    sender: bytes


@dataclass(frozen=True, slots=True)
class DepositWithTokenId:
    """A token with an id came in: the one log that names both its id and its asset."""

    depositor: bytes
    stark_key: int
    vault_id: int
    asset_type: int
    token_id: int
    asset_id: int
    amount: int
    quanta: int


@dataclass(frozen=True, slots=True)
class TokenRegistered:
    """An asset type was registered; one token may be in several quanta."""

    asset_type: int
    asset_info: bytes
    quantum: int


@dataclass(frozen=True, slots=True)
class Frozen:
    """The exchange was frozen: no more state updates, and what is pending can still be claimed."""


@dataclass(frozen=True, slots=True)
class Unfrozen:
    """The governors took the freeze back."""


L1Event = (
    StateTransitionFact
    | RootUpdate
    | WithdrawalAllowed
    | NftWithdrawalAllowed
    | AssetWithdrawalAllowed
    | MintableWithdrawalAllowed
    | WithdrawalPerformed
    | NftWithdrawalPerformed
    | WithdrawalWithTokenIdPerformed
    | MintWithdrawalPerformed
    | FullWithdrawalRequested
    | UserRegistered
    | DepositWithTokenId
    | TokenRegistered
    | Frozen
    | Unfrozen
)

_DECLARATIONS: dict[type[L1Event], str] = {
    StateTransitionFact: STATE_TRANSITION_FACT,
    RootUpdate: ROOT_UPDATE,
    WithdrawalAllowed: WITHDRAWAL_ALLOWED,
    NftWithdrawalAllowed: NFT_WITHDRAWAL_ALLOWED,
    AssetWithdrawalAllowed: ASSET_WITHDRAWAL_ALLOWED,
    MintableWithdrawalAllowed: MINTABLE_WITHDRAWAL_ALLOWED,
    WithdrawalPerformed: WITHDRAWAL_PERFORMED,
    NftWithdrawalPerformed: NFT_WITHDRAWAL_PERFORMED,
    WithdrawalWithTokenIdPerformed: WITHDRAWAL_WITH_TOKEN_ID_PERFORMED,
    MintWithdrawalPerformed: MINT_WITHDRAWAL_PERFORMED,
    FullWithdrawalRequested: FULL_WITHDRAWAL_REQUESTED,
    UserRegistered: USER_REGISTERED,
    DepositWithTokenId: DEPOSIT_WITH_TOKEN_ID,
    TokenRegistered: TOKEN_REGISTERED,
    Frozen: FROZEN,
    Unfrozen: UNFROZEN,
}

_EVENTS = EventTable(_DECLARATIONS)


def topic_of(event: type[L1Event]) -> bytes:
    """Return the first topic of the logs that decode to this event."""
    return _EVENTS.topic_of(event)


def decode_log(topics: Sequence[bytes], data: bytes) -> L1Event | None:
    """Return the event of a log, or None where it is none that a withdrawal waits for. Raises CodecError."""
    return _EVENTS.decode_log(topics, data)
