"""The draft of an activation: every field with a sentence, and nothing signed that zkLink would not take."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.domain.errors import AshoreError
from ashore.domain.untrusted import hidden_characters
from ashore.systems.base import Action, Draft, Severity, SigningRequest
from ashore.systems.zklink.codec import FEE as PACKED
from ashore.systems.zklink.codec import Profile, decode_change_pubkey, read_change_pubkey, validate_change_pubkey
from ashore.systems.zklink.system.activation import (
    OLD_KEY,
    ActivationQuote,
    activation_offer,
    judge_activation,
)
from ashore.systems.zklink.system.activation_plan import activation_plan
from ashore.systems.zklink.system.activation_track import NEW_KEY
from unit.systems.zklink.zklink_bench import DEPLOYMENT, ETHER, FEE, KEY_HASH, MAIN, OWN, offer

TS = 1_767_225_700
OTHER_KEY = "0x" + "77" * 20
FIELDS = ("sub_account", "fee_token", "fee", "charged")


def judged(deployment: Any = DEPLOYMENT, account: dict[str, Any] | None = None, **fields: str) -> ActivationQuote:
    changes = {"active": False, "own_key": False, "key_chain": 1, "account_nonce": 4, **(account or {})}
    draft = Draft({"sub_account": "0", "fee_token": "17", **fields})
    return judge_activation(deployment, activation_offer(offer(**changes)), draft)


def test_free_of_charge_as_the_published_client_signs_it() -> None:
    quote = judged()
    assert quote.ready
    assert quote.action is Action.ACTIVATE
    assert (quote.fee, quote.fee_token, quote.problems) == (0, 17, {})
    plan = activation_plan(DEPLOYMENT, quote, TS)
    assert isinstance(plan.request, SigningRequest)
    tx = decode_change_pubkey(bytes.fromhex(str(plan.request.preimage["core"])))
    assert (tx.nonce, tx.account_id, tx.chain_id, tx.ts) == (4, 1042, 1, TS)
    assert "0x" + tx.new_pubkey_hash.hex() == KEY_HASH == plan.terms.details[NEW_KEY]
    assert OLD_KEY not in plan.terms.details
    assert dict(read_change_pubkey(plan.request.preimage).fields) == dict(plan.request.expect)
    assert (plan.terms.amount, plan.terms.account) == (0, OWN)


def test_what_a_withdrawal_costs_where_nothing_was_refused() -> None:
    quote = judged(charged="yes")
    assert quote.ready
    assert quote.fee == FEE
    assert quote.problems["fee"].severity is Severity.NOTES
    unpackable = judged(account={"fees": {(1, 17): 1_600_123_456_789_000_001}}, charged="yes")
    assert unpackable.fee is not None
    assert PACKED.is_packable(unpackable.fee)
    assert 1_600_123_456_789_000_001 <= unpackable.fee < 1_602 * 10**15
    assert "does not tell its fee" in str(judged(charged="yes", fee_token="19").problems["fee"])
    assert "the fee is 1.60 USDC" in str(judged(charged="yes", sub_account="3").problems["fee_token"])


def test_a_key_is_replaced_with_a_plain_warning() -> None:
    plan = activation_plan(DEPLOYMENT, judged(account={"active": True, "registered_key": OTHER_KEY}), TS)
    assert plan.confirm == "Replace the key of this account"
    assert "ends what uses the old one" in plan.warnings[-1]
    assert plan.terms.details[OLD_KEY] == OTHER_KEY


def test_typed_data_names_the_pinned_contract() -> None:
    deployment = replace(DEPLOYMENT, dialect=Profile.V2)
    plan = activation_plan(deployment, judged(deployment), TS)
    assert isinstance(plan.request, SigningRequest)
    read = read_change_pubkey(plan.request.preimage)
    assert read.typed_data is not None
    domain: Any = read.typed_data["domain"]
    assert (domain["verifyingContract"], domain["chainId"]) == (MAIN[1], 31337)


@pytest.mark.parametrize(
    ("account", "sentence"),
    [
        ({"key_chain": 9}, "by way of a chain that Ashore does not know"),
        ({"account_nonce": 2**32 - 1}, "names a nonce that it could not take itself"),
    ],
)
def test_what_cannot_be_registered(account: dict[str, Any], sentence: str) -> None:
    quote = judged(account=account)
    assert sentence in str(quote.problems["account"])
    assert not quote.ready
    with pytest.raises(AshoreError):
        activation_plan(DEPLOYMENT, quote, TS)


def test_an_account_that_needs_none() -> None:
    with pytest.raises(AshoreError, match="needs no activation"):
        activation_offer(offer())


def test_fees_that_nobody_means() -> None:
    assert "16 times what a withdrawal costs" in str(judged(fee="26").problems["fee"])
    assert "cannot write this fee exactly" in str(judged(fee="1.23456").problems["fee"])
    assert judged(fee="0").fee == 0
    assert judged(fee="1.6").fee == 16 * ETHER // 10


drafts = st.dictionaries(
    st.sampled_from(FIELDS),
    st.one_of(st.text(max_size=30), st.text("0123456789.-", max_size=20), st.integers(-(10**30), 10**30).map(str)),
)


@given(drafts)
def test_any_draft_is_judged_with_sentences_and_only_a_ready_one_is_planned(fields: dict[str, str]) -> None:
    quote = judged(**fields)
    for found in quote.problems.values():
        assert found.sentence.endswith(".")
        assert not hidden_characters(str(found))
    if quote.ready:
        plan = activation_plan(DEPLOYMENT, quote, TS)
        assert isinstance(plan.request, SigningRequest)
        tx = decode_change_pubkey(bytes.fromhex(str(plan.request.preimage["core"])))
        assert validate_change_pubkey(tx, DEPLOYMENT.dialect) == []
        assert tx.fee == quote.fee
    else:
        with pytest.raises(AshoreError):
            activation_plan(DEPLOYMENT, quote, TS)
