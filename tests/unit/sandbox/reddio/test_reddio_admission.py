"""What the API takes and what it refuses: real bodies of the published client, the page's examples, every mutation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ashore.crypto.stark import ORDER, is_stark_key, public_key
from ashore.sandbox.reddio.admission import Admission
from ashore.sandbox.reddio.book import Book, Credit
from ashore.sandbox.reddio.catalogue import Catalogue, TokenContract
from ashore.sandbox.reddio.faults import Faults
from ashore.sandbox.reddio.journal import ReddioJournal, RequestRow, Way
from ashore.sandbox.reddio.requests import RequestError, read_body, read_plain, read_signed
from ashore.sandbox.reddio.stages import Status
from ashore.sandbox.reddio.views import Views
from ashore.systems.reddio.codec import AssetKind

VECTORS = Path(__file__).parents[3] / "conformance" / "vectors" / "reddio.json"
CASES: list[dict[str, Any]] = json.loads(VECTORS.read_text("utf-8"))["withdrawalto_http"]
NOW = 1_767_225_600.0
PAGE_KEY = "0x761f1709a72a7e1d9a503faf2a1067686f315acdc825a804e1281fbd39accda"
PAGE_CONTRACT = "0x4240e8b8c0b6e6464a13f555f6395bbfe1c4bdf1"
PAGE_WITHDRAWAL = {"contract_address": PAGE_CONTRACT, "token_id": "1", "stark_key": PAGE_KEY, "amount": 10}
PAGE_WITHDRAWAL_TO = {
    "contract_address": PAGE_CONTRACT,
    "asset_id": "0x284698644e92ad774d6e601d9f0cefa137872d0eeadc92ea3fe1fb973d32594",
    "stark_key": PAGE_KEY,
    "amount": 10,
    "token_id": "1",
    "nonce": 100,
    "vault_id": 1000,
    "receiver": PAGE_KEY,
    "receiver_vault_id": 10,
    "expiration_timestamp": 4194303,
    "signature": {"r": "0xab", "s": "0xbb"},
}


class NothingOnEthereum:
    """A contract on which nothing has happened."""

    def pending(self, owner_key: int, asset_id: int) -> int:
        return 0

    def registered(self, stark_key: int) -> int:
        return 0


_journals: list[ReddioJournal] = []


@pytest.fixture(autouse=True)
def journals_are_closed() -> Iterator[None]:
    yield
    while _journals:
        _journals.pop().close()


class Counter:
    """The operator's counter, without chain and HTTP: what stands before it comes from the test."""

    def __init__(self, *contracts: TokenContract) -> None:
        self.journal = ReddioJournal(None)
        _journals.append(self.journal)
        self.catalogue = Catalogue(contracts)
        self.book = Book(self.journal, [])
        self.admission = Admission(self.catalogue, self.book, lambda: NOW)
        self.views = Views(
            self.catalogue, self.book, Faults(), NothingOnEthereum(), lambda _row: False, bytes(19) + b"\1"
        )

    def credit(self, owner_key: int, asset_id: int, quanta: int) -> None:
        self.book = Book(self.journal, [*self.book.credits, Credit(owner_key, asset_id, quanta)])
        self.admission = Admission(self.catalogue, self.book, lambda: NOW)

    def post(self, body: bytes | dict[str, Any], way: Way = Way.WITHDRAWAL_TO) -> int:
        fields = read_body(body if isinstance(body, bytes) else json.dumps(body).encode())
        if way is Way.WITHDRAWAL:
            return self.admission.submit_plain(read_plain(fields))
        return self.admission.submit_signed(read_signed(fields, to_address=way is Way.WITHDRAWAL_TO), way)

    def row(self, sequence_id: int) -> RequestRow:
        return self.book.requests[sequence_id]


def prepared(case: dict[str, Any]) -> tuple[Counter, bytes]:
    """A counter at which the account of a captured request stands, with what it withdraws; and the request's body."""
    call, (*_, post) = case["call"], case["requests"]
    body = json.loads(post["raw_body"])
    kind, token_id = AssetKind(call["type"]), call.get("token_id")
    address = bytes.fromhex(call.get("contract_address", "0x")[2:])
    contract = TokenContract(kind, address, "TOKEN", "Token", int(call["decimals"]), int(call["quantum"]))
    counter = Counter(contract)
    asset_id = counter.catalogue.add(contract, contract.asset(token_id))
    assert int(body["asset_id"], 16) == asset_id
    owner = public_key(int(case["stark_private_key"], 16))
    counter.credit(owner, asset_id, int(body["amount"]))
    counter.book.open_vault(owner, asset_id, int(call["vault_ids"][0]))
    counter.book.open_vault(int(call["receiver"], 16), asset_id, int(call["vault_ids"][1]))
    counter.book.set_nonce(owner, call["nonce"])
    return counter, str(post["raw_body"]).encode()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['call']['type']} {case['call']['nonce']}")
def test_the_bodies_of_the_published_client_are_taken(case: dict[str, Any]) -> None:
    counter, body = prepared(case)
    row = counter.row(counter.post(body))
    told = json.loads(body)
    assert row.owner_key == int(told["stark_key"], 16)
    assert (row.receiver, row.quanta) == (int(told["receiver"], 16), int(told["amount"]))
    counter.book.accept_all(int(NOW), None)
    assert counter.row(row.sequence_id).status is Status.ACCEPTED
    assert counter.book.available(row.owner_key, row.asset_id) == 0


def mutations(body: dict[str, Any]) -> Iterator[tuple[str, Any, int]]:
    """One other value for each field, and the code that it has to bring."""
    signature = body["signature"]
    yield "stark_key", hex(public_key(77)), 16
    yield "stark_key", hex(next(x for x in range(5, 99) if not is_stark_key(x))), 18
    yield "asset_id", hex(int(body["asset_id"], 16) ^ 1), 6
    yield "amount", str(int(body["amount"]) + 1), 34
    yield "amount", "0", 2
    yield "amount", str(2**63), 2
    yield "amount", "1.5", 19
    yield "nonce", body["nonce"] + 1, 19
    yield "vault_id", str(int(body["vault_id"]) ^ 1), 16
    yield "receiver", "0x" + "5a" * 20, 16
    yield "receiver", hex(public_key(77)), 19
    yield "receiver", "0x" + "00" * 20, 19
    yield "receiver", body["receiver"].swapcase().replace("X", "x", 1), 19
    yield "receiver_vault_id", str(int(body["receiver_vault_id"]) ^ 1), 16
    yield "expiration_timestamp", body["expiration_timestamp"] - 1, 34
    yield "expiration_timestamp", int(NOW) // 3600, 19
    yield "expiration_timestamp", 1 << 22, 19
    yield "signature", {**signature, "r": hex(int(signature["r"], 16) ^ 1)}, 34
    yield "signature", {**signature, "s": hex(int(signature["s"], 16) ^ 1)}, 34
    yield "signature", {"r": signature["s"], "s": signature["r"]}, 34
    yield "signature", {**signature, "s": "0x0"}, 34
    yield "signature", {"r": signature["r"]}, 19
    yield "signature", [signature["r"], signature["s"]], 19
    yield "contract_address", "0x" + "5a" * 20, 15
    yield "token_id", "424242", 22
    for name in ("stark_key", "asset_id", "amount", "nonce", "vault_id", "receiver", "receiver_vault_id", "signature"):
        yield name, None, 400


@pytest.mark.parametrize("case", [CASES[0], CASES[2], CASES[4], CASES[6]], ids=lambda case: case["call"]["type"])
def test_every_mutation_of_one_field_is_refused(case: dict[str, Any]) -> None:
    counter, raw = prepared(case)
    body = json.loads(raw)
    if case["call"]["nonce"]:
        with pytest.raises(RequestError) as refused:
            counter.post({**body, "nonce": body["nonce"] - 1})
        assert refused.value.code == 13
    for name, value, code in mutations(body):
        with pytest.raises(RequestError) as refused:
            counter.post({**body, name: value})
        assert (name, value, refused.value.code) == (name, value, code)
    # None of all that was taken, nor was the nonce spent.
    assert counter.post(raw) == 300_001


def test_a_twin_of_the_signature_does_not_pass_as_another_request() -> None:
    counter, raw = prepared(CASES[0])
    body = json.loads(raw)
    twin = {**body, "signature": {**body["signature"], "s": hex(ORDER - int(body["signature"]["s"], 16))}}
    counter.post(raw)
    for again in (raw, twin):
        with pytest.raises(RequestError) as refused:
            counter.post(again)
        assert refused.value.code == 13
    (row,) = counter.book.requests.values()
    assert row.duplicates == 1  # the twin is another signature


def test_numbers_may_be_text_and_text_numbers() -> None:
    counter, raw = prepared(CASES[0])
    body = json.loads(raw)
    names = ("amount", "vault_id", "receiver_vault_id")
    counter.post({**body, "nonce": str(body["nonce"]), **{name: int(body[name]) for name in names}})


def test_what_other_clients_send_beside_it_is_no_contradiction() -> None:
    counter, raw = prepared(CASES[0])
    counter.post({**json.loads(raw), "contract_address": "ETH", "token_id": ""})


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"amount": 1e5}', b'{"amount": NaN}', b"\xff"])
def test_what_is_no_json_object_of_integers_is_refused(body: bytes) -> None:
    with pytest.raises(RequestError) as refused:
        Counter().post(body)
    assert refused.value.code == 401


def test_the_pages_withdrawal_is_taken_where_the_account_has_it() -> None:
    contract = TokenContract(AssetKind.ERC20, bytes.fromhex(PAGE_CONTRACT[2:]), "TOKEN", "Token", 18, 10**12)
    counter, key = Counter(contract), int(PAGE_KEY, 16)
    counter.credit(key, contract.asset().asset_id, 10)
    counter.book.open_vault(key, contract.asset().asset_id)
    row = counter.row(counter.post(PAGE_WITHDRAWAL, Way.WITHDRAWAL))
    assert (row.owner_key, row.receiver, row.quanta, row.nonce) == (key, key, 10, -1)
    # Nobody signs it: the same again is another withdrawal, which then fails for want of funds.
    again = counter.post(PAGE_WITHDRAWAL, Way.WITHDRAWAL)
    counter.book.accept_all(int(NOW), None)
    assert counter.row(again).resp == "insufficient available"


def test_the_pages_withdrawal_of_ten_pieces_of_one_nft_never_succeeds() -> None:
    contract = TokenContract(AssetKind.ERC721, bytes.fromhex(PAGE_CONTRACT[2:]), "NFT", "Nft", 0, 1)
    counter, key = Counter(contract), int(PAGE_KEY, 16)
    asset_id = counter.catalogue.add(contract, contract.asset(1))
    counter.credit(key, asset_id, 1)
    counter.book.open_vault(key, asset_id)
    sequence_id = counter.post(PAGE_WITHDRAWAL, Way.WITHDRAWAL)
    counter.book.accept_all(int(NOW), None)
    assert counter.row(sequence_id).status is Status.FAILED


def test_the_pages_withdrawal_to_is_refused_for_its_receiver() -> None:
    """Its receiver is a Stark key, where an Ethereum address belongs."""
    with pytest.raises(RequestError, match="receiver is not an ethereum address") as refused:
        Counter().post(PAGE_WITHDRAWAL_TO)
    assert refused.value.code == 19
    with pytest.raises(RequestError) as refused:
        Counter().post(PAGE_WITHDRAWAL_TO | {"receiver": "0x" + "5a" * 20})
    assert refused.value.code == 6


def test_an_address_is_no_receiver_of_a_transfer() -> None:
    counter, raw = prepared(CASES[0])
    with pytest.raises(RequestError) as refused:
        counter.post(raw, Way.TRANSFER)
    assert refused.value.code == 19
