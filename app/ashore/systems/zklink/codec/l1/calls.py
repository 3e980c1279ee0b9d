"""The contract functions that a withdrawing wallet and its practice chain use.

Source: zkLinkProtocol/zklink-contracts, branches v2, main, zkex_mainnet and apex_mainnet.
"x" marks zkLink X and the contracts' main branch; "secondary" the chains that the sources call slave chains.
"""

from dataclasses import dataclass

from ashore.crypto.abi import WORD, decode, decode_call, encode_call, parse_types
from ashore.systems.zklink.codec.errors import CodecError
from ashore.systems.zklink.codec.transactions import EVM_ADDRESS_BYTES, PUBKEY_HASH_BYTES

STORED_BLOCK_X = "(uint32,uint64,bytes32,uint256,bytes32,bytes32,(uint8,bytes32)[])"
STORED_BLOCK_SECONDARY = "(uint32,uint32,uint64,bytes32,bytes32)"
STORED_BLOCK_V2 = "(uint32,uint64,bytes32,uint256,bytes32,bytes32,bytes32)"

WITHDRAW_PENDING_BALANCE = "withdrawPendingBalance(address,uint16,uint128)"
WITHDRAW_PENDING_BALANCE_WITH_CALL = (
    "withdrawPendingBalanceWithCall(address,address,uint128,bytes,uint32,uint8,uint32,bool)"
)
WITHDRAW_TO_L1 = "withdrawToL1(address,address,uint128,uint16,uint32,uint8,uint32)"
ESTIMATE_WITHDRAW_TO_L1_FEE = "estimateWithdrawToL1Fee(address,address,uint128,uint16,uint32,uint8,uint32)"
GET_PENDING_BALANCE = "getPendingBalance(bytes32,uint16)"
ACCEPTS_X = "accepts(bytes32)"
ACCEPTS_V2 = "accepts(uint32,bytes32)"
PENDING_L1_WITHDRAWS = "pendingL1Withdraws(bytes32)"
PENDING_WITHDRAW_WITH_CALLS = "pendingWithdrawWithCalls(bytes32)"
TOKENS = "tokens(uint16)"
TOKEN_IDS = "tokenIds(address)"  # noqa: S105 - a function, not a secret
STORED_BLOCK_HASHES = "storedBlockHashes(uint32)"
TOTAL_BLOCKS_COMMITTED = "totalBlocksCommitted()"
TOTAL_BLOCKS_PROVEN = "totalBlocksProven()"
TOTAL_BLOCKS_SYNCHRONIZED = "totalBlocksSynchronized()"
TOTAL_BLOCKS_EXECUTED = "totalBlocksExecuted()"
EXODUS_MODE = "exodusMode()"
SET_AUTH_PUBKEY_HASH = "setAuthPubkeyHash(bytes,uint32)"
AUTH_FACTS = "authFacts(address,uint32)"
REQUEST_FULL_EXIT = "requestFullExit(uint32,uint8,uint16,bool)"
ACTIVATE_EXODUS_MODE = "activateExodusMode()"
ACCEPT_ERC20_X = "acceptERC20(address,address,uint128,uint16,uint32,uint8,uint32)"
ACCEPT_ETH_X = "acceptETH(address,uint128,uint16,uint32,uint8,uint32)"
DEPOSIT_ERC20 = "depositERC20(address,uint104,bytes32,uint8,bool)"
DEPOSIT_ETH = "depositETH(bytes32,uint8)"
ADD_TOKEN = "addToken(uint16,address,uint8)"  # noqa: S105
ADD_TOKEN_V2 = "addToken(uint16,address,uint8,bool)"  # noqa: S105
SET_VALIDATOR = "setValidator(address,bool)"

COMMIT_BLOCKS_X = f"commitBlocks({STORED_BLOCK_X},(bytes32,bytes,uint256,(bytes,uint32)[],uint32)[])"
PROVE_BLOCKS_X = f"proveBlocks({STORED_BLOCK_X}[],(uint256[],uint256[],uint256[],uint8[],uint256[16]))"
PROVE_BLOCKS_MAIN = f"proveBlocks({STORED_BLOCK_X}[],(uint256,uint256[],uint256[],uint256[],uint256[16],bytes))"
EXECUTE_BLOCKS_X = f"executeBlocks(({STORED_BLOCK_X},bytes[])[])"
CONFIRM_BLOCK_X = f"confirmBlock({STORED_BLOCK_X})"
REVERT_BLOCKS_X = f"revertBlocks({STORED_BLOCK_X}[])"
COMMIT_BLOCKS_SECONDARY = f"commitCompressedBlocks({STORED_BLOCK_SECONDARY},(bytes32,bytes,(bytes,uint32)[],uint32)[])"
EXECUTE_BLOCKS_SECONDARY = f"executeCompressedBlocks(({STORED_BLOCK_SECONDARY},bytes[])[])"
SEND_SYNC_HASH_SECONDARY = f"sendSyncHash({STORED_BLOCK_SECONDARY})"
COMMIT_BLOCKS_V2 = f"commitBlocks({STORED_BLOCK_V2},(bytes32,bytes,uint256,(bytes,uint32)[],uint32,uint32)[])"
PROVE_BLOCKS_V2 = f"proveBlocks({STORED_BLOCK_V2}[],(uint256[],uint256[],uint256[],uint8[],uint256[16]))"
SYNC_BLOCKS_V2 = f"syncBlocks({STORED_BLOCK_V2})"
EXECUTE_BLOCKS_V2 = f"executeBlocks(({STORED_BLOCK_V2},bytes[])[])"


@dataclass(frozen=True, slots=True)
class Claim:
    """A payout of what a contract owes: anyone may send it, the money always goes to `owner` (20 bytes).

    `amount` is in the token's own layer-1 decimals.
    """

    owner: bytes
    token_id: int
    amount: int


@dataclass(frozen=True, slots=True)
class RegisteredToken:
    """A contract's record of a token; `address` has 20 bytes."""

    is_registered: bool
    is_paused: bool
    address: bytes
    decimals: int


def encode_claim(claim: Claim) -> bytes:
    """Return the calldata of `withdrawPendingBalance`. Raises CodecError where a value does not fit."""
    return encode_call(WITHDRAW_PENDING_BALANCE, (claim.owner, claim.token_id, claim.amount))


def decode_claim(calldata: bytes) -> Claim:
    """Return the claim of calldata. Raises CodecError where it is anything else, or has bytes too many."""
    owner, token_id, amount = decode_call(WITHDRAW_PENDING_BALANCE, calldata)
    claim = Claim(_as_bytes(owner), _as_int(token_id), _as_int(amount))
    if encode_claim(claim) != calldata:
        raise CodecError("The claim has bytes after its arguments.")
    return claim


def encode_pending_balance_query(owner: bytes, token_id: int) -> bytes:
    """Return the calldata that asks what an owner (20 bytes, or 32) is owed, in 18 decimals."""
    return encode_call(GET_PENDING_BALANCE, (owner.rjust(WORD, b"\0"), token_id))


def encode_auth_pubkey_hash(pubkey_hash: bytes, nonce: int) -> bytes:
    """Return the calldata by which an account authorises a layer-2 key on layer 1."""
    if len(pubkey_hash) != PUBKEY_HASH_BYTES:
        raise CodecError("The hash of a layer-2 key has 20 bytes.")
    return encode_call(SET_AUTH_PUBKEY_HASH, (pubkey_hash, nonce))


def decode_uint_result(data: bytes) -> int:
    """Return the one number that a call gave back. Raises CodecError."""
    (value,) = decode(parse_types("uint256"), data)
    return _as_int(value)


def decode_bool_result(data: bytes) -> bool:
    """Return the one truth value that a call gave back. Raises CodecError."""
    (value,) = decode(parse_types("bool"), data)
    return bool(value)


def decode_address_result(data: bytes) -> bytes | None:
    """Return the one address (20 bytes) that a call gave back, or None for the zero address. Raises CodecError."""
    (value,) = decode(parse_types("address"), data)
    return _as_bytes(value) if value != bytes(EVM_ADDRESS_BYTES) else None


def decode_bytes32_result(data: bytes) -> bytes:
    """Return the one 32-byte value that a call gave back. Raises CodecError."""
    (value,) = decode(parse_types("bytes32"), data)
    return _as_bytes(value)


def decode_token_result(data: bytes) -> RegisteredToken:
    """Return the record that `tokens(uint16)` gave back; v2's trailing field is ignored. Raises CodecError."""
    is_registered, is_paused, address, decimals = decode(parse_types("bool,bool,address,uint8"), data)
    return RegisteredToken(bool(is_registered), bool(is_paused), _as_bytes(address), _as_int(decimals))


def _as_bytes(value: object) -> bytes:
    assert isinstance(value, bytes)
    return value


def _as_int(value: object) -> int:
    assert isinstance(value, int)
    return value
