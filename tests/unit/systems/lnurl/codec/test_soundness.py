"""What has a checksum and fails it is said to be damaged, never named as if it were whole."""

from __future__ import annotations

import pytest
from bech32 import CHARSET
from hypothesis import given
from hypothesis import strategies as st

from ashore.systems.lnurl.codec import Kind, recognise
from ashore.systems.lnurl.codec.soundness import DAMAGED_WORDS, is_damaged

WHOLE = {
    Kind.BOLT11: "lnbc150n1ps875y7pp5jv886ulk50nt0dm946867kn",
    Kind.NOSTR: "npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg",
    Kind.BITCOIN_ADDRESS: "BC1P0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQZK5JJ0",
}
BASE58 = "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"


@pytest.mark.parametrize(("kind", "text"), [*WHOLE.items(), (Kind.BITCOIN_ADDRESS, BASE58)])
def test_what_is_whole_is_named_by_its_kind(kind: Kind, text: str) -> None:
    assert not is_damaged(kind, text)
    assert recognise(text).kind is kind


@given(st.sampled_from(sorted(WHOLE)), st.data())
def test_one_wrong_letter_is_found_in_every_place(kind: Kind, data: st.DataObject) -> None:
    text = WHOLE[kind].lower()
    first = text.rindex("1") + 1
    place = data.draw(st.integers(first, len(text) - 1))
    other = data.draw(st.sampled_from([letter for letter in CHARSET if letter != text[place]]))
    found = recognise(text[:place] + other + text[place + 1 :])
    assert (found.kind, found.sentence) == (Kind.DAMAGED, DAMAGED_WORDS[kind][0])
    assert not found.can_be_asked


def test_the_beginning_of_an_invoice_alone_is_none() -> None:
    for text in ("lnbc1", "lnbc1garbage", "LIGHTNING:LNBC1GARBAGE", "lnbcrt10n1", "bitcoin:?lightning=lnbc1garbage"):
        assert "begins like a Lightning invoice, but it is damaged" in recognise(text).sentence


def test_an_older_address_of_another_network_is_no_bitcoin_address() -> None:
    assert is_damaged(Kind.BITCOIN_ADDRESS, "1" * 30)
    assert is_damaged(Kind.BITCOIN_ADDRESS, f"{BASE58[:-1]}z")


@pytest.mark.parametrize(
    "text", ["lno1pqps7sjqpgtyzm3qv4uxzmtsd3jjqer9wd3hy6tsw35k7msjzfpy7nz5yqcnygrfdej82um5wf5k2uckyypwa", "creqAp"]
)
def test_what_has_no_checksum_is_not_called_damaged(text: str) -> None:
    assert recognise(text).kind in (Kind.BOLT12, Kind.CASHU_REQUEST)
