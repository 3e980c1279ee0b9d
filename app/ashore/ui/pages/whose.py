"""Whose money a claim pays out: anybody may pay the gas for anybody."""

from __future__ import annotations

from ashore.ui.port import WalletPort

YOU_RECEIVE = "You receive"
OWNER_RECEIVES = "Its owner receives"


def who_receives(wallet: WalletPort, owner: str) -> str:
    """What stands over the amount of a claim. `owner` is an address in hex."""
    own = {account.address.lower() for account in wallet.accounts()}
    return YOU_RECEIVE if owner.lower() in own else OWNER_RECEIVES
