"""The contract functions that a withdrawing wallet and its practice chain use.

Source: starkware-libs/starkex-contracts, tag StarkExchange-v4.5 (`Withdrawals.sol`, `TokenRegister.sol`, `Users.sol`,
`FullWithdrawals.sol`, `UpdateState.sol`).
"""

from dataclasses import dataclass

from ashore.crypto.abi import decode, decode_call, encode_call, parse_types, selector
from ashore.systems.reddio.codec.assets import ADDRESS_BYTES, Asset
from ashore.systems.reddio.codec.errors import CodecError

WITHDRAW = "withdraw(uint256,uint256)"
WITHDRAW_NFT = "withdrawNft(uint256,uint256,uint256)"
WITHDRAW_WITH_TOKEN_ID = "withdrawWithTokenId(uint256,uint256,uint256)"  # noqa: S105 - a function, not a secret
WITHDRAW_AND_MINT = "withdrawAndMint(uint256,uint256,bytes)"
GET_WITHDRAWAL_BALANCE = "getWithdrawalBalance(uint256,uint256)"
GET_ETH_KEY = "getEthKey(uint256)"
GET_ASSET_INFO = "getAssetInfo(uint256)"
GET_QUANTUM = "getQuantum(uint256)"
IS_ASSET_REGISTERED = "isAssetRegistered(uint256)"
CALCULATE_ASSET_ID_WITH_TOKEN_ID = "calculateAssetIdWithTokenId(uint256,uint256)"  # noqa: S105
CALCULATE_MINTABLE_ASSET_ID = "calculateMintableAssetId(uint256,bytes)"
IS_FROZEN = "isFrozen()"
FREEZE_GRACE_PERIOD = "FREEZE_GRACE_PERIOD()"
GET_LAST_BATCH_ID = "getLastBatchId()"
GET_SEQUENCE_NUMBER = "getSequenceNumber()"
GET_VALIDIUM_VAULT_ROOT = "getValidiumVaultRoot()"
GET_ROLLUP_VAULT_ROOT = "getRollupVaultRoot()"
GET_ORDER_ROOT = "getOrderRoot()"
IS_OPERATOR = "isOperator(address)"
IDENTIFY = "identify()"
GET_REGISTERED_VERIFIERS = "getRegisteredVerifiers()"
GET_REGISTERED_AVAILABILITY_VERIFIERS = "getRegisteredAvailabilityVerifiers()"
GPS_CONTRACT = "gpsContract()"
PROGRAM_HASH = "programHash()"
IS_VALID = "isValid(bytes32)"
REGISTER_ETH_ADDRESS = "registerEthAddress(address,uint256,bytes)"
REGISTER_TOKEN = "registerToken(uint256,bytes,uint256)"  # noqa: S105
DEPOSIT_ETH = "depositEth(uint256,uint256,uint256)"
DEPOSIT_ERC20 = "depositERC20(uint256,uint256,uint256,uint256)"
DEPOSIT_NFT = "depositNft(uint256,uint256,uint256,uint256)"
UPDATE_STATE = "updateState(uint256[],uint256[])"
FULL_WITHDRAWAL_REQUEST = "fullWithdrawalRequest(uint256,uint256)"
GET_FULL_WITHDRAWAL_REQUEST = "getFullWithdrawalRequest(uint256,uint256)"
FREEZE_REQUEST = "freezeRequest(uint256,uint256)"
VERIFY_ESCAPE = "verifyEscape(uint256[])"
ESCAPE = "escape(uint256,uint256,uint256,uint256)"
MINT_FOR = "mintFor(address,uint256,bytes)"


@dataclass(frozen=True, slots=True)
class Claim:
    """A payout of everything that is pending for an owner and an asset. Anyone may send it; it cannot be redirected.

    `owner_key` is an Ethereum address as a number, or a registered Stark key. `token_id` is there for an ERC-721,
    `mint_blob` for what the claim mints; at most one of the two.
    """

    owner_key: int
    asset_type: int
    token_id: int | None = None
    mint_blob: bytes = b""


def claim_of(owner_key: int, asset: Asset) -> Claim:
    """Return the claim of an asset."""
    token_id = None if asset.kind.is_mintable else asset.token_id
    return Claim(owner_key, asset.asset_type, token_id, asset.mint_blob)


def encode_claim(claim: Claim) -> bytes:
    """Return the calldata of the function that pays this asset out. Raises CodecError where a value does not fit."""
    if claim.mint_blob:
        if claim.token_id is not None:
            raise CodecError("A claim hands a token over, or mints it.")
        return encode_call(WITHDRAW_AND_MINT, (claim.owner_key, claim.asset_type, claim.mint_blob))
    if claim.token_id is not None:
        return encode_call(WITHDRAW_NFT, (claim.owner_key, claim.asset_type, claim.token_id))
    return encode_call(WITHDRAW, (claim.owner_key, claim.asset_type))


def decode_claim(calldata: bytes) -> Claim:
    """Return the claim of calldata. Raises CodecError where it is anything else, or has bytes too many.

    `withdrawWithTokenId`, which is the same as `withdrawNft`, is read but never written.
    """
    canonical = calldata
    if calldata[:4] == selector(WITHDRAW):
        owner_key, asset_type = (_integer(value) for value in decode_call(WITHDRAW, calldata))
        claim = Claim(owner_key, asset_type)
    elif calldata[:4] == selector(WITHDRAW_AND_MINT):
        owner, kind, blob = decode_call(WITHDRAW_AND_MINT, calldata)
        claim = Claim(_integer(owner), _integer(kind), mint_blob=_bytes(blob))
    else:
        canonical = selector(WITHDRAW_NFT) + calldata[4:]
        known = WITHDRAW_WITH_TOKEN_ID if calldata[:4] == selector(WITHDRAW_WITH_TOKEN_ID) else WITHDRAW_NFT
        owner_key, asset_type, token_id = (_integer(value) for value in decode_call(known, calldata))
        claim = Claim(owner_key, asset_type, token_id)
    if encode_claim(claim) != canonical:
        raise CodecError("The claim is not in the form that a wallet writes.")
    return claim


def decode_uint_result(data: bytes) -> int:
    """Return the one number that a call gave back. Raises CodecError."""
    (value,) = decode(parse_types("uint256"), data)
    return _integer(value)


def decode_bool_result(data: bytes) -> bool:
    """Return the one truth value that a call gave back. Raises CodecError."""
    (value,) = decode(parse_types("bool"), data)
    return bool(value)


def decode_bytes_result(data: bytes) -> bytes:
    """Return the one byte string that a call gave back, as `getAssetInfo` does. Raises CodecError."""
    (value,) = decode(parse_types("bytes"), data)
    return _bytes(value)


def decode_address_result(data: bytes) -> bytes | None:
    """Return the one address (20 bytes) that a call gave back, or None for the zero address. Raises CodecError."""
    (value,) = decode(parse_types("address"), data)
    return _bytes(value) if value != bytes(ADDRESS_BYTES) else None


def decode_addresses_result(data: bytes) -> tuple[bytes, ...]:
    """Return the addresses that a call gave back, as `getRegisteredVerifiers` does. Raises CodecError."""
    (values,) = decode(parse_types("address[]"), data)
    assert isinstance(values, tuple)
    return tuple(_bytes(value) for value in values)


def _bytes(value: object) -> bytes:
    assert isinstance(value, bytes)
    return value


def _integer(value: object) -> int:
    assert isinstance(value, int)
    return value
