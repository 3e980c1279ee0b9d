"""A voucher that holds more by its service's word keeps its link after a withdrawal, and nobody is asked about it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import UNSEEN_END
from ashore.engine.views import Change, Topic
from ashore.engine.voucher_rests import VoucherRest, VoucherRests, voucher_name
from ashore.net.errors import NotSent, Unanswered
from ashore.systems.base import Offer
from ashore.systems.lnurl.codec import encode_lnurl
from ashore.systems.lnurl.profile import PRACTICE
from ashore.systems.lnurl.system.offer import LnurlOffer
from ashore.systems.lnurl.system.opened_note import link_name, pasted_name
from ashore.systems.lnurl.system.opening import NoWithdrawal
from ashore.systems.lnurl.system.plan import claim_scope
from unit.engine.test_opened_offers import FIRST, NOW, SECOND, Bench, bench, opened

__all__ = ["bench"]


def holding(
    balance: int | None, most: int = 5_000, at: int = NOW, link: str = FIRST, k1: str = "k1" * 20
) -> LnurlOffer:
    """A voucher whose service says what it holds; each withdrawal of the bench takes 5,000 msat."""
    made = opened(link, k1=k1, at=at, least=1_000, most=most)
    return replace(made, service=replace(made.service, balance_msat=balance))


async def withdrawn(bench: Bench, offer: LnurlOffer, *, final: bool = True) -> None:
    """Open a voucher and have a withdrawal of it end."""
    await bench.opened.keep(offer)
    name = bench.journal_a_move(claim_scope(offer))
    bench.opened.used(PRACTICE.id, claim_scope(offer))
    told = [rest.id for rest in bench.opened.rests()]
    assert offer.asked is not None
    assert link_name(offer.asked) not in told, "nothing of it is told while it is under way"
    bench.end(name, final=final)


async def test_what_may_be_left_is_told_and_its_link_is_kept(bench: Bench) -> None:
    await withdrawn(bench, holding(60_000))
    (rest,) = bench.opened.rests()
    assert (rest.balance_msat, rest.taken_msat, rest.left_msat, rest.most_msat) == (60_000, 5_000, 55_000, 5_000)
    assert (rest.host, rest.description, rest.told_at) == ("127.0.0.1:8080", "Voucher", NOW)
    assert bench.opened.listed() == (), "what it said before is no offer any more"
    assert bench.opened.find(FIRST) == ""
    assert await bench.opened.link_of(rest.id) == encode_lnurl(FIRST).upper()
    again = await bench.again()
    assert again.rests() == (rest,)
    assert bench.asked == 0


@pytest.mark.parametrize(
    "offer",
    [
        holding(None),
        holding(0),
        holding(4_999),
        holding(5_000),
        replace(holding(60_000), one_shot=True),
    ],
    ids=["says nothing", "says nothing is there", "says less", "says that much", "is a card’s tap"],
)
async def test_where_nothing_may_be_left_nothing_is_kept(bench: Bench, offer: LnurlOffer) -> None:
    await withdrawn(bench, offer)
    assert bench.opened.rests() == ()
    assert (await bench.again()).rests() == ()
    assert await bench.notes() == []


async def test_what_came_to_nothing_is_offered_again_as_it_was(bench: Bench) -> None:
    await withdrawn(bench, holding(60_000), final=False)
    assert bench.opened.rests() == ()
    assert bench.only.most_msat == 5_000


async def test_what_may_have_been_paid_elsewhere_counts_as_taken(bench: Bench) -> None:
    offer = holding(60_000)
    await bench.opened.keep(offer)
    name = bench.journal_a_move(claim_scope(offer))
    bench.opened.used(PRACTICE.id, claim_scope(offer))
    bench.stored.append(NOW, ev.FactLearnt(name, UNSEEN_END, "expired", "Ashore"))
    bench.opened.heard(Change(Topic.WITHDRAWAL, name))
    (rest,) = bench.opened.rests()
    assert rest.left_msat == 55_000


async def test_opened_again_it_is_an_offer_with_a_record_of_its_own(bench: Bench) -> None:
    await withdrawn(bench, holding(60_000))
    await bench.opened.keep(holding(50_000, at=NOW + 9, k1="another" * 5))
    assert bench.opened.rests() == ()
    assert bench.only.opened_at == NOW + 9
    assert len(await bench.notes()) == 1
    await withdrawn(bench, holding(50_000, at=NOW + 9, k1="another" * 5))
    (rest,) = bench.opened.rests()
    assert (rest.taken_msat, rest.left_msat) == (5_000, 45_000), "what was taken before, its service knew"
    assert len(await bench.notes()) == 1


async def test_behind_the_lock_nothing_is_told_and_it_comes_back(bench: Bench) -> None:
    await withdrawn(bench, holding(60_000))
    (rest,) = bench.opened.rests()
    await bench.lock()
    assert bench.opened.rests() == ()
    with pytest.raises(AshoreError):
        await bench.opened.link_of(rest.id)
    await bench.unlock()
    assert bench.opened.rests() == (rest,)


async def test_it_ends_while_the_vault_is_locked(bench: Bench) -> None:
    offer = holding(60_000)
    await bench.opened.keep(offer)
    name = bench.journal_a_move(claim_scope(offer))
    bench.opened.used(PRACTICE.id, claim_scope(offer))
    await bench.lock()
    bench.end(name, final=True)
    assert bench.opened.rests() == ()
    await bench.unlock()
    assert [rest.left_msat for rest in bench.opened.rests()] == [55_000]


async def test_that_its_service_said_no_is_noted_of_it_and_outlasts_a_restart(bench: Bench) -> None:
    await withdrawn(bench, holding(60_000))
    (rest,) = bench.opened.rests()
    assert (rest.asked_at, rest.refused) == (0, False)
    link = await bench.opened.link_of(rest.id)

    async def asked(failure: AshoreError, at: int) -> VoucherRest:
        bench.now = at

        async def fails() -> Offer:
            raise failure

        with pytest.raises(type(failure)):
            await bench.opened.open(link, fails)
        assert (await bench.opened.link_of(rest.id), bench.opened.links.listed()) == (link, ())
        (noted,) = bench.opened.rests()
        assert (await bench.again()).rests() == (noted,)
        return noted

    assert await asked(NotSent("No way to its service."), NOW + 1) == rest
    assert await asked(NoWithdrawal("Used up.", ""), NOW + 2) == replace(rest, asked_at=NOW + 2, refused=True)
    assert await asked(Unanswered("It gave no answer."), NOW + 3) == replace(rest, asked_at=NOW + 3)
    await bench.opened.keep(holding(50_000, at=NOW + 9, k1="another" * 5))
    assert (bench.opened.rests(), len(await bench.notes())) == ((), 1)


async def test_what_is_forgotten_is_gone(bench: Bench) -> None:
    await withdrawn(bench, holding(60_000))
    (rest,) = bench.opened.rests()
    await VoucherRests(bench.opened).forget(rest.id)
    assert bench.opened.rests() == ()
    assert await bench.notes() == []
    with pytest.raises(AshoreError, match="does not keep this voucher any more"):
        await bench.opened.link_of(rest.id)


async def test_where_the_balance_link_is_kept_the_other_one_is_deleted(bench: Bench) -> None:
    bench.opened.leave_rests_to(lambda voucher: voucher == voucher_name(FIRST))
    await withdrawn(bench, holding(60_000))
    await withdrawn(bench, holding(60_000, link=SECOND, k1="other" * 5, at=NOW + 1))
    rests = VoucherRests(bench.opened)
    (rest,) = rests.listed()
    assert rest.id == pasted_name(SECOND, PRACTICE)
    assert await rests.link(rest.id) == encode_lnurl(SECOND).upper()
    assert (rests.find(pasted_name(FIRST, PRACTICE)), rests.find(rest.id)) == (None, rest)
    await bench.opened.aclose()
    assert len(await bench.notes()) == 1, "one secret less"


def test_only_the_moves_of_that_voucher_count(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    first = bench.journal_a_move("scope", final=True)
    head = bench.journal.head()
    assert bench.journal.taken_after(0, PRACTICE.id, "scope") == 5_000
    assert bench.journal.taken_after(head, PRACTICE.id, "scope") == 0
    bench.journal_a_move("scope", refused=True)
    bench.journal_a_move("another", final=True)
    assert bench.journal.taken_after(0, PRACTICE.id, "scope") == 5_000
    assert bench.journal.taken_after(0, "another profile", "scope") == 0
    bench.stored.append(NOW, ev.MoveIntended(first, "n", MoveKind.REQUEST, PRACTICE.id, "hash", "", "scope", 0))
    assert bench.journal.taken_after(0, PRACTICE.id, "scope") == 5_000, "two moves of one withdrawal take it once"
    bench.database.close()
