"""Balance links (LUD-14): sealed, asked once, replaced or deleted by each reply, and never lost without a word."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from ashore.domain.errors import AshoreError
from ashore.engine.kept_balances import KeptBalance, KeptBalances
from ashore.engine.views import Review
from ashore.keys.derivation import PUBLIC_TEST_MNEMONIC
from ashore.keys.errors import Locked
from ashore.keys.sealed_records import SealedRecords
from ashore.keys.sealing import FAST_COST
from ashore.keys.signer import SealedRecord, Signer
from ashore.keys.vault import NewRecord, Vault
from ashore.net.errors import NotSent, Unanswered
from ashore.systems.base import Draft
from ashore.systems.lnurl.client import BadAnswer, EmptyAnswer
from ashore.systems.lnurl.codec import NothingLeft, Reach, ServiceUrl, parse_url
from ashore.systems.lnurl.profile import PRACTICE
from ashore.systems.lnurl.system.checks import judge
from ashore.systems.lnurl.system.offer import KEEP_BALANCE, LnurlOffer
from ashore.systems.lnurl.system.opened_note import link_name
from ashore.systems.lnurl.system.opening import NoWithdrawal
from ashore.systems.lnurl.system.plan import claim_scope
from unit.keys.vault_support import PASSWORD
from unit.systems.lnurl.system.offers import NOW_S, offer

FIRST = "http://127.0.0.1:8080/left/1111secret1111secret1111"
SECOND = "http://127.0.0.1:8080/left/2222secret2222secret2222"
ELSEWHERE = "http://localhost:8080/left/3333secret3333secret3333"
VOUCHER = "http://127.0.0.1:8080/voucher/4444secret4444secret4444"
SECRETS = ("1111secret", "2222secret", "3333secret", "4444secret")


class Dead(BaseException):
    """The process ends here."""


def url(text: str | None) -> ServiceUrl | None:
    return None if text is None else parse_url(text, Reach.PRACTICE)


def told(link: str | None, balance_msat: int | None = None, voucher: str = VOUCHER) -> LnurlOffer:
    """What a service offers, with a balance link."""
    made = offer()
    service = replace(made.service, balance_check=url(link), balance_msat=balance_msat)
    return replace(made, service=service, asked=url(voucher))


class Records(Signer):
    """The signer's records on a real vault, without a process around them: each test would wait two seconds for it."""

    def __init__(self, vault: Path) -> None:
        self._path = vault
        self._open: SealedRecords | None = None
        phrase = NewRecord("eth-mnemonic", PUBLIC_TEST_MNEMONIC.encode())
        Vault.create(vault, PASSWORD, randomness=os.urandom, cost=FAST_COST, records=[phrase]).close()
        self.open()

    def open(self) -> None:
        self._open = SealedRecords(Vault.open(self._path, PASSWORD, randomness=os.urandom))

    @property
    def unlocked(self) -> bool:
        return self._open is not None

    @property
    def _records(self) -> SealedRecords:
        if self._open is None:
            raise Locked("The vault is locked.", "Unlock it with its password.")
        return self._open

    async def lock(self) -> None:
        if self._open is not None:
            self._open.close()
        self._open = None

    async def keep(self, kind: str, secret: str, meta: Mapping[str, str]) -> str:
        return self._records.keep(kind, bytearray(secret.encode()), meta)

    async def rewrite(self, record_id: str, secret: str, meta: Mapping[str, str]) -> None:
        self._records.rewrite(record_id, bytearray(secret.encode()), meta)

    async def show(self, record_id: str) -> str:
        return self._records.show(record_id)[0]

    async def sealed(self) -> tuple[SealedRecord, ...]:
        return tuple(SealedRecord(*listed) for listed in self._records.listed())

    async def forget(self, record_id: str) -> None:
        self._records.forget(record_id)


class Taken:
    """What was withdrawn by which event, by scope."""

    def __init__(self) -> None:
        self.number = 7
        self.taken: list[tuple[int, set[str], int]] = []

    def head(self) -> int:
        return self.number

    def withdraw(self, of: LnurlOffer, amount: int) -> None:
        self.number += 1
        assert of.asked is not None
        self.taken.append((self.number, {claim_scope(of), link_name(of.asked), of.first_link}, amount))

    def taken_after(self, number: int, profile: str, scope: str, link: str = "") -> int:
        assert profile == PRACTICE.id
        return sum(amount for at, names, amount in self.taken if at > number and names & {scope, link} - {""})


class Bench:
    """One vault, and a service that answers as it is set to."""

    def __init__(self, signer: Records) -> None:
        self.signer = signer
        self.now = NOW_S * 1000
        self.asked: list[str] = []
        self.taken = Taken()
        self.answer: Callable[[], LnurlOffer] = lambda: told(SECOND, 7_000)
        self.going_on = asyncio.Event()
        self.going_on.set()
        self.balances = self.fresh()

    def fresh(self) -> KeptBalances:
        """As after another start."""
        return KeptBalances(self.signer, self._ask, lambda: self.now, self.taken, profile=PRACTICE.id, practice=True)

    async def _ask(self, link: str) -> LnurlOffer:
        self.asked.append(link)
        await self.going_on.wait()
        return self.answer()

    def raises(self, error: BaseException) -> None:
        def answer() -> LnurlOffer:
            raise error

        self.answer = answer

    async def keep(self, on: LnurlOffer) -> None:
        async with self.balances.keeping(on):
            pass

    async def again(self) -> KeptBalances:
        """The list after another start and an unlocking."""
        await self.unlock()
        made = self.fresh()
        await made.restore()
        return made

    async def unlock(self) -> None:
        await self.signer.lock()
        self.signer.open()

    async def links(self) -> list[str]:
        """What the vault really holds."""
        return sorted([await self.signer.show(record.record_id) for record in await self.signer.sealed()])

    @property
    def only(self) -> KeptBalance:
        (entry,) = self.balances.listed()
        return entry


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    vault = tmp_path / "own.vault"
    made = Bench(Records(vault))
    yield made
    await made.signer.lock()
    content = vault.read_bytes()
    assert not any(secret.encode() in content for secret in SECRETS)


# Choosing


def reviewed(bench: Bench, on: LnurlOffer, wanted: str) -> Review:
    quote = judge(PRACTICE, on, Draft({"amount": "15", KEEP_BALANCE: wanted}), NOW_S, lambda _hash: False)
    review = Review(None, None, (), (), "", "", (), "")  # type: ignore[arg-type] # nothing of it is read here
    return bench.balances.noted(review, quote)


def test_a_link_is_kept_where_a_person_says_so_and_the_review_shows_it(bench: Bench) -> None:
    review = reviewed(bench, told(FIRST), "yes")
    (line,) = review.lines
    assert (line.value, line.note) == ("the service’s balance link", "encrypted; it leads to 127.0.0.1:8080")
    assert review.keeps == told(FIRST)
    assert not any(secret in repr(review) for secret in SECRETS)


def test_nothing_is_kept_unasked_nor_where_there_is_nothing_to_keep(bench: Bench) -> None:
    for on, wanted in (
        (told(FIRST), ""),
        (told(FIRST), "no"),
        (told(None), "yes"),
        (replace(told(FIRST), kept=True), "yes"),
        (told("http://127.0.0.1:8080/b?tag=login&k1=00"), "yes"),
    ):
        review = reviewed(bench, on, wanted)
        assert (review.keeps, review.lines) == (None, ())


async def test_nothing_stays_of_a_withdrawal_that_did_not_begin(bench: Bench) -> None:
    async def confirmed_twice() -> None:
        async with bench.balances.keeping(told(FIRST)):
            assert bench.only.host == "127.0.0.1:8080"
            raise AshoreError("This withdrawal is already under way.")

    with pytest.raises(AshoreError, match="under way"):
        await confirmed_twice()
    assert bench.balances.listed() == ()
    assert await bench.signer.sealed() == ()


async def test_a_vault_that_keeps_nothing_stops_it_before_anything_is_handed_over(bench: Bench) -> None:
    await bench.signer.lock()
    begun = False
    with pytest.raises(Locked):
        async with bench.balances.keeping(told(FIRST)):
            begun = True
    assert not begun


async def test_a_crash_between_keeping_and_handing_over_leaves_a_link_that_is_listed(bench: Bench) -> None:
    keeping = bench.balances.keeping(told(FIRST, 5_000))
    await keeping.__aenter__()
    (entry,) = (await bench.again()).listed()
    assert (entry.host, entry.balance_msat, entry.told_at) == ("127.0.0.1:8080", 5_000, NOW_S * 1000)


async def test_one_voucher_keeps_one_link(bench: Bench) -> None:
    await bench.keep(told(FIRST))
    await bench.keep(told(SECOND))
    assert len(await bench.links()) == 1
    assert SECOND in (await bench.links())[0]
    await bench.keep(told(SECOND, 3_000, voucher=ELSEWHERE))
    assert len(await bench.links()) == 1, "the same link is not kept twice"
    assert bench.only.balance_msat == 3_000
    await bench.keep(told(ELSEWHERE, voucher=ELSEWHERE + "other"))
    assert [entry.host for entry in bench.balances.listed()] == ["127.0.0.1:8080", "localhost:8080"]


# Looking again


async def test_each_look_asks_once_and_its_link_takes_the_place_of_the_old(bench: Bench) -> None:
    await bench.keep(told(FIRST))
    assert bench.only.balance_msat == 20_000, "without a balance, the most that can be withdrawn"
    bench.now += 60_000
    found = await bench.balances.look(bench.only.id)
    assert bench.asked == [FIRST]
    assert (found.kept, found.balance_host) == (True, "127.0.0.1:8080")
    assert (bench.only.balance_msat, bench.only.told_at, bench.only.asked_at) == (7_000, bench.now, 0)
    listed = repr(await bench.signer.sealed())
    assert not any(secret in listed for secret in SECRETS), "what the vault lists holds no link"
    assert len(await bench.links()) == 1
    bench.answer = lambda: told(ELSEWHERE, 0)
    await bench.balances.look(bench.only.id)
    assert bench.asked == [FIRST, SECOND]
    assert (bench.only.host, bench.only.balance_msat) == ("localhost:8080", 0)
    (entry,) = (await bench.again()).listed()
    assert entry == bench.only


async def test_what_was_withdrawn_since_is_told_beside_what_the_service_said(bench: Bench) -> None:
    bench.taken.withdraw(told(FIRST), 1_000)
    await bench.keep(told(FIRST, 9_000))
    (kept,) = bench.balances.listed()
    assert (kept.balance_msat, kept.taken_msat) == (9_000, 0), "its service knew of what was taken before"
    bench.taken.withdraw(told(FIRST), 2_000)
    other = told(FIRST, voucher=ELSEWHERE)
    bench.taken.withdraw(replace(other, service=replace(other.service, k1="another")), 500)
    assert [each.taken_msat for each in bench.balances.listed()] == [2_000]
    assert [each.taken_msat for each in (await bench.again()).listed()] == [2_000]
    bench.raises(Unanswered("No answer.", ""))
    with pytest.raises(Unanswered):
        await bench.balances.look(kept.id)
    assert [each.taken_msat for each in bench.balances.listed()] == [2_000]
    bench.answer = lambda: told(SECOND, 7_000)
    await bench.balances.look(kept.id)
    assert [(each.balance_msat, each.taken_msat) for each in bench.balances.listed()] == [(7_000, 0)]
    bench.taken.withdraw(told(SECOND), 3_000)
    assert [each.taken_msat for each in bench.balances.listed()] == [3_000]
    bench.raises(EmptyAnswer(NothingLeft(url(FIRST)), "127.0.0.1"))
    with pytest.raises(NoWithdrawal):
        await bench.balances.look(kept.id)
    assert [(each.balance_msat, each.taken_msat) for each in bench.balances.listed()] == [(0, 0)]


async def test_a_look_that_brings_a_new_k1_is_still_of_the_same_voucher(bench: Bench) -> None:
    await bench.keep(told(FIRST, 9_000))
    (kept,) = bench.balances.listed()
    for number, link in enumerate((SECOND, ELSEWHERE)):
        fresh = replace(told(link, 7_000, voucher=(FIRST, SECOND)[number]), kept=False)
        fresh = replace(fresh, service=replace(fresh.service, k1=f"fresh {number}"))
        bench.answer = lambda fresh=fresh: fresh  # type: ignore[misc]
        looked = await (bench.balances if number else await bench.again()).look(kept.id)
        assert looked.first_link == link_name(parse_url(VOUCHER, Reach.PRACTICE)), "whatever its k1 and its link"
        bench.taken.withdraw(told(FIRST), 2_000)
        bench.taken.withdraw(looked, 500)
        assert [each.taken_msat for each in bench.balances.listed()] == [2_500], "by its old k1, and by its new one"


async def test_what_an_earlier_version_kept_is_told_without(bench: Bench) -> None:
    await bench.keep(told(FIRST, 9_000))
    (record,) = await bench.signer.sealed()
    meta = {name: value for name, value in record.meta.items() if name not in ("scope", "after", "first")}
    await bench.signer.rewrite(record.record_id, await bench.signer.show(record.record_id), meta)
    bench.taken.withdraw(told(FIRST), 2_000)
    (kept,) = (await bench.again()).listed()
    assert (kept.balance_msat, kept.taken_msat) == (9_000, 0)


async def test_a_long_link_is_kept_whole(bench: Bench) -> None:
    long = "http://127.0.0.1:8080/" + "x" * 2_000
    await bench.keep(told(long))
    await bench.balances.look(bench.only.id)
    assert bench.asked == [long]


@pytest.mark.parametrize("link", [None, "http://127.0.0.1:8080/b?tag=login&k1=00"])
async def test_a_reply_without_a_link_that_may_be_asked_deletes_the_old_one(bench: Bench, link: str | None) -> None:
    await bench.keep(told(FIRST))
    name = bench.only.id
    bench.answer = lambda: told(link)
    found = await bench.balances.look(name)
    assert found.balance_host == ""
    assert bench.balances.listed() == ()
    assert await bench.links() == []
    with pytest.raises(AshoreError, match="any more"):
        await bench.balances.look(name)
    assert bench.asked == [FIRST]


@pytest.mark.parametrize(("link", "said"), [(SECOND, "stays here"), (None, "has deleted the one it had")])
async def test_nothing_left_is_news_and_its_link_counts(bench: Bench, link: str | None, said: str) -> None:
    await bench.keep(told(FIRST))
    bench.raises(EmptyAnswer(NothingLeft(url(link)), "127.0.0.1"))
    with pytest.raises(NoWithdrawal, match="nothing left") as caught:
        await bench.balances.look(bench.only.id)
    assert said in caught.value.advice
    assert [entry.balance_msat for entry in bench.balances.listed()] == ([0] if link else [])
    assert all(SECOND in kept for kept in await bench.links())


@pytest.mark.parametrize(
    ("error", "doubt"),
    [
        (NotSent("No address could be found."), False),
        (NoWithdrawal("127.0.0.1 says: “no”"), False),
        (Unanswered("No answer came in time."), True),
        (BadAnswer("The answer is no JSON.", "", "127.0.0.1"), True),
    ],
)
async def test_without_a_proper_reply_the_link_stays(bench: Bench, error: AshoreError, doubt: bool) -> None:
    await bench.keep(told(FIRST, 9_000))
    bench.raises(error)
    bench.now += 5_000
    with pytest.raises(type(error)):
        await bench.balances.look(bench.only.id)
    assert FIRST in (await bench.links())[0]
    assert (bench.only.balance_msat, bench.only.told_at) == (9_000, NOW_S * 1000)
    assert bench.only.asked_at == (bench.now if doubt else 0)
    assert (await bench.again()).listed() == bench.balances.listed()


async def test_two_looks_at_once_are_one_request(bench: Bench) -> None:
    await bench.keep(told(FIRST))
    bench.going_on.clear()
    first = asyncio.create_task(bench.balances.look(bench.only.id))
    while not bench.asked:
        await asyncio.sleep(0.001)
    with pytest.raises(AshoreError, match="asked already"):
        await bench.balances.look(bench.only.id)
    with pytest.raises(AshoreError, match="asked just now"):
        await bench.balances.forget(bench.only.id)
    bench.going_on.set()
    await first
    assert bench.asked == [FIRST]


async def test_forgetting_is_for_good(bench: Bench) -> None:
    await bench.keep(told(FIRST))
    name = bench.only.id
    await bench.balances.forget(name)
    assert bench.balances.listed() == ()
    assert (await bench.again()).listed() == ()
    await bench.balances.forget(name)


# Crashes and locks


async def test_a_crash_after_the_reply_leaves_the_old_link_and_says_that_a_reply_may_be_missing(bench: Bench) -> None:
    await bench.keep(told(FIRST, 9_000))
    bench.now += 5_000
    bench.raises(Dead())
    with pytest.raises(Dead):
        await bench.balances.look(bench.only.id)
    again = await bench.again()
    (entry,) = again.listed()
    assert (entry.balance_msat, entry.asked_at) == (9_000, bench.now)
    assert len(await bench.links()) == 1
    assert FIRST in (await bench.links())[0]


async def test_a_crash_after_the_replacement_leaves_the_new_link_alone(bench: Bench) -> None:
    await bench.keep(told(FIRST))
    rewrite, writes = bench.signer.rewrite, 0

    async def dying(record_id: str, secret: str, meta: object) -> None:
        nonlocal writes
        await rewrite(record_id, secret, meta)  # type: ignore[arg-type]
        writes += 1
        if writes == 2:
            raise Dead

    bench.signer.rewrite = dying  # type: ignore[method-assign, assignment]
    with pytest.raises(Dead):
        await bench.balances.look(bench.only.id)
    (entry,) = (await bench.again()).listed()
    assert entry.asked_at == 0
    assert len(await bench.links()) == 1
    assert SECOND in (await bench.links())[0]


async def test_who_gives_up_waiting_keeps_the_old_link_in_doubt(bench: Bench) -> None:
    await bench.keep(told(FIRST))
    bench.going_on.clear()
    looking = asyncio.create_task(bench.balances.look(bench.only.id))
    while not bench.asked:
        await asyncio.sleep(0.001)
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking
    assert bench.only.asked_at == bench.now
    bench.going_on.set()
    await bench.balances.look(bench.only.id)
    assert bench.only.asked_at == 0


@pytest.mark.parametrize("link", [SECOND, None])
async def test_a_lock_while_a_service_answers_loses_no_link(bench: Bench, link: str | None) -> None:
    await bench.keep(told(FIRST))
    name = bench.only.id
    bench.answer = lambda: told(link)
    bench.going_on.clear()
    looking = asyncio.create_task(bench.balances.look(name))
    while not bench.asked:
        await asyncio.sleep(0.001)
    await bench.signer.lock()
    bench.balances.lock()
    assert bench.balances.listed() == ()
    bench.going_on.set()
    with pytest.raises(AshoreError, match="not be written down yet") as caught:
        await looking
    assert "Do not close Ashore" in caught.value.advice
    assert bench.balances.listed() == ()
    await bench.unlock()
    await bench.balances.restore()
    assert [SECOND in kept for kept in await bench.links()] == ([True] if link else [])
    assert len(bench.balances.listed()) == (1 if link else 0)


async def test_locked_nothing_is_listed_and_nothing_asked(bench: Bench) -> None:
    await bench.keep(told(FIRST))
    name = bench.only.id
    await bench.signer.lock()
    with pytest.raises(Locked):
        await bench.balances.look(name)
    bench.balances.lock()
    with pytest.raises(AshoreError):
        await bench.balances.look(name)
    assert (bench.asked, bench.balances.listed()) == ([], ())


@pytest.mark.parametrize("secret", ["", "{", "[]", '{"v": 2, "link": "x"}', '{"v": 1, "link": 5}', '{"v": 1}'])
async def test_a_note_that_cannot_be_read_is_said_and_can_be_forgotten(bench: Bench, secret: str) -> None:
    await bench.keep(told(FIRST))
    (record,) = await bench.signer.sealed()
    await bench.signer.rewrite(record.record_id, secret, record.meta)
    with pytest.raises(AshoreError, match="cannot be read"):
        await bench.balances.look(bench.only.id)
    await bench.signer.keep("service-credential", "x", {"use": "balance", "host": "x", "told": "-1"})
    await bench.signer.keep("service-credential", "x", {"use": "receive"})
    assert len((await bench.again()).listed()) == 1
    await bench.balances.forget(record.record_id)
    assert bench.asked == []


def test_nothing_of_a_link_is_in_what_is_shown(bench: Bench) -> None:
    entry = KeptBalance("1", "127.0.0.1:8080", 1, 2)
    shown = f"{entry!r} {bench.balances!r} {told(FIRST)!r}"
    assert not any(secret in shown for secret in SECRETS)
