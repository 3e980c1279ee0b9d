"""What was withdrawn from a voucher before is known from the journal, whatever form its link has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ashore.domain import events as ev
from ashore.domain.evidence import Evidence, Level
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import ANEW_FROM, LAST_STAGE, UNSEEN_END, Status
from ashore.engine.earlier_claims import EarlierClaim, EarlierClaims
from ashore.store.names import VOUCHER_FIRST, VOUCHER_LINK
from ashore.systems.base import Bearer, Plan
from ashore.systems.lnurl.codec import Reach, encode_lnurl, parse_url
from ashore.systems.lnurl.profile import PRACTICE
from ashore.systems.lnurl.system.offer import LnurlOffer
from ashore.systems.lnurl.system.opened_note import link_name, pasted_name
from ashore.systems.lnurl.system.plan import SAID_BALANCE, claim_scope
from ashore.ui.pages.earlier import earlier_words
from unit.store.store_bench import Bench as StoreBench
from unit.systems.lnurl.system.offers import NOW_S, offer

NOW = NOW_S * 1000
LINK, OTHER = "http://127.0.0.1:8080/v/1111?q=7", "http://127.0.0.1:8080/v/2222"
FORMS = (
    encode_lnurl(LINK),
    encode_lnurl(LINK).upper(),
    f"lightning:{encode_lnurl(LINK)}",
    f"lnurlw{LINK[4:]}",
    f" {LINK}\n",
    f"http://127.0.0.1:8080/?lightning={encode_lnurl(LINK).upper()}",
)


def opened(link: str = LINK, k1: str = "k1" * 20) -> LnurlOffer:
    made = offer()
    return replace(made, service=replace(made.service, k1=k1), asked=parse_url(link, Reach.PRACTICE))


class Bench:
    """A journal, and the withdrawals in it."""

    def __init__(self, folder: Path) -> None:
        self.stored = StoreBench(folder / "journal.sqlite3")
        self.earlier = EarlierClaims(PRACTICE, self.stored.journal, self.stored.journal.load)

    def withdraw(self, name: str, of: LnurlOffer, *then: ev.Event, at: int = NOW, profile: str = PRACTICE.id) -> None:
        """Journal that so much was asked of a voucher, and what came of it."""
        details = {
            LAST_STAGE: "final",
            "track.last-level": "seen",
            "amount.text": "5,000 sat",
            ANEW_FROM: str(NOW + 60_000),
        }
        if of.service.balance_msat is not None:
            details[SAID_BALANCE] = str(of.service.balance_msat)
        if of.asked is not None:
            details[VOUCHER_LINK] = link_name(of.asked)
        if of.first_link:
            details[VOUCHER_FIRST] = of.first_link
        terms = ev.Terms(
            "LNURL", "sandbox", profile, "lnurl.seen@1", "w", "BTC", 11, 5_000_000, 0, "02", "it", "BTC", details
        )
        self.stored.append(
            at,
            ev.WithdrawalStarted(name, terms),
            ev.MoveIntended(name, "m", MoveKind.REQUEST, profile, f"hash {name}", "", claim_scope(of), 0),
            *then,
        )


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.stored.database.close()


def settled(name: str) -> ev.Event:
    return ev.StageReached(name, "final", Evidence("lnurl.settled", Level.SEEN, "the wallet", NOW))


def refused(name: str) -> list[ev.Event]:
    return [ev.MoveSending(name, "m"), ev.MoveUnclear(name, "m", "No.", said_no=True)]


@pytest.mark.parametrize("text", FORMS)
def test_a_voucher_is_known_by_each_of_its_forms(bench: Bench, text: str) -> None:
    assert bench.earlier.of_link(text) is None
    bench.withdraw("a", opened(), settled("a"))
    assert bench.earlier.of_link(text) == EarlierClaim("a", "5,000 sat", Status.FINAL, NOW)
    assert bench.earlier.of_name(pasted_name(text, PRACTICE)) == bench.earlier.of_link(text)
    assert bench.earlier.of_name("") is None
    assert bench.earlier.of_link(encode_lnurl(OTHER)) is None
    assert bench.earlier.of_link("no link") is None


def test_what_a_service_offers_is_known_by_its_secret_or_by_its_link(bench: Bench) -> None:
    bench.withdraw("a", opened(), settled("a"))
    other_link, other_secret = opened(link=OTHER), opened(k1="another" * 5)
    for of in (other_link, other_secret):
        told = bench.earlier.of_offer(of)
        assert told is not None
        assert told.id == "a"
    assert bench.earlier.of_offer(opened(OTHER, "another" * 5)) is None
    assert bench.earlier.of_offer(replace(opened(), asked=None)) is not None


def test_a_first_look_by_a_kept_link_knows_the_withdrawal_that_is_still_under_way(bench: Bench) -> None:
    """Its service gives a new k1 and a new link with each look (LUD-14): neither tells that it is the same voucher."""
    bench.withdraw("a", holding(60_000_000))
    looked = replace(opened(OTHER, "fresh" * 5), kept=True, first_link=link_name(parse_url(LINK, Reach.PRACTICE)))
    told = bench.earlier.of_offer(holding(60_000_000, of=looked))
    assert told is not None
    assert (told.id, told.is_open) == ("a", True)
    bench.stored.append(NOW, settled("a"))
    told = bench.earlier.of_offer(holding(60_000_000, of=looked))
    assert told is not None
    assert told.differs == (60_000_000, 55_000_000)
    bench.withdraw("b", looked)
    again = replace(opened(f"{OTHER}/3", "newest" * 5), kept=True, first_link=looked.first_link)
    for found in (bench.earlier.of_offer(again), bench.earlier.of_link(LINK)):
        assert found is not None
        assert (found.id, found.count, found.is_open) == ("b", 2, True)
    assert bench.earlier.of_offer(replace(again, first_link="")) is None


def test_one_without_a_link_is_no_other_one_without(bench: Bench) -> None:
    bench.withdraw("a", replace(opened(), asked=None))
    assert bench.earlier.of_offer(replace(opened(k1="another" * 5), asked=None)) is None


def test_a_plan_is_asked_about_by_what_it_hands_over(bench: Bench) -> None:
    bench.withdraw("a", opened(), settled("a"))
    state = bench.stored.journal.load("a")
    assert state is not None
    bearer = Bearer("hash b", claim_scope(opened()), "{}", ())
    plan = Plan(PRACTICE.id, MoveKind.REQUEST, bearer, state.terms, "Withdraw")
    assert bench.earlier.of_plan(plan) is not None
    assert bench.earlier.of_plan(replace(plan, profile="zklink")) is None


def test_other_profiles_are_none_of_it(bench: Bench) -> None:
    bench.withdraw("a", opened(), settled("a"), profile="another")
    assert bench.earlier.of_offer(opened()) is None


def test_the_open_one_counts_most_then_the_newest(bench: Bench) -> None:
    bench.withdraw("a", opened(), *refused("a"), at=NOW - 3)
    bench.withdraw("b", opened(), settled("b"), at=NOW - 2)
    told = bench.earlier.of_offer(opened())
    assert told is not None
    assert (told.id, told.count, told.refused_so_far, told.watched_until) == ("a", 2, True, NOW + 60_000)
    bench.stored.append(NOW, ev.MoveRefused("a", "m", "expired", "No.", ""))
    told = bench.earlier.of_offer(opened())
    assert told is not None
    assert (told.id, told.count, told.is_open, told.watched_until) == ("b", 2, False, 0)


@pytest.mark.parametrize(
    ("then", "sentence", "advice", "warns"),
    [
        ((settled("a"),), "You withdrew 5,000 sat from this voucher at", "it may pay again", False),
        (refused("a"), "and its service said no.", "It may still pay that until", True),
        ((ev.MoveSending("a", "m"),), "are being withdrawn since", "Wait until that is known", True),
        ((ev.FactLearnt("a", UNSEEN_END, "expired", "Ashore"),), "an invoice of another wallet", "look there", False),
        ((ev.MoveRefused("a", "m", "expired", "No.", ""),), "and nothing came of it.", "You may try again.", False),
    ],
)
def test_how_it_ended_is_said(
    bench: Bench, application: object, then: tuple[ev.Event, ...], sentence: str, advice: str, warns: bool
) -> None:
    bench.withdraw("a", opened(), *then)
    told = bench.earlier.of_link(FORMS[0])
    assert told is not None
    problem = earlier_words(told, NOW)
    assert sentence in problem.sentence
    assert advice in problem.advice
    assert (problem.severity.name == "WARNS") is warns
    assert "withdrawals of it" not in str(problem)
    assert "3 withdrawals of it are under Activity." in str(earlier_words(replace(told, count=3), NOW))


def holding(balance_msat: int | None, at: int = NOW, of: LnurlOffer | None = None) -> LnurlOffer:
    made = of or opened()
    return replace(made, service=replace(made.service, balance_msat=balance_msat), opened_at=at)


DIFFERS = (
    "When it was opened, its service said {} sat; by what it said before and what was withdrawn here, it would be "
    "55,000 sat."
)
LESS = f"{DIFFERS.format('50,000')} It may count uses rather than amounts, or somebody else withdrew."
MORE = DIFFERS.format("60,000")


@pytest.mark.parametrize(("says", "told"), [(50_000_000, LESS), (60_000_000, MORE)])
def test_a_service_whose_new_word_does_not_fit_its_earlier_one_is_told_of(bench: Bench, says: int, told: str) -> None:
    bench.withdraw("a", holding(60_000_000), settled("a"))
    bench.withdraw("b", opened(), ev.MoveRefused("b", "m", "expired", "No.", ""))  # which took nothing
    claim = bench.earlier.of_offer(holding(says))
    assert claim is not None
    assert claim.differs == (says, 55_000_000)
    assert earlier_words(claim, NOW).advice == f"{told} 2 withdrawals of it are under Activity."


@pytest.mark.parametrize(
    "then",
    [
        (ev.MoveSending("b", "m"),),
        (ev.FactLearnt("b", UNSEEN_END, "expired", "Ashore"),),
        (settled("b"),),
    ],
    ids=["under way", "perhaps paid elsewhere", "settled, and nothing was said before it"],
)
def test_where_it_is_not_known_what_is_left_nothing_is_expected(bench: Bench, then: tuple[ev.Event, ...]) -> None:
    bench.withdraw("a", holding(60_000_000), settled("a"))
    for says in (55_000_000, None):
        claim = bench.earlier.of_offer(holding(says))
        assert claim is not None
        assert claim.differs is None
    before = bench.earlier.of_offer(holding(60_000_000, NOW - 1))
    assert before is not None
    assert before.differs is None, "it was said before it was withdrawn"
    bench.withdraw("b", opened(), *then)
    claim = bench.earlier.of_offer(holding(50_000_000))
    assert claim is not None
    assert claim.differs is None


def test_an_older_one_that_may_still_take_something_is_waited_for(bench: Bench) -> None:
    bench.withdraw("open", opened(), *refused("open"), at=NOW - 3)
    bench.withdraw("a", holding(60_000_000), settled("a"))
    claim = bench.earlier.of_offer(holding(50_000_000))
    assert claim is not None
    assert (claim.id, claim.differs) == ("open", None)
