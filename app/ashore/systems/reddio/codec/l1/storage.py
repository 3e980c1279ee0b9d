"""Where StarkEx keeps what a storage proof can show.

Source: starkware-libs/starkex-contracts, tag StarkExchange-v4.5 (`MainStorage.sol`, `ProxyStorage.sol`), StarkExchange
4.5.1. The contract is a proxy: a layout has to be confirmed for a deployment before a proof of it means anything.
"""

from ashore.crypto.storage_slots import PackedField, mapping_slot

STATE_FROZEN = PackedField(slot=4, offset=160, bits=8)
PENDING_WITHDRAWALS_SLOT = 8
SEQUENCE_NUMBER_SLOT = 12
VALIDIUM_VAULT_ROOT_SLOT = 13
ORDER_ROOT_SLOT = 15
ASSET_TYPE_TO_QUANTUM_SLOT = 22
ETH_KEYS_SLOT = 24
LAST_BATCH_ID_SLOT = 29
ROLLUP_VAULT_ROOT_SLOT = 37


def pending_withdrawal_slot(owner_key: int, asset_id: int) -> int:
    """Return the slot of what an owner is owed of an asset, in quanta."""
    return mapping_slot(asset_id, mapping_slot(owner_key, PENDING_WITHDRAWALS_SLOT))


def quantum_slot(asset_type: int) -> int:
    """Return the slot of an asset type's quantum; 0 where it is not registered."""
    return mapping_slot(asset_type, ASSET_TYPE_TO_QUANTUM_SLOT)


def eth_key_slot(stark_key: int) -> int:
    """Return the slot of the Ethereum address that a Stark key is registered for; 0 where it is for none."""
    return mapping_slot(stark_key, ETH_KEYS_SLOT)
