"""The calls of Reddio's REST API that a withdrawing wallet needs. None of them takes a key or a password.

Source: reddio-com/doc API pages, red-js-sdk 0.8.4 `src/`, the Java client `DefaultReddioRestClient.java`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

from ashore.net.errors import HttpStatus, Unanswered
from ashore.net.http import HttpClient, Purpose
from ashore.systems.reddio.client import answers
from ashore.systems.reddio.client.envelope import BadAnswer, Envelope, read_envelope
from ashore.systems.reddio.codec import AssetKind, hex_of

READ = Purpose("Reddio", 1 << 20, total_seconds=20.0, retries=1)
READ_LIST = Purpose("Reddio's lists", 2 << 20, total_seconds=30.0, retries=1)
SEND = Purpose("a request to Reddio", 64 << 10, total_seconds=20.0, retries=0)

PAGE_SIZE = 100
MAX_PAGES = 60
"""Of a list: more than 5,000 rows are nobody's balances."""
MAX_PIECES = 60_000
"""Values in one answer, by its commas: many small ones take longer to read than their length lets expect."""
READ_AT_ONCE = 16 << 10
"""Bytes of an answer that are read without a thread of their own."""
WITHDRAWALS = 4
"""Records of this type are withdrawals."""

_ASKED = "what was asked"
_T = TypeVar("_T")


class ReddioClient:
    """One deployment's API. Reads raise NetError, ApiError where Reddio said no, and BadAnswer."""

    def __init__(self, http: HttpClient, api_url: str) -> None:
        """`api_url` is what the paths follow, without a slash at the end."""
        self._http = http
        self._url = api_url.rstrip("/")

    @property
    def host(self) -> str:
        """The API's host, for sentences."""
        return urlsplit(self._url).hostname or "Reddio"

    # ---- reading

    async def contracts(self) -> dict[str, str]:
        """`/v1/starkex/contracts`: the StarkEx proxies by network, lower-case hex."""
        return await self._read("/v1/starkex/contracts", {}, answers.contracts)

    async def contract_info(self, kind: AssetKind, contract: bytes) -> answers.ContractInfo:
        """`/v1/contract_info`. `contract` is b"" for ETH."""
        told = await self._read("/v1/contract_info", _of_contract(kind, contract), answers.contract_info)
        if (told.kind, told.contract) != (kind, contract):
            raise BadAnswer("a contract")
        return told

    async def asset_id(self, kind: AssetKind, contract: bytes, token_id: int | None, quantum: int) -> int:
        """`/v1/assetid`, which may not exist for every kind: Ashore computes ids itself."""
        query = {**_of_contract(kind, contract), "token_id": _text(token_id), "quantum": str(quantum)}
        return await self._read("/v1/assetid", query, answers.asset_id)

    async def vaults(self, asset_id: int, owners: Sequence[str]) -> tuple[int, ...]:
        """`/v1/vaults`: vault ids of Stark keys or Ethereum addresses, in their order; missing ones come into being."""
        query = {"asset_id": hex_of(asset_id), "stark_keys": ",".join(owners)}
        return await self._read("/v1/vaults", query, lambda raw: answers.vaults(raw, len(owners)))

    async def nonce(self, stark_key: str) -> int:
        """`/v1/nonce`: the number that the key's next request has to have."""
        return await self._read("/v1/nonce", {"stark_key": stark_key}, answers.nonce)

    async def claimable(self, address: str) -> tuple[answers.Claimable, ...]:
        """`/v1/withdrawal/status`: what Reddio says that waits on L1 for an address."""
        query = {"ethaddress": address, "stage": "withdrawarea"}
        return await self._read("/v1/withdrawal/status", query, answers.claimable)

    async def record(self, stark_key: str, sequence_id: int) -> tuple[answers.Record, ...]:
        """`/v1/record`: one record, or the sender's and the receiver's."""
        query = {"stark_key": stark_key, "sequence_id": str(sequence_id)}
        found = await self._read("/v1/record", query, answers.records)
        return tuple(record for record in found if record.sequence_id == sequence_id)

    async def records(
        self, stark_key: str, *, record_type: int = 0, limit: int = PAGE_SIZE, sequence_ids: Sequence[int] = ()
    ) -> tuple[answers.Record, ...]:
        """`/v1/records`, newest page. `record_type` 0 is all; `sequence_ids` asks for these alone."""
        query = {"stark_key": stark_key, "limit": str(limit), "page": "1"}
        if record_type:
            query["record_type"] = str(record_type)
        if sequence_ids:
            query["sequence_ids"] = ",".join(map(str, sequence_ids))
        return await self._read("/v1/records", query, answers.records, READ_LIST)

    async def book(self, stark_key: str, since: int) -> answers.Book:
        """`/v1/records` of a key, page by page, as far as everything after the number `since` needs."""
        found: dict[answers.Record, None] = {}
        page, last, is_ordered = 1, answers.MAX_SEQUENCE_ID, True
        while True:
            query = {"stark_key": stark_key, "limit": str(PAGE_SIZE), "page": str(page)}
            told = await self._read("/v1/records", query, answers.record_page, READ_LIST)
            known = len(found)
            found.update(dict.fromkeys(told.rows))
            numbers = [last, *(record.sequence_id for record in told.rows)]
            is_ordered, last = is_ordered and numbers == sorted(numbers, reverse=True), numbers[-1]
            if (is_ordered and last <= since) or told.is_last(page):
                return answers.Book(tuple(found), is_whole=True)
            if page >= MAX_PAGES or len(found) == known:
                return answers.Book(tuple(found), is_whole=False)
            page += 1

    async def by_signature(self, r: str, s: str) -> tuple[answers.Record, ...]:
        """`/v1/record/by/signature`: the records of a request; none where Reddio does not know it."""
        return await self._read("/v1/record/by/signature", {"r": r, "s": s}, answers.records)

    async def transactions(self, stark_key: str, *, page: int = 1) -> tuple[answers.Record, ...]:
        """`/v1/txns`: the same book as `records`, with what the explorer adds left out."""
        query = {"stark_key": stark_key, "page": str(page), "perPage": str(PAGE_SIZE)}
        return await self._read("/v1/txns", query, answers.records, READ_LIST)

    async def transaction(self, sequence_id: int) -> tuple[answers.Record, ...]:
        """`/v1/txn`: the records of one number, whosesoever they are."""
        return await self._read("/v1/txn", {"sequence_id": str(sequence_id)}, answers.records)

    async def balance(self, stark_key: str, asset_id: int) -> answers.Balance | None:
        """`/v1/balance`: of one asset; None where there is none of it."""
        query = {"stark_key": stark_key, "asset_id": hex_of(asset_id)}
        return await self._read("/v1/balance", query, answers.balance)

    async def balances(self, stark_key: str, *, version: int = 1) -> AsyncIterator[answers.Page]:
        """`/v1/balances` or `/v3/balances`, page by page: version 3 knows where an NFT's data is."""
        rows, page = 0, 1
        while True:
            query = {"stark_key": stark_key, "limit": str(PAGE_SIZE), "page": str(page)}
            told = await self._read(f"/v{version}/balances", query, answers.balances, READ_LIST)
            yield told
            rows += len(told.rows)
            if page >= told.pages or not (told.rows or told.strange):
                return
            if page >= MAX_PAGES or rows > answers.MAX_ITEMS:
                raise BadAnswer("the balances")
            page += 1

    # ---- what moves money

    async def send(self, path: str, body: str) -> int:
        """POST a request, once, byte for byte; returns the number that Reddio gives it.

        Raises ApiError where Reddio said no in its own form, NotSent where nothing left, and Unanswered, HttpStatus or
        BadAnswer where it may have taken the request all the same.
        """
        try:
            answer = await self._http.request(
                "POST", self._url + path, SEND, body=body.encode(), headers={"content-type": "application/json"}
            )
            envelope = read_envelope(answer.body)
        except (HttpStatus, Unanswered) as error:
            envelope = _failure(error)
            if envelope is None:
                raise
        return answers.sequence_id(_data(envelope, "the request"))

    async def _read(
        self, path: str, query: Mapping[str, str], read: Callable[[object], _T], purpose: Purpose = READ
    ) -> _T:
        url = f"{self._url}{path}?{urlencode(query)}" if query else self._url + path
        try:
            body = (await self._http.get(url, purpose)).body
        except (HttpStatus, Unanswered) as error:
            envelope = _failure(error)
            if envelope is None:
                raise
            return read(_data(envelope, _ASKED))
        if body.count(b",") > MAX_PIECES:
            raise BadAnswer(_ASKED)

        def understood() -> _T:
            return read(_data(read_envelope(body), _ASKED))

        return understood() if len(body) <= READ_AT_ONCE else await asyncio.to_thread(understood)


def _failure(error: HttpStatus | Unanswered) -> Envelope | None:
    """The no in the body of an HTTP error; None where there is none, for a yes with such a status is not believed."""
    envelope = read_envelope(error.body)
    return envelope if envelope is not None and envelope.failed is not None else None


def _data(envelope: Envelope | None, what: str) -> object:
    if envelope is None:
        raise BadAnswer(what)
    if envelope.failed is not None:
        raise envelope.failed
    return envelope.data


def _of_contract(kind: AssetKind, contract: bytes) -> dict[str, str]:
    return {"type": str(kind), "contract_address": "0x" + contract.hex() if contract else "ETH"}


def _text(token_id: int | None) -> str:
    return "" if token_id is None else str(token_id)
