"""What an Accept log is worth: by the transfers beside it, and by what was signed."""

from pathlib import Path

import pytest

from ashore.crypto.event_logs import encode_event
from ashore.domain import events as ev
from ashore.domain.evidence import Level
from ashore.domain.folding import apply
from ashore.domain.observations import BlockObserved, BlockRef, LogEntry
from ashore.domain.withdrawal import WAY, Status, Withdrawal
from ashore.store.database import Database
from ashore.store.keep import Keep
from ashore.systems.entries import Entry
from ashore.systems.zklink.codec.l1 import events
from ashore.systems.zklink.settlement.acceptances import TRANSFER
from ashore.systems.zklink.settlement.advances import agreed
from ashore.systems.zklink.settlement.book import Book, Kind
from ashore.systems.zklink.settlement.reconcile import reconcile
from ashore.systems.zklink.settlement.sighting import entries_of
from ashore.systems.zklink.system.offer import BrokerOffer
from ashore.systems.zklink.system.plan import plan_of
from ashore.systems.zklink.system.tracks import ADVANCED
from unit.systems.zklink.settlement.rollup_model import folded
from unit.systems.zklink.zklink_bench import DEPLOYMENT, ETHER, MAIN, RECIPIENT, USDC_ON, judged, offer

BROKER = "0x" + "b0" * 20
OTHER = "0x" + "0e" * 20
DUE = 24_975_000


def transfer(index: int, amount: int, to: str = RECIPIENT, token: str = USDC_ON[1], by: str = BROKER) -> LogEntry:
    topics = (TRANSFER, "0x" + by[2:].rjust(64, "0"), "0x" + to[2:].rjust(64, "0"))
    return LogEntry(token, topics, f"0x{amount:064x}", index, 0, "0xt")


def accept(index: int, ratio: int = 10, token: str = USDC_ON[1], to: str = RECIPIENT, nonce: int = 7) -> LogEntry:
    amount = 25_000_000
    values = (BROKER, to, token, amount, ratio, 1042, 0, nonce, amount * (10_000 - ratio) // 10_000)
    plain = tuple(bytes.fromhex(v[2:]) if isinstance(v, str) else v for v in values)
    topics, data = encode_event(events.ACCEPT_X, plain)
    return LogEntry(MAIN[1], tuple("0x" + t.hex() for t in topics), "0x" + data.hex(), index, 0, "0xt")


def seen(*logs: LogEntry) -> list[Entry]:
    block = BlockObserved(BlockRef("Harbour", 5, "0x05", 1_700_000_000), Level.PROVEN, logs, 3, 3)
    return [one for one in entries_of(DEPLOYMENT, block, {1042}) if one.kind is Kind.ACCEPTED]


def state() -> Withdrawal:
    """An open fast withdrawal of 25 USDC with nonce 7."""
    brokers = {(17, 1): BrokerOffer(10, 99 * ETHER)}
    plan = plan_of(DEPLOYMENT, judged(offer(fast=frozenset(brokers), brokers=brokers), speed="fast"), 1)
    return folded([ev.WithdrawalStarted("w", plan.terms)])


def looked(tmp_path: Path, entries: list[Entry]) -> Withdrawal:
    """The withdrawal, compared with a book of these entries until nothing more is to be written."""
    database = Database(tmp_path / "book.sqlite3")
    book = Book(Keep(database), DEPLOYMENT.id)
    book.add(entries, {})
    found, writes = state(), 1
    for _ in range(3):
        fresh = list(reconcile(DEPLOYMENT, book, found, 5))
        for event in fresh:
            found = apply(found, ev.Recorded(writes, 5, event))
            writes += 1
    assert fresh == [], "a second look finds nothing to add"
    database.close()
    return found


def test_the_transfer_beside_it_is_what_arrived() -> None:
    (entry,) = seen(transfer(1, DUE), accept(2))
    assert (entry.facts["arrived"], entry.facts["received"], entry.facts["acceptor"]) == (str(DUE), str(DUE), BROKER)
    assert entry.facts["withdraw_hash"] == agreed(DEPLOYMENT, state().terms).withdraw_hash
    assert entry.subject == "1042/0/7"


@pytest.mark.parametrize(
    "beside",
    [
        [],
        [transfer(3, DUE)],
        [transfer(1, DUE, to=OTHER)],
        [transfer(1, DUE, by=OTHER)],
        [transfer(1, DUE, token=OTHER)],
        [LogEntry(USDC_ON[1], (TRANSFER,), "0x", 1, 0, "0xt")],
        [LogEntry(USDC_ON[1], transfer(1, 1).topics, "0x01", 1, 0, "0xt")],
        [LogEntry(USDC_ON[1], transfer(1, 1).topics, transfer(1, DUE).data, 1, 1, "0xother")],
    ],
)
def test_other_transfers_are_none_of_it(beside: list[LogEntry]) -> None:
    (entry,) = seen(*beside, accept(2))
    assert entry.facts["arrived"] == "0"


def test_one_transfer_is_not_counted_for_two() -> None:
    first, second = seen(transfer(1, DUE), accept(2), accept(3, nonce=8))
    assert (first.facts["arrived"], second.facts["arrived"]) == (str(DUE), "0")


def test_ether_leaves_no_transfer() -> None:
    (entry,) = seen(accept(2, token="0x" + "ee" * 20))
    assert entry.facts["arrived"] == entry.facts["received"] == str(DUE)


def test_only_of_accounts_that_are_followed() -> None:
    block = BlockObserved(BlockRef("Harbour", 5, "0x05", 1), Level.PROVEN, (accept(2),), 3, 3)
    assert list(entries_of(DEPLOYMENT, block, {1043})) == []


def test_paid_in_full(tmp_path: Path) -> None:
    found = looked(tmp_path, seen(transfer(1, DUE), accept(2)))
    assert found.stage(ADVANCED).level is Level.PROVEN
    assert found.facts[WAY] == "broker"
    assert found.stage(ADVANCED).contradicted == ""


@pytest.mark.parametrize("arrived", [0, DUE - 1])
def test_what_did_not_arrive_is_not_paid(tmp_path: Path, arrived: int) -> None:
    """A token that takes a cut: the contract counts it as paid, and the person got less."""
    found = looked(tmp_path, seen(transfer(1, arrived), accept(2)))
    view = found.stage(ADVANCED)
    assert view.level is None
    assert view.contradicted.startswith("The contract on Harbour counts this as paid in advance, but ")
    assert view.contradicted.endswith("You signed for 24.975 USDC. Ask zkLink for the rest.")
    assert found.facts.get(WAY, "") == ""
    assert found.status is not Status.FINAL


def test_more_than_was_signed_for_is_paid(tmp_path: Path) -> None:
    assert looked(tmp_path, seen(transfer(1, DUE + 1), accept(2))).stage(ADVANCED).level is Level.PROVEN
