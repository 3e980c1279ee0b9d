"""Whatever happens to vouchers in whatever order: no link is lost, and none is offered twice, or once it is spent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ashore.domain.errors import AshoreError
from ashore.engine.unopened_links import Kept
from ashore.keys.errors import SignerGone
from ashore.net.errors import Unanswered
from ashore.systems.base import Offer
from ashore.systems.lnurl.profile import PRACTICE
from ashore.systems.lnurl.system.offer import LnurlOffer
from ashore.systems.lnurl.system.opened_note import pasted_name
from ashore.systems.lnurl.system.plan import claim_scope
from unit.engine.test_opened_offers import NOW, Bench, opened

VOUCHERS = 2
HOLDS_MORE = 1
"""The one whose service says that it holds more than is withdrawn at once."""


def link(number: int) -> str:
    return f"http://127.0.0.1:8080/v/secret-{number}"


@dataclass
class Expected:
    """What is to be kept of one voucher.

    `withdrawal` is the one that is under way of what was opened last; `again` says that it was opened once more since,
    and that its service gave no answer yet.
    """

    held: bool = False
    waits: bool = False
    withdrawal: str = ""
    again: bool = False
    under_way: list[str] = field(default_factory=list)


class Dying:
    """A signer that ends after so many more writes."""

    def __init__(self, bench: Bench) -> None:
        self.left: int | None = None
        for name in ("keep", "rewrite", "forget"):
            setattr(bench.signer, name, self._counted(getattr(bench.signer, name)))

    def _counted(self, write: Any) -> Any:
        async def counted(*of: Any) -> Any:
            if self.left is not None:
                if not self.left:
                    raise SignerGone("The process ended.")
                self.left -= 1
            return await write(*of)

        return counted


class Orders:
    """A wallet with a few vouchers, and what is expected of it."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.dying = Dying(bench)
        self.vouchers = [Expected() for _ in range(VOUCHERS)]
        self.asking: dict[int, tuple[asyncio.Future[LnurlOffer], asyncio.Task[Offer]]] = {}
        self.times = 0

    async def quiet(self) -> None:
        """Let everything go on as far as it can."""
        for _ in range(40):
            await asyncio.sleep(0)

    async def _is_written(self, text: str) -> bool:
        """Whether the vault has it. Whoever dies before cannot have kept it; whoever lives has to have."""
        if self.dying.left is None:
            return True
        return self.bench.signer.unlocked and any(text in note for note in await self.bench.notes())

    # ---- what happens

    def possible(self, number: int) -> list[Callable[[], Awaitable[None]]]:
        """What can happen to a voucher, or to all of them, the more often the more it leads on."""
        bench, expected = self.bench, self.vouchers[number]
        told = [partial(self.come, number), self.kill]
        if self.dying.left is None:
            told += [partial(self.dies, writes) for writes in range(3)]
        if not bench.signer.unlocked:
            return [*told, *[self.unlock] * 4]
        told += [self.lock, partial(self.forget, number)]
        if number in self.asking:
            told += [*[partial(self.answer, number)] * 6, partial(self.say_nothing, number)]
        else:
            told += [partial(self.open, number)] * 6
        if bench.opened.find(link(number)):
            told += [partial(self.withdraw, number)] * 9
        if expected.under_way:
            told += [*[partial(self.end, number, final=True)] * 3, partial(self.end, number, final=False)]
        return told

    async def dies(self, writes: int) -> None:
        """It ends in the middle of what happens next, after so many more writes."""
        self.dying.left = writes

    async def come(self, number: int) -> None:
        expected, kept = self.vouchers[number], self.bench.opened.links.keep(link(number), "link")
        if kept is Kept.OPENED:
            return  # it is kept as that, or a withdrawal of it is under way: who brings it later means another one
        await self.quiet()
        if self.bench.signer.unlocked or kept is Kept.SEALED:
            expected.held = expected.held or await self._is_written(f"secret-{number}")
        else:
            expected.waits = True

    async def open(self, number: int) -> None:
        if number in self.asking or not self.bench.signer.unlocked:
            return
        answer: asyncio.Future[LnurlOffer] = asyncio.get_running_loop().create_future()
        bench, reached = self.bench, []

        async def ask() -> Offer:
            reached.append(number)
            made = await answer
            await bench.opened.keep(made)
            return made

        task = asyncio.create_task(bench.opened.open(link(number), ask))
        await self.quiet()
        if reached:
            self.asking[number] = (answer, task)
            expected = self.vouchers[number]
            sealed = await self._is_written('"link": "' + link(number))
            expected.held = expected.held or sealed
            expected.again = bool(expected.withdrawal) and sealed
        else:
            assert task.done(), "it was given back as it was opened"
            assert pasted_name(link(number), PRACTICE) in {each.id for each in bench.opened.listed()}

    async def answer(self, number: int) -> None:
        if number not in self.asking:
            return
        answer, _task = self.asking.pop(number)
        self.times += 1
        made = opened(link(number), k1=f"{number} answered {self.times}", at=NOW + self.times, least=1_000, most=5_000)
        holds = 60_000 if number == HOLDS_MORE else None
        made = replace(made, service=replace(made.service, balance_msat=holds))
        answer.set_result(made)
        await self.quiet()
        if await self._is_written(made.service.k1):
            self.vouchers[number].withdrawal, self.vouchers[number].again = "", False

    async def say_nothing(self, number: int) -> None:
        if number in self.asking:
            answer, task = self.asking.pop(number)
            answer.set_exception(Unanswered("127.0.0.1 did not answer."))
            await self.quiet()
            assert isinstance(task.exception(), AshoreError)

    async def withdraw(self, number: int) -> None:
        bench = self.bench
        name = bench.opened.find(link(number))
        if not name or self.dying.left is not None:
            return
        scope = claim_scope(await bench.opened.go_on(name))
        withdrawal = bench.journal_a_move(scope)
        bench.opened.used(PRACTICE.id, scope)
        self.vouchers[number].under_way.append(withdrawal)
        self.vouchers[number].withdrawal = withdrawal
        self.vouchers[number].again = number in self.asking

    async def end(self, number: int, *, final: bool) -> None:
        expected = self.vouchers[number]
        if not expected.under_way:
            return
        withdrawal = expected.under_way.pop(0)
        self.bench.end(withdrawal, final=final)
        await self.quiet()
        if withdrawal == expected.withdrawal:
            expected.held = expected.held and (not final or expected.again or number == HOLDS_MORE)
            expected.withdrawal, expected.again = "", False

    async def forget(self, number: int) -> None:
        bench, name = self.bench, pasted_name(link(number), PRACTICE)
        expected = self.vouchers[number]
        if not bench.signer.unlocked or number in self.asking or self.dying.left is not None:
            return
        if any(each.id == name for each in (*bench.opened.listed(), *bench.opened.rests())):
            await bench.opened.forget(name)
        elif any(each.id == name for each in bench.opened.links.listed()):
            await bench.opened.links.forget(name)
            if expected.withdrawal:  # what is being withdrawn stays until that has ended
                expected.again = False
                return
        else:
            return
        expected.held = False

    async def lock(self) -> None:
        await self.bench.opened.links.before_lock()
        await self.bench.lock()
        await self.quiet()

    async def unlock(self) -> None:
        if not self.bench.signer.unlocked:
            await self.bench.unlock()
            self._sealed()

    async def kill(self) -> None:
        """End it in the middle of whatever goes on, and start it again."""
        for answer, task in self.asking.values():
            task.cancel()
            answer.cancel()
        doomed = [*self.bench.opened._asking.values(), *(task for _, task in self.asking.values())]
        self.dying.left = 0
        for each in doomed:
            each.cancel()
        await asyncio.gather(*doomed, return_exceptions=True)
        await self.quiet()
        self.asking.clear()
        self.dying.left = None
        for expected in self.vouchers:
            expected.waits = False  # in memory alone
        await self.bench.again()
        await self.quiet()

    def _sealed(self) -> None:
        for expected in self.vouchers:
            # What came over a lock while its voucher is withdrawn means no other withdrawal.
            expected.held = expected.held or (expected.waits and not expected.withdrawal)
            expected.waits = False

    # ---- what is to hold

    async def check(self) -> None:
        await self.quiet()
        if not self.bench.signer.unlocked or self.dying.left is not None:
            return
        notes, bench = await self.bench.notes(), self.bench
        for number, expected in enumerate(self.vouchers):
            name = pasted_name(link(number), PRACTICE)
            kept = sum(f"secret-{number}" in note for note in notes)
            assert kept >= expected.held, f"the link of {number} is lost"
            listed = (*bench.opened.links.listed(), *bench.opened.listed(), *bench.opened.rests())
            shown = [each.id == name for each in listed]
            free = expected.held and (not expected.withdrawal or expected.again)
            told = "listed once where it is free" if expected.held else "not offered where it is spent or forgotten"
            assert sum(shown) == free, f"{number} is to be {told}: {expected}"
            if not expected.held and not expected.withdrawal:
                assert not kept, f"nothing is left of {number}"


_STEPS = st.lists(st.tuples(st.integers(0, VOUCHERS - 1), st.integers(0, 59)), max_size=24)
"""Each a voucher, and which of the things that can happen to it now does."""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_STEPS)
async def test_no_order_of_events_loses_a_link_or_offers_one_twice(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int]]
) -> None:
    bench = Bench(tmp_path_factory.mktemp("orders"))
    orders = Orders(bench)
    try:
        for number, choice in steps:
            possible = orders.possible(number)
            dies = orders.dying.left is not None
            await possible[choice % len(possible)]()
            await orders.quiet()
            if dies:
                await orders.kill()
            await orders.check()
        await orders.kill()
        await orders.check()
    finally:
        orders.dying.left = None
        for _answer, task in orders.asking.values():
            task.cancel()
        await bench.opened.aclose()
        await bench.signer.lock()
        bench.database.close()
