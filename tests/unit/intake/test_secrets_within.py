"""Secrets that stand among other words, have a word missing, or are dressed as something else."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.domain.pasted_secrets import is_phrase, may_hold_key
from ashore.domain.recovery_words import RECOVERY_WORDS
from ashore.intake.recognition import take_in
from ashore.systems.lnurl.codec import encode_lnurl

PHRASE = "legal winner thank year wave sausage worth useful legal winner thank yellow"
LISTED = sorted(RECOVERY_WORDS)
KEY = "4f3edf983ac636a65a842ce7c78d9aa706d3b113bce9c46f30d7d21715b23b1d"


@pytest.mark.parametrize(
    "text",
    [
        f"seed: {PHRASE}",
        f"My seed: {PHRASE}",
        f"My wallet’s words are {PHRASE}, keep them safe",
        f"{PHRASE} TREZOR1",
        str(PHRASE.split()).replace("'", '"'),
        '{"words": ["' + '", "'.join(PHRASE.split()) + '"]}',
        " ".join(PHRASE.split()[1:]),
        " ".join(PHRASE.split()[:-1]),
        PHRASE.replace("sausage", "sausge"),
        PHRASE.replace("sausage", "s@usage"),
        " ".join(word[:4] for word in PHRASE.split()),
        " | ".join(PHRASE.split()),
        "\n".join(f"{number}) {word}" for number, word in enumerate(PHRASE.split(), 1)),
        f"https://notes.example/?text={PHRASE.replace(' ', '%20')}",
        f"seed: {'mhm nnnn oooo pppp qqqq rrrr ssss tttt uuuu vvvv wwww xxxx'}",
        f"ethereum:0x{KEY}",
        f"ethereum:0x{KEY}@1",
        f"eip155:1:0x{KEY}",
        f"0x {KEY}",
        f"0x{KEY[:30]} {KEY[30:]}",
        f"https://etherscan.io/address/0x{KEY}",
        f"https://nobody.example/token/0x{KEY}",
        ":".join(KEY[at : at + 2] for at in range(0, 64, 2)),
        KEY[:63],
        f"My key {KEY[:62]}",
        f"https://node.example:8080?macaroon=0201036c6e6402{'ab' * 80}",
        f"https://shop.example/?private_key={KEY}",
        f"https://shop.example/#pk=0x{KEY}",
        "https://zeus.example/?uri=lndconnect%3A%2F%2Fh%3Fmacaroon%3Dabcdabcd",
        "PVT_K1_" + "2" * 50,
        "Key: PVT_R1_" + "2" * 50,
        "suiprivkey1" + "q" * 59,
        "addr_xsk1" + "q" * 100,
        f"ed25519-priv-0x{KEY}",
        "my nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5",
        "https://njump.example/nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5",
        "blink_" + "a1B2" * 12,
    ],
)
def test_a_secret_is_known_whatever_stands_around_it(text: str) -> None:
    found = take_in(text)
    assert found.secret or found.doubtful, found.kind
    assert "sausage" not in repr(found)
    assert KEY[:20] not in repr(found)


@given(
    st.sampled_from([12, 15, 18, 21, 24]),
    st.data(),
    st.sampled_from(["{}", "seed: {}", "My seed phrase is {} ok", '["{}"]', "{} 2024!", "1. {}"]),
    st.sampled_from([" ", ", ", "\n", '", "', " - ", "  ", "\t"]),
)
def test_a_phrase_with_a_word_missing_or_mistyped_is_one(
    length: int, data: st.DataObject, around: str, by: str
) -> None:
    words = data.draw(st.lists(st.sampled_from(LISTED), min_size=length, max_size=length))
    at = data.draw(st.integers(0, length - 1))
    words[at : at + 1] = data.draw(st.sampled_from([[], ["qqxyz"], ["w0rd"], [words[at]], ["?"]]))
    text = around.format(by.join(words))
    assert take_in(text).secret
    assert is_phrase(text)
    assert may_hold_key(text), "no draft keeps it"


@pytest.mark.parametrize(
    "text",
    [
        "Your gift is waiting for you. Open the link on your phone and take the money within a week.",
        "This is the voucher that I promised you; it can be used once, and it ends on the last day of the month.",
        "Ashore does not know this kind of text.",
        "https://nobody.example/tx/0x" + "12" * 32,
        "https://shop.example/withdraw?k1=" + KEY,
        "lnurlw://shop.example/withdraw?k1=" + KEY,
        encode_lnurl(f"https://shop.example/withdraw?secret={KEY}"),
        "hello",
    ],
)
def test_other_texts_are_no_secrets(text: str) -> None:
    assert not take_in(text).secret


def test_the_words_are_those_of_the_standard() -> None:
    listed = "".join(f"{word}\n" for word in LISTED)
    assert hashlib.sha256(listed.encode()).hexdigest() == (
        "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda"
    )
