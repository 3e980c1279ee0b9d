"""The vault's note about an opened voucher: it comes back exactly, and nothing else is taken for one."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.systems.lnurl.codec import CodecError, Reach, WithdrawOffer, parse_offer, parse_url
from ashore.systems.lnurl.codec.amounts import MAX_MSAT
from ashore.systems.lnurl.profile import PRACTICE
from ashore.systems.lnurl.system.offer import LnurlOffer
from ashore.systems.lnurl.system.opened_note import (
    OpenedNoteUnreadable,
    link_name,
    note_of,
    offer_from_note,
    pasted_name,
)
from unit.systems.lnurl.system.offers import offer

LINK = "http://127.0.0.1:8080/v/secret?q=7"
PATHS = st.text(st.characters(blacklist_categories=("Cc", "Cs"), blacklist_characters="\\#"), max_size=40)
ADDRESSES = PATHS.map(lambda path: f"http://127.0.0.1:8080/{path}")
AMOUNTS = st.integers(1, MAX_MSAT)
ANSWERS = st.fixed_dictionaries(
    {
        "tag": st.just("withdrawRequest"),
        "callback": ADDRESSES,
        "k1": st.text(min_size=1, max_size=300),
        "minWithdrawable": st.integers(0, 5) | AMOUNTS,
        "maxWithdrawable": AMOUNTS | AMOUNTS.map(str) | AMOUNTS.map(float),
        "defaultDescription": st.text(max_size=3000),
    },
    optional={
        "currentBalance": st.integers(-1, MAX_MSAT + 1) | st.none(),
        "balanceCheck": ADDRESSES | st.text(max_size=20),
        "payLink": st.text(max_size=20) | st.just("lnurlp://127.0.0.1/p"),
        "pinLimit": st.integers(-1, 10**9) | st.text(max_size=3),
    },
)


def answered(members: dict[str, object]) -> WithdrawOffer | None:
    """What a service's answer is read as, where it is an offer."""
    try:
        found = parse_offer(json.dumps(members).encode(), Reach.PRACTICE)
    except CodecError:
        return None
    return found if isinstance(found, WithdrawOffer) else None


def full() -> LnurlOffer:
    made = offer(pin_limit=15_000)
    balance = parse_url("http://127.0.0.1:8080/left/abc", Reach.PRACTICE)
    service = replace(made.service, balance_check=balance, balance_msat=7, pay_link="lnurlp://127.0.0.1:8080/p")
    return replace(made, service=service, asked=parse_url(LINK, Reach.PRACTICE), receivers=())


@given(ANSWERS, ADDRESSES, st.integers(0, 2**53), st.booleans(), st.booleans())
def test_what_a_service_said_comes_back_exactly(
    members: dict[str, object],
    asked: str,
    at: int,
    card: bool,
    kept: bool,
) -> None:
    service = answered(members)
    if service is None:
        return
    made = LnurlOffer(
        source=offer().source,
        opened_at=at,
        service=service,
        host="127.0.0.1:8080",
        answered_by="localhost:8080",
        callback_host=service.callback.shown_host,
        receivers=(),
        practice=True,
        one_shot=card,
        asked=parse_url(asked, Reach.PRACTICE),
        kept=kept,
        first_link="ab" * 32 if kept else "",
    )
    assert offer_from_note(note_of(made), PRACTICE) == made


def test_an_offer_without_a_link_is_not_written() -> None:
    with pytest.raises(ValueError, match="no link led to"):
        note_of(offer())


@given(st.text(max_size=60))
def test_no_other_text_is_taken_for_a_note(text: str) -> None:
    with pytest.raises(OpenedNoteUnreadable):
        offer_from_note(text, PRACTICE)


JUNK = st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5) | st.lists(st.none(), max_size=1)


@given(st.sampled_from(["v", "opened", "asked", "by", "card", "kept", "first", "said"]), JUNK)
def test_a_note_with_a_wrong_part_is_read_safely_or_not_at_all(part: str, junk: object) -> None:
    made = full()
    note = json.loads(note_of(made))
    note[part] = junk
    try:
        read = offer_from_note(json.dumps(note), PRACTICE)
    except OpenedNoteUnreadable:
        return
    assert read.service == made.service
    assert read.host == made.host


def test_a_note_of_an_earlier_version_names_no_first_link() -> None:
    note = json.loads(note_of(replace(full(), first_link="ab" * 32)))
    del note["first"]
    assert offer_from_note(json.dumps(note), PRACTICE) == full()


@pytest.mark.parametrize("part", ["v", "opened", "asked", "by", "card", "kept", "said"])
def test_a_note_without_a_part_is_none(part: str) -> None:
    note = json.loads(note_of(full()))
    del note[part]
    with pytest.raises(OpenedNoteUnreadable):
        offer_from_note(json.dumps(note), PRACTICE)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("callback", "https://real.example/c"),
        ("callback", 7),
        ("k1", ""),
        ("k1", "x" * 1025),
        ("maxWithdrawable", 0),
        ("maxWithdrawable", MAX_MSAT + 1),
        ("minWithdrawable", 30_000),
        ("tag", "payRequest"),
        ("status", "ERROR"),
    ],
)
def test_nothing_comes_back_that_no_service_could_have_said(name: str, value: object) -> None:
    note = json.loads(note_of(full()))
    note["said"][name] = value
    with pytest.raises(OpenedNoteUnreadable):
        offer_from_note(json.dumps(note), PRACTICE)


def test_a_note_leads_nowhere_but_to_this_network() -> None:
    note = json.loads(note_of(full()))
    with pytest.raises(OpenedNoteUnreadable):
        offer_from_note(json.dumps(note | {"asked": "https://real.example/v"}), PRACTICE)
    with pytest.raises(OpenedNoteUnreadable):
        offer_from_note(json.dumps(note), replace(PRACTICE, reach=Reach.PUBLIC))


def test_one_link_has_one_name_and_it_tells_nothing() -> None:
    name = link_name(parse_url(LINK, Reach.PRACTICE))
    assert len(name) == 64
    assert name == pasted_name("lnurlw://" + LINK.removeprefix("http://"), PRACTICE)
    assert name == pasted_name(LINK.replace("http", "HTTP") + "#fragment", PRACTICE)
    assert name != pasted_name(LINK + "&", PRACTICE)
    assert pasted_name("no link", PRACTICE) == ""
