"""Secrets are taken out of a service's words, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.domain.untrusted import plain
from ashore.systems.lnurl.client.masking import mask, quotes_pieces, url_secrets
from ashore.systems.lnurl.codec import parse_url

SECRET = "Zm9vYmFyYmF6cXV4"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("withdraw is spent.", "withdraw is spent."),
        (f"k1 {SECRET} is wrong", "k1 … is wrong"),
        (f"{SECRET.lower()}{SECRET.upper()}", "……"),
        ("", ""),
        (f"cut {SECRET[:9]}…", "cut …"),
        (f"whole {SECRET[:9]}", f"whole {SECRET[:9]}"),
    ],
)
def test_words(text: str, expected: str) -> None:
    assert mask(text, [SECRET]) == expected


def test_escaped_and_made_plain_it_is_still_the_secret() -> None:
    secret = "a b\n/c+d=e\u202ef"
    assert mask(f"<{plain(secret)}> <a%20b%0A%2Fc%2Bd%3De%E2%80%AEf>", [secret]) == "<…> <…>"


def test_what_is_too_short_to_be_a_secret_stays() -> None:
    assert mask("1 of 10 uses", ["1", "", "10 uses"]) == "1 of 10 uses"


def test_an_address_is_a_secret_but_its_plain_words_are_not() -> None:
    url = parse_url("https://service.example/withdraw/api/v1/lnurl/5QhVwLrAyLxJkHbQ?id_unique_hash=Ab%2FdEfGhIjKlMnOpQ")
    secrets = url_secrets(url)
    assert mask("withdraw 5qhvwlraylxjkhbq: no Ab/dEfGhIjKlMnOpQ, no Ab%2FdEfGhIjKlMnOpQ", secrets) == (
        "withdraw …: no …, no …"
    )
    assert mask(f"GET {url.text} and {url.target}", secrets) == "GET … and …"


@given(
    st.text(max_size=600),
    st.text("abcdefghijklmnopqrstuvwxyzABC0123456789", min_size=8, max_size=40),
    st.text(max_size=60),
)
def test_nothing_of_a_secret_comes_through_a_bounded_text(before: str, secret: str, after: str) -> None:
    shown = mask(plain(before + secret + after, 500), [secret])
    assert secret.lower() not in shown.lower()
    assert not shown.endswith(secret[:8] + "…")
    assert len(shown) <= 500


@pytest.mark.parametrize("parted", ["{} {}", "{}-{}", "{}\u2010{}", "{}. {}", "{}/{}!"])
def test_a_secret_in_pieces_is_noticed(parted: str) -> None:
    assert quotes_pieces(f"bad {parted.format(SECRET[:5], SECRET[5:].upper())}", SECRET)
    assert quotes_pieces(" ".join(SECRET), SECRET)
    assert quotes_pieces(f"it began {SECRET[3:11]}", SECRET)


def test_honest_words_are_no_pieces() -> None:
    assert not quotes_pieces("withdraw is spent.", SECRET)
    assert not quotes_pieces(f"it began {SECRET[:7]}", SECRET)
    assert not quotes_pieces("short", "short")
