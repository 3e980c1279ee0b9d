"""Reading Reddio's answers: every value bounded and typed, whatever shape it came in.

Source: reddio-com/doc API pages, red-js-sdk 0.8.4, the Java client. Numbers come as numbers or as text.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from ashore.domain.untrusted import hidden_characters, plain
from ashore.systems.reddio.client.envelope import BadAnswer
from ashore.systems.reddio.codec import AssetKind, CodecError
from ashore.systems.reddio.codec.limits import (
    MAX_AMOUNT,
    MAX_DECIMALS,
    MAX_NONCE,
    MAX_QUANTUM,
    MAX_TOKEN_ID,
    MAX_VAULT_ID,
)
from ashore.systems.reddio.codec.numbers import read_hex, read_integer

MAX_ITEMS = 5_000
MAX_FIELDS = 200
MAX_SEQUENCE_ID = (1 << 63) - 1
MAX_URI = 2_048
ADDRESS_LENGTH = 42

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class ContractInfo:
    """`/v1/contract_info`: what Reddio says that a contract is. `contract` is b"" for ETH, `asset_type` None untold."""

    kind: AssetKind
    contract: bytes
    decimals: int
    symbol: str
    name: str
    quantum: int
    asset_type: int | None


@dataclass(frozen=True, slots=True)
class Balance:
    """What Reddio says that a Stark key has of one asset, in quanta.

    `contract` is b"" for ETH; `decimals` and `quantum` are None where the answer leaves them out.
    """

    kind: AssetKind
    contract: bytes
    asset_id: int
    symbol: str
    decimals: int | None
    quantum: int | None
    token_id: int | None
    token_uri: str
    available: int
    frozen: int
    withdraw_frozen: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. `strange` are rows that cannot be read; `pages` how many pages there are."""

    rows: tuple[Balance, ...]
    strange: int
    pages: int


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of Reddio's book. `status` is None, and `record_type` 0, where it names none that is a number.

    `receiver` is a Stark key or an address as a number; what cannot be read is None. `reason` is why it failed later,
    as Reddio says: plain and bounded.
    """

    sequence_id: int
    record_type: int
    status: int | None
    stark_key: int | None
    asset_id: int | None
    amount: int | None
    receiver: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class RecordPage:
    """One page of Reddio's book; `pages` how many there are, None where it does not say."""

    rows: tuple[Record, ...]
    pages: int | None

    def is_last(self, page: int) -> bool:
        """Whether nothing comes after this one, which has the number `page`."""
        if self.pages is None:
            return not self.rows
        return page >= self.pages and (bool(self.rows) or page == 1)  # only the page of an empty list is empty


@dataclass(frozen=True, slots=True)
class Book:
    """Records of a key; `is_whole` says that none that were asked for is missing."""

    records: tuple[Record, ...]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Claimable:
    """What Reddio says that waits on L1 for an address, in quanta."""

    asset_id: int
    asset_type: int | None
    kind: AssetKind
    contract: bytes
    token_id: int | None
    symbol: str
    amount: int


def contract_info(raw: object) -> ContractInfo:
    """Read `/v1/contract_info`. Raises BadAnswer."""
    what = "a contract"
    data = an_object(raw, what)
    return ContractInfo(
        _kind(data.get("type"), what),
        _contract(data.get("contract_address"), what),
        integer(_or_zero(data.get("decimals")), what, MAX_DECIMALS),
        plain(data.get("symbol") or "", 40),
        plain(data.get("name") or "", 80),
        integer(data.get("quantum"), what, MAX_QUANTUM),
        None if data.get("asset_type") in (None, "") else hexadecimal(data.get("asset_type"), what),
    )


def asset_id(raw: object) -> int:
    """Read `/v1/assetid`. Raises BadAnswer."""
    return hexadecimal(an_object(raw, "an asset").get("asset_id"), "an asset")


def vaults(raw: object, count: int) -> tuple[int, ...]:
    """Read `/v1/vaults`: as many vault ids as were asked for, in their order. Raises BadAnswer."""
    what = "the vaults"
    found = tuple(integer(value, what, MAX_VAULT_ID) for value in items(an_object(raw, what).get("vault_ids"), what))
    if len(found) != count:
        raise BadAnswer(what)
    return found


def nonce(raw: object) -> int:
    """Read `/v1/nonce`: the number that the next request has to have. Raises BadAnswer."""
    return integer(an_object(raw, "the next number").get("nonce"), "the next number", MAX_NONCE)


def sequence_id(raw: object) -> int:
    """Read the answer to a request. Raises BadAnswer."""
    return integer(an_object(raw, "the request").get("sequence_id"), "the request", MAX_SEQUENCE_ID)


def balances(raw: object) -> Page:
    """Read a page of `/v1/balances`, `/v2/balances` or `/v3/balances`: one row for each asset.

    Version 3 gives a bare list. Raises BadAnswer.
    """
    what = "the balances"
    data = {"list": raw} if isinstance(raw, list) else an_object(raw, what)
    rows: list[Balance] = []
    strange = 0
    for item in items(data.get("list") or [], what):
        try:
            rows.extend(_balance_rows(an_object(item, what), what))
        except BadAnswer:
            strange += 1  # one row that cannot be read hides no other
        if len(rows) > MAX_ITEMS:
            raise BadAnswer(what)
    return Page(tuple(rows), strange, _pages(data, what))


def balance(raw: object) -> Balance | None:
    """Read `/v1/balance`; None where there is none of the asset. Raises BadAnswer."""
    what = "the balance"
    return next(iter(_balance_rows(an_object(raw, what), what)), None)


def records(raw: object) -> tuple[Record, ...]:
    """Read a list of records, bare or in a page; nothing at all is an empty one.

    Raises BadAnswer for any without a number: what is newer than what could not be told then.
    """
    if isinstance(raw, dict) and "list" in raw:
        raw = raw["list"]
    if isinstance(raw, dict):
        raw = [raw]
    return tuple(_record(item) for item in items(raw or [], "the records"))


def record_page(raw: object) -> RecordPage:
    """Read a page of `/v1/records`. Raises BadAnswer."""
    pages = raw.get("total_page") if isinstance(raw, dict) else None
    return RecordPage(records(raw), None if pages in (None, "") else integer(pages, "the records", 10**9))


def claimable(raw: object) -> tuple[Claimable, ...]:
    """Read `/v1/withdrawal/status`; rows that cannot be read are left out. Raises BadAnswer."""
    what = "what waits on Ethereum"
    if isinstance(raw, dict) and "list" in raw:
        raw = raw["list"]
    found = []
    for item in items(raw or [], what):
        data = an_object(item, what)
        try:
            found.append(
                Claimable(
                    hexadecimal(data.get("asset_id"), what),
                    None if not data.get("asset_type") else hexadecimal(data.get("asset_type"), what),
                    _kind(data.get("type"), what),
                    _contract(data.get("contract_address"), what),
                    _token_id(data.get("token_id"), what),
                    plain(data.get("symbol") or "", 40),
                    integer(data.get("amount"), what, MAX_AMOUNT),
                )
            )
        except BadAnswer:
            continue  # one row that cannot be read hides no other
    return tuple(found)


def contracts(raw: object) -> dict[str, str]:
    """Read `/v1/starkex/contracts`: the proxies by network, lower-case hex. Raises BadAnswer."""
    what = "its contracts"
    found = {}
    for name, value in an_object(raw, what).items():
        if isinstance(value, str) and value:
            found[plain(name, 40)] = "0x" + _contract(value, what).hex()
    return found


def integer(raw: object, what: str, highest: int) -> int:
    """Read a whole number that came as a number or as decimal text. Raises BadAnswer."""
    try:
        return read_integer(raw, what, highest)
    except CodecError as error:
        raise BadAnswer(what) from error


def hexadecimal(raw: object, what: str) -> int:
    """Read a number below the field's size from hex. Raises BadAnswer."""
    try:
        return read_hex(raw, what)
    except CodecError as error:
        raise BadAnswer(what) from error


def an_object(raw: object, what: str) -> Mapping[str, object]:
    """Read an object. Raises BadAnswer."""
    if not isinstance(raw, dict) or len(raw) > MAX_FIELDS:
        raise BadAnswer(what)
    return raw


def items(raw: object, what: str) -> list[object]:
    """Read a list. Raises BadAnswer."""
    if not isinstance(raw, list) or len(raw) > MAX_ITEMS:
        raise BadAnswer(what)
    return raw


def _balance_rows(data: Mapping[str, object], what: str) -> list[Balance]:
    kind = _kind(data.get("type"), what)
    contract = _contract(data.get("contract_address"), what)
    symbol = plain(data.get("symbol") or "", 40)
    decimals = _maybe(data.get("decimals"), what, MAX_DECIMALS)
    quantum = _maybe(data.get("quantum"), what, MAX_QUANTUM)
    if not kind.is_fungible and data.get("token_id") in (None, ""):
        return [
            Balance(kind, contract, number, symbol, decimals, quantum, token, uri, *amounts)
            for name, amounts in (
                ("available_tokens", (1, 0, 0)),
                ("frozen_tokens", (0, 1, 0)),
                ("withdraw_frozen_tokens", (0, 0, 1)),
            )
            for number, token, uri in _tokens(data.get(name), what)
        ]
    available, frozen, leaving = (
        integer(_or_zero(data.get(name)), what, MAX_AMOUNT)
        for name in ("balance_available", "balance_frozen", "withdraw_frozen")
    )
    return [
        Balance(
            kind,
            contract,
            hexadecimal(data.get("asset_id"), what),
            symbol,
            decimals,
            quantum,
            _token_id(data.get("token_id"), what),
            _uri(data.get("token_uri")),
            available,
            frozen,
            leaving,
        )
    ]


def _tokens(raw: object, what: str) -> list[tuple[int, int, str]]:
    found = []
    for item in items(raw or [], what):
        data = an_object(item, what)
        token = _token_id(data.get("token_id"), what)
        if token is None:
            raise BadAnswer(what)
        found.append((hexadecimal(data.get("asset_id"), what), token, _uri(data.get("token_uri"))))
    return found


def _record(raw: object) -> Record:
    what = "a record"
    data = an_object(raw, what)
    return Record(
        integer(data.get("sequence_id"), what, MAX_SEQUENCE_ID),
        _soft(lambda: integer(data.get("record_type"), what, 1_000)) or 0,
        _soft(lambda: integer(data.get("status"), what, 1_000)),
        _soft(lambda: hexadecimal(data.get("stark_key"), what)),
        _soft(lambda: hexadecimal(data.get("asset_id"), what)),
        _soft(lambda: integer(data.get("amount"), what, MAX_AMOUNT)),
        _soft(lambda: hexadecimal(data.get("to"), what)),
        plain(data.get("resp") or "", 160),
    )


def _soft(read: Callable[[], _T]) -> _T | None:
    try:
        return read()
    except BadAnswer:
        return None


def _pages(data: Mapping[str, object], what: str) -> int:
    return integer(_or_zero(data.get("total_page")), what, 10**9)


def _kind(raw: object, what: str) -> AssetKind:
    if not isinstance(raw, str):
        raise BadAnswer(what)
    try:
        return AssetKind(raw.upper())
    except ValueError as error:
        raise BadAnswer(what) from error


def _contract(raw: object, what: str) -> bytes:
    if raw is None or (isinstance(raw, str) and raw.upper() in ("", "ETH")):
        return b""
    if not isinstance(raw, str) or len(raw) != ADDRESS_LENGTH or raw[:2] not in ("0x", "0X"):
        raise BadAnswer(what)
    try:
        return bytes.fromhex(raw[2:])
    except ValueError as error:
        raise BadAnswer(what) from error


def _token_id(raw: object, what: str) -> int | None:
    return None if raw is None or raw == "" else integer(raw, what, MAX_TOKEN_ID)


def _maybe(raw: object, what: str, highest: int) -> int | None:
    return None if raw is None or raw == "" else integer(raw, what, highest)


def _uri(raw: object) -> str:
    """An address of an NFT's data, kept exactly, for its id is made of it; empty where it is none that can be shown."""
    if not isinstance(raw, str) or len(raw) > MAX_URI or hidden_characters(raw):
        return ""
    return raw


def _or_zero(raw: object) -> object:
    return 0 if raw is None or raw == "" else raw
