"""Nothing secret reaches a log."""

import logging

import pytest

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
