"""Every kind of event, with any content, for hypothesis; and histories of one withdrawal."""

from hypothesis import strategies as st

from ashore.domain import events as ev
from ashore.domain.evidence import Evidence, Level
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import LAST_STAGE

STAGES = ("requested", "committed", "paid")
HASHES = ("0xaa", "0xbb", "0xcc")

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
facts = st.dictionaries(texts, texts, max_size=3)
evidence = st.builds(
    Evidence,
    kind=texts,
    level=st.sampled_from(Level),
    source=texts,
    observed_at=st.integers(0, 2**43),
    facts=facts,
    chain=texts,
    tx_hash=texts,
    block_number=st.integers(0, 2**63),
    block_hash=texts,
    block_time=st.integers(0, 2**40),
    log_index=st.integers(-1, 2**31),
    agreeing=st.integers(0, 9),
    asked=st.integers(0, 9),
    proof=texts,
)
terms = st.builds(
    ev.Terms,
    system=texts,
    network=texts,
    profile=texts,
    track=texts,
    account=texts,
    symbol=texts,
    decimals=st.integers(0, 36),
    amount=st.integers(0, 2**128),
    fee=st.integers(0, 2**128),
    recipient=texts,
    destination=texts,
    receive_symbol=texts,
    details=facts,
)

any_event = st.one_of(
    st.builds(ev.WithdrawalStarted, texts, terms),
    st.builds(ev.MoveIntended, texts, texts, st.sampled_from(MoveKind), texts, texts, texts, texts, st.integers(-1)),
    st.builds(ev.MoveSending, texts, texts),
    st.builds(ev.MoveAccepted, texts, texts, texts),
    st.builds(ev.MoveRefused, texts, texts, texts, texts, texts),
    st.builds(ev.MoveUnclear, texts, texts, texts, st.booleans()),
    st.builds(ev.MoveAgain, texts, texts, texts),
    st.builds(ev.FactLearnt, texts, texts, texts, texts),
    st.builds(ev.StageReached, texts, texts, evidence),
    st.builds(ev.StageRecovered, texts, texts, texts, evidence),
    st.builds(ev.StageSettled, texts, texts, texts, st.integers(0), st.integers(0, 9), st.integers(0, 9)),
    st.builds(ev.StageTakenBack, texts, texts, texts, texts),
    st.builds(ev.StageContradicted, texts, texts, texts, texts),
    st.builds(ev.StageFailed, texts, texts, texts, texts),
)


def shown(level: Level, block: str = "0xaa", kind: str = "BlockCommit", at: int = 1) -> Evidence:
    """Evidence that a chain gives, or for REPORTED the operator."""
    on_chain = level > Level.REPORTED
    return Evidence(kind if on_chain else "operator", level, "Harbour", at, block_hash=block if on_chain else "")


def started(withdrawal: str = "w") -> ev.WithdrawalStarted:
    """A withdrawal that ends with the stage "paid"."""
    return ev.WithdrawalStarted(
        withdrawal,
        ev.Terms(
            system="zkLink",
            network="sandbox",
            profile="p",
            track="t@1",
            account="0x1",
            symbol="USDC",
            decimals=18,
            amount=10,
            fee=1,
            recipient="0x2",
            destination="Harbour",
            receive_symbol="USDC",
            details={LAST_STAGE: "paid", "amount.text": "10 USDC"},
        ),
    )


def intended(withdrawal: str = "w", move: str = "m") -> ev.MoveIntended:
    """The request of a withdrawal."""
    return ev.MoveIntended(withdrawal, move, MoveKind.REQUEST, "p", "0xhash", "payload", "1042/0", 7)


move_events = st.one_of(
    st.just(ev.MoveSending("w", "m")),
    st.builds(ev.MoveAccepted, st.just("w"), st.just("m"), texts),
    st.builds(ev.MoveRefused, st.just("w"), st.just("m"), texts, texts),
    st.builds(ev.MoveUnclear, st.just("w"), st.just("m"), texts, st.booleans()),
    st.just(ev.MoveAgain("w", "m", "again")),
)
stage_events = st.one_of(
    st.builds(
        ev.StageReached,
        st.just("w"),
        st.sampled_from(STAGES),
        st.builds(shown, st.sampled_from([Level.REPORTED, Level.SEEN, Level.PROVEN]), st.sampled_from(HASHES)),
    ),
    st.builds(
        ev.StageSettled,
        st.just("w"),
        st.sampled_from(STAGES),
        st.sampled_from(HASHES),
        st.just(9),
        st.just(2),
        st.just(3),
    ),
    st.builds(ev.StageTakenBack, st.just("w"), st.sampled_from(STAGES), st.just("why"), st.sampled_from((*HASHES, ""))),
    st.builds(ev.StageContradicted, st.just("w"), st.sampled_from(STAGES), st.just("said"), st.just("found")),
)
history = st.lists(st.one_of(move_events, stage_events), max_size=25)
