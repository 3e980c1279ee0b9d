"""One answer for every text: what it is and where it leads, with nothing secret in the answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.crypto import stark
from ashore.domain.text_kinds import Kind
from ashore.intake.recognition import Intake, Way, take_in, unwrapped
from ashore.systems.lnurl.codec import Reach, encode_lnurl

LINK = encode_lnurl("https://service.example/u?q=s3cretk1")
ADDRESS = "0x8f3a12c4b7d09e21f3aa5c6d7e8f901277b091c2"
NWC = "nostr+walletconnect://" + "ab" * 32 + "?relay=wss://r.example&secret=" + "cd" * 32
WORDS = " ".join(
    ["legal", "winner", "thank", "year", "wave", "sausage", "worth", "useful", "title", "x" * 4, "flag", "fun"]
)

STARK_KEY = stark.public_key(5)
NO_KEY = next(number for number in range(STARK_KEY, STARK_KEY + 99) if not stark.is_stark_key(number))
SHORT_KEY = next(key for key in map(stark.public_key, range(1, 999)) if len(f"{key:x}") < 63)
PADDED = f"0x{STARK_KEY:064x}"


@pytest.mark.parametrize(
    ("text", "way", "secret"),
    [
        (LINK, Way.VOUCHER, False),
        (f"lightning:{LINK.upper()}", Way.VOUCHER, False),
        ("lnurlw://service.example/u?q=1", Way.VOUCHER, False),
        (f"https://shop.example/p?lightning={LINK}", Way.VOUCHER, False),
        ("https://shop.example/p", Way.VOUCHER, False),
        (ADDRESS, Way.RECIPIENT, False),
        (f"ethereum:{ADDRESS}@1", Way.RECIPIENT, False),
        ("ab" * 32, Way.LOOK_UP, False),
        (f"{STARK_KEY:#x}", Way.VAULT, False),
        (f" 0x{STARK_KEY:X}\n", Way.VAULT, False),
        (f"{SHORT_KEY:#x}", Way.VAULT, False),
        (f"stark:{PADDED}", Way.VAULT, False),
        (f"{NO_KEY:#x}", Way.NOWHERE, True),
        (f"starknet:{STARK_KEY:#x}", Way.NOWHERE, False),
        (PADDED, Way.LOOK_UP, False),
        (f"0x{NO_KEY:064x}", Way.LOOK_UP, False),
        (f"{STARK_KEY:064x}", Way.LOOK_UP, False),
        ("https://app.reddio.com/withdraw", Way.NOWHERE, False),
        (NWC, Way.RECEIVING, True),
        (WORDS, Way.NOWHERE, True),
        ("lnurlp://service.example/pay", Way.NOWHERE, False),
        ("keyauth://service.example/login", Way.NOWHERE, False),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", Way.NOWHERE, False),
        ("x" * 5_000, Way.NOWHERE, False),
        ("what is this", Way.NOWHERE, False),
        (f"my voucher: {LINK} enjoy!", Way.VOUCHER, False),
        (f"my voucher: {LINK} and {encode_lnurl('https://other.example/u?q=2')}", Way.NOWHERE, False),
        (f"my voucher: {LINK[:-1]}q enjoy!", Way.NOWHERE, False),
        (f"my voucher: {LINK} and my words: {WORDS}", Way.NOWHERE, True),
        ("npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg", Way.NOWHERE, False),
    ],
)
def test_each_text_leads_to_its_place(text: str, way: Way, secret: bool) -> None:
    found = take_in(text)
    assert (found.way, found.secret) == (way, secret)
    assert found.sentence


@pytest.mark.parametrize("text", [f"{STARK_KEY:#x}", f"0x{STARK_KEY:X}", f"starkkey:{STARK_KEY:#x}", PADDED])
def test_a_stark_key_is_taken_over_in_its_one_form(text: str) -> None:
    found = take_in(text)
    assert (found.stark_key, found.recipient) == (f"{STARK_KEY:#x}", "")
    assert found.hash == ("" if found.way is Way.VAULT else f"{STARK_KEY:064x}")


def test_64_digits_are_a_hash_first_and_never_a_stark_key_that_they_are_not() -> None:
    found = take_in(f"0x{NO_KEY:064x}")
    assert (found.hash, found.stark_key) == (f"{NO_KEY:064x}", "")
    assert take_in("0x" + "ab" * 32).stark_key == ""


@given(st.integers(1, stark.ORDER - 1))
def test_every_stark_key_leads_to_a_transfer_and_to_nothing_else(private_key: int) -> None:
    key = stark.public_key(private_key)
    found = take_in(f"{key:#x}")
    if key >> 4 * 55:  # a shorter one is as likely as a slip of 2^28 keys
        assert (found.way, found.stark_key, found.recipient, found.hash) == (Way.VAULT, f"{key:#x}", "", "")
        assert found.doubtful
        assert not take_in(f"stark:{key:#x}").doubtful


@given(st.integers(16**55, stark.ORDER - 1), st.sampled_from(["{:#x}", "0x{:064x}", "{:064x}", "{:x}", "0X{:X}"]))
def test_no_private_key_of_reddio_leads_on_by_itself(private_key: int, form: str) -> None:
    found = take_in(form.format(private_key))
    assert found.doubtful or found.secret


@given(
    st.text("0123456789abcdefABCDEFxX:stark \n", max_size=90), st.sampled_from(["", "0x", "stark:0x", "starkkey:0x"])
)
def test_an_address_a_hash_and_a_stark_key_are_never_mixed_up(text: str, prefix: str) -> None:
    found = take_in(prefix + text)
    assert bool(found.recipient) is (found.way is Way.RECIPIENT)
    assert bool(found.hash) is (found.way is Way.LOOK_UP)
    if found.stark_key:
        assert found.way in (Way.VAULT, Way.LOOK_UP)
        assert stark.is_stark_key(int(found.stark_key, 16))


def test_nothing_is_said_of_nothing() -> None:
    assert take_in("  \n\u200b") == Intake(Way.NOWHERE, "", kind=Kind.EMPTY)


def test_a_text_that_nobody_knows_is_told_what_would_do() -> None:
    assert "0x…" in take_in("what is this").advice


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"my voucher: {LINK[:-1]}q enjoy!", "This text contains a voucher’s link. Paste the link alone."),
        (f"my voucher: {LINK} enjoy!", "Its link was taken out of the text around it."),
        ("note1fntxtkcy9pjwucqwa9mddn7v03wwwsu9j330jj350nvhpky2tuaspk6nqc", "a Nostr key or note, not a voucher"),
        ("<p>Your gift</p>", "a piece of a web page"),
    ],
)
def test_what_is_no_link_is_named(text: str, said: str) -> None:
    found = take_in(text)
    assert said in f"{found.sentence} {found.advice}"


@pytest.mark.parametrize(
    ("text", "link"),
    [
        (f"my voucher: {LINK}, enjoy!", LINK),
        (f"Hello!\n\nlightning:{LINK}\n\nBest, A.", LINK),
        (f"Two times the same: {LINK} {LINK.upper()}", LINK.upper()),
        ("Take it (lnurlw://service.example/u?q=1).", "lnurlw://service.example/u?q=1"),
        (f"at https://shop.example/p?lightning={LINK} it is", LINK),
        (f"{LINK} {encode_lnurl('https://other.example/')}", f"{LINK} {encode_lnurl('https://other.example/')}"),
        (f"  {LINK}\n", LINK),
        (f"{LINK} nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5", ""),
        ("no voucher here", "no voucher here"),
    ],
)
def test_a_voucher_is_taken_out_of_the_words_around_it(text: str, link: str) -> None:
    assert unwrapped(text) == (link or text)
    assert unwrapped(unwrapped(text)) == (link or text)


def test_a_web_address_is_asked_about_first_and_an_lnurl_names_its_host() -> None:
    assert take_in("https://shop.example/p").advice
    assert "service.example" in take_in(LINK).sentence


def test_practice_leads_to_no_real_service() -> None:
    found = take_in(LINK, Reach.PRACTICE)
    assert found.way is Way.NOWHERE
    assert "real service" in f"{found.sentence} {found.advice}"


@given(st.text(max_size=300) | st.sampled_from([LINK, NWC, WORDS, "ab" * 32]))
def test_no_answer_holds_the_text_it_is_about(text: str) -> None:
    shown = repr(take_in(text))
    for secret in ("s3cretk1", "cd" * 32, "sausage", "ab" * 32):
        assert secret not in shown


@pytest.mark.parametrize("digits", [128, 130])
@pytest.mark.parametrize("prefix", ["", "0x"])
def test_a_signature_may_be_the_one_that_makes_a_key_and_is_covered(prefix: str, digits: int) -> None:
    found = take_in(prefix + "5a" * (digits // 2))
    assert (found.way, found.secret) == (Way.NOWHERE, True)
    assert "length of a signature" in found.sentence
    assert "5a5a" not in repr(found)
