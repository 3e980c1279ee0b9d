"""Opened vouchers: sealed at once, given back without asking, gone with their withdrawal, and never lost before."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Evidence, Level
from ashore.domain.moves import NOT_SENT, MoveKind
from ashore.domain.withdrawal import LAST_STAGE
from ashore.engine import opened_offers
from ashore.engine.boundaries import Boundary
from ashore.engine.opened_offers import MOST, OpenedOffers
from ashore.engine.opened_records import OpenedVoucher
from ashore.engine.views import Change, Topic
from ashore.keys.errors import Locked, VaultStorage
from ashore.keys.signer import SEALED_NOTE
from ashore.systems.base import Offer
from ashore.systems.lnurl.codec import Reach, encode_lnurl, parse_url
from ashore.systems.lnurl.profile import PRACTICE
from ashore.systems.lnurl.system.offer import LnurlOffer
from ashore.systems.lnurl.system.plan import claim_scope
from ashore.systems.lnurl.system.receivers import ReceiverOffer
from unit.engine.test_kept_balances import Records
from unit.store.store_bench import Bench as StoreBench
from unit.systems.lnurl.system.offers import NOW_S, offer, receiver

NOW = NOW_S * 1000
FIRST = "http://127.0.0.1:8080/v/1111secret1111secret1111?q=7"
SECOND = "http://127.0.0.1:8080/v/2222secret2222secret2222"
K1 = "k1secret" * 4
BALANCE = "http://127.0.0.1:8080/left/3333secret3333secret3333"


def opened(link: str = FIRST, k1: str = K1, at: int = NOW, **terms: object) -> LnurlOffer:
    """What a service answered just now, still without the wallets."""
    made = offer(**terms)  # type: ignore[arg-type]
    service = replace(made.service, k1=k1)
    return replace(made, service=service, asked=parse_url(link, Reach.PRACTICE), opened_at=at, receivers=())


SETTLED = "settled"


def terms() -> ev.Terms:
    """What a withdrawal is about, as far as it counts here."""
    details = {LAST_STAGE: SETTLED}
    return ev.Terms("LNURL", "sandbox", PRACTICE.id, "t@1", "w", "sat", 3, 5000, 0, "w", "Lightning", "sat", details)


class Bench:
    """One vault and one journal, with the list on them."""

    def __init__(self, folder: Path) -> None:
        self.signer = Records(folder / "vault.ashore")
        self.stored = StoreBench(folder / "journal.sqlite3")
        self.database, self.journal = self.stored.database, self.stored.journal
        self.now = NOW
        self.seconds = 0.0
        self.passed: list[Boundary] = []
        self.changes = 0
        self.receivers = (receiver(),)
        self.asked = 0
        self.answer = opened(SECOND, k1="answered" * 4)
        self.answers = asyncio.Event()
        self.answers.set()
        self.opened = self.fresh()

    async def ask(self) -> Offer:
        """What opening a link does: one request, and what it brings is kept."""
        self.asked += 1
        await self.answers.wait()
        await self.opened.keep(self.answer)
        return self.answer

    def fresh(self) -> OpenedOffers:
        """As after another start."""
        told = self.passed.append, self._changed
        return OpenedOffers(
            PRACTICE, self.signer, self._receivers, self.journal, *told, lambda: self.now, lambda: self.seconds
        )

    async def _receivers(self) -> tuple[ReceiverOffer, ...]:
        return self.receivers

    def _changed(self) -> None:
        self.changes += 1

    async def again(self) -> OpenedOffers:
        """The list after another start and an unlocking."""
        await self.signer.lock()
        self.signer.open()
        self.opened = self.fresh()
        await self.opened.restore()
        return self.opened

    async def lock(self) -> None:
        await self.signer.lock()
        self.opened.lock()

    async def unlock(self) -> None:
        self.signer.open()
        await self.opened.restore()

    async def notes(self) -> list[str]:
        """What is sealed."""
        return [await self.signer.show(each.record_id) for each in await self.signer.sealed()]

    def journal_a_move(self, scope: str, *, refused: bool = False, final: bool = False) -> str:
        """What confirming a withdrawal writes, and how it ended, as far as it counts here."""
        name = os.urandom(4).hex()
        self.stored.append(
            self.now,
            ev.WithdrawalStarted(name, terms()),
            ev.MoveIntended(name, "m", MoveKind.REQUEST, PRACTICE.id, "hash", "", scope, 0),
        )
        if refused or final:
            self.end(name, final=final)
        return name

    def end(self, withdrawal: str, *, final: bool) -> None:
        """Let a withdrawal end, and be told so."""
        if final:
            told = Evidence("settled", Level.IRREVERSIBLE, "the wallet", self.now)
            self.stored.append(self.now, ev.StageReached(withdrawal, SETTLED, told))
        else:
            self.stored.append(self.now, ev.MoveRefused(withdrawal, "m", NOT_SENT, "Nothing was sent.", ""))
        self.opened.heard(Change(Topic.WITHDRAWAL, withdrawal))

    @property
    def only(self) -> OpenedVoucher:
        (entry,) = self.opened.listed()
        return entry


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    made = Bench(tmp_path)
    yield made
    await made.opened.aclose()
    await made.signer.lock()
    made.database.close()


# Keeping and going on


async def test_what_was_opened_is_sealed_and_comes_back_as_it_was(bench: Bench) -> None:
    made = opened(least=11_000, most=12_000)
    await bench.opened.keep(made)
    assert bench.passed == [Boundary.OPENED_ANSWERED, Boundary.OPENED_SEALED]
    assert bench.changes
    listed = bench.opened.listed()
    assert listed == (
        OpenedVoucher(bench.only.id, "127.0.0.1:8080", 11_000, 12_000, NOW, sealed=True, description="Voucher"),
    )
    again = await bench.again()
    assert again.listed() == listed
    bench.receivers = (receiver(most=1), receiver(problem="away"))
    assert await again.go_on(bench.only.id) == replace(made, receivers=bench.receivers), "the wallets are asked anew"
    assert await again.open(FIRST, bench.ask) == replace(made, receivers=bench.receivers)


@pytest.mark.parametrize(
    "text",
    [
        FIRST,
        encode_lnurl(FIRST),
        encode_lnurl(FIRST).upper(),
        f"  lightning:{encode_lnurl(FIRST)}\n",
        FIRST.replace("http://", "lnurlw://"),
        FIRST.replace("http://", "HTTP://"),
        f"https://any.example/?lightning={encode_lnurl(FIRST)}",
    ],
)
async def test_its_link_is_known_in_whatever_form_it_comes(bench: Bench, text: str) -> None:
    await bench.opened.keep(opened())
    assert bench.opened.find(text) == bench.only.id
    assert (await bench.again()).find(text) == bench.only.id


@pytest.mark.parametrize("text", ["", "x", SECOND, FIRST + "1", FIRST.replace("8080", "8081"), "lnurl1nonsense"])
async def test_another_text_is_not(bench: Bench, text: str) -> None:
    await bench.opened.keep(opened())
    assert bench.opened.find(text) == ""
    bench.answer = opened(SECOND, k1="other" * 5)
    assert await bench.opened.open(text, bench.ask) is bench.answer
    assert bench.asked == 1


async def test_opening_again_takes_the_place_of_what_was_opened_before(bench: Bench) -> None:
    await bench.opened.keep(opened())
    await bench.opened.keep(opened(k1="newer" * 5, at=NOW + 5))
    assert bench.only.opened_at == NOW + 5
    (note,) = await bench.notes()
    assert "newer" in note
    await bench.opened.keep(opened(SECOND, k1="newer" * 5, at=NOW + 6))
    assert bench.opened.find(FIRST) == "", "the same secret of the same service is the same voucher"
    assert bench.opened.find(SECOND) == bench.only.id
    assert len(await bench.notes()) == 1


async def test_two_vouchers_are_two_entries_the_latest_first(bench: Bench) -> None:
    await bench.opened.keep(opened())
    await bench.opened.keep(opened(SECOND, k1="other" * 5, at=NOW + 1))
    assert [entry.opened_at for entry in bench.opened.listed()] == [NOW + 1, NOW]
    assert (await bench.again()).find(FIRST) != bench.opened.find(SECOND)


async def test_a_balance_is_kept_only_where_no_link_leads_to_it_again(bench: Bench) -> None:
    made = opened(BALANCE)
    left = replace(made.service, balance_check=parse_url(SECOND, Reach.PRACTICE))
    await bench.opened.keep(replace(made, service=left, kept=True))
    assert (bench.opened.listed(), await bench.notes()) == ((), [])
    await bench.opened.keep(replace(made, kept=True))
    assert (await (await bench.again()).go_on(bench.only.id)).kept


async def test_no_more_than_so_many_and_the_next_one_is_not_even_asked(bench: Bench) -> None:
    for number in range(MOST):
        await bench.opened.keep(opened(f"http://127.0.0.1:8080/v/{number}", k1=f"secret {number}"))
    assert len(bench.opened.listed()) == MOST
    with pytest.raises(AshoreError, match="50 opened vouchers are kept already") as caught:
        await bench.opened.open(SECOND, bench.ask)
    assert caught.value.advice == "Withdraw or forget one of them first."
    assert await bench.opened.open("http://127.0.0.1:8080/v/7", bench.ask)
    assert bench.asked == 0
    await bench.opened.forget(bench.opened.listed()[0].id)
    assert await bench.opened.open(SECOND, bench.ask) is bench.answer


# Letting go


async def test_a_withdrawal_takes_its_voucher_and_no_other(bench: Bench) -> None:
    await bench.opened.keep(opened())
    await bench.opened.keep(opened(SECOND, k1="other" * 5))
    bench.opened.used("zklink", claim_scope(opened()))
    assert len(bench.opened.listed()) == 2, "another system's scope is another thing"
    withdrawal = bench.journal_a_move(claim_scope(opened()))
    bench.opened.used(PRACTICE.id, claim_scope(opened()))
    assert bench.opened.find(FIRST) == ""
    assert bench.only.id == bench.opened.find(SECOND)
    assert len(await bench.notes()) == 2, "as long as nobody knows how it ends"
    bench.end(withdrawal, final=True)
    assert bench.opened.find(FIRST) == ""
    await bench.opened.aclose()
    (note,) = await bench.notes()
    assert "2222secret" in note


async def test_what_was_not_withdrawn_after_all_is_offered_again(bench: Bench) -> None:
    await bench.opened.keep(opened())
    for restarted in (False, True):
        withdrawal = bench.journal_a_move(claim_scope(opened()))
        bench.opened.used(PRACTICE.id, claim_scope(opened()))
        assert bench.opened.listed() == ()
        if restarted:
            assert (await bench.again()).listed() == ()
        changes = bench.changes
        bench.end(withdrawal, final=False)
        assert bench.changes > changes
        assert bench.only.id == bench.opened.find(FIRST)
        assert (await bench.opened.go_on(bench.only.id)).service.k1 == K1


async def test_what_is_opened_anew_while_a_withdrawal_is_under_way_takes_the_place_of_the_former(bench: Bench) -> None:
    await bench.opened.keep(opened())
    withdrawal = bench.journal_a_move(claim_scope(opened()))
    bench.opened.used(PRACTICE.id, claim_scope(opened()))
    await bench.opened.keep(opened())
    assert bench.only.id == bench.opened.find(FIRST)
    assert len(await bench.notes()) == 1
    bench.end(withdrawal, final=True)
    assert bench.only.id == bench.opened.find(FIRST), "it was opened after that"


@pytest.mark.parametrize("final", [True, False])
async def test_a_crash_changes_nothing_of_it(bench: Bench, final: bool) -> None:
    await bench.opened.keep(opened())
    await bench.opened.keep(opened(SECOND, k1="other" * 5))
    bench.journal_a_move(claim_scope(opened()), final=final, refused=not final)
    again = await bench.again()
    assert bool(again.find(FIRST)) is not final
    assert again.find(SECOND)
    assert len(await bench.notes()) == (1 if final else 2)


async def test_an_earlier_withdrawal_of_the_same_link_does_not_count(bench: Bench) -> None:
    bench.journal_a_move(claim_scope(opened()))
    await bench.opened.keep(opened())
    bench.journal_a_move("another scope")
    bench.now -= 86_400_000
    assert (await bench.again()).find(FIRST) == bench.only.id, "whatever the clock says"


async def test_forgetting_is_for_good(bench: Bench) -> None:
    await bench.opened.keep(opened())
    name = bench.only.id
    await bench.opened.forget(name)
    assert (bench.opened.listed(), await bench.notes()) == ((), [])
    assert (await bench.again()).listed() == ()
    await bench.opened.forget(name)
    with pytest.raises(AshoreError, match="does not keep this voucher any more"):
        await bench.opened.go_on(name)


async def test_no_clock_and_no_age_takes_money_away(bench: Bench) -> None:
    await bench.opened.keep(opened(at=1))
    assert len((await bench.again()).listed()) == 1
    assert len(await bench.notes()) == 1


async def test_a_note_that_cannot_be_read_is_said_and_can_be_forgotten(bench: Bench) -> None:
    await bench.opened.keep(opened())
    (record,) = await bench.signer.sealed()
    await bench.signer.rewrite(record.record_id, '{"v": 2}', record.meta)
    await bench.signer.keep(SEALED_NOTE, "{}", {"use": "opened", "link": "x", "opened": "-1"})
    await bench.signer.keep(SEALED_NOTE, "{}", {"for": "a payment hash"})
    again = await bench.again()
    with pytest.raises(AshoreError, match="cannot be read") as caught:
        await again.go_on(bench.only.id)
    assert "Nothing was asked." in caught.value.advice
    await again.forget(bench.only.id)
    assert len(await bench.notes()) == 2, "what is not its own stays"


# Locks, failing disks, and whoever does not wait


async def test_while_locked_nothing_is_listed_known_or_given_out(bench: Bench) -> None:
    await bench.opened.keep(opened())
    name = bench.only.id
    await bench.lock()
    assert (bench.opened.listed(), bench.opened.find(FIRST)) == ((), "")
    with pytest.raises(AshoreError):
        await bench.opened.go_on(name)
    with pytest.raises(AshoreError, match="Nothing was forgotten"):
        await bench.opened.forget(name)
    await bench.unlock()
    assert bench.only.id == name


async def test_an_answer_that_comes_over_a_lock_is_sealed_when_it_is_over(bench: Bench) -> None:
    await bench.lock()
    await bench.opened.keep(opened())
    assert bench.opened.trouble
    assert bench.opened.listed() == ()
    assert Boundary.OPENED_SEALED not in bench.passed
    await bench.unlock()
    assert bench.opened.trouble == ""
    assert bench.only.sealed
    assert (await bench.again()).listed() == bench.opened.listed()


async def test_what_cannot_be_written_is_kept_in_memory_and_said(bench: Bench) -> None:
    keep = bench.signer.keep

    async def full(_kind: str, _secret: str, _meta: Mapping[str, str]) -> str:
        raise VaultStorage("The disk is full.")

    bench.signer.keep = full  # type: ignore[method-assign]
    made = opened()
    await bench.opened.keep(made)
    assert bench.opened.trouble == "The disk is full."
    assert not bench.only.sealed
    assert await bench.opened.open(FIRST, bench.ask) == replace(made, receivers=bench.receivers)
    bench.signer.keep = keep  # type: ignore[method-assign]
    await bench.opened.aclose()
    assert len(await bench.notes()) == 1, "closing tries once more"
    assert (bench.opened.trouble, bench.only.sealed) == ("", True)


async def test_what_could_not_be_written_and_was_used_or_forgotten_is_gone(bench: Bench) -> None:
    await bench.lock()
    await bench.opened.keep(opened())
    await bench.opened.keep(opened(SECOND, k1="other" * 5))
    bench.signer.open()
    bench.journal_a_move(claim_scope(opened()), final=True)
    bench.opened.used(PRACTICE.id, claim_scope(opened()))
    await bench.opened.forget(bench.only.id)
    await bench.opened.restore()
    assert (bench.opened.listed(), await bench.notes(), bench.opened.trouble) == ((), [], "")


class Slow:
    """Lets the vault's writes wait, once they were asked for."""

    def __init__(self, signer: Records) -> None:
        self.going_on = asyncio.Event()
        self.asked = asyncio.Event()
        self._keep = signer.keep
        signer.keep = self._slowly  # type: ignore[method-assign]

    async def _slowly(self, kind: str, secret: str, meta: Mapping[str, str]) -> str:
        self.asked.set()
        await self.going_on.wait()
        return await self._keep(kind, secret, meta)


async def test_who_gives_up_waiting_and_who_closes_do_not_stop_the_sealing(bench: Bench) -> None:
    slow = Slow(bench.signer)
    keeping = asyncio.create_task(bench.opened.keep(opened()))
    await slow.asked.wait()
    keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping
    closing = asyncio.create_task(bench.opened.aclose())
    await asyncio.sleep(0)
    assert not closing.done()
    slow.going_on.set()
    await closing
    assert len(await bench.notes()) == 1


async def test_who_gives_up_waiting_for_a_service_loses_no_answer_and_asks_no_second_time(bench: Bench) -> None:
    bench.answers.clear()
    waiting = asyncio.create_task(bench.opened.open(SECOND, bench.ask))
    while not bench.asked:
        await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    again = asyncio.create_task(bench.opened.open(encode_lnurl(SECOND), bench.ask))
    await asyncio.sleep(0)
    bench.answers.set()
    assert await again is bench.answer
    assert bench.asked == 1
    assert bench.only.id == bench.opened.find(SECOND)
    assert await bench.opened.open(SECOND, bench.ask) == replace(bench.answer, receivers=bench.receivers)
    assert bench.asked == 1


async def test_closing_gives_a_service_a_last_moment_and_no_more(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.answers.clear()
    waiting = asyncio.create_task(bench.opened.open(SECOND, bench.ask))
    while not bench.asked:
        await asyncio.sleep(0)
    waiting.cancel()
    closing = asyncio.create_task(bench.opened.aclose())
    await asyncio.sleep(0)
    bench.answers.set()
    await closing
    assert len(await bench.notes()) == 1, "an answer that comes now is sealed"
    monkeypatch.setattr(opened_offers, "LAST_MOMENT_S", 0.01)
    bench.answers.clear()
    in_vain = asyncio.create_task(bench.opened.open(FIRST, bench.ask))
    while bench.asked < 2:
        await asyncio.sleep(0)
    await bench.opened.aclose()
    with pytest.raises(asyncio.CancelledError):
        await in_vain


async def test_a_service_that_says_no_may_be_asked_again(bench: Bench) -> None:
    async def no() -> Offer:
        raise AshoreError("127.0.0.1 says: “no”")

    with pytest.raises(AshoreError, match="says"):
        await bench.opened.open(SECOND, no)
    assert await bench.opened.open(SECOND, bench.ask) is bench.answer


@pytest.mark.parametrize("final", [True, False])
async def test_what_is_used_while_it_is_being_sealed_is_left_only_where_it_did_not_come(
    bench: Bench, final: bool
) -> None:
    slow = Slow(bench.signer)
    keeping = asyncio.create_task(bench.opened.keep(opened()))
    await slow.asked.wait()
    name = bench.journal_a_move(claim_scope(opened()))
    bench.opened.used(PRACTICE.id, claim_scope(opened()))
    slow.going_on.set()
    await keeping
    assert (bench.opened.listed(), len(await bench.notes())) == ((), 1), "nobody knows yet how it ends"
    bench.end(name, final=final)
    await bench.opened.aclose()
    assert (len(bench.opened.listed()), len(await bench.notes())) == ((0, 0) if final else (1, 1))


class Full:
    """A disk on which nothing new can be written, until there is `room`."""

    def __init__(self, signer: Records) -> None:
        self._signer, self._keep, self._rewrite = signer, signer.keep, signer.rewrite
        signer.keep = self.keep  # type: ignore[method-assign]
        signer.rewrite = self.rewrite  # type: ignore[method-assign]

    async def keep(self, _kind: str, _secret: str, _meta: Mapping[str, str]) -> str:
        raise VaultStorage("The disk is full.")

    async def rewrite(self, _record_id: str, _secret: str, _meta: Mapping[str, str]) -> None:
        raise VaultStorage("The disk is full.")

    def room(self) -> None:
        self._signer.keep, self._signer.rewrite = self._keep, self._rewrite  # type: ignore[method-assign]


@pytest.mark.parametrize("final", [True, False])
async def test_what_could_not_be_written_outlives_a_withdrawal_that_took_nothing(bench: Bench, final: bool) -> None:
    """Its link may be used up by being opened: what is in memory is all there is of it."""
    full = Full(bench.signer)
    await bench.opened.keep(opened())
    name = bench.journal_a_move(claim_scope(opened()))
    bench.opened.used(PRACTICE.id, claim_scope(opened()))
    assert (bench.opened.listed(), bench.opened.find(FIRST)) == ((), "")
    bench.end(name, final=final)
    assert bool(bench.opened.find(FIRST)) is not final
    full.room()
    await bench.opened.aclose()
    assert len((await bench.again()).listed()) == len(await bench.notes()) == (0 if final else 1)


async def test_its_link_stays_in_the_vault_until_what_was_opened_is_there(bench: Bench) -> None:
    """The answer came over a lock, and after it the disk is full: a kill then leaves the link."""
    bench.answer = opened()
    bench.answers.clear()
    opening = asyncio.create_task(bench.opened.open(FIRST, bench.ask))
    while not bench.asked:
        await asyncio.sleep(0)
    await bench.lock()
    full = Full(bench.signer)
    bench.answers.set()
    await opening
    await bench.unlock()
    assert (bench.only.sealed, bench.opened.trouble) == (False, "The disk is full.")
    (note,) = await bench.notes()
    assert "1111secret" in note, "the link, for that is what a kill would leave"
    assert bench.opened.links.listed() == (), "it is listed as what was opened of it"
    full.room()
    await bench.opened.aclose()
    (note,) = await bench.notes()
    assert K1 in note


async def test_the_end_of_a_withdrawal_deletes_nothing_that_was_opened_since_in_its_place(bench: Bench) -> None:
    """One record of the vault for both: the newer offer is being written over the one that is just withdrawn."""
    await bench.opened.keep(opened())
    name = bench.journal_a_move(claim_scope(opened()))
    bench.opened.used(PRACTICE.id, claim_scope(opened()))
    rewrite, asked, going_on = bench.signer.rewrite, asyncio.Event(), asyncio.Event()

    async def slowly(record_id: str, secret: str, meta: Mapping[str, str]) -> None:
        await rewrite(record_id, secret, meta)
        asked.set()
        await going_on.wait()

    bench.signer.rewrite = slowly  # type: ignore[method-assign]
    keeping = asyncio.create_task(bench.opened.keep(opened(k1="newer" * 5, at=NOW + 5)))
    await asked.wait()
    bench.end(name, final=True)
    await asyncio.sleep(0)
    going_on.set()
    await keeping
    await bench.opened.aclose()
    assert (bench.only.sealed, bench.only.opened_at) == (True, NOW + 5)
    assert (await bench.again()).find(FIRST) == bench.only.id, "what is called sealed is there"


async def test_what_is_opened_once_more_while_it_is_being_sealed_is_one_entry(bench: Bench) -> None:
    slow = Slow(bench.signer)
    keeping = asyncio.create_task(bench.opened.keep(opened()))
    await slow.asked.wait()
    newer = asyncio.create_task(bench.opened.keep(opened(k1="newer" * 5, at=NOW + 1)))
    await asyncio.sleep(0)
    slow.going_on.set()
    await asyncio.gather(keeping, newer)
    assert bench.only.opened_at == NOW + 1
    (note,) = await bench.notes()
    assert "newer" in note


async def test_a_write_whose_answer_a_lock_took_is_not_made_twice(bench: Bench) -> None:
    keep = bench.signer.keep

    async def torn(kind: str, secret: str, meta: Mapping[str, str]) -> str:
        await keep(kind, secret, meta)
        raise Locked("The vault was locked meanwhile.")

    bench.signer.keep = torn  # type: ignore[method-assign]
    await bench.opened.keep(opened())
    await bench.lock()
    bench.signer.keep = keep  # type: ignore[method-assign]
    await bench.unlock()
    assert bench.only.sealed
    assert len(await bench.notes()) == 1


async def test_nothing_of_its_secrets_is_in_what_is_shown_or_described(bench: Bench) -> None:
    made = opened()
    await bench.opened.keep(made)
    (record,) = await bench.signer.sealed()
    shown = f"{made!r} {bench.opened.listed()!r} {bench.opened!r} {dict(record.meta)!r} {record!r}"
    assert not any(secret in shown for secret in ("1111secret", K1, "k1secret"))
    (note,) = await bench.notes()
    assert all(secret in note for secret in ("1111secret", K1))
