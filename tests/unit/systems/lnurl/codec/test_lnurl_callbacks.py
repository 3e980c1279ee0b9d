"""The second request is built on the verbatim callback, and its answer is never taken for more than it says."""

import json
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.systems.lnurl.codec import (
    Accepted,
    CodecError,
    Garbage,
    Refused,
    callback_url,
    parse_callback_answer,
    parse_url,
)


@pytest.mark.parametrize(
    ("callback", "k1", "expected"),
    [
        ("https://s.com/cb", "K", "https://s.com/cb?k1=K&pr=P"),
        ("https://s.com", "K", "https://s.com/?k1=K&pr=P"),
        ("https://s.com/", "K", "https://s.com/?k1=K&pr=P"),
        ("https://s.com?a=1", "K", "https://s.com/?a=1&k1=K&pr=P"),
        ("https://s.com/cb?id_unique_hash=h", "K", "https://s.com/cb?id_unique_hash=h&k1=K&pr=P"),
        ("https://s.com/cb?", "K", "https://s.com/cb?k1=K&pr=P"),
        ("https://s.com/cb?a=1&", "K", "https://s.com/cb?a=1&k1=K&pr=P"),
        ("https://s.com/cb?a=1#frag?b", "K", "https://s.com/cb?a=1&k1=K&pr=P"),
        ("https://s.com/a%2Fb?c=%20+d", "K", "https://s.com/a%2Fb?c=%20+d&k1=K&pr=P"),
        ("https://s.com:8443/cb", "a b&c=d+é/~-_.", "https://s.com:8443/cb?k1=a%20b%26c%3Dd%2B%C3%A9%2F~-_.&pr=P"),
        ("https://s.com/cb?k1=old", "K", "https://s.com/cb?k1=old&k1=K&pr=P"),
    ],
)
def test_the_callback_stays_as_it_came(callback: str, k1: str, expected: str) -> None:
    assert callback_url(parse_url(callback), k1, "P") == expected


def test_a_pin_goes_last() -> None:
    callback = parse_url("https://s.com/cb")
    assert callback_url(callback, "K", "P", "1234") == "https://s.com/cb?k1=K&pr=P&pin=1234"
    for pin in ("", "12 34", "1&a=b", "１２"):
        with pytest.raises(CodecError, match="digits"):
            callback_url(callback, "K", "P", pin)


@pytest.mark.parametrize("invoice", ["", "lnbc1,lnbc2", "lnbc1&k1=x", "lnbc1 ", "lnbc1\n", "lnbcé"])
def test_only_one_bare_invoice_goes_out(invoice: str) -> None:
    with pytest.raises(CodecError, match="not one Lightning invoice"):
        callback_url(parse_url("https://s.com/cb"), "K", invoice)


def test_an_address_that_grows_too_long_is_not_asked() -> None:
    callback = parse_url("https://s.com/cb")
    room = 2000 - len(callback_url(callback, "K", "P")) + 1
    assert len(callback_url(callback, "K", "P" * room)) == 2000
    with pytest.raises(CodecError, match="too long"):
        callback_url(callback, "K", "P" * (room + 1))


texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)


@given(st.lists(st.tuples(texts, texts), max_size=3), texts)
def test_the_service_reads_back_what_was_meant(pairs: list[tuple[str, str]], k1: str) -> None:
    query = "&".join(f"{name.encode().hex()}={value.encode().hex()}" for name, value in pairs)
    address = callback_url(parse_url(f"https://s.com/cb?{query}"), k1, "lnbc1P")
    own = [(name.encode().hex(), value.encode().hex()) for name, value in pairs]
    assert parse_qsl(urlsplit(address).query) == [*own, ("k1", k1), ("pr", "lnbc1P")]


@pytest.mark.parametrize("body", [b'{"status":"OK"}', b'{"status":"ok","more":1}', b'\xef\xbb\xbf{"status":" Ok"}'])
def test_ok(body: bytes) -> None:
    assert parse_callback_answer(body) == Accepted()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"status":"ERROR","reason":"withdraw is spent."}', "withdraw is spent."),
        (b'{"status":"error"}', ""),
        (b'{"detail":"Unexpected error! ID: 5"}', "Unexpected error! ID: 5"),
        (b'{"detail":[{"loc":["query","pr"],"msg":"field required"}]}', "field required"),
    ],
)
def test_refusals(body: bytes, reason: str) -> None:
    assert parse_callback_answer(body) == Refused(reason)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"OK",
        b"{}",
        b"[]",
        b'{"status":true}',
        b'{"status":"PENDING"}',
        b'{"status":"OK","status":"ERROR"}',
        b'{"status":["OK"]}',
        b'{"Status":"OK"}',
        b'{"status":"OK"',
        b'{"status":"OK","x":NaN}',
        b"<html>502 Bad Gateway</html>",
        b'{"status":"OK","x":"' + b"x" * 70_000 + b'"}',
    ],
)
def test_anything_else_leaves_the_outcome_unknown(body: bytes) -> None:
    assert parse_callback_answer(body) == Garbage()


@given(st.one_of(st.binary(max_size=200), st.dictionaries(texts, texts).map(lambda d: json.dumps(d).encode())))
def test_no_answer_raises(body: bytes) -> None:
    assert isinstance(parse_callback_answer(body), Accepted | Refused | Garbage)
