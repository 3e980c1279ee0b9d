"""Another device of the same person: registers a key of its own for an account, or withdraws, past this wallet."""

from __future__ import annotations

import secrets

from eth_account import Account
from eth_account.messages import encode_defunct

from ashore.crypto import musig
from ashore.sandbox import genesis
from ashore.sandbox.world import World
from ashore.systems.zklink.codec import (
    ChangePubKey,
    EcdsaAuth,
    Profile,
    Withdraw,
    change_pubkey_text,
    change_pubkey_to_json,
    layer1_signature_to_json,
    signed_bytes,
    withdraw_text,
    withdraw_to_json,
)

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


async def withdrawn_elsewhere(world: World) -> None:
    """Let another device with the same keys withdraw 30 USDC from the first account's main sub-account."""
    account = world.rollup.ledger.account(_ACCOUNTS[0])
    assert account is not None
    to = bytes.fromhex("5a" * 20)
    fee = 1_600_000_000_000_000_000
    tx = Withdraw(1, account.id, 0, to, 17, 17, 30 * 10**18, fee, account.sub_nonces.get(0, 0), 0, 0, 1_767_300_000)
    text = withdraw_text(tx, "USDC", Profile.X_APEX)
    signed = Account.from_key(genesis.private_key(0)).sign_message(encode_defunct(text=text))
    key = genesis.layer2_key(0)
    signature = musig.sign(key, signed_bytes(tx, Profile.X_APEX))
    form = withdraw_to_json(tx, Profile.X_APEX, musig.public_key(key), signature)
    await world.node.call("sendTransaction", [form, layer1_signature_to_json(bytes(signed.signature)), None])
    world.rollup.execute(int(world.clock.now() * 10**6))
