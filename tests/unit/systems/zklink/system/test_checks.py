"""Every field of the form, with everything that can be typed into it: a sentence beside it, and nothing signed."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ashore.domain.addresses import checksum
from ashore.domain.untrusted import hidden_characters
from ashore.systems.base import Draft, Plan, Severity
from ashore.systems.zklink.codec import FEE as PACKED
from ashore.systems.zklink.codec import decode_core
from ashore.systems.zklink.codec.validation import validate_withdraw
from ashore.systems.zklink.system.check_fee import suggested_fee
from ashore.systems.zklink.system.checks import judge
from ashore.systems.zklink.system.offer import FIELDS, ChainOffer, SubAccountOffer, ZkLinkQuote
from ashore.systems.zklink.system.plan import NotReady, plan_of
from unit.domain.trying import tried
from unit.systems.zklink.zklink_bench import (
    DEPLOYMENT,
    ETHER,
    FEE,
    MAIN,
    OWN,
    RECIPIENT,
    USDC_ON,
    draft,
    judged,
    offer,
    problem,
)

NASTY = (
    *("", " ", "   ", "0", "-1", "+1", "-0", "1-2", "1e3", "1E400", "1,000", "1'000", "1_000", "1 000", "1.2.3", "."),
    *("1\u00a0000", "1\u202f000", "1\u200f", "\u202e1", "1\u200b7", "\ufeff17", "1\x00", "17\n", "\u3000", "\t"),
    *("９", "٣", "१", "½", "²", "😀" * 50, "inf", "nan", "NaN", "Infinity", "0x10", "null", "None", "true", "[]", "%s"),
    *("9" * 30, "9" * 80, "9" * 10_000, "0" * 10_000, "' OR 1=1 --", "vitalik.eth", "LNURL1DP68", "bc1qar0srrr7xfkvy"),
    *(
        RECIPIENT,
        RECIPIENT.upper(),
        checksum(bytes.fromhex(RECIPIENT[2:])).swapcase(),
        "0x" + "00" * 20,
        "5.",
        "\ud800",
    ),
)
anything = st.one_of(
    st.sampled_from(NASTY),
    st.text(max_size=40),
    st.text("0123456789.,-+eE _'", max_size=30),
    st.integers(-(10**40), 10**40).map(str),
    st.decimals(allow_nan=True, allow_infinity=True).map(str),
)
drafts = st.dictionaries(st.sampled_from(FIELDS), anything, max_size=len(FIELDS))


def signable(quote: ZkLinkQuote) -> bool:
    """Plan what would be signed; whatever is planned is what the form says and what zkLink takes."""
    plan = tried(plan_of, DEPLOYMENT, quote, 1_767_225_700)
    if isinstance(plan, NotReady):
        return False
    assert isinstance(plan, Plan)
    tx = decode_core(bytes.fromhex(str(plan.request.preimage["core"])))
    assert validate_withdraw(tx, DEPLOYMENT.dialect) == []
    assert (tx.amount, tx.fee, tx.to, tx.nonce) == (quote.amount, quote.fee, quote.recipient, quote.nonce)
    sub = offer().sub_accounts[tx.sub_account_id]
    assert 0 < tx.amount + tx.fee <= sub.balances[tx.l2_source_token]
    assert tx.nonce == sub.nonce
    assert plan.request.expect["amount"] == str(tx.amount)
    assert plan.terms.recipient == "0x" + tx.to.hex()
    return True


@given(drafts)
def test_any_draft_is_judged_with_sentences_and_only_a_ready_one_is_planned(fields: dict[str, str]) -> None:
    typed = draft(**fields)
    before = dict(typed.fields)
    quote = judge(DEPLOYMENT, offer(), typed, {})
    assert dict(typed.fields) == before, "nothing that was typed is lost"
    for name, found in quote.problems.items():
        assert name in FIELDS
        assert found.sentence.endswith((".", ":", ")")), found
        assert len(str(found)) < 400
        assert not hidden_characters(str(found))
    assert signable(quote) is quote.ready


@pytest.mark.parametrize("field", FIELDS)
@given(text=anything)
@example(text="1\u202e")
@example(text="9" * 10_000)
def test_each_field_by_itself(field: str, text: str) -> None:
    quote = judged(**{field: text})
    blocked = {name for name, p in quote.problems.items() if p.severity is Severity.BLOCKS}
    assert signable(quote) is not blocked
    right = {
        "sub_account": ("", "0"),
        "chain": ("1", "2"),
        "source_token": ("17",),
        "target_token": ("", "17"),
        "nonce": ("", "7"),
        "fee": ("", "0"),
    }
    if text.strip(" ").lstrip("0") in {r.lstrip("0") for r in right.get(field, ())}:
        return
    if field == "ratio":
        assert not blocked, "whoever does not want it fast is not asked for a share"
        return
    if hidden_characters(text) or not text.isascii():
        assert field in blocked, "nothing that cannot be seen or is not ASCII is taken"
    if field in ("chain", "source_token", "target_token", "sub_account", "nonce"):
        assert blocked, "every other number is refused, here or where it leads to"


@pytest.mark.parametrize("field", ["chain", "source_token", "amount", "recipient"])
def test_what_has_to_be_entered(field: str) -> None:
    for empty in ("", "  "):
        assert problem(judged(**{field: empty}), field).sentence.startswith("Enter")


def test_a_draft_that_is_right() -> None:
    quote = judged()
    assert quote.ready
    assert signable(quote)
    assert (quote.amount, quote.fee, quote.nonce) == (25 * ETHER, FEE, 7)
    assert [(leg.label, leg.value) for leg in quote.legs] == [
        ("You send", "26.60 USDC"),
        ("zkLink fee", "1.60 USDC"),
        ("Payout on Harbour", "paid by zkLink"),
        ("Recipient receives", "25.00 USDC"),
    ]
    assert quote.maximum == "1238.9"
    assert quote.receive == "25.00 USDC"
    assert str(quote.balance) == "1240.5 USDC"


def test_source_and_target_can_differ() -> None:
    quote = judged(source_token="1", target_token="19", amount="5")
    assert signable(quote)
    assert quote.receive == "5.00 DAI"
    assert "cannot be paid out as ETH" in problem(judged(source_token="1", target_token="33"), "target_token").sentence
    assert problem(judged(source_token="1", target_token=""), "target_token").sentence.startswith("Enter")
    assert judged(target_token="").ready, "where there is one target only it need not be chosen"
    assert "cannot be paid out as USD" in problem(judged(source_token="17", target_token="1"), "target_token").sentence


class TestEachCheckHasItsSentence:
    def test_balance(self) -> None:
        found = problem(judged(amount="1240.51"), "amount")
        assert str(found) == "The balance is 1,240.50 USDC. Enter less.", "no sub-account has enough, none is advised"
        found = problem(judged(amount="1240.5"), "amount")
        assert "Amount and fee together are 1,242.10 USDC, and the balance is 1,240.50 USDC." in found.sentence
        assert judged(amount="1238.9").ready
        assert not judged(amount="1238.900001").ready
        found = problem(judged(sub_account="1", amount="26"), "amount")
        assert str(found) == ("The balance is 25.00 USDC. Enter less, or choose sub-account 0, which has enough.")
        found = problem(judged(sub_account="9"), "amount")
        assert str(found).startswith("The balance is 0.00 USDC. Choose another token, or choose sub-account 0")
        assert problem(judged(sub_account="9", amount="9999"), "amount").advice == "Choose another token."

    def test_fee_packable_with_the_two_nearest(self) -> None:
        found = problem(judged(fee="1.6001"), "fee")
        assert found.sentence == "zkLink cannot write this fee exactly."
        assert found.advice == "The nearest are 1.6 and 1.601."
        for nearest in ("1.6", "1.601"):
            assert signable(judged(fee=nearest))

    @given(st.integers(1, 10 * FEE - 1))
    def test_a_fee_is_taken_exactly_or_its_neighbours_are_named(self, fee: int) -> None:
        digits = f"{fee:019d}"
        quote = judged(fee=f"{digits[:-18]}.{digits[-18:]}", amount="0.01")
        if PACKED.is_packable(fee):
            assert quote.fee == fee
        else:
            below, above = (
                problem(quote, "fee").advice.removeprefix("The nearest are ").removesuffix(".").split(" and ")
            )
            pair = [judged(fee=text, amount="0.01").fee for text in (below, above)]
            assert None not in pair
            assert pair[0] is not None
            assert pair[1] is not None
            assert pair[0] < fee < pair[1]

    @pytest.mark.parametrize("fee", ["999999", "999999.123456", "16.0001"])
    def test_a_fee_that_nobody_means_is_said_to_be_one_whatever_its_digits(self, fee: str) -> None:
        quote = judged(fee=fee, amount="25")
        assert "times what zkLink asks for (1.60 USDC)" in problem(quote, "fee").sentence
        assert "nearest" not in problem(quote, "fee").advice, "it is no advice to pay that"
        assert "amount" not in quote.problems, "it is said once, and beside the fee"
        assert not quote.ready

    def test_where_the_fee_takes_everything_there_is_no_greatest_amount(self) -> None:
        assert judged(fee="999999", amount="25").maximum == ""
        poor = offer(sub_accounts={0: SubAccountOffer(0, 7, {17: ETHER})})
        quote = judged(poor, amount="0.5")
        assert quote.maximum == ""
        found = problem(quote, "amount")
        assert found.sentence == "The fee alone is 1.60 USDC, and the balance is 1.00 USDC."
        assert "Fee and nonce" in found.advice
        assert judged(fee="x", amount="25").maximum == "", "nor before the fee is known"
        assert judged(fee="1.6").maximum == "1238.9"

    def test_a_low_fee_warns_and_zero_is_allowed(self) -> None:
        for low in ("1.5", "0", "0.0"):
            quote = judged(fee=low)
            assert "Less than zkLink asks for (1.60 USDC)" in problem(quote, "fee", Severity.WARNS).sentence
            assert signable(quote)
        assert "fee" not in judged(fee="1.6").problems

    def test_a_fee_that_is_not_told_or_not_possible(self) -> None:
        assert "does not tell its fee" in problem(judged(offer(fees={})), "fee").sentence
        assert judged(offer(fees={}), fee="1").ready
        absurd = offer(fees={(1, 17): PACKED.max_value + 1})
        assert suggested_fee(absurd, 1, 17) is None
        assert not judged(absurd).ready
        assert "larger than" in problem(judged(fee="9" * 40), "fee").sentence
        assert "fee" in problem(judged(fee="-1"), "fee").sentence.lower()

    @given(st.dictionaries(st.tuples(st.integers(1, 2), st.sampled_from([1, 17, 33])), st.integers(0, 10**90)))
    def test_no_price_of_the_operator_breaks_the_form(self, fees: dict[tuple[int, int], int]) -> None:
        signable(judged(offer(fees=fees)))

    def test_dust_with_the_nearest_amount(self) -> None:
        found = problem(judged(amount="1.0000005"), "amount")
        assert found.sentence == "USDC has 6 decimals on Harbour; 0.0000005 would stay behind for ever."
        assert found.advice == "The nearest amount is 1."
        assert problem(judged(amount="0.0000005"), "amount").advice == "Enter a larger amount."
        assert judged(amount="1.0000005", chain="2").ready, "there it has 18 decimals"

    def test_reserve_with_the_other_chains(self) -> None:
        scarce = {(17, 1): 10 * ETHER, (17, 2): 30 * ETHER}
        found = problem(judged(offer(reserves=scarce)), "amount")
        assert found.sentence == "zkLink can pay out 10.00 USDC on Harbour at the moment."
        assert found.advice == "Strait can pay this amount: choose it under “To chain”."
        found = problem(judged(offer(reserves=scarce), amount="31"), "amount")
        assert found.advice == "No other chain can. Enter less, or try again later."
        fine = problem(
            judged(offer(reserves={(17, 2): 10 * ETHER, (17, 1): 30 * ETHER}), chain="2", amount="20.0000001"), "amount"
        )
        assert fine.advice.startswith("No other chain can."), "Harbour could not write this amount down"
        alone = offer(reserves=scarce, chains={1: offer().chains[1]})
        assert problem(judged(alone), "amount").advice.startswith("No other chain is connected here.")
        broken = {**offer().chains, 2: ChainOffer(2, "Strait", 31338, "No.")}
        assert "Strait" not in problem(judged(offer(reserves=scarce, chains=broken)), "amount").advice
        assert judged(offer(reserves={})).ready, "what is not told does not block"

    def test_a_fee_far_above_what_is_asked(self) -> None:
        warned = problem(judged(fee="4"), "fee", Severity.WARNS)
        assert warned.sentence == "zkLink asks for 1.60 USDC; this is 2.5 times as much."
        stopped = problem(judged(fee="16"), "fee")
        assert stopped.sentence == "That is 10 times what zkLink asks for (1.60 USDC)."
        assert "fee" not in judged(fee="1.6").problems
        assert "fee" not in judged(fee="2").problems

    def test_warnings_of_the_form_stand_in_the_review(self) -> None:
        """What was warned of while typing matters most beside the last button."""
        plan = plan_of(DEPLOYMENT, judged(fee="4"), 1)
        assert plan.warnings[0].startswith("zkLink asks for 1.60 USDC; this is 2.5 times as much.")
        assert plan.warnings[-1] == "It cannot be cancelled after this."
        near = OWN[:8] + "0" * 28 + OWN[-6:]
        assert any("looks like" in each for each in plan_of(DEPLOYMENT, judged(recipient=near), 1).warnings)

    def test_what_is_known_of_a_recipient(self) -> None:
        mine = offer(source=replace(offer().source, own=((RECIPIENT.lower(), "Account 2"),)))
        assert problem(judged(mine), "recipient", Severity.NOTES).sentence == "Your own address: Account 2."
        lower = problem(judged(recipient=RECIPIENT.lower()), "recipient", Severity.NOTES)
        assert "without a checksum" in lower.sentence

    def test_dollars_have_a_reserve_of_their_own(self) -> None:
        fields = {"source_token": "1", "target_token": "17", "amount": "5"}
        apart = offer(reserves={(17, 1): 0}, usd_reserves={(17, 1): 5_000_000 * ETHER})
        assert "amount" not in judged(apart, **fields).problems, "USD is paid out of what is kept for it"
        scarce = offer(reserves={(17, 1): 5_000_000 * ETHER}, usd_reserves={(17, 1): ETHER})
        assert "zkLink can pay out 1.00 USDC" in problem(judged(scarce, **fields), "amount").sentence

    def test_nonce(self) -> None:
        found = problem(judged(nonce="6"), "nonce")
        assert found.sentence == "zkLink expects nonce 7 for sub-account 0."
        assert judged(nonce="7").ready
        assert problem(judged(nonce="4294967295"), "nonce").sentence == "The nonce is at most 4294967294."
        last = offer(sub_accounts={0: SubAccountOffer(0, 2**32 - 1, {17: 100 * ETHER})})
        for typed in ("", "4294967295"):
            assert "nonce" in problem(judged(last, nonce=typed), "nonce").sentence

    def test_token_that_is_not_on_the_chain(self) -> None:
        quote = judged(source_token="1", target_token="19", amount="5", chain="2", fee="1")
        found = problem(quote, "target_token")
        assert found.sentence == "DAI does not exist on Strait."
        assert (quote.receive, quote.legs) == ("", ()), "nothing of it would arrive"
        assert found.advice == "It exists on Harbour."
        assert "does not know this token" in problem(judged(source_token="18"), "source_token").sentence

    def test_chain(self) -> None:
        assert "does not pay out on this chain" in problem(judged(chain="3"), "chain").sentence
        shut = {**offer().chains, 1: ChainOffer(1, "Harbour", 31337, "zkLink names another contract.")}
        assert problem(judged(offer(chains=shut)), "chain").sentence == "zkLink names another contract."

    @pytest.mark.parametrize(
        ("contract", "named"),
        [
            (MAIN[1], "zkLink’s own contract on Harbour"),
            (MAIN[2], "zkLink’s own contract on Strait"),
            (USDC_ON[2], "the contract of the token USDC"),
        ],
    )
    def test_contracts_as_recipient(self, contract: str, named: str) -> None:
        for form in (contract, checksum(bytes.fromhex(contract[2:])), "0x" + contract[2:].upper()):
            assert named in problem(judged(recipient=form), "recipient").sentence

    def test_an_account_that_is_blocked(self) -> None:
        quote = judged(offer(blocked="This account is not activated."))
        assert problem(quote, "account").sentence == "This account is not activated."
        assert not signable(quote)

    def test_recipients_that_are_known_new_or_alike(self) -> None:
        assert "own address" in problem(judged(recipient=OWN), "recipient", Severity.NOTES).sentence
        assert "A new address" in problem(judged(), "recipient", Severity.NOTES).sentence
        assert "Used 2 times" in problem(judged(used={RECIPIENT: 2}), "recipient", Severity.NOTES).sentence
        assert "nothing has arrived" in problem(judged(used={RECIPIENT: 0}), "recipient", Severity.NOTES).sentence
        assert "Used 1 time before" in problem(judged(used={RECIPIENT: 1}), "recipient", Severity.NOTES).sentence
        poisoned = RECIPIENT[:6] + "00" * 16 + RECIPIENT[-4:]
        quote = judged(recipient=poisoned, used={RECIPIENT: 1})
        found = problem(quote, "recipient", Severity.WARNS)
        assert checksum(bytes.fromhex(RECIPIENT[2:]))[2:6] in found.sentence
        assert quote.ready, "a warning does not block"
        assert problem(judged(recipient=OWN[:6] + "00" * 16 + OWN[-4:]), "recipient", Severity.WARNS)
        of_other_systems = {"0x" + "1" * 63: 1, "0x" + "11" * 32: 2}
        assert "A new address" in problem(judged(used=of_other_systems), "recipient", Severity.NOTES).sentence


def test_a_block_takes_the_place_of_a_hint() -> None:
    quote = judge(DEPLOYMENT, offer(), Draft({}), {})
    assert {name for name, p in quote.problems.items() if p.severity is Severity.BLOCKS} >= {
        "chain",
        "source_token",
        "target_token",
        "amount",
        "recipient",
    }
    assert not signable(quote)


def test_a_quote_that_claims_too_much_is_not_planned() -> None:
    for name in ("amount", "fee", "nonce", "recipient", "chain_id", "source_token", "target_token"):
        with pytest.raises(NotReady):
            plan_of(DEPLOYMENT, replace(judged(), **{name: None}), 1)


def test_a_fee_that_eats_more_than_it_brings_is_warned_of() -> None:
    dear = judged(offer(fees={(1, 17): 1200 * ETHER}))
    assert dear.ready
    assert problem(dear, "fee", Severity.WARNS).sentence == "The fee is larger than the amount."
    assert "fee" not in judged(offer(fees={(1, 17): 25 * ETHER})).problems
