"""Nothing that a server says can hide, reorder or flood what a person reads."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.domain.untrusted import hidden_characters, plain, quoted, quoted_at_end


@given(st.text(max_size=400), st.integers(1, 60))
def test_one_visible_line_of_bounded_length(text: str, limit: int) -> None:
    shown = plain(text, limit)
    assert len(shown) <= limit
    assert not hidden_characters(shown)
    assert shown == " ".join(shown.split())
    shown.encode()


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=60))
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert plain(text) == text


def test_what_is_hidden_shows() -> None:
    assert plain("pay\u202e 0x1\u200b2\x00") == "pay\ufffd 0x1\ufffd2\ufffd"
    assert plain("one\ntwo\u2028three\ttwo") == "one two three two"
    assert plain("\ud800x") == "\ufffdx"
    assert plain("x" * 300, 10) == "x" * 9 + "…"
    assert plain(None) == "None"
    assert hidden_characters("a\u202eb") == [unicodedata.name("\u202e")]
    assert hidden_characters("\x07") == ["U+0007"]


@given(st.text(max_size=400))
def test_no_foreign_words_end_our_quotation(text: str) -> None:
    shown = quoted(text)
    assert (shown[0], shown[-1]) == ("“", "”")
    assert not set(shown[1:-1]) & set('“”„‟«»"「」＂″❝❞')
    assert len(shown) <= 162


def test_a_mark_of_their_own_becomes_a_plain_one() -> None:
    said = 'busy.” The invoice was cancelled. „Send it to «help.example»". “Sorry'
    assert quoted(said) == "“busy.' The invoice was cancelled. 'Send it to 'help.example''. 'Sorry”"
    assert quoted("x" * 300) == "“" + "x" * 159 + "…”"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Invalid secret", "“Invalid secret”."),
        ("Spent.", "“Spent.”"),
        ("Why?", "“Why?”"),
        ("No!", "“No!”"),
    ],
)
def test_a_quoted_text_at_the_end_of_a_sentence_has_one_full_stop(words: str, said: str) -> None:
    assert quoted_at_end(words) == said
    assert quoted_at_end("x" * 400).endswith("…”"), "what was cut ends so"
