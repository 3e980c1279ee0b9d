"""The service's first answer: what it offers to pay, or what it says instead.

Source: LUD-01 (status, reason, tag), LUD-03 (withdrawRequest), LUD-08 (fast form in the query), LUD-14 (balanceCheck,
currentBalance), LUD-19 (payLink), LUD-24 (pinLimit). Each tolerance is one that services in use need.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ashore.domain.text_kinds import Kind
from ashore.domain.untrusted import plain
from ashore.systems.lnurl.codec.amounts import MAX_MSAT, MSAT_PER_SAT, AmountRange
from ashore.systems.lnurl.codec.errors import AnswerError, CodecError, UrlError
from ashore.systems.lnurl.codec.kinds import TAG_KINDS, WITHDRAW_TAG
from ashore.systems.lnurl.codec.strict_json import read_object
from ashore.systems.lnurl.codec.urls import MAX_URL_CHARACTERS, Reach, ServiceUrl, parse_url

MAX_K1_BYTES = 1024
MAX_REASON_CHARACTERS = 500
MAX_DESCRIPTION_CHARACTERS = 2000
INVOICE_DESCRIPTION_BYTES = 150

_DIGITS = re.compile(r"[0-9]{1,40}")
_FAST_NAMES = ("tag", "k1", "minWithdrawable", "maxWithdrawable", "defaultDescription", "callback")


@dataclass(frozen=True, slots=True)
class WithdrawOffer:
    """What a service offers to pay. `k1` and the addresses are bearer's secrets and never shown.

    `description` is the service's raw text: it goes through `untrusted.plain` wherever it is shown. `balance_msat` is
    the service's own figure of what is left; `pin_limit_msat` the amount from which a PIN is asked.
    """

    callback: ServiceUrl = field(repr=False)
    k1: str = field(repr=False)
    range: AmountRange
    description: str = field(default="", repr=False)
    balance_msat: int | None = None
    balance_check: ServiceUrl | None = field(default=None, repr=False)
    pay_link: str | None = field(default=None, repr=False)
    pin_limit_msat: int | None = None

    @property
    def invoice_description(self) -> str:
        """The description to put into the invoice: visible, one line, at most 150 bytes."""
        return cut_to_bytes(plain(self.description, INVOICE_DESCRIPTION_BYTES), INVOICE_DESCRIPTION_BYTES)

    def prefill_msat(self, offered: AmountRange, *, bolt_card: bool) -> int | None:
        """Return the amount to start the form with: the most there is, but none where that would mislead.

        A Bolt Card names a maximum above its real limit, and a PIN is asked by the amount; a fixed amount is always
        filled in.
        """
        if offered.fixed:
            return offered.max_msat
        return None if bolt_card or self.pin_limit_msat is not None else offered.max_msat

    def needs_pin(self, msat: int) -> bool:
        """Return whether the service asks a PIN for this amount."""
        return self.pin_limit_msat is not None and msat >= self.pin_limit_msat

    def is_foreign_callback(self, asked: ServiceUrl) -> bool:
        """Return whether the invoice would go to another host than the one that was asked."""
        return self.callback.host != asked.host


@dataclass(frozen=True, slots=True)
class ServiceError:
    """The service refused; `reason` is its own text, made plain, possibly empty."""

    reason: str


@dataclass(frozen=True, slots=True)
class OtherTag:
    """The link is for something else than withdrawing; `tag` is its own word, made plain."""

    tag: str
    kind: Kind


class NothingLeft(AnswerError):
    """There is nothing to withdraw now; `balance_check` is where to ask again some day (LUD-14), if anywhere."""

    def __init__(self, balance_check: ServiceUrl | None) -> None:
        super().__init__("There is nothing to withdraw with this link.", "It may have been used up.")
        self.balance_check = balance_check


def parse_offer(body: bytes, reach: Reach = Reach.PUBLIC) -> WithdrawOffer | ServiceError | OtherTag:
    """Read the answer to the first request; its HTTP status carries no meaning. Raises AnswerError, NothingLeft."""
    members = read_object(body)
    error = service_error(members)
    if error is not None:
        return error
    tag = members.get("tag")
    if not isinstance(tag, str) or not tag:
        raise AnswerError("The service's answer does not say what the link is for.", "Ask the service about this link.")
    if tag != WITHDRAW_TAG:
        return OtherTag(plain(tag, 40), TAG_KINDS.get(tag, Kind.OTHER_TAG))
    return _offer(members, reach)


def offer_from_query(url: ServiceUrl, reach: Reach = Reach.PUBLIC) -> WithdrawOffer | None:
    """Return the offer that a link of LUD-08 carries in its query, or None where the service has to be asked."""
    pairs = url.query()
    members: dict[str, object] = dict(pairs)
    if len(members) != len(pairs) or not all(name in members for name in _FAST_NAMES):
        return None
    if members["tag"] != WITHDRAW_TAG:
        return None
    try:
        return _offer(members, reach)
    except CodecError:
        return None


def service_error(members: Mapping[str, object]) -> ServiceError | None:
    """Return the refusal in an answer: `status` ERROR in any case, or the `detail` of a failing LNbits."""
    status = members.get("status")
    if isinstance(status, str) and status.strip().upper() == "ERROR":
        return ServiceError(_reason(members.get("reason")))
    if "detail" in members and "tag" not in members and status is None:
        return ServiceError(_detail(members["detail"]))
    return None


def cut_to_bytes(text: str, limit: int) -> str:
    """Return the longest beginning of a text that has at most `limit` bytes of UTF-8."""
    return text.encode("utf-8")[:limit].decode("utf-8", "ignore")


def _offer(members: Mapping[str, object], reach: Reach) -> WithdrawOffer:
    if _msat(members.get("maxWithdrawable")) == 0:
        raise NothingLeft(_optional_url(members.get("balanceCheck"), reach))
    return WithdrawOffer(
        callback=_callback(members.get("callback"), reach),
        k1=_k1(members.get("k1")),
        range=_range(members.get("minWithdrawable"), members.get("maxWithdrawable")),
        description=_description(members.get("defaultDescription")),
        balance_msat=_optional_msat(members.get("currentBalance")),
        balance_check=_optional_url(members.get("balanceCheck"), reach),
        pay_link=_pay_link(members.get("payLink")),
        pin_limit_msat=_optional_msat(members.get("pinLimit")),
    )


def _callback(value: object, reach: Reach) -> ServiceUrl:
    if not isinstance(value, str):
        raise AnswerError("The service does not say where the invoice shall go.", "Ask the service about this link.")
    try:
        return parse_url(value, reach)
    except UrlError as error:
        raise AnswerError(
            f"The service wants the invoice at an address that Ashore does not use. {error.sentence}",
            "Ask the service about this link.",
        ) from None


def _k1(value: object) -> str:
    text = str(value) if type(value) is int else value
    if not isinstance(text, str) or not text:
        raise AnswerError("The service's answer lacks its secret (k1).", "Ask the service about this link.")
    if len(text) > MAX_K1_BYTES or len(_bytes(text)) > MAX_K1_BYTES:
        raise AnswerError("The service's secret (k1) is too long to be sent back.", "Ask the service about this link.")
    return text


def _bytes(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise AnswerError("The service's answer is not a proper text.", "Ask the service about this link.") from None


def _range(least: object, most: object) -> AmountRange:
    high = _msat(most)
    if high is None or high > MAX_MSAT:
        raise AnswerError("The service names no amount that Lightning can carry.", "Ask the service about this link.")
    if high <= 0:
        raise AnswerError("There is nothing to withdraw with this link.", "It may have been used up.")
    low = 0 if least is None else _msat(least)
    if low is None or low < 0:
        raise AnswerError("The service's least amount is not an amount.", "Ask the service about this link.")
    try:
        return AmountRange(low or min(MSAT_PER_SAT, high), high)
    except CodecError as error:
        raise AnswerError(f"The service's amounts contradict each other. {error.sentence}", error.advice) from None


def _msat(value: object) -> int | None:
    """Read an integer, an integral decimal or a text of digits; anything else is None."""
    if type(value) is int:
        return value
    if isinstance(value, Decimal):
        if not value.is_finite() or value.adjusted() > 18 or value != value.to_integral_value():
            return None
        return int(value)
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    return None


def _optional_msat(value: object) -> int | None:
    number = _msat(value)
    return number if number is not None and 0 <= number <= MAX_MSAT else None


def _description(value: object) -> str:
    if not isinstance(value, str):
        return ""
    return value[:MAX_DESCRIPTION_CHARACTERS].encode("utf-8", "replace").decode("utf-8")


def _optional_url(value: object, reach: Reach) -> ServiceUrl | None:
    if not isinstance(value, str):
        return None
    try:
        return parse_url(value, reach)
    except UrlError:
        return None


def _pay_link(value: object) -> str | None:
    if not isinstance(value, str) or len(value) > MAX_URL_CHARACTERS or not value.isascii() or not value.isprintable():
        return None
    return value if value.lower().startswith("lnurlp:") else None


def _reason(value: object) -> str:
    return plain(value, MAX_REASON_CHARACTERS) if isinstance(value, str) else ""


def _detail(value: object) -> str:
    """Read FastAPI's `detail`: a text, or a list of objects that each have a `msg`."""
    if isinstance(value, list):
        messages = [item["msg"] for item in value[:5] if isinstance(item, dict) and isinstance(item.get("msg"), str)]
        return plain("; ".join(message[:MAX_REASON_CHARACTERS] for message in messages), MAX_REASON_CHARACTERS)
    return _reason(value)
