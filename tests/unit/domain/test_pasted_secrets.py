"""A recovery phrase or a private key pasted where another text belongs: noticed everywhere, repeated nowhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.domain.addresses import AddressError, parse_evm_address
from ashore.domain.amounts import AmountError, parse_amount
from ashore.domain.errors import AshoreError
from ashore.domain.pasted_secrets import KEY, PHRASE, is_phrase, may_hold_key, secret_words
from ashore.domain.signature_text import SignatureTextError, parse_signature

WORDS = "legal winner thank year wave sausage worth useful legal winner thank yellow"
HEX_KEY = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"
NUMBERED = " ".join(f"{number}. {word}" for number, word in enumerate(WORDS.split(), 1))
BEHIND = " ".join(f"{number}.{word}" for number, word in enumerate(WORDS.split(), 1))


@pytest.mark.parametrize(
    "text", [WORDS, WORDS.upper(), WORDS.replace(" ", "\n"), WORDS.replace(" ", ", "), NUMBERED, BEHIND, f" {WORDS}  "]
)
def test_a_recovery_phrase_is_noticed_however_it_was_copied(text: str) -> None:
    assert is_phrase(text)
    assert may_hold_key(text)
    assert secret_words(text) == PHRASE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "25.5",
        "Ledger",
        "0x8f3a12c4000000000000000000000000000091c2",
        " ".join(WORDS.split()[:9]),
        "My savings account for the house that we want to buy next year soon",
    ],
)
def test_other_texts_are_left_alone(text: str) -> None:
    assert secret_words(text) is None


def test_a_hash_or_a_key_looks_the_same_and_is_not_kept() -> None:
    for text in (HEX_KEY, "0x" + HEX_KEY, HEX_KEY.upper(), f" {HEX_KEY[:32]} {HEX_KEY[32:]}"):
        assert secret_words(text) == KEY
        assert may_hold_key(text)
    assert secret_words(HEX_KEY[:-1]) is None
    assert may_hold_key("0x" + HEX_KEY * 2 + "1b"), "a signature of the key text is a secret, too"


@pytest.mark.parametrize("secret", [WORDS, NUMBERED, HEX_KEY, "0x" + HEX_KEY])
def test_no_field_repeats_it(secret: str) -> None:
    for read, kind in (
        (parse_evm_address, AddressError),
        (parse_signature, SignatureTextError),
        (_amount, AmountError),
    ):
        with pytest.raises(kind) as refused:
            read(secret)
        assert isinstance(refused.value, AshoreError)
        told = f"{refused.value.sentence} {refused.value.advice}".lower()
        assert "recovery phrase" in told if is_phrase(secret) else "key" in told
        assert "from the clipboard" in told
        assert "not kept" in told
        assert not any(word in told for word in ("sausage", HEX_KEY[:8], HEX_KEY[-8:]))


def test_in_the_place_of_a_signature_it_is_said_what_one_looks_like() -> None:
    with pytest.raises(SignatureTextError) as refused:
        parse_signature(WORDS)
    assert refused.value.advice.endswith("A signature starts with 0x.")


@given(st.text(max_size=300))
def test_any_text_can_be_asked_about(text: str) -> None:
    assert secret_words(text) in (None, PHRASE, KEY)
    assert may_hold_key(text) in (True, False)


def _amount(text: str) -> int:
    return parse_amount(text, 6)
