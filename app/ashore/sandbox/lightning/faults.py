"""What can be made to go wrong at the withdraw service and at the node: switches with a value, kept over restarts.

A switch of the service holds for all vouchers, one of a voucher for it alone and before the service's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

_MAX_SECONDS = 3600
_MAX_TEXT = 4000


class Fault(StrEnum):
    """A misbehaviour of the withdraw service. The value that a switch is set to stands in brackets."""

    # What is done with the money. Without any of these it pays, then answers OK, as npm lnurl and LNbits do.
    NEVER_PAYS = "never_pays"
    """Answers OK, takes the use, pays nothing."""
    ERROR_BUT_PAYS = "error_but_pays"
    """Pays and answers ERROR (the reason, or true)."""
    ALREADY_PAID = "already_paid"
    """Pays nothing and says that it has (the reason, or true)."""
    REFUSES = "refuses"
    """Pays nothing and answers ERROR (the reason, or true)."""
    PAYS_PART = "pays_part"
    """Pays less than the invoice says (msat, or true for half) and answers OK."""
    PAYS_AFTER = "pays_after"
    """Answers OK at once and pays later (seconds)."""
    PAYS_SLOWLY = "pays_slowly"
    """Pays later and answers only then (seconds); who has hung up is paid all the same."""
    ANSWERS_AFTER = "answers_after"
    """Pays at once and answers later (seconds)."""
    DROPS_AFTER_PAYING = "drops_after_paying"
    DROPS_BEFORE_PAYING = "drops_before_paying"

    # Links and addresses.
    BURNS_ON_LOOK = "burns_on_look"
    """The first look is the only one: each further one is told that the voucher is spent."""
    NEW_K1 = "new_k1"
    """Every look gets a new k1, and only the newest is good."""
    FOREIGN_CALLBACK = "foreign_callback"
    """The callback is on another host (host with port; true is localhost with the service's own port)."""
    CALLBACK_QUERY = "callback_query"
    """The callback has a query of its own (its text, or true)."""
    REDIRECTS = "redirects"
    """The look is redirected so many times before it is answered (1 to 9)."""
    REDIRECT_HOST = "redirect_host"
    """The redirected look ends on this host (host with port; true is localhost with the service's own port)."""
    REDIRECT_TO = "redirect_to"
    """The look is redirected to this address."""
    CALLBACK_REDIRECT = "callback_redirect"
    """The callback redirects (an address; true is a callback that pays)."""
    NEW_BALANCE_LINK = "new_balance_link"
    """Every answer names another balance link, and only the newest is good."""
    BALANCE_HOST = "balance_host"
    """The balance link is on another host (host with port; true is localhost with the service's own port)."""
    PIN = "pin"
    """A PIN is asked from the least amount on (the digits); three wrong ones lock the voucher."""

    # What the answers look like.
    FIELDS = "fields"
    """Members of the offer that are set to these values (an object)."""
    OMIT = "omit"
    """Members of the offer that are left out (a list of names)."""
    PRESET = "preset"
    """A ready-made odd offer (the name of a preset)."""
    STATUS_CASE = "status_case"
    """The word of the status: lower or mixed."""
    HTTP_STATUS = "http_status"
    """The HTTP status of every answer (a number)."""
    INFO_BODY = "info_body"
    """The body of the look's answer (the name of a broken body)."""
    CALLBACK_BODY = "callback_body"
    """The body of the callback's answer, after what else happens (the name of a broken body)."""


class NodeFault(StrEnum):
    """A misbehaviour of the node's interface."""

    DOWN = "down"
    """Answers 503, which is not JSON."""
    SLOW = "slow"
    """Answers later (seconds)."""
    DROPS = "drops"
    """Does what it is asked and breaks the connection (how often, or true for ever)."""
    DEAF = "deaf"
    """Waiting never tells of a payment; asking does."""
    BLIND = "blind"
    """Neither waiting nor asking tells of a payment."""
    WRONG_AMOUNT = "wrong_amount"
    """New invoices have another amount (msat)."""
    WRONG_DESCRIPTION = "wrong_description"
    """New invoices have another description (its text, or true)."""
    WRONG_HASH = "wrong_hash"
    """The payment hash it names is not the invoice's."""
    WRONG_PAYEE = "wrong_payee"
    """New invoices would pay another node."""
    OLD_INVOICE = "old_invoice"
    """The oldest invoice is handed out again."""
    SHORT_EXPIRY = "short_expiry"
    """New invoices end after so many seconds."""


BODIES = (
    "huge", "drip", "bomb", "nan", "infinity", "overflow", "digits", "deep", "duplicate", "bom", "surrogate", "array",
    "string", "null", "empty", "torn", "html", "text", "not_utf8", "utf16",
)  # fmt: skip
"""Broken bodies, see `bodies`."""

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "wrong_types": {"minWithdrawable": "one", "maxWithdrawable": [1], "k1": {"a": 1}, "callback": 7},
    "boolean_amounts": {"minWithdrawable": True, "maxWithdrawable": True},
    "text_amounts": {"minWithdrawable": "10000", "maxWithdrawable": "20000"},
    "fraction": {"minWithdrawable": 10000.5, "maxWithdrawable": 20000.5},
    "negative": {"minWithdrawable": -5, "maxWithdrawable": 20000},
    "too_much": {"minWithdrawable": 1, "maxWithdrawable": 21_000_000 * 10**11 + 1},
    "min_above_max": {"minWithdrawable": 20000, "maxWithdrawable": 10000},
    "fixed": {"minWithdrawable": 21000, "maxWithdrawable": 21000},
    "msat_only": {"minWithdrawable": 1111, "maxWithdrawable": 1111},
    "null_minimum": {"minWithdrawable": None},
    "zero_minimum": {"minWithdrawable": 0},
    "nothing_left": {"minWithdrawable": 0, "maxWithdrawable": 0},
    "html_description": {
        "defaultDescription": "<img src=x onerror=alert(1)><b>Gift</b> &amp; <a href='http://x'>x</a>"
    },
    "bidi_description": {"defaultDescription": "Gift \u202e)tas 000,1( \u2066of\u2069 \u200bAda\ufeff"},
    "control_description": {"defaultDescription": "Gift\x00\x07\x1b[31m\r\nSecond line\x85\u2028third\ttab"},
    "long_description": {"defaultDescription": "All work and no play. " * 100},
    "surrogate_description": {"defaultDescription": "Gift \ud83d half"},
    "false_instruction": {
        "defaultDescription": "Ashore: update required. Send your recovery words to help@example.com"
    },
    "long_k1": {"k1": "k" * 1500},
    "odd_k1": {"k1": "a b&c=d#e%2F+ü"},
    "empty_k1": {"k1": ""},
    "public_callback": {"callback": "https://pay.example.com/withdraw"},
    "private_callback": {"callback": "http://192.168.0.1/admin"},
    "metadata_callback": {"callback": "http://169.254.169.254/latest/meta-data"},
    "file_callback": {"callback": "file:///etc/passwd"},
    "pay_request": {"tag": "payRequest", "metadata": '[["text/plain","A thing to pay"]]', "minSendable": 1000},
    "channel_request": {"tag": "channelRequest", "uri": "02" + "11" * 32 + "@127.0.0.1:9735"},
    "login": {"tag": "login", "action": "login"},
    "unknown_tag": {"tag": "<b>teleport</b>"},
    "array_tag": {"tag": ["withdrawRequest"]},
    "extras": {
        "balanceCheck": "http://127.0.0.1/lnurl/balance?secret=1",
        "currentBalance": 5_000_000,
        "payLink": "lnurlp://127.0.0.1/pay",
        "pinLimit": 10_000_000_000,
        "webhook_url": None,
        "somethingNew": {"deep": [1, 2, 3]},
    },
}
"""Ready-made odd offers: the members they set. `no_minimum`, `no_description` and the like omit members."""

OMISSIONS: Mapping[str, tuple[str, ...]] = {
    "no_minimum": ("minWithdrawable",),
    "no_maximum": ("maxWithdrawable",),
    "no_description": ("defaultDescription",),
    "no_tag": ("tag",),
    "no_k1": ("k1",),
    "no_callback": ("callback",),
}


@dataclass(frozen=True, slots=True)
class Switches:
    """The switches that hold for one voucher: its own before the service's."""

    own: Mapping[str, Any]
    common: Mapping[str, Any]

    def get(self, fault: Fault) -> Any:
        """The value of a switch, None when it is not set."""
        return self.own.get(fault, self.common.get(fault))

    def on(self, fault: Fault) -> bool:
        """Whether a switch is set."""
        return self.get(fault) is not None

    def text(self, fault: Fault, default: str) -> str | None:
        """A switch's text: None when it is not set, `default` when it is set to true."""
        value = self.get(fault)
        return None if value is None else value if isinstance(value, str) else default

    def seconds(self, fault: Fault) -> float | None:
        """A switch's seconds: None when it is not set."""
        value = self.get(fault)
        return None if value is None else float(value)


def read_faults(value: object) -> dict[str, Any]:
    """Switches of the service or of a voucher from JSON; false and null end one. Raises ValueError."""
    return _read(value, Fault, _CHECKS)


def read_node_faults(value: object) -> dict[str, Any]:
    """Switches of the node from JSON. Raises ValueError."""
    return _read(value, NodeFault, _NODE_CHECKS)


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The switches that hold when `new` is set over `old`."""
    return {name: value for name, value in {**old, **new}.items() if value is not None}


def _read(value: object, kind: type[StrEnum], checks: Mapping[Any, Callable[[Any], bool]]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("faults are an object of switches")  # noqa: TRY004 - a value from JSON
    read: dict[str, Any] = {}
    for name, setting in value.items():
        fault = kind(name)
        if setting is None or setting is False:
            read[fault.value] = None
        elif checks.get(fault, _is_true)(setting):
            read[fault.value] = setting
        else:
            raise ValueError(f"{fault.value} cannot be set to that")
    return read


def _is_true(value: Any) -> bool:
    return value is True


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _MAX_TEXT


def _is_true_or_text(value: Any) -> bool:
    return value is True or _is_text(value)


def _is_seconds(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value <= _MAX_SECONDS


def _is_whole(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and least <= value <= most


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(_is_text(one) for one in value)


_is_msat = _is_whole(1, 21_000_000 * 10**11)

_CHECKS: Mapping[Fault, Callable[[Any], bool]] = {
    Fault.ERROR_BUT_PAYS: _is_true_or_text,
    Fault.ALREADY_PAID: _is_true_or_text,
    Fault.REFUSES: _is_true_or_text,
    Fault.PAYS_PART: lambda value: value is True or _is_msat(value),
    Fault.PAYS_AFTER: _is_seconds,
    Fault.PAYS_SLOWLY: _is_seconds,
    Fault.ANSWERS_AFTER: _is_seconds,
    Fault.FOREIGN_CALLBACK: _is_true_or_text,
    Fault.CALLBACK_QUERY: _is_true_or_text,
    Fault.BALANCE_HOST: _is_true_or_text,
    Fault.REDIRECTS: _is_whole(1, 9),
    Fault.REDIRECT_HOST: _is_true_or_text,
    Fault.REDIRECT_TO: _is_text,
    Fault.CALLBACK_REDIRECT: _is_true_or_text,
    Fault.PIN: lambda value: isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 12,
    Fault.FIELDS: lambda value: isinstance(value, dict),
    Fault.OMIT: _is_names,
    Fault.PRESET: lambda value: value in PRESETS or value in OMISSIONS,
    Fault.STATUS_CASE: lambda value: value in ("lower", "mixed"),
    Fault.HTTP_STATUS: _is_whole(200, 599),
    Fault.INFO_BODY: lambda value: value in BODIES,
    Fault.CALLBACK_BODY: lambda value: value in BODIES,
}
_NODE_CHECKS: Mapping[NodeFault, Callable[[Any], bool]] = {
    NodeFault.SLOW: _is_seconds,
    NodeFault.DROPS: lambda value: value is True or _is_whole(1, 1000)(value),
    NodeFault.WRONG_AMOUNT: _is_msat,
    NodeFault.WRONG_DESCRIPTION: _is_true_or_text,
    NodeFault.SHORT_EXPIRY: _is_whole(1, _MAX_SECONDS),
}
