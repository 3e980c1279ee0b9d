"""Who receives: a person's own account, or somebody who is named."""

from __future__ import annotations

from ashore.domain.addresses import readable
from ashore.domain.hex_groups import shortened
from ashore.ui.port import WalletPort


def own_label(wallet: WalletPort, address: str) -> str:
    """The name of the account here that has this address (in hex); empty where none has."""
    return next((each.label for each in wallet.accounts() if each.address.lower() == address.lower()), "")


def who(wallet: WalletPort, address: str) -> str:
    """An owner of money, as one is named among others: an own account by its name, everybody else by the address."""
    label = own_label(wallet, address)
    return f"{label}, yours," if label else f"{shortened(readable(address))}, not yours,"


def who_receives(wallet: WalletPort, address: str, *, done: bool = False) -> str:
    """What stands beside an amount that arrives at `address` (or Stark key, in hex); empty while none is named."""
    if address and own_label(wallet, address):
        return f"You receive{'d' * done}"
    first, *_, last = shortened(readable(address)).split(" ") if address else ("", "")
    named = f"{first} … {last}" if address else "Recipient"  # in full it stands beside what is typed, and above
    return f"{named} receive{'d' if done else 's'}"
