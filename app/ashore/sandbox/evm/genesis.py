"""The first block: who has what, and when it all begins."""

from collections.abc import Mapping
from typing import Any

from eth_typing import Address


def genesis(alloc: Mapping[bytes, int], time: int, gas_limit: int) -> tuple[dict[str, Any], dict[Address, Any]]:
    """Return the header's parameters and the accounts, as py-evm takes them.

    Args:
        alloc: wei by 20-byte address.
        time: Unix seconds.
    """
    header: dict[str, Any] = {
        "difficulty": 0,
        "gas_limit": gas_limit,
        "timestamp": time,
        "coinbase": bytes(20),
        "extra_data": b"",
        "mix_hash": bytes(32),
        "nonce": bytes(8),
    }
    accounts: dict[Address, Any] = {
        Address(address): {"balance": wei, "nonce": 0, "code": b"", "storage": {}} for address, wei in alloc.items()
    }
    return header, accounts
