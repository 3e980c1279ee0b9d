"""Looking for money that waits: whose, in what order, and what is kept while nobody answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ashore.domain.errors import AshoreError
from ashore.domain.withdrawal import Withdrawal
from ashore.engine.unclaimed import MOST_OWNERS, UnclaimedMoney
from ashore.engine.views import Account, Change, Topic
from ashore.systems.base import Offer, Payer, Source, Unclaimed
from unit.ui.test_unclaimed_page import OWED

OWN = "0x" + "F3" * 20


class Purse:
    """A deployment that answers as told."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.answer: tuple[Unclaimed, ...] | AshoreError = ()
        self.answers: dict[str, tuple[Unclaimed, ...] | AshoreError] = {}
        self.chains = [OWED.chain]
        self.unread = ""
        self.left_out = ""

    async def look(self, chain: str, owners: Sequence[str]) -> tuple[Unclaimed, ...]:
        self.asked.append(list(owners))
        answer = self.answers.get(chain, self.answer)
        if isinstance(answer, AshoreError):
            raise answer
        return answer

    async def open_claim(self, owed: Unclaimed, payers: Sequence[Payer], watched: Sequence[Withdrawal]) -> Offer:
        self.payers = list(payers)
        return Offer(Source("p"), 0)

    async def open_replacement(self, state: Withdrawal, payer: Payer, *, cancel: bool) -> Offer:
        raise AssertionError("nobody replaces here")


class Followed:
    """What is known of withdrawals."""

    def __init__(self, told: list[Change], watched: Sequence[Withdrawal] = ()) -> None:
        self.watched = watched
        self.tell = told.append


def money(purse: Purse, recipients: list[str], told: list[Change]) -> UnclaimedMoney:
    accounts = (Account(0, OWN, "Account 1", ""),)
    return UnclaimedMoney({OWED.profile: purse}, lambda: accounts, lambda: recipients, Followed(told), lambda: 7)


async def test_own_addresses_come_first_nobody_twice_and_no_stark_key() -> None:
    purse, told, other = Purse(), list[Change](), "0x" + "aa" * 20
    await money(purse, [other, OWN.lower(), other, "0x" + "7" * 63], told).look()
    assert purse.asked == [[OWN.lower(), other]]
    assert [change.topic for change in told] == [Topic.UNCLAIMED]


async def test_of_very_many_the_newest_are_looked_at_and_the_rest_is_counted() -> None:
    purse = Purse()
    waiting = money(purse, [f"0x{n:040x}" for n in range(1_000)], [])
    await waiting.look()
    assert len(purse.asked[0]) == MOST_OWNERS
    assert purse.asked[0][1] == f"0x{0:040x}"
    assert waiting.passed_over == 1_001 - MOST_OWNERS


async def test_what_was_found_stays_while_nobody_answers() -> None:
    purse = Purse()
    waiting = money(purse, [], [])
    purse.answer = (OWED,)
    await waiting.look()
    purse.answer = AshoreError("Not enough endpoints agree on a block.")
    await waiting.look()
    assert waiting.found == (OWED,)
    assert waiting.trouble is not None
    purse.answer = ()
    await waiting.look()
    assert (waiting.found, waiting.trouble) == ((), None)


async def test_a_chain_that_does_not_answer_hides_no_money_on_another_one() -> None:
    purse = Purse()
    there = replace(OWED, chain="Lagoon")
    waiting = money(purse, [], [])
    purse.chains = ["Lagoon", OWED.chain]
    purse.answers = {"Lagoon": AshoreError("Not enough endpoints agree on a block."), OWED.chain: (OWED,)}
    await waiting.look()
    assert waiting.found == (OWED,)
    assert str(waiting.trouble) == "Lagoon could not be looked at. Not enough endpoints agree on a block."
    assert waiting.looked_at == 0, "not everything was looked at"
    purse.answers = {"Lagoon": (there,), OWED.chain: AshoreError("Not enough endpoints agree on a block.")}
    await waiting.look()
    assert waiting.found == (there, OWED)
    purse.answers = {"Lagoon": (), OWED.chain: ()}
    await waiting.look()
    assert (waiting.found, waiting.trouble, waiting.looked_at) == ((), None, 7)


async def test_nothing_is_said_to_wait_nowhere_before_all_was_looked_through() -> None:
    purse = Purse()
    waiting = money(purse, [], [])
    purse.unread = "Ashore still goes back."
    await waiting.look()
    assert waiting.trouble is not None
    assert waiting.trouble.sentence == "Ashore still goes back."
    assert waiting.looked_at == 0
    purse.unread, purse.left_out = "", "A part was left out."
    await waiting.look()
    assert waiting.left_out == ("A part was left out.",)
    assert waiting.trouble is None
    assert waiting.looked_at
