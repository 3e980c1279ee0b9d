"""Where zkLink's contracts keep what a storage proof can show: a property of each deployment.

Source: zkLinkProtocol/zklink-contracts `Storage.sol` per branch; docs: Solidity, "Layout of State Variables".
A layout has to be confirmed for a deployment before a proof of it means anything.
"""

from dataclasses import dataclass

from ashore.crypto.storage_slots import PackedField, mapping_slot


@dataclass(frozen=True, slots=True)
class StorageLayout:
    """The slots of one contract; None where a branch has no such variable."""

    executed: PackedField
    committed: PackedField
    proven: PackedField
    synchronized: PackedField
    exodus_mode: PackedField
    accepts: int
    accepts_by_account: bool
    pending_balances: int
    auth_facts: int
    stored_block_hashes: int
    validators: int
    tokens: int
    token_ids: int
    pending_l1_withdraws: int | None
    pending_withdraw_with_calls: int | None


def _x_layout(pending_withdraw_with_calls: int) -> StorageLayout:
    return StorageLayout(
        executed=PackedField(50, 160, 32),
        committed=PackedField(51, 160, 32),
        proven=PackedField(52, 160, 32),
        synchronized=PackedField(53, 0, 32),
        exodus_mode=PackedField(53, 32, 8),
        accepts=0,
        accepts_by_account=False,
        pending_balances=54,
        auth_facts=58,
        stored_block_hashes=60,
        validators=62,
        tokens=63,
        token_ids=64,
        pending_l1_withdraws=55,
        pending_withdraw_with_calls=pending_withdraw_with_calls,
    )


STORAGE_LAYOUTS: dict[str, StorageLayout] = {
    "main": _x_layout(68),
    "apex_mainnet": _x_layout(67),
    "v2": StorageLayout(
        executed=PackedField(0, 160, 32),
        committed=PackedField(1, 160, 32),
        proven=PackedField(2, 160, 32),
        synchronized=PackedField(3, 0, 32),
        exodus_mode=PackedField(3, 32, 8),
        accepts=11,
        accepts_by_account=True,
        pending_balances=4,
        auth_facts=7,
        stored_block_hashes=9,
        validators=13,
        tokens=14,
        token_ids=15,
        pending_l1_withdraws=None,
        pending_withdraw_with_calls=None,
    ),
}


def pending_balance_slot(layout: StorageLayout, owner: bytes, token_id: int) -> int:
    """Return the slot of what an owner (20 or 32 bytes) is owed of a token; the amount has 18 decimals."""
    return mapping_slot(token_id, mapping_slot(owner, layout.pending_balances))


def stored_block_hash_slot(layout: StorageLayout, block: int) -> int:
    """Return the slot of a block's hash; on a secondary chain of zkLink X `block` is the sequence, not the number."""
    return mapping_slot(block, layout.stored_block_hashes)


def accepts_slot(layout: StorageLayout, withdraw_hash: bytes, account_id: int) -> int:
    """Return the slot that says who was paid for a withdrawal; only v2's layout keeps it by account."""
    slot = mapping_slot(account_id, layout.accepts) if layout.accepts_by_account else layout.accepts
    return mapping_slot(withdraw_hash, slot)


def auth_fact_slot(layout: StorageLayout, owner: bytes, nonce: int) -> int:
    """Return the slot of the key that an owner authorised for a nonce: it holds the Keccak of the key's hash."""
    return mapping_slot(nonce, mapping_slot(owner, layout.auth_facts))


def token_slot(layout: StorageLayout, token_id: int) -> int:
    """Return the slot of a token's record."""
    return mapping_slot(token_id, layout.tokens)
