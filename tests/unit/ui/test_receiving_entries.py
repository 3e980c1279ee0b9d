"""What is said of the entries of a receiving wallet before anybody is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashore.domain.untrusted import hidden_characters
from ashore.systems.base import Severity
from ashore.ui.pages.receiving_entries import (
    ADDRESS,
    CERTIFICATE,
    CORE_LIGHTNING,
    CREDENTIAL,
    FIELDS,
    LNBITS,
    NAME,
    Entries,
    judge,
    misplaced,
)
from unit.lightning.conftest import rune_of
from unit.lightning.serving import API_KEY, NODE_ID
from unit.ui.receiving_hands import RECEIVING_RUNE, SPENDING_RUNE

NODE = Entries(CORE_LIGHTNING, "Harbour", "https://192.168.1.5:3010", RECEIVING_RUNE)
TILL = Entries(LNBITS, "Till", "https://lnbits.example", API_KEY)
PRIVATE = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----"
PUBLIC = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"
INVOICE = "lnbcrt210n1pj4hqpqpp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqf"
LNURL = "LNURL1DP68GURN8GHJ7MRWW4EXCTNXD9SHG6NPVCHXXMMD9AKXUATJDSKHQCTE8AEK2UMND9HKU0FPXQ6X2"
NWC = "nostr+walletconnect://" + "ab" * 32 + "?relay=wss%3A%2F%2Frelay.example&secret=" + "cd" * 32


def test_what_is_right_is_left_alone() -> None:
    assert judge(NODE) == {}
    assert judge(TILL) == {}
    assert judge(replace(NODE, credential=f" {RECEIVING_RUNE[:40]}\n  {RECEIVING_RUNE[40:]} ")) == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (rune_of("=3"), "This is a rune, not an address."),
        (RECEIVING_RUNE.rstrip("="), "This is a rune, not an address."),
        (f"{RECEIVING_RUNE[:60]} {RECEIVING_RUNE[60:]}", "This is a rune, not an address."),
        ("0123456789abcdef0123456789abcdef", "This is a key, not an address."),
        ("5eC7e7other00key0a1b2c3d4e5f6a7b", "This is a key, not an address."),
        ("https://lnbits.example/wallet?usr=0123456789abcdef0123456789abcdef", "opens your whole LNbits account"),
        ("https://me:secret@node.example", "holds more than where the wallet is"),
        (f"https://node.example/{RECEIVING_RUNE}", "holds more than where the wallet is"),
        ("https://node.example/?rune=abc", "holds more than where the wallet is"),
        (f"{NODE_ID}@192.168.1.5:9735", "where other nodes reach your node"),
        (NODE_ID, "where other nodes reach your node"),
        ('{"rune": "abc", "unique_id": "3"}', "whole answer of your node"),
        (PUBLIC, "It goes to the field “Certificate”."),
        (PRIVATE, "This is a private key"),
        (INVOICE, "This is a Lightning invoice"),
        (LNURL, "This is an LNURL"),
        ("lnurlw://service.example/w", "This is an LNURL"),
        ("me@wallet.example", "This is a Lightning address"),
        (NWC, "This is a pairing link (NWC)"),
        ("lndconnect://host:10009?cert=x&macaroon=y", "pairing link of an LND node"),
        ("bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", "This is a Bitcoin address"),
    ],
)
def test_what_is_no_address_is_named(text: str, said: str) -> None:
    entries = replace(NODE, address=text, credential="")
    problem = misplaced(ADDRESS, entries)
    assert problem is not None
    assert said in str(problem)
    assert text not in str(problem)
    assert judge(entries)[ADDRESS] == problem


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        (replace(NODE, credential="https://node.example:3010"), "This is an address."),
        (replace(NODE, credential=NODE_ID), "node’s public key"),
        (replace(NODE, credential=API_KEY), "looks like a key of LNbits"),
        (replace(TILL, credential=RECEIVING_RUNE), "LNbits has none"),
        (replace(TILL, credential=PUBLIC), "LNbits does not need"),
        (replace(NODE, credential=PRIVATE), "private key"),
        (replace(NODE, credential='{\n  "rune": "abc"\n}'), "whole answer of your node"),
        (replace(NODE, credential="0201036c6e64" + "0a" * 60), "a macaroon"),
        (replace(NODE, credential=NWC), "pairing link"),
        (replace(NODE, credential="short"), "This is not a rune."),
        (replace(NODE, credential=RECEIVING_RUNE + "\u202e"), "cannot be seen"),
        (replace(TILL, credential="key with ümlaut"), "not a key of LNbits"),
        (replace(NODE, credential=""), "Enter the rune."),
        (replace(TILL, credential=""), "Enter the invoice key."),
    ],
)
def test_what_is_no_credential_is_named(entries: Entries, said: str) -> None:
    problem = judge(entries)[CREDENTIAL]
    assert said in str(problem)
    assert problem.severity is Severity.BLOCKS
    if entries.credential:
        assert entries.credential not in str(problem)


def test_a_rune_that_could_spend_is_said_before_anybody_is_asked_and_may_be_used() -> None:
    problem = judge(replace(NODE, credential=SPENDING_RUNE))[CREDENTIAL]
    assert problem.severity is Severity.WARNS
    assert "could spend your money" in str(problem)


@pytest.mark.parametrize(
    ("certificate", "said"),
    [
        (PRIVATE, "private key"),
        (PUBLIC, "cannot be read"),
        ("x y " * 20_000, "not the certificate file"),
        ("ümlaut", "not the certificate file"),
        (rune_of("=3"), "looks like a secret"),
        (RECEIVING_RUNE, "stands in this field too"),
    ],
)
def test_what_is_no_certificate_is_named(certificate: str, said: str) -> None:
    assert said in str(judge(replace(NODE, certificate=certificate))[CERTIFICATE])
    assert judge(replace(TILL, certificate=certificate)) == {}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "Enter a name"),
        ("   ", "Enter a name"),
        ("Har\u202ebour", "cannot be seen"),
        ("x" * 41, "at most 40"),
        ("hArbour  two", "Another wallet has this name."),
        (RECEIVING_RUNE, "stands in this field too"),
        (f"my {SPENDING_RUNE}", "looks like a secret"),
        (f"my {API_KEY}", "looks like a secret"),
    ],
)
def test_what_is_no_name_is_named(name: str, said: str) -> None:
    assert said in str(judge(replace(NODE, name=name), ["Harbour Two"])[NAME])


WORDS = st.sampled_from(
    [RECEIVING_RUNE, API_KEY, "https://", "http://", "@", "?usr=", "-----BEGIN", "lnurl1", "\u202e"]
)
TEXTS = st.one_of(st.text(max_size=60), st.text(max_size=4).map(lambda t: t * 9_000), st.lists(WORDS).map("".join))


@settings(max_examples=300)
@given(st.sampled_from([CORE_LIGHTNING, LNBITS]), TEXTS, TEXTS, TEXTS, TEXTS)
def test_any_entries_are_judged_calmly(kind: str, name: str, address: str, credential: str, certificate: str) -> None:
    entries = Entries(kind, name, address, credential, certificate)
    problems = judge(entries, ["Harbour"])
    assert set(problems) <= set(FIELDS)
    for problem in problems.values():
        assert len(str(problem)) < 400
        assert not hidden_characters(str(problem))
        assert len(credential.strip()) < 20 or credential.strip() not in str(problem)
    if NAME not in problems and CREDENTIAL not in problems:
        assert not hidden_characters(entries.setup.name + entries.setup.credential)
    assert credential not in repr(entries) or len(credential) < 8
