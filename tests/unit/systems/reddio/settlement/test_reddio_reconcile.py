"""Withdrawals held against what the contract logs: set aside, claimed, merged, reorganised, lied about; no operator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ashore.domain import events as ev
from ashore.domain.evidence import Level
from ashore.domain.moves import NOT_SENT, MoveState
from ashore.domain.observations import ChainHealth, FinalityAdvanced
from ashore.domain.withdrawal import HELD_UP, NOTE, RECEIVED, Status
from ashore.engine.voyages import voyage_of
from ashore.systems.reddio.codec.l1 import events
from ashore.systems.reddio.settlement.reconcile import FIRST_IN, MIXED, NOT_NAMED, ONLY_THE_CHAIN
from ashore.systems.reddio.system.sending import SEQUENCE_ID
from ashore.systems.reddio.system.tracks import ACCEPTED, CLAIMABLE, CLAIMED, SENT, UPDATED, WITHDRAWAL
from unit.systems.reddio.reddio_bench import ETH, MINTABLE, NFT, TOKEN
from unit.systems.reddio.settlement.exchange_model import CHAIN, Exchange, Wallet, log

OWNER = int("5a5ae1d9f1b2c3d4e5f60718293a4b5c6d7e8f90", 16)
STRANGER = b"\x66" * 20


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


@pytest.fixture
def wallet(tmp_path: Path) -> Iterator[Wallet]:
    with closing(Wallet(tmp_path)) as wallet:
        yield wallet


@pytest.mark.parametrize("asset", [ETH, TOKEN, NFT, MINTABLE])
async def test_the_way_of_a_withdrawal_by_L1_alone(exchange: Exchange, wallet: Wallet, asset: object) -> None:
    quanta = 5 if asset in (ETH, TOKEN) else 1
    name = wallet.request(OWNER, asset, quanta)  # type: ignore[arg-type]
    await wallet.health(0)
    await wallet.sees(exchange.update((OWNER, asset, quanta)))  # type: ignore[arg-type]
    updated = wallet.state(name).stage(UPDATED).best
    assert updated is not None
    assert updated.level is Level.PROVEN
    assert updated.facts["fact computed again"].startswith("equal")
    assert updated.facts["in the public input"] == "owner key, asset and amount"
    assert not wallet.state(name).stage(CLAIMED).evidence
    await wallet.sees(exchange.claim(OWNER, asset, "0xaa"))  # type: ignore[arg-type]
    state = wallet.state(name)
    assert [state.stage(stage).level for stage in (UPDATED, CLAIMABLE, CLAIMED)] == [Level.PROVEN] * 3
    assert state.status is Status.UNDER_WAY
    await wallet.sees(FinalityAdvanced(CHAIN, 2, "0x", 3, 3))
    assert wallet.state(name).status is Status.FINAL
    assert await wallet.sees(FinalityAdvanced(CHAIN, 3, "0x", 3, 3)) == []


async def test_two_withdrawals_that_merge_are_told_apart_and_it_is_said(exchange: Exchange, wallet: Wallet) -> None:
    first, second = wallet.request(OWNER, ETH, 5), wallet.request(OWNER, ETH, 3)
    await wallet.health(0)
    await wallet.sees(exchange.update((OWNER, ETH, 8)))
    for name, own in ((first, "0.000005 ETH"), (second, "0.000003 ETH")):
        best = wallet.state(name).stage(UPDATED).best
        assert best is not None
        assert best.facts["of which yours here"] == own
        assert best.facts["told apart"] == f"{NOT_NAMED} {FIRST_IN}"
        assert NOTE + UPDATED not in wallet.state(name).facts, "nobody else had a part in it"
    await wallet.sees(exchange.claim(OWNER, ETH, "0xaa"))
    assert all(wallet.state(name).stage(CLAIMED).checked() for name in (first, second))


async def test_what_was_set_aside_before_it_began_is_not_its_own(exchange: Exchange, wallet: Wallet) -> None:
    await wallet.sees(exchange.update((OWNER, ETH, 5)))
    name = wallet.request(OWNER, ETH, 5)
    await wallet.sees(exchange.empty())
    assert not wallet.state(name).stage(UPDATED).evidence
    await wallet.sees(exchange.update((OWNER, ETH, 5)), exchange.claim(OWNER, ETH, "0xaa"))
    state = wallet.state(name)
    assert state.stage(CLAIMED).checked()
    best = state.stage(CLAIMED).best
    assert best is not None
    assert best.facts["paid"] == f"0.00001 ETH to 0x{OWNER:040x}"
    assert best.facts["of which yours here"] == "0.000005 ETH"


async def test_a_block_that_comes_before_any_other_news_is_compared_at_once(exchange: Exchange, wallet: Wallet) -> None:
    name = wallet.request(OWNER, ETH, 5)
    await wallet.sees(exchange.update((OWNER, ETH, 5)))
    assert wallet.state(name).stage(UPDATED).checked()


async def test_what_is_set_aside_while_the_wallet_catches_up_is_not_of_a_newer_withdrawal(
    exchange: Exchange, wallet: Wallet
) -> None:
    old = exchange.update((OWNER, ETH, 5))
    await wallet.sees(ChainHealth(CHAIN, 3, 3, 1, 0, behind=1))
    name = wallet.request(OWNER, ETH, 5)
    await wallet.sees(old)
    assert not wallet.state(name).stage(UPDATED).evidence
    await wallet.sees(exchange.update((OWNER, ETH, 5)))
    assert wallet.state(name).stage(UPDATED).checked()


async def test_a_reorganisation_may_bring_it_lower_than_the_chain_was_when_it_began(
    exchange: Exchange, wallet: Wallet
) -> None:
    await wallet.sees(exchange.empty(), exchange.empty(), exchange.empty())
    await wallet.health(3)
    name = wallet.request(OWNER, ETH, 5)
    await wallet.health(3)
    await wallet.sees(exchange.reorganised(2), exchange.update((OWNER, ETH, 5)))
    assert wallet.state(name).stage(UPDATED).checked()


async def test_what_Reddio_says_later_lets_a_sum_be_shared_out(exchange: Exchange, wallet: Wallet) -> None:
    first, second = wallet.request(OWNER, ETH, 5, accepted=False), wallet.request(OWNER, ETH, 3)
    await wallet.health(0)
    await wallet.sees(exchange.update((OWNER, ETH, 9)))
    assert wallet.state(second).stage(UPDATED).checked()
    assert not wallet.state(first).stage(UPDATED).evidence
    wallet.events.append(ev.MoveAccepted(first, f"m{first}", "Reddio knows it."))
    await wallet.health(1)
    assert wallet.state(first).stage(UPDATED).checked()


async def test_an_ended_withdrawal_takes_nothing_of_a_later_one(exchange: Exchange, wallet: Wallet) -> None:
    first = wallet.request(OWNER, ETH, 5)
    await wallet.health(0)
    second = wallet.request(OWNER, ETH, 5)
    await wallet.health(0)
    await wallet.sees(exchange.update((OWNER, ETH, 5)))
    wallet.reopen()
    only = [state for state in wallet.states if state.id == second]
    assert list(await wallet.interpreter.interpret(ChainHealth(CHAIN, 3, 3, 1, 0), only)) == []
    assert wallet.state(first).stage(UPDATED).checked()


async def test_a_reorganisation_takes_back_and_gives_again(exchange: Exchange, wallet: Wallet) -> None:
    name = wallet.request(OWNER, ETH, 5)
    await wallet.health(0)
    await wallet.sees(exchange.update((OWNER, ETH, 5)), exchange.claim(OWNER, ETH, "0xaa"))
    await wallet.sees(exchange.reorganised(2))
    state = wallet.state(name)
    assert not any(state.stage(stage).evidence for stage in (UPDATED, CLAIMABLE, CLAIMED))
    assert "replaced the block" in state.stage(CLAIMED).taken_back
    await wallet.sees(exchange.empty(), exchange.update((OWNER, ETH, 5)), exchange.claim(OWNER, ETH, "0xab"))
    assert wallet.state(name).stage(CLAIMED).checked()


async def test_what_a_reorganisation_left_of_a_split_withdrawal_is_matched_anew(
    exchange: Exchange, wallet: Wallet
) -> None:
    name = wallet.request(OWNER, ETH, 5)
    await wallet.health(0)
    await wallet.sees(exchange.update((OWNER, ETH, 2)), exchange.update((OWNER, ETH, 3)))
    assert wallet.state(name).stage(UPDATED).checked()
    await wallet.sees(exchange.reorganised(1))
    assert not wallet.state(name).stage(UPDATED).evidence
    wallet.reopen()
    await wallet.sees(exchange.update((OWNER, ETH, 3)))
    assert wallet.state(name).stage(UPDATED).checked()
    wallet.reopen()
    assert await wallet.health(3) == []
    await wallet.sees(exchange.claim(OWNER, ETH, "0xaa"))
    assert wallet.state(name).stage(CLAIMED).checked()


async def test_a_whole_lot_after_a_reorganisation_takes_the_place_of_parts(exchange: Exchange, wallet: Wallet) -> None:
    name = wallet.request(OWNER, ETH, 5)
    await wallet.health(0)
    await wallet.sees(exchange.update((OWNER, ETH, 1)), exchange.update((OWNER, ETH, 5)))
    await wallet.sees(exchange.reorganised(1), exchange.update((OWNER, ETH, 5)))
    await wallet.sees(exchange.update((OWNER, ETH, 3)))
    wallet.reopen()
    await wallet.health(9)
    assert wallet.state(name).stage(UPDATED).checked()
    await wallet.sees(exchange.claim(OWNER, ETH, "0xaa"))
    assert wallet.state(name).stage(CLAIMED).checked()


async def test_a_claim_in_vain_is_a_failure(exchange: Exchange, wallet: Wallet) -> None:
    claim = wallet.claims(OWNER, ETH, 5, "0xcc")
    await wallet.sees(exchange.claim(OWNER, ETH, "0xcc"))
    state = wallet.state(claim)
    assert "nothing waited there" in state.stage(CLAIMED).failed
    assert state.status is Status.FAILED


async def test_a_claim_pays_what_waits_and_says_how_much(exchange: Exchange, wallet: Wallet) -> None:
    claim = wallet.claims(OWNER, ETH, 8, "0xcc", accepted=False)
    await wallet.sees(exchange.update((OWNER, ETH, 5)), exchange.claim(OWNER, ETH, "0xcc"))
    state = wallet.state(claim)
    assert state.stage(SENT).checked()
    assert state.stage(CLAIMED).checked()
    assert state.request is not None
    assert state.request.state is MoveState.ACCEPTED
    assert state.facts[RECEIVED] == "0.000005 ETH"


async def test_a_payout_to_another_is_none(exchange: Exchange, wallet: Wallet) -> None:
    name = wallet.request(OWNER, ETH, 5)
    await wallet.health(0)
    await wallet.sees(exchange.update((OWNER, ETH, 5)), exchange.claim(OWNER, ETH, "0xaa", recipient=STRANGER))
    state = wallet.state(name)
    assert not state.stage(CLAIMED).evidence
    assert STRANGER.hex() in state.stage(CLAIMED).contradicted


async def test_logs_that_their_own_calldata_deny_do_not_count(exchange: Exchange, wallet: Wallet) -> None:
    name = wallet.request(OWNER, ETH, 5)
    await wallet.health(0)
    await wallet.sees(exchange.update((OWNER, ETH, 5), lies=True))
    state = wallet.state(name)
    assert not state.stage(UPDATED).evidence
    assert "does not count" in state.stage(UPDATED).contradicted
    wallet.reopen()
    assert await wallet.health(1) == [], "it is told once"
    await wallet.sees(exchange.update((OWNER, ETH, 5)))
    state = wallet.state(name)
    assert state.stage(UPDATED).checked(), "an honest one after it counts"
    assert not state.stage(UPDATED).contradicted
    wallet.reopen()
    assert await wallet.health(2) == []


async def test_an_update_by_way_of_another_contract_counts_and_says_what_was_not_checked(
    exchange: Exchange, wallet: Wallet
) -> None:
    name = wallet.request(OWNER, ETH, 5)
    await wallet.health(0)
    await wallet.sees(exchange.update((OWNER, ETH, 5), by_way=True))
    best = wallet.state(name).stage(UPDATED).best
    assert best is not None
    assert best.facts["fact computed again"].startswith("not possible")
    assert "in the public input" not in best.facts


async def test_what_one_endpoint_shows_is_seen_and_never_spent(exchange: Exchange, wallet: Wallet) -> None:
    name = wallet.request(OWNER, ETH, 5)
    await wallet.health(0)
    await wallet.sees(exchange.update((OWNER, ETH, 5), level=Level.SEEN))
    assert wallet.state(name).stage(UPDATED).level is Level.SEEN
    await wallet.health(1)
    assert not wallet.state(name).stage(UPDATED).evidence


async def test_an_unknown_request_is_known_by_its_own_amount_alone(exchange: Exchange, wallet: Wallet) -> None:
    name = wallet.request(OWNER, ETH, 5, accepted=False)
    await wallet.health(0)
    await wallet.sees(exchange.update((OWNER, ETH, 9)))
    assert not wallet.state(name).stage(UPDATED).evidence
    await wallet.sees(exchange.update((OWNER, ETH, 5)))
    state = wallet.state(name)
    assert state.stage(UPDATED).checked()
    assert state.request is not None
    assert state.request.state is MoveState.ACCEPTED


async def test_a_failure_that_Reddio_told_gives_way_to_what_the_chain_shows(exchange: Exchange, wallet: Wallet) -> None:
    name = wallet.request(OWNER, ETH, 5)
    wallet.events.append(ev.StageFailed(name, ACCEPTED, "insufficient available", "Reddio"))
    await wallet.health(0)
    await wallet.sees(exchange.update((OWNER, ETH, 5)))
    state = wallet.state(name)
    assert state.stage(UPDATED).checked()
    assert state.stage(ACCEPTED).contradicted
    assert state.status is Status.UNDER_WAY


async def test_a_refusal_gives_way_to_what_the_chain_shows(exchange: Exchange, wallet: Wallet) -> None:
    refused = _refused(wallet, "nonce-used")
    taken = wallet.request(OWNER, ETH, 5)
    await wallet.health(0)
    await wallet.sees(exchange.update((OWNER, ETH, 5)))
    assert wallet.state(taken).stage(UPDATED).checked(), "of two alike the one that was taken goes first"
    assert wallet.state(refused).status is Status.REFUSED
    await wallet.sees(exchange.update((OWNER, ETH, 9)))
    assert not wallet.state(refused).stage(UPDATED).evidence, "only its own amount tells of it"
    await wallet.sees(exchange.update((OWNER, ETH, 5)))
    state = wallet.state(refused)
    assert state.stage(UPDATED).checked()
    assert state.status is Status.UNDER_WAY
    assert "had not taken" in state.stage(ACCEPTED).contradicted


def note(wallet: Wallet, name: str) -> str:
    """What the voyage adds at the state update, as it stands in the row."""
    (row,) = (row for row in voyage_of(wallet.state(name), WITHDRAWAL, {}, 1).rows if row.stage.id == UPDATED)
    return row.sentence.removeprefix(row.stage.reached).strip()


async def test_an_equal_sum_of_a_stranger_is_never_called_a_named_withdrawal(
    exchange: Exchange, wallet: Wallet
) -> None:
    """The contract keeps no request: a stranger's may come first. What is said stays true, and doubt is told."""
    name = wallet.request(OWNER, ETH, 5)
    await wallet.health(0)
    await wallet.sees(exchange.update((OWNER, ETH, 5)))  # the stranger's
    best = wallet.state(name).stage(UPDATED).best
    assert best is not None
    assert best.facts["told apart"] == NOT_NAMED
    assert "your withdrawal" not in str(best.facts)
    assert "set this amount aside for its owner" in WITHDRAWAL.stage(UPDATED).reached
    assert note(wallet, name) == "", "nothing shows yet that there is another one"
    await wallet.sees(exchange.update((OWNER, ETH, 5)))  # its own
    assert note(wallet, name) == MIXED.format(chain=CHAIN)
    await wallet.sees(exchange.claim(OWNER, ETH, "0xaa"))
    await wallet.sees(FinalityAdvanced(CHAIN, 3, "0x", 3, 3))
    told = voyage_of(wallet.state(name), WITHDRAWAL, {}, 1)
    assert told.status is Status.FINAL
    assert told.advice == MIXED.format(chain=CHAIN), "it is said at the end, too"


async def test_other_amounts_of_strangers_raise_no_doubt(exchange: Exchange, wallet: Wallet) -> None:
    name = wallet.request(OWNER, ETH, 5)
    await wallet.health(0)
    await wallet.sees(exchange.update((OWNER, ETH, 5)), exchange.update((OWNER, ETH, 2)))
    assert note(wallet, name) == ""


async def test_a_part_of_a_greater_sum_may_be_anothers(exchange: Exchange, wallet: Wallet) -> None:
    name = wallet.request(OWNER, ETH, 5)
    await wallet.health(0)
    await wallet.sees(exchange.update((OWNER, ETH, 8)))
    assert note(wallet, name) == MIXED.format(chain=CHAIN)


async def test_what_Ethereum_alone_shows_of_a_lost_request_may_be_anothers(exchange: Exchange, wallet: Wallet) -> None:
    name = wallet.request(OWNER, ETH, 5, accepted=False)
    await wallet.health(0)
    await wallet.sees(exchange.update((OWNER, ETH, 5)))
    assert note(wallet, name) == ONLY_THE_CHAIN.format(chain=CHAIN)
    await wallet.sees(exchange.empty())
    assert note(wallet, name) == ONLY_THE_CHAIN.format(chain=CHAIN), "that it counts as taken since proves nothing"
    wallet.events.append(ev.FactLearnt(name, SEQUENCE_ID, "13", "Reddio"))
    await wallet.sees(exchange.update((OWNER, TOKEN, 1)))
    assert note(wallet, name) == "", "Reddio has it by its own word"


async def test_what_never_left_is_not_found_on_the_chain(exchange: Exchange, wallet: Wallet) -> None:
    unsent = _refused(wallet, NOT_SENT)
    await wallet.health(0)
    await wallet.sees(exchange.update((OWNER, ETH, 5)))
    assert wallet.state(unsent).status is Status.REFUSED
    assert not wallet.state(unsent).stage(UPDATED).evidence


def _refused(wallet: Wallet, code: str) -> str:
    name = wallet.request(OWNER, ETH, 5, accepted=False)
    wallet.events.append(ev.MoveRefused(name, f"m{name}", code, "It was not taken.", ""))
    return name


async def test_a_frozen_exchange_is_told_and_taken_back(exchange: Exchange, wallet: Wallet) -> None:
    name = wallet.request(OWNER, ETH, 5)
    await wallet.health(0)
    await wallet.sees(exchange.block(log(events.FROZEN, at=(0, 0), tx="0xf0")))
    assert "is frozen" in wallet.state(name).facts[HELD_UP]
    await wallet.sees(exchange.block(log(events.UNFROZEN, at=(0, 0), tx="0xf1")))
    assert wallet.state(name).facts[HELD_UP] == ""


async def test_the_pace_is_that_of_neighbouring_updates(exchange: Exchange, wallet: Wallet) -> None:
    for _ in range(5):
        await wallet.sees(exchange.update())
    assert wallet.interpreter.expectations(CHAIN) == {}
    await wallet.sees(exchange.update())
    usual = wallet.interpreter.expectations(CHAIN)[UPDATED]
    assert (usual.median, usual.p90, usual.samples) == (12_000, 12_000, 5)
    assert wallet.interpreter.expectations("elsewhere") == {}
    wallet.interpreter.forget_pace()
    wallet.reopen()
    assert wallet.interpreter.expectations(CHAIN) == {}
