"""Nothing secret reaches a log."""

import json
import logging
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.net.redact import RedactingFormatter, guard_logging, redact

PHRASE = "test test test test test test test test test test test junk"
KEY = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"signing with 0x{KEY}", KEY[6:]),
        (f"signing with {KEY}", KEY[6:]),
        (f"phrase {PHRASE}", "junk"),
        ("POST https://node.example/v3/0123abcdKEY?token=x", "0123abcdKEY"),
        ("GET https://me:word@node.example/", "word"),
        ("lightning:LNURL1DP68GURN8GHJ7UM9WFMXJCM99E3K7MF0V9CXJ0M385EKVCENXC6R2C35", "GURN8GHJ7"),
        ("pay lnbc20m1pvjluezpp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqf", "pvjluezpp5"),
        ("Authorization: Bearer abc.def", "abc.def"),
        ('{"password": "hunter 2"}', "hunter"),
        ("k1=00ff00ff", "00ff00ff"),
        ("api_key='zz top'", "top"),
        ("LNBITS_API_KEY=zztop", "zztop"),
        ("X-Api-Key: zztop", "zztop"),
        ("Cookie: a=b; session=zztop", "zztop"),
        ("Authorization: Nostr eyJraW5kIjoxfQ", "eyJraW5k"),
        (json.dumps(json.dumps({"k1": "zz top"})), "top"),
        (repr({"k1": "it's zztop"}), "zztop"),
        ('{"k1": "a\\"zztop"}', "zztop"),
        ('{"password": "cut off zztop', "zztop"),
        ("lnurlw://card.example/a?p=00&c=zztop_~!", "zztop"),
        ("lnurlw:card.example/zztop", "zztop"),
        ("callback='https://a.example/x'", "/x"),
        ("nostr+walletconnect://b889ff5b?relay=wss://relay.example&secret=zztop_~", "zztop"),
        ("preimage=zztop", "zztop"),
        ('{"invoice_key": "zztop", "adminkey": "x"}', "zztop"),
        ("rune AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdEf==", "MnOpQr"),
        ("got AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdEf==", "MnOpQr"),
        ("PR:LNTBS10N1PJ4HQPQPP5QQQSY", "PJ4HQPQ"),
        ("offer lno1pgx9gqsyqcyq5rqwzqf", "pgx9gqsy"),
    ],
)
def test_secrets_are_removed_from_every_shape(text, secret):
    test_secrets_are_removed(text, secret)


BECH32 = st.text("qpzry9x8gf2tvdw0s3jn54khce6mua7l", min_size=20, max_size=300)
HEX = st.text("0123456789abcdef", min_size=32, max_size=64)
TOKEN = st.text("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", min_size=20, max_size=80)
STARTS = [
    "k1=",
    "k1: ",
    '"k1": ',
    "&k1=",
    "k1%3D",
    "pr=",
    "rune=",
    "Rune: ",
    "macaroon: ",
    "invoice=",
    "api_key=",
    "X-Api-Key: ",
    "Authorization: Bearer ",
    "admin_key: ",
    "preimage=",
    "secret=",
    "https://a.example/",
    "https://a.example/?k1=",
    "lnurlw://a.example/",
    "lnurlw:a.example/x",
    "nostr+walletconnect://",
    "nostr+walletconnect:00?secret=",
    "keyauth://a.example/?k1=",
]
SEALED = st.one_of(
    st.tuples(
        st.sampled_from(["lnbc", "lntb", "lntbs", "lnbcrt", "lnsb", "lnbc25m1", "lnbcrt10n1", "lnurl1", "lno1"]), BECH32
    ),
    st.tuples(st.sampled_from(["LNBC", "LNBCRT500U1", "LNURL1", "LNTB"]), BECH32.map(str.upper)),
    st.tuples(st.sampled_from(STARTS), st.one_of(TOKEN, HEX)),
)
AROUND = st.sampled_from(
    [("", ""), ("got ", " from it"), ("(", ")"), ('"', '"'), ("'", "'"), ("lightning:", ""), ("<", ">")]
)


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("secret", ["zztopzztopzztopzztop", "00ff" * 16])
def test_no_secret_shows_after_any_of_its_names(start, secret):
    assert secret[6:] not in redact(f"got {start}{secret} from it")


@given(SEALED, AROUND, st.sampled_from(["text", "json", "json in json", "repr", "address"]))
def test_no_secret_shows_in_any_wrapping(sealed, around, wrapping):
    before, after = around
    start, secret = sealed
    text = before + start + secret + after
    if wrapping == "json":
        text = json.dumps({"said": text})
    elif wrapping == "json in json":
        text = json.dumps(json.dumps({"said": text}))
    elif wrapping == "repr":
        text = repr({"said": [text]})
    elif wrapping == "address":
        text = f"GET https://a.example/?lightning={quote(text)} failed"
    assert secret not in redact(text)
    assert secret[6:] not in redact(text)


@given(st.text())
def test_redacting_is_total_and_keeps_no_more_than_there_was(text):
    assert redact(redact(text)) is not None


@pytest.mark.parametrize(
    "flood", ["a-" * 50_000, "k1" * 50_000, '"' * 50_000, "\\" * 50_000, "lnurl" * 20_000, "a b " * 25_000]
)
def test_a_long_line_does_not_hold_the_window(flood):
    began = time.perf_counter()
    redact(flood)
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("k1=zztop", "zztop"),
    ],
)
def test_secrets_are_removed(text, secret):
    assert secret in text
    assert secret not in redact(text)


@pytest.mark.parametrize(
    "text",
    ["block 12 of ethereum has 3 logs", "node.example did not answer in time", "finalized 123456 by a and b (2 of 3)"],
)
def test_plain_sentences_stay(text):
    assert redact(text) == text


def test_the_host_stays_readable():
    assert redact("GET https://node.example:8545/v1/secret failed") == "GET https://node.example:8545/… failed"


class Kept(logging.Handler):
    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))


@pytest.mark.parametrize("formatter", [None, RedactingFormatter()])
def test_handlers_see_only_redacted_records_and_tracebacks(formatter):
    handler = Kept()
    handler.setFormatter(formatter)
    guard_logging(handler)
    logger = logging.Logger("redaction under test")
    logger.addHandler(handler)
    logger.warning("sent %s", f"0x{KEY}")
    try:
        int(f"bad key {KEY}")
    except ValueError:
        logger.exception("failed")
    text = "\n".join(handler.lines)
    assert KEY[6:] not in text
    assert "Traceback" in text
    assert "0xac0974…" in text


def test_noisy_libraries_are_silent():
    guard_logging(Kept())
    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
    assert not logging.getLogger("httpcore.http11").isEnabledFor(logging.DEBUG)
