"""Lists from the journal: whole, in order, found by what one remembers, and equal to the fold."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashore.domain import events as ev
from ashore.domain.evidence import Level
from ashore.domain.hex_groups import grouped, shortened
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import GAS_MOST, LAST_LEVEL, LAST_STAGE, Status
from ashore.store import database, journal
from ashore.store.database import Database
from ashore.store.journal import Journal, Row
from ashore.store.names import VOUCHER_FIRST, VOUCHER_LINK
from unit.domain.event_strategies import history, intended, shown, started
from unit.store.store_bench import Bench

MANY = 5_000
Part = tuple[str, list[ev.Event]]


def named(name: str, **details: object) -> ev.WithdrawalStarted:
    begin = started(name)
    return ev.WithdrawalStarted(
        name,
        ev.Terms(
            **{
                **{f: getattr(begin.terms, f) for f in ev.Terms.__slots__},
                **details,
            }  # type: ignore[arg-type]
        ),
    )


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journal]:
    """5,000 withdrawals, dozens of them begun in the same millisecond."""
    bench = Bench(tmp_path_factory.mktemp("many") / "journal.sqlite3")
    moments = random.Random(5)
    with bench.database.transaction() as connection:
        connection.executemany(
            "INSERT INTO withdrawals (id, profile, started_at, changed_at, status, open, stage, mark, searchable)"
            " VALUES (?, 'p', ?, 0, ?, ?, 's', 'm', ?)",
            [
                (
                    f"w{n}",
                    moments.randrange(100),
                    "final" if n % 3 else "under-way",
                    int(not n % 3),
                    f"{n} usdc harbour",
                )
                for n in range(MANY)
            ],
        )
    yield bench.journal
    bench.database.close()


def pages(journal: Journal, limit: int, text: str = "", only: str = "all") -> list[list[Row]]:
    found: list[list[Row]] = []
    key: tuple[int, int] | None = None
    while page := journal.page(text, only, key, limit):
        found.append(page)
        key = (page[-1].started_at, page[-1].number)
    return found


@pytest.mark.parametrize("limit", [7, 50, 5_000])
def test_pages_hold_every_row_once_newest_first(many: Journal, limit: int) -> None:
    rows = [row for page in pages(many, limit) for row in page]
    assert len(rows) == MANY
    keys = [(row.started_at, row.number) for row in rows]
    assert keys == sorted(set(keys), reverse=True)


def test_filters_are_pages_of_their_own(many: Journal) -> None:
    counts = {only: sum(map(len, pages(many, 400, only=only))) for only in ("all", "open", "final", "stopped", "?")}
    opened = len(range(0, MANY, 3))
    assert counts == {"all": MANY, "open": opened, "final": MANY - opened, "stopped": 0, "?": MANY}
    assert [r.id for page in pages(many, 9, text=" 4999 USDC ") for r in page] == ["w4999"]


def test_search_takes_every_character_as_itself(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "j")
    for n, symbol in enumerate(["100%", "a_b", "a\\b", "axb", "Ünï'\"; DROP TABLE events --", "100"]):
        bench.append(n, named(f"w{n}", symbol=symbol))

    def find(text: str) -> list[str]:
        return sorted(row.id for row in bench.journal.page(text, "all", None, 50))

    assert find("%") == ["w0"]
    assert find("_") == ["w1"]
    assert find("\\") == ["w2"]
    assert find("a_b") == ["w1"]
    assert find("100") == ["w0", "w5"]
    assert find("ünï'\"; drop") == ["w4"]
    assert find("harbour") == [f"w{n}" for n in range(6)]
    assert find("a\ud800") == find("é" * 40_000) == []
    bench.database.close()


def test_search_knows_hash_recipient_and_amount(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "j")
    bench.append(1, named("w", recipient="0xAbC1"), intended())
    for text in ("0xabc1", "0xHASH", "10 usdc", "zkLink"):
        assert [row.id for row in bench.journal.page(text, "all", None, 5)] == ["w"], text
    bench.database.close()


LINK = "5e" * 32
TX = "0x5d41" + "90aa" * 14 + "02e1"
ADDRESS = "0x8f3a12c4b7d09e21f3aa5c6d7e8f901277b091c2"


def paid(name: str) -> ev.StageReached:
    evidence = replace(shown(Level.IRREVERSIBLE, kind="Withdrawal"), tx_hash=TX)
    return ev.StageReached(name, "paid", evidence)


def test_search_knows_every_transaction_the_address_in_groups_and_the_status(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "j")
    bench.append(1, named("paid", recipient=ADDRESS), intended("paid"), ev.MoveAccepted("paid", "m", ""), paid("paid"))
    bench.append(2, named("refused"), intended("refused"), ev.MoveRefused("refused", "m", "7", "No.", ""))
    bench.append(3, named("open"), intended("open"), ev.MoveAccepted("open", "m", "Taken."))

    def find(text: str) -> list[str]:
        return sorted(row.id for row in bench.journal.page(text, "all", None, 50))

    for text in (TX, TX.upper(), grouped(TX), grouped(ADDRESS), shortened(ADDRESS), "0x8F3A\u200b12C4", "8f3a…91c2"):
        assert find(text) == ["paid"], text
    assert find("8f3a…91c3") == []
    assert find("final") == find("USDC done") == ["paid"]
    assert find("refused") == ["refused"]
    assert find("waiting") == ["open"]
    assert find("stopped final") == []
    bench.database.close()


def test_an_older_journal_is_found_by_them_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = database.MIGRATIONS
    monkeypatch.setattr(database, "MIGRATIONS", whole[:2])
    monkeypatch.setattr(journal, "searchable", lambda _state, _stage: "10 usdc")
    monkeypatch.setattr(journal, "names_of", lambda _event: ())
    old = Bench(tmp_path / "j")
    old.append(1, named("paid"), intended("paid"), ev.MoveAccepted("paid", "m", ""), paid("paid"))
    old.append(2, named("open"), intended("open"))
    old.append(3, named("voucher", profile="p", details={VOUCHER_LINK: LINK}), of_scope("voucher"))
    old.database.close()
    monkeypatch.setattr(database, "MIGRATIONS", whole)
    fresh = Bench(tmp_path / "j")
    assert [row.id for row in fresh.journal.page(TX, "all", None, 5)] == ["paid"]
    assert [row.id for row in fresh.journal.page("final usdc", "all", None, 5)] == ["paid"]
    assert [row.id for row in fresh.journal.page("waiting", "all", None, 5)] == ["voucher", "open"]
    assert fresh.journal.of_voucher("p", "", LINK) == [("voucher", "prepared")]
    assert fresh.journal.of_voucher("p", "scope", "") == [("voucher", "prepared")]
    assert fresh.journal.statuses_after(0, "p", "scope") == ["prepared"]
    fresh.database.close()


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from("abc"), history), max_size=6))
def test_the_list_is_the_fold(tmp_path_factory: pytest.TempPathFactory, parts: list[Part]) -> None:
    bench = Bench(tmp_path_factory.mktemp("fold") / "j")
    try:
        for at, (name, events) in enumerate(parts):
            begin = [] if name in bench.states else [started(name), intended(name)]
            of_name = [_renamed(event, name) for event in events]
            bench.append(at, *begin, *of_name)
        fresh = Journal(bench.database)
        for name, state in bench.states.items():
            assert fresh.load(name) == state
        rows = {row.id: row for row in fresh.page("", "all", None, 99)}
        assert rows.keys() == bench.states.keys()
        for name, row in rows.items():
            state = bench.states[name]
            assert (row.status, row.started_at, row.changed_at) == (state.status, state.started_at, state.changed_at)
        opened = {state.id for state in fresh.still_open()}
        assert opened == {n for n, s in bench.states.items() if s.is_open}
        assert opened == {row.id for row in fresh.page("", "open", None, 99)}
    finally:
        bench.database.close()


def _renamed(event: ev.Event, name: str) -> ev.Event:
    return type(event)(**{f: name if f == "withdrawal" else getattr(event, f) for f in event.__slots__})


def test_recipients_are_counted_whatever_their_letters(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "j")
    assert bench.journal.recipients() == {}
    for n, recipient in enumerate(["0xAB", "0xab", "0xCD"]):
        bench.append(n, named(f"w{n}", recipient=recipient))
    assert bench.journal.recipients() == {"0xab": 0, "0xcd": 0}, "a try is no arrival"
    for n in range(3):
        bench.append(9, ev.StageReached(f"w{n}", "paid", shown(Level.IRREVERSIBLE)))
    assert bench.journal.recipients() == {"0xab": 2, "0xcd": 1}, "money arrived there"
    bench.database.close()


def test_an_address_is_known_whichever_system_paid_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "j")
    for system, recipient in (("zkLink", "0xab"), ("Reddio", "0xAB"), ("LNURL", "02ab")):
        begun = named(system, recipient=recipient)
        bench.append(0, replace(begun, terms=replace(begun.terms, system=system)))
        bench.append(9, ev.StageReached(system, "paid", shown(Level.IRREVERSIBLE)))
    assert bench.journal.recipients() == {"0xab": 2}
    bench.database.close()


def test_what_withdrawals_learnt_is_told_but_of_one(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "j")
    profile = named("w").terms.profile
    for n in range(3):
        name = f"w{n}"
        bench.append(n, named(name), ev.FactLearnt(name, "number", str(n), "x"), ev.FactLearnt(name, "block", "9", "x"))
    assert bench.journal.learnt(profile, "number", but="w1") == {"0", "2"}
    assert bench.journal.learnt(profile, "number", but="") == {"0", "1", "2"}
    assert bench.journal.learnt("another", "number", but="") == set()
    bench.database.close()


def test_a_claim_is_no_use_of_an_address_beside_its_withdrawal(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "j")
    claim = named("c", recipient="0xab")
    details = {**claim.terms.details, GAS_MOST: "1"}
    bench.append(0, named("w", recipient="0xab"))
    bench.append(1, replace(claim, terms=replace(claim.terms, details=details)))
    for name in ("w", "c"):
        bench.append(9, ev.StageReached(name, "paid", shown(Level.IRREVERSIBLE)))
    assert bench.journal.recipients() == {"0xab": 1}
    bench.database.close()


def test_what_ended_by_the_operators_word_alone_brought_an_address_nothing(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "j")
    for name, recipient in (("activation", "0x" + "ab" * 20), ("transfer", "0x5" + "cd" * 31)):
        begun = named(name, recipient=recipient)
        details = {**begun.terms.details, LAST_LEVEL: "reported"}
        bench.append(0, replace(begun, terms=replace(begun.terms, details=details)))
        bench.append(9, ev.StageReached(name, "paid", shown(Level.REPORTED)))
        assert bench.states[name].status is Status.FINAL
    assert bench.journal.recipients() == {"0x5" + "cd" * 31: 1, "0x" + "ab" * 20: 0}
    bench.database.close()


class Overheard(Database):
    """A database that remembers what it was asked."""

    asked: tuple[str, ...] = ()

    def read(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        self.asked += (sql,)
        return super().read(sql, *values)


def test_counting_recipients_does_not_read_the_whole_journal(tmp_path: Path) -> None:
    database = Overheard(tmp_path / "j")
    Journal(database).recipients()
    plan = database.read(f"EXPLAIN QUERY PLAN {database.asked[0]}", 0)
    assert any("USING INDEX events_started" in str(row[-1]) for row in plan), "at each key that is pressed"
    database.close()


def test_unknown_is_a_status_of_the_list(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "j")
    bench.append(1, started(), intended(), ev.MoveSending("w", "m"))
    (row,) = bench.journal.page("", "open", None, 5)
    assert row.status == Status.UNKNOWN
    bench.database.close()


def test_a_public_name_is_known_once_its_move_is_journaled(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "j")
    assert not bench.journal.knows("0xhash")
    bench.append(1, named("w"), intended())
    assert bench.journal.knows("0xHASH")
    assert not bench.journal.knows("0xha%")
    bench.database.close()


def test_what_became_of_an_intention_is_told_from_some_event_on(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "journal.sqlite3")
    assert bench.journal.head() == 0
    assert bench.journal.statuses_after(0, "p", "scope") == []
    bench.append(5, named("a"), ev.MoveIntended("a", "m", MoveKind.REQUEST, "p", "hash", "", "scope", 0))
    assert bench.journal.head() == 2
    for number, profile, scope, told in (
        (0, "p", "scope", ["prepared"]),
        (1, "p", "scope", ["prepared"]),
        (2, "p", "scope", []),
        (0, "q", "scope", []),
        (0, "p", "scop", []),
        (0, "p", "SCOPE", []),
        (99, "p", "scope", []),
    ):
        assert bench.journal.statuses_after(number, profile, scope) == told
    bench.append(6, ev.MoveRefused("a", "m", "no", "No.", ""))
    assert bench.journal.statuses_after(0, "p", "scope") == ["refused"]
    bench.database.close()


def of_scope(name: str) -> ev.MoveIntended:
    return ev.MoveIntended(name, f"m-{name}", MoveKind.REQUEST, "p", f"hash-{name}", "", "scope", 0)


def test_what_was_taken_of_a_voucher_counts_by_its_links_too_each_once(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "j")
    bench.append(1, named("first", profile="p", details={VOUCHER_LINK: LINK, LAST_STAGE: "paid"}), of_scope("first"))
    fresh = {VOUCHER_LINK: "another", VOUCHER_FIRST: LINK, LAST_STAGE: "paid"}
    bench.append(2, named("fresh", profile="p", details=fresh))
    bench.append(3, named("elsewhere", profile="q", details=fresh))
    for name in ("first", "fresh", "elsewhere"):
        bench.append(4, ev.StageReached(name, "paid", shown(Level.IRREVERSIBLE)))
    taken = bench.journal.taken_after
    assert [taken(0, "p", *names) for names in (("scope",), ("scope", LINK), ("", LINK), ("", ""))] == [10, 20, 20, 0]
    assert bench.journal.of_voucher("p", "", "none", LINK) == [("fresh", "final"), ("first", "final")]
    bench.database.close()


def test_what_was_done_with_a_voucher_is_found_without_reading_what_happened_since(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "j")
    bench.append(1, named("first", profile="p", details={VOUCHER_LINK: LINK}), of_scope("first"))
    bench.append(2, named("other", profile="q", details={VOUCHER_LINK: LINK}))
    bench.append(3, named("again", profile="p", details={VOUCHER_LINK: "another"}), of_scope("again"))
    found = [withdrawal for withdrawal, _ in bench.journal.of_voucher("p", "scope", LINK)]
    assert found == ["again", "first"]
    assert bench.journal.of_voucher("p", "", LINK) == [("first", "prepared")]
    assert bench.journal.of_voucher("p", "", "") == []
    asked: list[str] = []
    bench.database._connection.set_trace_callback(asked.append)
    bench.journal.of_voucher("p", "scope", LINK)
    bench.journal.statuses_after(0, "p", "scope")
    bench.journal.taken_after(0, "p", "scope")
    bench.journal.taken_after(0, "p", "scope", LINK)
    bench.database._connection.set_trace_callback(None)
    plans = [str(row[3]) for query in asked for row in bench.database.read(f"EXPLAIN QUERY PLAN {query}")]
    assert plans
    assert not [step for step in plans if step.startswith("SCAN")], "each is led to by an index"
    bench.database.close()
