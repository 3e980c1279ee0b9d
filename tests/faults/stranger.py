"""Another wallet of the same person: registers a key of its own for an account, or withdraws, past this one."""

from __future__ import annotations

import secrets
from dataclasses import replace

from eth_account import Account
from eth_account.messages import encode_defunct

from ashore.crypto import musig
from ashore.sandbox import genesis
from ashore.sandbox.world import World
from ashore.systems.zklink.codec import (
    FEE,
    ChangePubKey,
    EcdsaAuth,
    Profile,
    Withdraw,
    change_pubkey_to_json,
    layer1_signature_to_json,
    signed_bytes,
    tx_hash,
    withdraw_text,
    withdraw_to_json,
)
from ashore.systems.zklink.codec.texts import change_pubkey_text

_ACCOUNTS = {0: 1042, 1: 1043, 2: 1044}


def foreign_change(index: int, nonce: int, ts: int) -> tuple[bytes, list[object]]:
    """A key that nobody here knows, and the parameters of sendTransaction that register it for an account."""
    key = musig.private_key_from_material(secrets.token_bytes(32))
    public = musig.public_key(key)
    key_hash = musig.public_key_hash(public)
    tx = ChangePubKey(1, _ACCOUNTS[index], 0, key_hash, 33, 0, nonce, ts)
    signed = Account.from_key(genesis.private_key(index)).sign_message(encode_defunct(text=change_pubkey_text(tx)))
    signature = musig.sign(key, signed_bytes(tx, Profile.X_APEX))
    auth = EcdsaAuth(bytes(signed.signature))
    return key_hash, [change_pubkey_to_json(tx, Profile.X_APEX, auth, public, signature), None, None]


async def registered_elsewhere(world: World, index: int) -> bytes:
    """Let the operator register such a key; its hash."""
    account = world.rollup.ledger.account(_ACCOUNTS[index])
    assert account is not None
    key_hash, params = foreign_change(index, account.nonce, 1_767_300_000 + account.nonce)
    await world.node.call("sendTransaction", params)
    world.rollup.execute(int(world.clock.now() * 10**6))
    assert account.pub_key_hash == key_hash
    return key_hash


RECIPIENT = "0x5a5ae1d9f1b2c3d4e5f60718293a4b5c6d7e8f90"
ETHER = 10**18


def foreign_withdrawal(world: World, index: int = 2, **changes: object) -> Withdraw:
    """25 USDC to the first chain, unless changed; with the account's next number."""
    account = world.rollup.ledger.account(_ACCOUNTS[index])
    assert account is not None
    nonce = account.sub_nonces.get(0, 0)
    recipient = bytes.fromhex(RECIPIENT[2:])
    fee = FEE.closest_packable_up(2 * ETHER)
    asked = Withdraw(1, account.id, 0, recipient, 17, 17, 25 * ETHER, fee, nonce, 0, 0, 1_767_300_000 + nonce)
    return replace(asked, **changes)  # type: ignore[arg-type]


async def made_elsewhere(world: World, index: int = 2, **changes: object) -> str:
    """Let another wallet withdraw; the hash that it shows."""
    tx, profile = foreign_withdrawal(world, index, **changes), world.config.profile
    key = genesis.layer2_key(index)
    symbol = world.network.tokens[tx.l2_source_token].symbol
    text = encode_defunct(text=withdraw_text(tx, symbol, profile))
    signed = Account.from_key(genesis.private_key(index)).sign_message(text)
    signature = musig.sign(key, signed_bytes(tx, profile))
    sender = genesis.address(index)
    form = withdraw_to_json(tx, profile, musig.public_key(key), signature, sender=sender)
    told = await world.node.call("sendTransaction", [form, layer1_signature_to_json(bytes(signed.signature)), None])
    assert told == tx_hash(tx, profile)
    return str(told)


async def withdrawn_elsewhere(world: World) -> None:
    """Let another device with the same keys withdraw 30 USDC from the first account's main sub-account."""
    await made_elsewhere(world, 0, to=bytes.fromhex("5a" * 20), amount=30 * ETHER, fee=1_600_000_000_000_000_000)
    world.rollup.execute(int(world.clock.now() * 10**6))
