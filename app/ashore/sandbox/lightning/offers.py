"""The answer to a look: what a voucher offers, with what a fault makes of it."""

from __future__ import annotations

from typing import Any

from ashore.sandbox.lightning.faults import OMISSIONS, PRESETS, Fault, Switches
from ashore.sandbox.lightning.vouchers import Place, Style, Voucher, callback, links

_CARD_MAXIMUM = 10
"""A card offers so many times what it pays."""


def offer(voucher: Voucher, switches: Switches, place: Place, link_id: str = "", used: int = 0) -> dict[str, Any]:
    """The withdrawRequest of a voucher as its service would send it (LUD-03), faults included.

    `used` is how many of its uses are taken, by which a balance is told (LUD-14).
    """
    terms = voucher.terms
    value: dict[str, Any] = {
        "tag": "withdrawRequest",
        "callback": _callback(voucher, switches, place, link_id),
        "k1": voucher.k1,
        "minWithdrawable": terms.min_msat,
        "maxWithdrawable": terms.max_msat * (_CARD_MAXIMUM if terms.style is Style.CARD else 1),
        "defaultDescription": terms.title,
    }
    if terms.balance:
        value |= _balance(voucher, switches, place, used)
    if switches.on(Fault.PIN):
        value["pinLimit"] = terms.min_msat
    preset = switches.get(Fault.PRESET)
    value |= PRESETS.get(preset, {})
    if preset == "extras":
        value["balanceCheck"] = links(voucher, place, link_id)["url"]
        value["payLink"] = f"lnurlp://{place.authority}/lnurl/pay"
    value |= switches.get(Fault.FIELDS) or {}
    for name in (*OMISSIONS.get(preset, ()), *(switches.get(Fault.OMIT) or ())):
        value.pop(name, None)
    return value


def balance_number(voucher: Voucher, switches: Switches) -> int:
    """Which of a voucher's balance links is good, after so many looks."""
    return voucher.looks if switches.on(Fault.NEW_BALANCE_LINK) else 0


def balance_link(voucher: Voucher, switches: Switches, place: Place) -> str:
    """The link by which what is left can be asked for now."""
    host = switches.get(Fault.BALANCE_HOST)
    if host is not None:
        place = Place(f"http://{other_host(host, place)}", place.root)
    secret = voucher.balance_secret(balance_number(voucher, switches))
    return place.url(f"/left/{voucher.id}/{secret}")


def _balance(voucher: Voucher, switches: Switches, place: Place, used: int) -> dict[str, Any]:
    """Where to ask again and what is left; of a voucher with nothing left, that there is nothing to withdraw.

    Uses are counted, as LNbits does: one that took less than it might leaves no more for the others.
    """
    left = max(0, voucher.terms.uses - used) * voucher.terms.max_msat
    told = {"balanceCheck": balance_link(voucher, switches, place), "currentBalance": left}
    return told if left else {**told, "minWithdrawable": 0, "maxWithdrawable": 0}


def payable_range(voucher: Voucher, switches: Switches) -> tuple[int, int]:
    """What is paid at least and at most, in msat: what the offer says where it says it in whole numbers."""
    set_to = {**PRESETS.get(switches.get(Fault.PRESET), {}), **(switches.get(Fault.FIELDS) or {})}
    least, most = set_to.get("minWithdrawable"), set_to.get("maxWithdrawable")
    return (
        least if type(least) is int else voucher.terms.min_msat,
        most if type(most) is int else voucher.terms.max_msat,
    )


def other_host(value: Any, place: Place) -> str:
    """Host and port that a fault names; true is this computer under another name."""
    return value if isinstance(value, str) else f"localhost{place.port}"


def _callback(voucher: Voucher, switches: Switches, place: Place, link_id: str) -> str:
    foreign = switches.get(Fault.FOREIGN_CALLBACK)
    if foreign is not None:
        place = Place(f"http://{other_host(foreign, place)}", place.root)
    address = callback(voucher, place, link_id)
    query = switches.text(Fault.CALLBACK_QUERY, "session=a%2Fb+c&next=")
    return address if query is None else address + ("&" if "?" in address else "?") + query
