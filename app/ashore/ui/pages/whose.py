"""Whose money a claim pays out: anybody may pay the gas for anybody."""

from __future__ import annotations

from ashore.ui.pages.summary import RECEIVE
from ashore.ui.port import WalletPort

OWNER_RECEIVES = "Its owner receives"


def who_receives(wallet: WalletPort, owner: str) -> str:
    """What stands over the amount of a claim. `owner` is an address in hex."""
    own = {account.address.lower() for account in wallet.accounts()}
    return RECEIVE if owner.lower() in own else OWNER_RECEIVES
