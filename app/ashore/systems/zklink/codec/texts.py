"""What the Ethereum key signs for zkLink: EIP-191 texts and EIP-712 typed data.

Source: zkLinkProtocol/zklink_sdk `withdraw.rs`, `change_pubkey.rs`; zklink-js-sdk `utils.ts` for the typed data of v2.
"""

import struct
from decimal import Decimal

from ashore.systems.zklink.codec.profiles import Profile
from ashore.systems.zklink.codec.transactions import ChangePubKey, Withdraw

LAYER2_DECIMALS = 18

# The signature of exactly this text, without a final newline, is the keying material of an account's layer-2 key.
KEY_DERIVATION_TEXT = (
    "Sign this message to create a key to interact with zkLink's layer2 services.\n"
    "NOTE: This application is powered by zkLink protocol.\n"
    "\n"
    "Only sign this message for a trusted client!"
)


def withdraw_text(tx: Withdraw, symbol: str, profile: Profile) -> str:
    """Return the EIP-191 text of a withdrawal; `symbol` is the operator's name of the source token."""
    lines = []
    if tx.amount:
        lines.append(f"Withdraw {format_layer2_units(tx.amount)} {symbol} to: 0x{tx.to.hex()}")
    if tx.fee:
        lines.append(f"Fee: {format_layer2_units(tx.fee)} {symbol}")
    lines.append(f"Nonce: {tx.nonce}")
    if profile is Profile.X_APEX:
        lines.append(f"FastWithdrawFeeRatio: {fee_ratio_text(tx.withdraw_fee_ratio)}")
    return "\n".join(lines)


def change_pubkey_text(tx: ChangePubKey) -> str:
    """Return the EIP-191 text of an activation (all profiles but v2)."""
    return f"ChangePubKey\nPubKeyHash: 0x{tx.new_pubkey_hash.hex()}\nNonce: {tx.nonce}\nAccountId: {tx.account_id}"


def change_pubkey_typed_data(tx: ChangePubKey, main_contract: bytes, layer_one_chain_id: int) -> dict[str, object]:
    """Return the EIP-712 typed data of an activation in profile v2.

    `main_contract` is the 20-byte address of zkLink's contract, `layer_one_chain_id` the EVM chain id it lives on.
    """
    return {
        "types": {
            "EIP712Domain": [
                {"name": "name", "type": "string"},
                {"name": "version", "type": "string"},
                {"name": "chainId", "type": "uint256"},
                {"name": "verifyingContract", "type": "address"},
            ],
            "ChangePubKey": [
                {"name": "pubKeyHash", "type": "bytes20"},
                {"name": "nonce", "type": "uint32"},
                {"name": "accountId", "type": "uint32"},
            ],
        },
        "domain": {
            "name": "ZkLink",
            "version": "1",
            "chainId": layer_one_chain_id,
            "verifyingContract": "0x" + main_contract.hex(),
        },
        "primaryType": "ChangePubKey",
        "message": {
            "pubKeyHash": "0x" + tx.new_pubkey_hash.hex(),
            "nonce": tx.nonce,
            "accountId": tx.account_id,
        },
    }


def format_layer2_units(value: int) -> str:
    """Return base units of 18 decimals as zkLink prints them: shortest, but with at least one digit after the point."""
    whole, fraction = divmod(value, 10**LAYER2_DECIMALS)
    digits = str(fraction).zfill(LAYER2_DECIMALS).rstrip("0") or "0"
    return f"{whole}.{digits}"


def fee_ratio_text(ratio: int) -> str:
    """Return a ratio (100 is 1 %) as profile x-apex prints it, with its rounding errors.

    The original computes in 32-bit floats, so that 3 becomes "0.030000001%"; the signature covers that very text.
    """
    percent = _single(_single(ratio / 10_000.0) * 100.0)
    for digits in range(1, 10):
        shortest = f"{percent:.{digits}g}"
        if _single(float(shortest)) == percent:
            break
    plain = format(Decimal(shortest), "f")
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain) + "%"


def _single(value: float) -> float:
    """Round to the nearest 32-bit float."""
    rounded: float = struct.unpack("f", struct.pack("f", value))[0]
    return rounded
