"""Checks of receipts that anybody may have put together: nothing of them raises, and nothing is believed of them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashore.domain.evidence import Evidence, Level
from ashore.domain.receipt import Receipt, ReceiptError, ReceiptStage
from ashore.domain.withdrawal import Mark
from ashore.engine.receipt_checks import MOST_CHECKED, check_receipt
from ashore.engine.receipt_contracts import PRACTICE, contracts_named_by, practice_text
from ashore.engine.receipt_views import Verdict
from ashore.systems.reddio.described import from_description as reddio_from
from ashore.systems.zklink.described import from_description as zklink_from
from unit.domain.receipts import RECEIPT
from unit.systems.reddio.reddio_bench import DEPLOYMENT as REDDIO
from unit.systems.zklink.zklink_bench import DEPLOYMENT as ZKLINK

ZKLINK_TEXT, REDDIO_TEXT = practice_text(ZKLINK), practice_text(REDDIO)
HERE = replace(RECEIPT, practice=ZKLINK_TEXT, terms=replace(RECEIPT.terms, network=PRACTICE))

words = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "event",
            "slot",
            "value",
            "storedBlockHashes[1]",
            "storedBlockHashes[" + "9" * 90 + "]",
            "accepts[0x]",
            "receipt",
            "pendingBalances[0x" + "12" * 20 + "][99999]",
            "Withdrawal(17, 25000000)",
            "Withdrawal(99999, 1)",
            "Ethereum",
        ]
    ),
)
pieces = st.builds(
    Evidence,
    kind=words,
    level=st.sampled_from(Level),
    source=words,
    observed_at=st.integers(0, 2**62),
    facts=st.dictionaries(words, words, max_size=4),
    chain=words,
    tx_hash=words,
    block_number=st.integers(0, 2**62),
    block_hash=words,
    block_time=st.integers(0, 2**62),
    proof=st.sampled_from(["", "12" * 32, "34" * 32]),
)
stages = st.builds(
    ReceiptStage,
    *(words, words, st.sampled_from([*map(str, Mark), "none"]), words, words),
    evidence=st.lists(pieces, max_size=4).map(tuple),
)


def test_descriptions_lead_back_to_the_same_contracts_and_name_no_machine() -> None:
    zklink, reddio = zklink_from(json.loads(ZKLINK_TEXT)), reddio_from(json.loads(REDDIO_TEXT))
    assert {c.name: c.main_contract for c in zklink.chains.values()} == {
        c.name: c.main_contract for c in ZKLINK.chains.values()
    }
    assert (zklink.tokens, zklink.storage, zklink.dialect) == (ZKLINK.tokens, ZKLINK.storage, ZKLINK.dialect)
    assert (reddio.contract, reddio.chain.name) == (REDDIO.contract, REDDIO.chain.name)
    assert practice_text(zklink) == ZKLINK_TEXT
    assert practice_text(reddio) == REDDIO_TEXT
    for text in (ZKLINK_TEXT, REDDIO_TEXT):
        assert not [word for word in ("http", "127.0.0.1", "endpoints", "rune", "operator") if word in text]


@settings(deadline=None)
@given(st.lists(stages, max_size=4), words, words)
def test_whatever_is_in_it_it_is_checked_and_proves_nothing(made: list[ReceiptStage], status: str, said: str) -> None:
    receipt = replace(HERE, stages=tuple(made), status=status, headline=said, proofs={"12" * 32: said})
    for contracts in (contracts_named_by(HERE), None):
        found = check_receipt(receipt, contracts, "Nobody knows.")
        assert found.verdict in (Verdict.SAID, Verdict.FAILS)
        assert not any(stage.proven or any(piece.holds for piece in stage.pieces) for stage in found.stages)
        claims = any(piece.level >= Level.PROVEN for stage in made for piece in stage.evidence)
        assert found.verdict is Verdict.FAILS or not claims


@settings(deadline=None, max_examples=300)
@given(st.sampled_from([ZKLINK_TEXT, REDDIO_TEXT]), st.data())
def test_a_spoilt_description_is_refused_or_read(text: str, data: st.DataObject) -> None:
    content = json.loads(text)
    spoil(content, data)
    receipt = replace(HERE, practice=json.dumps(content), terms=replace(HERE.terms, system=json.loads(text)["system"]))
    try:
        contracts = contracts_named_by(receipt)
    except ReceiptError:
        return
    assert all(isinstance(name, str) and len(name) <= 60 for name in contracts.chains)
    assert not contracts.own


@pytest.mark.parametrize("symbol", ["USDC\x1b[2J\x1b[1;32mALL FINAL", "USDC\u202e", "USDC\nHOLDS", "", "U" * 61])
def test_a_symbol_that_hides_something_describes_no_token(symbol: str) -> None:
    content = json.loads(ZKLINK_TEXT)
    content["tokens"][0]["symbol"] = symbol
    with pytest.raises(ReceiptError):
        contracts_named_by(replace(HERE, practice=json.dumps(content)))


def spoil(content: Any, data: st.DataObject) -> None:
    """Put something else somewhere into it."""
    place, names = content, list[Any]()
    for _ in range(4):
        names = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not names:
            return
        name = data.draw(st.sampled_from(names))
        if not isinstance(place[name], dict | list) or data.draw(st.booleans()):
            place[name] = data.draw(st.sampled_from([None, "", "x", -1, 2**300, [], {}, [[]], "0x", "1" * 5000, True]))
            return
        place = place[name]


def test_a_receipt_that_points_to_its_proofs_without_end_is_not_checked_without_end() -> None:
    piece = Evidence("payout", Level.SEEN, "Ethereum", 1, proof="12" * 32)
    stage = ReceiptStage("paid", "Paid", "seen", "", "", (piece,) * (MOST_CHECKED + 1))
    found = check_receipt(replace(HERE, stages=(stage,)), contracts_named_by(HERE))
    assert [each.sentence.startswith("The receipt points to") for each in found.stages[0].pieces] == (
        [False] * MOST_CHECKED + [True]
    )
    assert found.verdict is Verdict.FAILS


@pytest.mark.parametrize(
    "practice", ["", "[]", "{}", '{"system":"LNURL"}', '{"system":["zkLink"]}', "[" * 100_000, REDDIO_TEXT, "\x00"]
)
def test_contracts_that_are_not_named_are_not_guessed(practice: str) -> None:
    with pytest.raises(ReceiptError):
        contracts_named_by(replace(HERE, practice=practice))


def test_real_money_is_never_read_by_what_a_receipt_says_of_itself() -> None:
    real: Receipt = replace(HERE, terms=replace(HERE.terms, network="mainnet"))
    with pytest.raises(ReceiptError, match="does not know the contracts"):
        contracts_named_by(real)
    found = check_receipt(real, None, "No.")
    assert "It is of a network where money is real, and names contracts of its own." in found.contradictions
