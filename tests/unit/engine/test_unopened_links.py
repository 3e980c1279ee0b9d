"""Links that were not opened: sealed as they come, waiting over a lock, one entry each, and never in neither place."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ashore.domain.errors import AshoreError
from ashore.engine.boundaries import Boundary
from ashore.engine.unopened_links import (
    MOST,
    WAITING_MOST,
    WAITING_S,
    Kept,
    UnopenedLinks,
    UnopenedVoucher,
)
from ashore.keys.errors import Locked, VaultStorage
from ashore.keys.signer import SEALED_NOTE
from ashore.net.errors import NotSent, Unanswered
from ashore.systems.base import Offer
from ashore.systems.lnurl.codec import encode_lnurl
from ashore.systems.lnurl.profile import PRACTICE
from ashore.systems.lnurl.system.offer import LnurlOffer
from ashore.systems.lnurl.system.opening import NoWithdrawal
from ashore.systems.lnurl.system.plan import claim_scope
from unit.engine.test_opened_offers import FIRST, NOW, SECOND, Bench, Slow, bench, opened

__all__ = ["bench"]

CARD = "lnurlw://127.0.0.1:8080/tap?p=4E2E289D945A66BB13377A728884E867&c=E19CCB1FED8892CE"


def links(bench: Bench) -> UnopenedLinks:
    return bench.opened.links


def link(number: int) -> str:
    return encode_lnurl(f"http://127.0.0.1:8080/v/{number}")


async def kept(bench: Bench, text: str = FIRST, source: str = "camera") -> UnopenedVoucher:
    """A link that has come and is sealed."""
    assert links(bench).keep(text, source) is Kept.SEALED
    await links(bench).settled()
    return links(bench).listed()[0]


# Keeping


async def test_a_link_is_sealed_as_it_came_and_listed_after_another_start(bench: Bench) -> None:
    text = f"lightning:{encode_lnurl(FIRST).upper()}"
    entry = await kept(bench, text)
    assert entry == UnopenedVoucher(links(bench).name_of(FIRST), "127.0.0.1:8080", NOW, "camera")
    assert bench.changes
    await bench.again()
    assert links(bench).listed() == (entry,)
    assert await links(bench).link(entry.id) == text
    assert (bench.opened.listed(), bench.asked) == ((), 0)


async def test_what_kind_it_is_is_told(bench: Bench) -> None:
    web = await kept(bench, "http://127.0.0.1:8080/page")
    assert (web.web, web.card) == (True, False)
    bench.now += 1
    card = await kept(bench, CARD)
    assert (card.web, card.card) == (False, True)


async def test_the_same_link_is_one_entry_in_whatever_form_it_comes(bench: Bench) -> None:
    entry = await kept(bench)
    bench.now += 5
    for again in (encode_lnurl(FIRST), FIRST.replace("http://", "lnurlw://"), f" {FIRST}\n"):
        assert await kept(bench, again, "drop") == entry
    assert len(await bench.notes()) == 1


@pytest.mark.parametrize(
    "text", ["", "x", "lnurl1nonsense", "lightning:lnbc1garbage", "keyauth://service.example/?k1=" + "ab" * 32]
)
async def test_what_cannot_be_asked_is_not_kept(bench: Bench, text: str) -> None:
    assert links(bench).keep(text, "link") is Kept.NO_VOUCHER
    await bench.lock()
    assert links(bench).keep(text, "link") is Kept.NO_VOUCHER
    assert links(bench).waiting == 0


async def test_so_many_and_no_more_and_none_gives_way(bench: Bench) -> None:
    for number in range(MOST):
        assert await kept(bench, link(number))
    assert links(bench).keep(link(MOST), "link") is Kept.FULL
    assert links(bench).keep(link(3), "link") is Kept.SEALED, "it is there already"
    assert len(links(bench).listed()) == MOST
    await links(bench).forget(links(bench).name_of(link(7)))
    assert await kept(bench, link(MOST))


async def test_what_was_opened_is_not_kept_as_unopened_again(bench: Bench) -> None:
    await bench.opened.keep(opened())
    assert links(bench).keep(encode_lnurl(FIRST), "link") is Kept.OPENED
    await bench.lock()
    assert links(bench).keep(FIRST, "link") is Kept.WAITS, "who is locked cannot know"
    await bench.unlock()
    assert links(bench).listed() == ()
    assert (len(await bench.notes()), bench.only.id) == (1, bench.opened.find(FIRST))


# Opening


async def test_the_opened_one_takes_the_place_of_its_link_by_one_write(bench: Bench) -> None:
    await kept(bench, SECOND)
    (before,) = await bench.signer.sealed()
    writes: list[str] = []
    rewrite, keep, forget = bench.signer.rewrite, bench.signer.keep, bench.signer.forget

    async def noted(record_id: str, secret: str, meta: Mapping[str, str]) -> None:
        writes.append(f"rewrite {record_id}")
        await rewrite(record_id, secret, meta)

    async def kept_anew(kind: str, secret: str, meta: Mapping[str, str]) -> str:
        writes.append("keep")
        return await keep(kind, secret, meta)

    async def forgotten(record_id: str) -> None:
        writes.append(f"forget {record_id}")
        await forget(record_id)

    bench.signer.rewrite, bench.signer.keep, bench.signer.forget = noted, kept_anew, forgotten  # type: ignore[method-assign]
    await bench.opened.open(await links(bench).link(links(bench).name_of(SECOND)), bench.ask)
    assert writes == [f"rewrite {before.record_id}"]
    assert links(bench).listed() == ()
    assert bench.only.id == links(bench).name_of(SECOND)
    await bench.again()
    assert (links(bench).listed(), len(bench.opened.listed())) == ((), 1)


async def test_a_link_that_is_opened_at_once_is_sealed_before_anybody_is_asked(bench: Bench) -> None:
    bench.answers.clear()
    opening = asyncio.create_task(bench.opened.open(SECOND, bench.ask))
    while not bench.asked:
        await asyncio.sleep(0)
    assert bench.passed == [Boundary.LINK_SEALED]
    (note,) = await bench.notes()
    assert "2222secret" in note
    assert len(links(bench).listed()) == 1, "until its service has answered"
    bench.answers.set()
    await opening
    assert (links(bench).listed(), len(await bench.notes())) == ((), 1)


@pytest.mark.parametrize(
    ("error", "asked", "refused"),
    [
        (NoWithdrawal("127.0.0.1 says: “no”"), True, True),
        (Unanswered("127.0.0.1 did not answer."), True, False),
        (NotSent("127.0.0.1 says nothing: it is not reached."), False, False),
    ],
)
async def test_what_a_service_refuses_stays_and_its_answer_is_noted(
    bench: Bench, error: AshoreError, asked: bool, refused: bool
) -> None:
    async def no() -> Offer:
        raise error

    entry = await kept(bench)
    bench.now += 60_000
    with pytest.raises(AshoreError, match="127"):
        await bench.opened.open(FIRST, no)
    noted = replace(entry, asked_at=bench.now if asked else 0, refused=refused)
    assert links(bench).listed() == (noted,)
    assert (await bench.again()).links.listed() == (noted,)
    assert await links(bench).link(entry.id) == FIRST
    bench.answer = opened(FIRST)
    await bench.opened.open(FIRST, bench.ask)
    assert (links(bench).listed(), len(await bench.notes())) == ((), 1)


async def test_one_that_opens_while_its_link_is_being_sealed_is_in_one_place(bench: Bench) -> None:
    slow = Slow(bench.signer)
    links(bench).keep(FIRST, "camera")
    await slow.asked.wait()
    keeping = asyncio.create_task(bench.opened.keep(opened()))
    await asyncio.sleep(0)
    slow.going_on.set()
    await keeping
    await links(bench).settled()
    assert (links(bench).listed(), bench.only.id) == ((), bench.opened.find(FIRST))
    assert len(await bench.notes()) == 1


async def test_a_death_between_the_write_and_the_tidying_leaves_the_opened_one(bench: Bench) -> None:
    await kept(bench)
    await bench.opened.keep(opened(SECOND))
    before = len(await bench.notes())

    async def dead(_record_id: str) -> None:
        raise VaultStorage("The process ended.")

    forget, bench.signer.forget = bench.signer.forget, dead  # type: ignore[method-assign]
    await bench.opened.keep(opened(FIRST))  # the same secret of the same service: one record, of two there were
    bench.signer.forget = forget  # type: ignore[method-assign]
    assert len(await bench.notes()) == before
    await bench.again()
    assert (links(bench).listed(), bench.only.id) == ((), bench.opened.find(FIRST))
    assert len(await bench.notes()) == 1


# Letting go


async def test_forgetting_is_for_good_and_of_that_one_alone(bench: Bench) -> None:
    entry = await kept(bench)
    other = await kept(bench, SECOND)
    await links(bench).forget(entry.id)
    await links(bench).forget(entry.id)
    assert (await bench.again()).links.listed() == (other,)
    with pytest.raises(AshoreError, match="does not keep this voucher any more"):
        await links(bench).link(entry.id)


async def test_several_are_forgotten_together_and_what_comes_meanwhile_stays(bench: Bench) -> None:
    for number in range(3):
        await kept(bench, link(number))
    gone = [entry.id for entry in links(bench).listed()]
    forget = bench.signer.forget

    async def slowly(record_id: str) -> None:
        links(bench).keep(link(9), "link")
        await asyncio.sleep(0)
        await forget(record_id)

    bench.signer.forget = slowly  # type: ignore[method-assign]
    await links(bench).forget(*gone, "what is not there")
    await links(bench).settled()
    (left,) = (await bench.again()).links.listed()
    assert left.id == links(bench).name_of(link(9))


async def test_one_that_comes_again_while_all_are_forgotten_is_kept(bench: Bench) -> None:
    for number in range(MOST):
        await kept(bench, link(number))
    asked = [entry.id for entry in links(bench).listed()]
    forget, again = bench.signer.forget, [link(MOST - 1), link(0)]

    async def while_it_comes(record_id: str) -> None:
        if again:
            assert links(bench).keep(again.pop(), "link") is Kept.SEALED
        await forget(record_id)

    bench.signer.forget = while_it_comes  # type: ignore[method-assign]
    await links(bench).forget(*asked)
    await links(bench).settled()
    wanted = {links(bench).name_of(link(number)) for number in (0, MOST - 1)}
    assert {entry.id for entry in links(bench).listed() if entry.sealed} == wanted
    assert {entry.id for entry in (await bench.again()).links.listed()} == wanted


async def test_what_a_lock_or_a_full_disk_left_of_several_is_listed_still(bench: Bench) -> None:
    for number in range(4):
        await kept(bench, link(number))
    asked = [entry.id for entry in links(bench).listed()]
    forget, calls = bench.signer.forget, 0

    async def full_after_one(record_id: str) -> None:
        nonlocal calls
        calls += 1
        if calls > 1:
            raise VaultStorage("The disk is full.")
        await forget(record_id)

    bench.signer.forget = full_after_one  # type: ignore[method-assign]
    with pytest.raises(VaultStorage):
        await links(bench).forget(*asked)
    assert [entry.id for entry in links(bench).listed()] == asked[1:]

    async def lock_after_one(record_id: str) -> None:
        bench.signer.forget = forget  # type: ignore[method-assign]
        await forget(record_id)
        await bench.lock()

    bench.signer.forget = lock_after_one  # type: ignore[method-assign]
    with pytest.raises(Locked):
        await links(bench).forget(*asked[1:])
    await bench.unlock()
    assert [entry.id for entry in links(bench).listed()] == asked[2:]


async def test_a_note_that_cannot_be_read_is_said_and_can_be_forgotten(bench: Bench) -> None:
    entry = await kept(bench)
    (record,) = await bench.signer.sealed()
    await bench.signer.rewrite(record.record_id, '{"v": 2}', record.meta)
    await bench.signer.keep(SEALED_NOTE, "{}", {"use": "unopened", "link": "x", "host": "h", "came": "-1"})
    await bench.again()
    with pytest.raises(AshoreError, match="cannot be read"):
        await links(bench).link(entry.id)
    await links(bench).forget(entry.id)
    assert links(bench).listed() == ()


# Locks and failing disks


async def test_what_comes_while_locked_waits_and_is_sealed_at_the_unlocking(bench: Bench) -> None:
    await bench.lock()
    for number in range(3):
        assert links(bench).keep(link(number), "link") is Kept.WAITS
    assert links(bench).keep(link(1), "link") is Kept.WAITS
    assert (links(bench).waiting, links(bench).listed(), links(bench).trouble) == (3, (), "")
    with pytest.raises(AshoreError):
        await links(bench).link(links(bench).name_of(link(1)))
    with pytest.raises(AshoreError, match="Nothing was forgotten"):
        await links(bench).forget(links(bench).name_of(link(1)))
    await bench.unlock()
    assert links(bench).waiting == 0
    assert len((await bench.again()).links.listed()) == 3


async def test_so_many_wait_and_for_so_long_however_often_it_is_locked(bench: Bench) -> None:
    await bench.lock()
    assert {links(bench).keep(link(number), "link") for number in range(WAITING_MOST)} == {Kept.WAITS}
    assert links(bench).keep(link(WAITING_MOST), "link") is Kept.CROWDED
    assert links(bench).keep(link(0), "link") is Kept.WAITS, "it is one of them"
    bench.seconds += WAITING_S - 1
    await bench.lock()
    assert links(bench).waiting == WAITING_MOST
    bench.seconds += 1
    assert links(bench).waiting == 0
    assert links(bench).keep(link(WAITING_MOST), "link") is Kept.WAITS


async def test_what_stands_somewhere_is_sealed_before_the_lock(bench: Bench) -> None:
    links(bench).stand_by(lambda: [(FIRST, "keyboard"), ("half a li", "keyboard")])
    await links(bench).before_lock()
    links(bench).stand_by(tuple)
    assert links(bench).waiting == 0
    await bench.lock()
    await bench.again()
    assert [each.source for each in links(bench).listed()] == ["keyboard"]


async def test_closing_seals_what_stands_somewhere(bench: Bench) -> None:
    links(bench).stand_by(lambda: [(FIRST, "keyboard")])
    await bench.opened.aclose()
    links(bench).stand_by(tuple)
    assert len((await bench.again()).links.listed()) == 1


async def test_what_cannot_be_written_stays_in_memory_is_said_and_tried_again(bench: Bench) -> None:
    keep = bench.signer.keep

    async def full(_kind: str, _secret: str, _meta: Mapping[str, str]) -> str:
        raise VaultStorage("The disk is full.")

    bench.signer.keep = full  # type: ignore[method-assign]
    entry = await kept(bench)
    assert (entry.sealed, links(bench).trouble, links(bench).waiting) == (False, "The disk is full.", 1)
    assert await links(bench).link(entry.id) == FIRST
    await bench.lock()
    bench.seconds += WAITING_S - 1
    bench.signer.keep = keep  # type: ignore[method-assign]
    await bench.unlock()
    (entry,) = links(bench).listed()
    assert (entry.sealed, links(bench).trouble) == (True, "")


async def test_nothing_of_a_link_is_in_what_is_shown_or_described(bench: Bench) -> None:
    entry = await kept(bench)
    await bench.lock()
    links(bench).keep(SECOND, "link")
    shown = f"{entry!r} {links(bench)!r} {vars(links(bench))!r}"
    await bench.unlock()
    shown += "".join(f"{record!r} {dict(record.meta)!r}" for record in await bench.signer.sealed())
    assert "secret" not in shown


async def test_so_many_that_cannot_be_written_are_not_called_so_many_that_are_kept(bench: Bench) -> None:
    async def full(_kind: str, _secret: str, _meta: Mapping[str, str]) -> str:
        raise VaultStorage("The disk is full.")

    bench.signer.keep = full  # type: ignore[method-assign]
    for number in range(WAITING_MOST):
        assert links(bench).keep(link(number), "link") is Kept.SEALED
        await links(bench).settled()
    assert links(bench).keep(link(WAITING_MOST), "link") is Kept.CROWDED
    links(bench).stand_by(lambda: [(link(0), "link"), (link(WAITING_MOST), "link")])
    assert links(bench).keep_standing() is Kept.CROWDED


async def test_a_link_that_comes_again_while_its_voucher_is_withdrawn_is_not_called_unopened(bench: Bench) -> None:
    await kept(bench)
    offer = opened()
    await bench.opened.keep(offer)
    name = bench.journal_a_move(claim_scope(offer))
    bench.opened.used(PRACTICE.id, claim_scope(offer))
    assert links(bench).keep(FIRST, "link") is Kept.OPENED
    await links(bench).settled()
    bench.end(name, final=True)
    assert (links(bench).listed(), bench.opened.listed()) == ((), ())
    assert (await bench.again()).links.listed() == ()
    assert links(bench).keep(FIRST, "link") is Kept.SEALED, "who brings it later may mean another withdrawal"


async def test_a_link_that_came_over_a_lock_while_its_voucher_is_withdrawn_is_not_called_unopened(
    bench: Bench,
) -> None:
    offer = opened()
    await bench.opened.keep(offer)
    name = bench.journal_a_move(claim_scope(offer))
    bench.opened.used(PRACTICE.id, claim_scope(offer))
    await bench.lock()
    assert links(bench).keep(FIRST, "link") is Kept.WAITS
    await bench.unlock()
    assert links(bench).waiting == 0
    bench.end(name, final=True)
    assert (links(bench).listed(), bench.opened.listed()) == ((), ())


async def under_way(bench: Bench, offer: LnurlOffer) -> str:
    """A withdrawal of an opened voucher that is being carried."""
    await bench.opened.keep(offer)
    name = bench.journal_a_move(claim_scope(offer))
    bench.opened.used(PRACTICE.id, claim_scope(offer))
    return name


@pytest.mark.parametrize("ends", ["before the kill", "after the kill", "while it is asked"])
async def test_a_link_that_is_opened_again_while_its_voucher_is_withdrawn_outlives_both(
    bench: Bench, ends: str
) -> None:
    """Its service states no balance, so the end of the first withdrawal takes all that was opened of it."""
    name = await under_way(bench, opened())
    bench.answers.clear()
    opening = asyncio.create_task(bench.opened.open(encode_lnurl(FIRST), bench.ask))
    while not bench.asked:
        await asyncio.sleep(0)
    former = bench.opened
    if ends == "while it is asked":
        bench.end(name, final=True)
    elif ends == "before the kill":
        bench.end(name, final=True)
        await former._writes.settled()
    await bench.again()
    if ends == "after the kill":
        bench.end(name, final=True)
        assert bench.opened.listed() == ()
    (entry,) = links(bench).listed()
    assert await links(bench).link(entry.id) == encode_lnurl(FIRST)
    opening.cancel()
    await former.aclose()


async def test_a_link_that_is_opened_again_while_its_voucher_is_withdrawn_gives_way_to_what_it_brings(
    bench: Bench,
) -> None:
    name = await under_way(bench, opened())
    bench.answer = opened(k1="newer" * 5, at=NOW + 5)
    await bench.opened.open(FIRST, bench.ask)
    assert (links(bench).listed(), bench.only.opened_at) == ((), NOW + 5)
    assert len(await bench.notes()) == 1
    bench.end(name, final=True)
    await bench.again()
    assert (links(bench).listed(), bench.only.opened_at) == ((), NOW + 5)


async def test_what_could_not_be_tidied_after_an_answer_is_not_called_unopened_later(bench: Bench) -> None:
    await under_way(bench, opened())
    forget = bench.signer.forget

    async def full(_record_id: str) -> None:
        raise VaultStorage("The disk is full.")

    bench.signer.forget = full  # type: ignore[method-assign]
    bench.answer = opened(k1="newer" * 5, at=NOW + 5)
    await bench.opened.open(FIRST, bench.ask)
    bench.signer.forget = forget  # type: ignore[method-assign]
    assert len(await bench.notes()) == 2
    name = bench.journal_a_move(claim_scope(bench.answer))
    await bench.again()
    assert (links(bench).listed(), bench.opened.listed()) == ((), ()), "it is being withdrawn"
    bench.end(name, final=True)
    assert (await bench.again()).links.listed() == ()


async def test_a_link_that_was_opened_again_in_vain_is_needless_once_the_first_offer_is_free_again(
    bench: Bench,
) -> None:
    async def silent() -> Offer:
        raise Unanswered("127.0.0.1 did not answer.")

    name = await under_way(bench, opened())
    with pytest.raises(Unanswered):
        await bench.opened.open(FIRST, silent)
    (entry,) = links(bench).listed()
    assert entry.asked_at == NOW
    bench.end(name, final=False)
    assert (links(bench).listed(), len(bench.opened.listed())) == ((), 1)
    await bench.opened._writes.settled()
    assert len(await bench.notes()) == 1
    name = bench.journal_a_move(claim_scope(opened()))
    bench.opened.used(PRACTICE.id, claim_scope(opened()))
    bench.end(name, final=True)
    assert (await bench.again()).links.listed() == ()


# The queue, against what it should be


_STEPS = st.one_of(
    st.tuples(st.just("come"), st.integers(0, 20)),
    st.tuples(st.just("pass"), st.floats(0, WAITING_S * 1.2)),
    st.tuples(st.just("junk"), st.sampled_from(["", "lnurl1x", "legal winner thank", "0x" + "ab" * 32])),
    st.tuples(st.just("unlock"), st.none()),
    st.tuples(st.just("lock"), st.none()),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(_STEPS, max_size=60))
async def test_the_queue_loses_nothing_but_by_time_and_says_when_it_is_full(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, object]]
) -> None:
    bench = Bench(tmp_path_factory.mktemp("queue"))
    waits: dict[int, float] = {}
    sealed: set[int] = set()
    try:
        for what, value in steps:
            if what == "pass":
                assert isinstance(value, float)
                bench.seconds += value
            elif what == "lock":
                await links(bench).before_lock()
                await bench.lock()
            elif what == "unlock":
                await bench.unlock()
            waits = {each: until for each, until in waits.items() if until > bench.seconds}
            if what == "junk":
                assert links(bench).keep(str(value), "link") is Kept.NO_VOUCHER
            elif what == "come":
                assert isinstance(value, int)
                outcome = links(bench).keep(link(value), "link")
                if bench.signer.unlocked:
                    assert outcome is Kept.SEALED
                    await links(bench).settled()
                    sealed.add(value)
                elif value in sealed:
                    assert outcome is Kept.SEALED, "it is in the vault already"
                elif value in waits or len(waits) < WAITING_MOST:
                    assert outcome is Kept.WAITS
                    waits.setdefault(value, bench.seconds + WAITING_S)
                else:
                    assert outcome is Kept.CROWDED
            elif what == "unlock":
                sealed |= set(waits)
                waits = {}
            assert links(bench).waiting == len(waits)
            if bench.signer.unlocked:
                listed = {each.id for each in links(bench).listed()}
                assert listed == {links(bench).name_of(link(each)) for each in sealed}
    finally:
        await bench.opened.aclose()
        await bench.signer.lock()
        bench.database.close()
