"""What Reddio says and what a person pastes, in sentences: every error code, and every kind of text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.crypto import stark
from ashore.systems.reddio.codec import ErrorCode, Kind, expiration_date, explain, is_expired, recognise

STARK_KEY = stark.public_key(5)
NO_KEY = next(x for x in range(STARK_KEY + 1, STARK_KEY + 50) if not stark.is_stark_key(x))


@pytest.mark.parametrize("code", [code for code in ErrorCode if code is not ErrorCode.SUCCESS])
def test_every_code_has_a_sentence_and_says_what_to_do(code):
    refusal = explain(code)
    assert refusal.sentence.endswith(".")
    assert refusal.advice.endswith(".")
    # Either nothing was taken, and that is said, or it has to be asked first.
    assert (
        "Nothing was withdrawn" in refusal.advice or "nothing was withdrawn" in refusal.advice
    ) is refusal.is_certain
    assert ("asks Reddio" in refusal.advice) is not refusal.is_certain


def test_the_codes_are_those_of_the_java_client():
    assert {int(code) for code in ErrorCode} == {*range(36), 400, 401, 500}
    assert ErrorCode.INVALID_SIGNATURE == 34
    assert ErrorCode.DUPLICATE_TRANSACTION == 13


@pytest.mark.parametrize("code", [None, 0, -1, 36, 99, 501, 10**30])
def test_an_unknown_code_leaves_it_open_whether_the_request_was_taken(code):
    refusal = explain(code, "something")
    assert not refusal.is_certain
    assert "“something”" in refusal.sentence


@pytest.mark.parametrize(
    "code", [ErrorCode.DUPLICATE_TRANSACTION, ErrorCode.SYSTEM_ERROR, ErrorCode.ADD_SEQUENCE_FAILED]
)
def test_codes_after_which_nothing_is_sent_blindly(code):
    assert not explain(code).is_certain


@given(st.integers() | st.none(), st.text() | st.none() | st.integers() | st.lists(st.text()))
def test_reddios_own_words_are_bounded_and_cannot_end_their_quotation(code, text):
    sentence = explain(code, text).sentence
    assert len(sentence) < 400
    assert sentence.isprintable()
    assert sentence.count("”") <= 1


@pytest.mark.parametrize(
    "text",
    [
        f"{STARK_KEY:#x}",
        f"  {STARK_KEY:#x}\n",
        f"0x{STARK_KEY:064x}",
        f"0x{STARK_KEY:X}",
        f"stark:{STARK_KEY:#x}",
        f"StarkKey:{STARK_KEY:#x}",
    ],
)
def test_a_stark_key_is_recognised(text):
    found = recognise(text)
    assert found is not None
    assert (found.kind, found.stark_key) == (Kind.STARK_KEY, STARK_KEY)


@given(st.integers(1, stark.ORDER - 1))
def test_every_stark_key_of_usual_length_is_recognised(private_key):
    stark_key = stark.public_key(private_key)
    found = recognise(f"{stark_key:#x}")
    if stark_key >> 4 * 55:
        assert found is not None
        assert found.stark_key == stark_key


def test_a_number_that_is_none_says_so():
    found = recognise(f"{NO_KEY:#x}")
    assert found is not None
    assert (found.kind, found.stark_key) == (Kind.NO_STARK_KEY, 0)
    assert "a digit is wrong or missing" in found.sentence


@pytest.mark.parametrize(
    "text",
    [
        "https://reddio.com",
        "https://app.reddio.com/withdraw?x=1",
        "HTTP://Explorer.Reddio.com:8080/txn/5",
        "reddio:withdraw",
    ],
)
def test_pages_of_reddio_are_named(text):
    found = recognise(text)
    assert found is not None
    assert found.kind is Kind.REDDIO_LINK


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "0x",
        "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        "0x" + "a" * 64,
        "a" * 63,
        "0x" + "a" * 54,
        "0x" + "0" * 64,
        "https://reddio.com.example.org",
        "https://notreddio.com",
        "https://example.org/reddio.com",
        "https://reddio.com@example.org/",
        "https://[::1",
        "lnurl1dp68gurn8ghj7",
        "0x" + "1" * 5000,
    ],
)
def test_what_belongs_to_others_is_left_to_them(text):
    assert recognise(text) is None


@given(st.text(max_size=200))
def test_no_text_breaks_it(text):
    recognise(text)


def test_an_expiration_is_a_date():
    assert expiration_date(4194303).isoformat() == "2448-06-25T15:00:00+00:00"
    assert expiration_date(0).year == 1970
    for outside in (-1, 4194304):
        with pytest.raises(ValueError, match="hours"):
            expiration_date(outside)


@given(st.integers(0, 2**22 - 1), st.integers(0, 2**40))
def test_a_request_lives_until_its_hour(hours, now_s):
    assert is_expired(hours, now_s) is (now_s >= hours * 3600)
