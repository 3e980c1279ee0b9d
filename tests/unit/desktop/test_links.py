"""What a link from outside may be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.desktop import links
from ashore.domain.untrusted import hidden_characters


@pytest.mark.parametrize(
    "link",
    [
        "lightning:LNURL1DP68GURN8GHJ7",
        "LIGHTNING:lnurl1dp68",
        "lnurlw://host.example/w?p=00&c=11",
        "ethereum:0x5a5ae1d9f1b2c3d4e5f60718293a4b5c6d7e8f90@1",
        "ashore:0x5a5ae1d9f1b2c3d4e5f60718293a4b5c6d7e8f90",
    ],
)
def test_links_are_passed_on(link: str) -> None:
    assert links.unfit(link) == ""


@pytest.mark.parametrize(
    ("link", "wrong"),
    [
        ("lightning:" + "a" * 4087, links.TOO_LONG),
        ("lightning:" + "a" * 1_000_000, links.TOO_LONG),
        ("lightning:" + "é" * 2044, links.TOO_LONG),
        ("lightning:a\nb", links.NOT_TEXT),
        ("lightning:\x00", links.NOT_TEXT),
        ("lightning:\x1b[2J", links.NOT_TEXT),
        ("lightning:\u202egpj", links.NOT_TEXT),
        ("lightning:\u200b", links.NOT_TEXT),
        ("lightning:\udcff", links.NOT_TEXT),
        ("lightning", links.NOT_A_LINK),
        (":", links.NOT_A_LINK),
        ("-x:", links.NOT_A_LINK),
        ("c:", links.NOT_A_LINK),
    ],
)
def test_what_is_wrong_is_named(link: str, wrong: str) -> None:
    assert links.unfit(link) == wrong
    assert all(links.UNFIT[wrong])


@given(st.text(max_size=60))
def test_what_passes_is_one_plain_line(rest: str) -> None:
    if links.unfit("lightning:" + rest) == "":
        assert hidden_characters(rest) == []
        assert rest.isprintable()
