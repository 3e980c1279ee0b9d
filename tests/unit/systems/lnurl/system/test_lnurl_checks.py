"""Every field of the LNURL form: right is taken, wrong gets a sentence beside its field, nothing raises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.systems.base import Draft, Problem, Severity
from ashore.systems.lnurl.codec import Network
from ashore.systems.lnurl.profile import PRACTICE
from ashore.systems.lnurl.system.checks import judge
from ashore.systems.lnurl.system.offer import LnurlOffer, LnurlQuote
from ashore.systems.lnurl.system.receivers import PASTED
from unit.systems.lnurl.system.offers import NOW_S, invoice, offer


def unused(_payment_hash: str) -> bool:
    return False


def judged(on: LnurlOffer | None = None, **fields: str) -> LnurlQuote:
    return judge(PRACTICE, on or offer(), Draft({"amount": "15", **fields}), NOW_S, unused)


def pasted(text: str, **fields: str) -> LnurlQuote:
    return judged(receiver=PASTED, invoice=text, **fields)


class TestAmount:
    def test_a_whole_number_of_sat_inside_the_range(self) -> None:
        quote = judged()
        assert quote.ready
        assert (quote.amount_msat, quote.receive, quote.receiver) == (15_000, "15 sat", "alice")

    @pytest.mark.parametrize(
        ("amount", "unit", "said"),
        [
            ("9", "sat", "The least is 10 sat"),
            ("21", "sat", "The most is 20 sat"),
            ("0.00000009", "BTC", "The least is 10 sat"),
            ("15.5", "sat", "not a whole number of satoshis"),
            ("15.0005", "sat", "That is not a whole number. Leave out the fraction."),
            ("1,240.50", "sat", "Write a whole number, like 1240."),
            ("1.240.50", "sat", "Write a whole number, like 1240."),
            (".", "sat", "Write a whole number, like 1240."),
            ("+15", "sat", "Enter digits only."),
            ("15sat", "sat", "Enter digits only."),
            ("1,240.50", "BTC", "Write 1240.50."),
            ("1e1", "sat", "Powers of ten"),
            ("1,5", "sat", "Separators"),
            ("-15", "sat", "negative"),
            ("", "sat", "Enter an amount"),
            ("15", "furlong", "unit"),
        ],
    )
    def test_what_does_not_fit_says_why(self, amount: str, unit: str, said: str) -> None:
        quote = judged(amount=amount, unit=unit)
        assert not quote.ready
        assert said in " ".join(str(problem) for problem in quote.problems.values())

    def test_the_same_amount_in_btc(self) -> None:
        assert judged(amount="0.00000015", unit="BTC").amount_msat == 15_000

    def test_bounds_are_rounded_into_the_range_never_out_of_it(self) -> None:
        uneven = offer(10_001, 19_999)
        assert judged(uneven, amount="10").amount_msat is None
        assert judged(uneven, amount="11").amount_msat == 11_000
        assert judged(uneven, amount="19").amount_msat == 19_000
        assert judged(uneven, amount="20").amount_msat is None

    def test_where_no_whole_sat_fits_the_exact_amount_is_taken_by_a_wallet_that_can(self) -> None:
        exact = offer(1_111, 1_111)
        quote = judged(exact, amount="1.111")
        assert quote.amount_msat == 1_111
        assert quote.allowed is not None
        assert quote.allowed.needs_msat
        whole_only = judged(offer(1_111, 1_111, step=1000), amount="1.111")
        assert "whole satoshis only" in str(whole_only.problems["amount"])

    @given(st.text(max_size=90), st.text(max_size=12), st.text(max_size=12), st.text(max_size=40))
    def test_nothing_that_is_typed_raises(self, amount: str, unit: str, receiver: str, text: str) -> None:
        fields = {"amount": amount, "unit": unit, "receiver": receiver, "invoice": text, "pin": text}
        quote = judge(PRACTICE, offer(pin_limit=12_000), Draft(fields), NOW_S, unused)
        assert quote.ready is not any(p.severity is Severity.BLOCKS for p in quote.problems.values())
        assert all(p.sentence.endswith((".", "?", "”")) for p in quote.problems.values())
        if quote.amount_msat is not None:
            assert 10_000 <= quote.amount_msat <= 20_000


class TestReceiver:
    def test_a_wallet_that_is_gone_or_does_not_answer_blocks(self) -> None:
        assert "not connected" in str(judged(receiver="bob").problems["receiver"])
        broken = judged(offer(problem="Alice does not answer."))
        assert not broken.ready
        assert "Alice does not answer." in str(broken.problems["receiver"])

    def test_a_forecast_warns_and_forbids_nothing(self) -> None:
        quote = judged(offer(most=20_000, **{}), amount="15")
        assert quote.ready
        small = judge(PRACTICE, _with_room(12_000), Draft({"amount": "15"}), NOW_S, unused)
        assert small.ready
        assert small.problems["receiver"].severity is Severity.WARNS

    def test_a_minimum_of_the_wallet_narrows_the_range(self) -> None:
        quote = judge(PRACTICE, _with_least(30_000), Draft({"amount": "15"}), NOW_S, unused)
        assert "receives no less than 30 sat" in str(quote.problems["amount"])


def _with_room(most: int) -> LnurlOffer:
    made = offer()
    return _replaced(made, 1, most)


def _with_least(least: int) -> LnurlOffer:
    return _replaced(offer(), least, None)


def _replaced(made: LnurlOffer, least: int, most: int | None) -> LnurlOffer:
    from dataclasses import replace

    from unit.systems.lnurl.system.offers import receiver

    return replace(made, receivers=(receiver(1, least, most),))


class TestPastedInvoice:
    def test_one_over_the_amount_is_taken_and_says_that_ashore_cannot_see_the_wallet(self) -> None:
        quote = pasted("lightning:" + invoice(15_000).upper())
        assert quote.ready
        assert "cannot see" in str(quote.problems["receiver"])

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "An invoice over exactly 15 sat is needed"),
            ("lnbcrt1garbage", ""),
            (invoice(14_000), "over 14 sat instead of 15 sat"),
            (invoice(None), "no amount"),
            (invoice(15_000, network=Network.MAINNET), "is for Bitcoin"),
            (invoice(15_000, at=NOW_S - 4_000), "expired"),
        ],
    )
    def test_another_one_is_refused_beside_its_field(self, text: str, said: str) -> None:
        quote = pasted(text)
        assert not quote.ready
        assert said in str(quote.problems["invoice"])

    @pytest.mark.parametrize(("expiry", "left"), [(90, "90 s"), (300, "5 min")])
    def test_one_that_expires_within_minutes_is_warned_of_and_taken(self, expiry: int, left: str) -> None:
        quote = pasted(invoice(15_000, expiry=expiry))
        assert quote.ready
        assert quote.invoice is not None
        said = f"It expires in {left}: a slow service may not pay in time."
        assert quote.problems["invoice"] == Problem(said, "Make one that is good for an hour.", Severity.WARNS)
        assert "invoice" not in pasted(invoice(15_000, expiry=301)).problems

    def test_one_that_was_handed_over_before_is_refused(self) -> None:
        fields = {"amount": "15", "receiver": PASTED, "invoice": invoice(15_000)}
        quote = judge(PRACTICE, offer(), Draft(fields), NOW_S, lambda payment_hash: payment_hash == "11" * 32)
        assert "used before" in str(quote.problems["invoice"])


class TestPin:
    def test_it_is_asked_from_the_limit_on_only(self) -> None:
        assert judged(offer(pin_limit=16_000)).ready
        asked = judged(offer(pin_limit=15_000))
        assert "PIN" in str(asked.problems["pin"])
        given_ = judged(offer(pin_limit=15_000), pin="1234")
        assert given_.ready
        assert given_.pin == "1234"
        assert "1234" not in repr(given_)
        assert not judged(offer(pin_limit=15_000), pin="١٢٣٤").ready


def test_no_secret_is_in_any_representation() -> None:
    quote = pasted(invoice(15_000))
    assert "c0ffee" not in repr(quote)
    assert invoice(15_000) not in repr(quote)
