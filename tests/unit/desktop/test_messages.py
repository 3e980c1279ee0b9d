"""What a second start and the window say to each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.desktop import links
from ashore.desktop.messages import MOST_BYTES, Message, Unreadable, complete, message_for, read, written


@given(st.text(max_size=5000), st.text(max_size=600))
def test_whatever_a_start_is_given_arrives_as_it_is_or_named(rest: str, token: str) -> None:
    given_link = "lightning:" + rest
    made = message_for(given_link, token)
    sent = written(made)
    assert complete(sent)
    assert len(sent) <= MOST_BYTES
    assert read(sent) == made
    assert made.link == ("" if made.unfit else given_link)
    assert made.unfit == links.unfit(given_link)
    assert made.token in ("", token)


@given(st.binary(max_size=300))
def test_no_bytes_do_more_than_be_refused(garbage: bytes) -> None:
    for received in (garbage, b"ashore 1\n" + garbage + b"\n\n", b"ashore 1\nlink lightning:" + garbage + b"\n\n"):
        try:
            message = read(received)
        except Unreadable:
            continue
        assert not message.link or links.unfit(message.link) == ""
        assert not message.unfit or message.unfit in links.UNFIT


@pytest.mark.parametrize(
    "received",
    [
        b"",
        b"\n\n",
        b"ashore 2\n\n",
        b"ashore 1\nlink \n\n",
        b"ashore 1\nlink lightning:a\nlink lightning:b\n\n",
        b"ashore 1\nlink lightning:a\nunfit too-long\n\n",
        b"ashore 1\nlink no link\n\n",
        b"ashore 1\nlink lightning:\xff\n\n",
        b"ashore 1\nlink lightning:" + b"a" * 1_000_000 + b"\n\n",
        b"ashore 1\nlink lightning:" + "\u202e".encode() + b"\n\n",
        b"ashore 1\nunfit whatever\n\n",
        b"ashore 1\ntoken a b\n\n",
        b"ashore 1\nrun rm\n\n",
    ],
)
def test_what_no_start_says_is_refused(received: bytes) -> None:
    with pytest.raises(Unreadable):
        read(received)


def test_without_a_link_only_the_window_is_wanted() -> None:
    assert read(written(message_for("", "id_TIME42"))) == Message(token="id_TIME42")


def test_a_secret_is_not_in_what_is_printed() -> None:
    assert "k1" not in repr(message_for("lnurlw://host.example/?k1=secret", "token-secret"))
    assert "secret" not in repr(message_for("lnurlw://host.example/?k1=secret", "token-secret"))
