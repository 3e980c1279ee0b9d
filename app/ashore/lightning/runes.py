"""What a Core Lightning rune allows, read from the rune itself: nothing is sent, and nothing is tried out.

A rune is base64url of a 32-byte authenticator and the restrictions in plain text; all restrictions have to hold, of
each one alternative (github.com/rustyrussell/runes; lightning-createrune(7)). They can be added to but not removed,
so what they forbid is forbidden.
"""

from __future__ import annotations

import base64
import binascii
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

from ashore.lightning.backends import MaySpend

NEEDED_METHODS = ("invoice", "waitanyinvoice", "listinvoices", "getinfo", "listpeerchannels")
"""What Ashore calls."""
RUNE_RECIPE = "lightning-cli createrune restrictions='[[{}]]'".format(
    ",".join(f'"method={method}"' for method in NEEDED_METHODS)
)
"""The command that makes a rune for Ashore: it can receive and nothing else."""

_FORM = re.compile(r"[A-Za-z0-9_-]{43,4096}={0,2}")
_AUTHENTICATOR_BYTES = 32
_CONDITIONS = "!=/^$~<>}{#"

# Methods that move money, or that hand out the power to (the secret of "commando" is what runes are made with).
# fmt: off
_SPENDING = frozenset({
    "pay", "xpay", "renepay", "keysend", "sendpay", "sendonion", "injectpaymentonion", "sendinvoice", "withdraw",
    "multiwithdraw", "txprepare", "txsend", "sendpsbt", "signpsbt", "fundpsbt", "utxopsbt", "addpsbtoutput",
    "fundchannel", "fundchannel_start", "fundchannel_complete", "multifundchannel", "openchannel_init",
    "openchannel_signed", "close", "splice", "splice_init", "splice_signed", "dev-splice", "createrune", "showrunes",
    "commando-rune", "commando-listrunes", "commando", "invokerune", "recover", "exposesecret", "makesecret", "plugin",
    "setconfig",
})
_HARMLESS = frozenset({
    "invoice", "waitinvoice", "waitanyinvoice", "wait", "getinfo", "decode", "decodepay", "checkrune", "newaddr",
    "offer", "summary", "help", "ping", "createinvoice", "delinvoice", "checkmessage", "feerates",
})
# fmt: on
_HARMLESS_BEGINNINGS = ("list", "get")
_TESTS: dict[str, Callable[[str, str], bool]] = {
    "=": operator.eq,
    "/": operator.ne,
    "^": str.startswith,
    "$": str.endswith,
    "~": operator.contains,
    "{": operator.lt,
    "}": operator.gt,
    "#": lambda _method, _comment: True,
}
# Stands for the methods of plugins, which have any name.
_ANY_OTHER = "a-method-nobody-named"


@dataclass(frozen=True, slots=True)
class _Alternative:
    field_name: str
    condition: str
    value: str

    def may_hold(self, method: str) -> bool:
        """Whether this can be true for a call of `method`, whatever else the call is."""
        if self.field_name != "method":
            return True
        test = _TESTS.get(self.condition)
        # A method is always there and is no number, so "!", "<" and ">" fail.
        return test is not None and test(method, self.value)


def well_formed(rune: str) -> bool:
    """Whether a text has the form of a rune."""
    return _FORM.fullmatch(rune) is not None


def may_spend(rune: str) -> MaySpend:
    """Return whether a rune allows a call that could take money out of the node.

    YES where it allows a method known to spend, or methods of any name; UNKNOWN where it allows one that Ashore
    does not know, or cannot be read.
    """
    restrictions = _restrictions(rune)
    if restrictions is None:
        return MaySpend.UNKNOWN
    named = {alternative.value for restriction in restrictions for alternative in restriction if alternative.value}
    allowed = {
        method
        for method in named | _SPENDING | {_ANY_OTHER}
        if all(any(alternative.may_hold(method) for alternative in restriction) for restriction in restrictions)
    }
    if allowed & (_SPENDING | {_ANY_OTHER}):
        return MaySpend.YES
    unfamiliar = {name for name in allowed - _HARMLESS if not name.startswith(_HARMLESS_BEGINNINGS)}
    return MaySpend.UNKNOWN if unfamiliar else MaySpend.NO


def _restrictions(rune: str) -> list[list[_Alternative]] | None:
    """Return the restrictions of a rune, without its number; None where it cannot be read."""
    if not well_formed(rune):
        return None
    bare = rune.rstrip("=")
    try:
        text = base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))[_AUTHENTICATOR_BYTES:].decode()
    except (binascii.Error, ValueError):
        return None
    if not text:
        return []
    restrictions = [[_alternative(part) for part in _split(whole, "|")] for whole in _split(text, "&")]
    read: list[list[_Alternative]] = []
    for place, restriction in enumerate(restrictions):
        known = [alternative for alternative in restriction if alternative is not None]
        if not known or len(known) != len(restriction):
            return None
        if place == 0 and known[0].field_name == "":
            continue
        read.append(known)
    return read


def _alternative(text: str) -> _Alternative | None:
    place = next((index for index, mark in enumerate(text) if mark in _CONDITIONS), None)
    if place is None:
        return None
    return _Alternative(text[:place], text[place], re.sub(r"\\(.)", r"\1", text[place + 1 :], flags=re.DOTALL))


def _split(text: str, separator: str) -> list[str]:
    """Split where the separator is not escaped by a backslash; the escapes stay."""
    return re.findall(rf"(?:\\.|[^\\{separator}])+", text, flags=re.DOTALL)
