"""Every field of Reddio's form, with everything that can be typed into it: a sentence beside it, and nothing lost."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.domain.untrusted import hidden_characters
from ashore.systems.base import Draft, Severity
from ashore.systems.reddio.codec import NEVER_EXPIRES, hex_of, unquantise
from ashore.systems.reddio.system.check_expiration import expiration_text
from ashore.systems.reddio.system.checks import judge
from ashore.systems.reddio.system.offer import FIELDS, PLAIN_WAY, TO_VAULT, WAYS
from unit.systems.reddio.reddio_bench import (
    CAPITAL,
    CONTRACT,
    DEPLOYMENT,
    ETH,
    FOREIGN_KEY,
    KEY,
    MINTABLE,
    MINTABLE_WITH_DATA,
    NFT,
    NOW,
    OTHER_KEY,
    OWN,
    RECIPIENT,
    TOKEN,
    blocks,
    fields,
    judged,
    offer,
    problem,
)

OTHER = "0x" + "3c" * 20

NASTY = (
    *("", " ", "0", "-1", "+1", "1e3", "1,000", "1.2.3", ".", "\u202e1", "1\u200b7", "１", "½", "😀" * 50, "NaN", "0x"),
    *("9" * 90, "9" * 10_000, "0" * 10_000, "vitalik.eth", "0x" + "0" * 40, RECIPIENT, RECIPIENT.upper(), FOREIGN_KEY),
    *(
        KEY,
        CONTRACT,
        "never",
        "2027-01-31",
        "2027-02-30",
        "9999-12-31",
        "1999-01-01",
        "4194303",
        "4194304",
        "1767225600",
    ),
    *(hex_of(asset.asset_id) for asset in (ETH, TOKEN, NFT, MINTABLE)),
    *(CAPITAL, *WAYS, "\ud800"),
)
anything = st.one_of(st.sampled_from(NASTY), st.text(max_size=40), st.integers(-(10**40), 10**40).map(str))
drafts = st.dictionaries(st.sampled_from(FIELDS), anything, max_size=len(FIELDS))


@given(drafts)
def test_any_draft_is_judged_with_sentences_and_a_ready_one_has_all_its_numbers(fields: dict[str, str]) -> None:
    typed = Draft(fields)
    before = dict(typed.fields)
    quote = judge(DEPLOYMENT, offer(), typed, {}, NOW)
    assert dict(typed.fields) == before, "nothing that was typed is lost"
    for found in quote.problems.values():
        assert found.sentence.endswith((".", "?")), found
        assert not hidden_characters(str(found))
    if quote.ready:
        assert quote.holding is not None
        assert quote.quanta is not None
        assert quote.recipient is not None
        assert (quote.expiration_hours is None) is (quote.way == PLAIN_WAY)
        assert quote.amount == unquantise(quote.quanta, quote.holding.asset.quantum)
        assert 1 <= quote.quanta <= quote.holding.available
        assert quote.legs


def test_a_right_form_is_ready_and_says_what_it_costs() -> None:
    quote = judged()
    assert quote.ready
    assert (quote.amount, quote.quanta) == (15 * 10**17, 1_500_000)
    assert quote.recipient == int(RECIPIENT, 16)
    assert quote.expiration_hours == NEVER_EXPIRES
    assert (quote.receive, quote.maximum, quote.destination) == ("1.50 ETH", "2.5", "Harbour")
    assert [leg.label for leg in quote.legs] == ["You send", "Reddio’s fee", "Claim on Harbour", "Recipient receives"]
    priced = judged(offer(gas_price=10**10))
    assert priced.legs[2].value == "0.00085 ETH or less"


def test_an_amount_between_two_steps_is_refused_with_the_nearest_ones() -> None:
    between = judged(amount="1.5000005")
    assert between.nearest == ("1.5", "1.500001")
    assert blocks("amount", amount="1.5000005") == (
        "Reddio counts in steps of 0.000001 ETH; the nearest amounts are 1.5 ETH and 1.500001 ETH. "
        "Enter 1.5 or 1.500001."
    )
    assert judged(asset=hex_of(TOKEN.asset_id), amount="0.000001").quanta == 1, "eight decimals, a quantum of 100"
    assert judged(asset=hex_of(TOKEN.asset_id), amount="0.00000101").nearest == ("0.000001", "0.000002")
    assert "decimals" in blocks("amount", asset=hex_of(TOKEN.asset_id), amount="1.000000001")


def test_what_is_on_its_way_is_told_and_cannot_be_sent_twice() -> None:
    assert blocks("amount", amount="2.50001") == (
        "The balance is 2.50 ETH. Another 0.0001 ETH is on its way to Ethereum. Use Max, or enter less."
    )
    gone = replace(offer().holdings[2], available=0, withdraw_frozen=1)
    assert "on its way" in blocks("asset", offer(holdings=(gone,)), asset=hex_of(NFT.asset_id), amount="")


@pytest.mark.parametrize("asset", [NFT, MINTABLE, MINTABLE_WITH_DATA])
def test_a_single_token_needs_no_amount_and_is_exactly_one(asset: object) -> None:
    number = hex_of(asset.asset_id)  # type: ignore[attr-defined]
    quote = judged(asset=number, amount="")
    assert quote.ready
    assert (quote.amount, quote.quanta) == (1, 1)
    assert blocks("amount", asset=number, amount="2")


def test_a_mintable_token_zero_is_warned_of() -> None:
    assert problem("asset", asset=hex_of(MINTABLE.asset_id)).severity is Severity.WARNS


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "address"),
        (FOREIGN_KEY, "Stark key"),
        ("0x" + "0" * 40, "zero address"),
        (CONTRACT, "Reddio’s own contract"),
        ("0x" + "20" * 20, "the contract of WBTC"),
        (RECIPIENT[:-1], "too short"),
        ("0x5a5AE1d9f1b2c3d4e5f60718293a4b5c6d7e8f90", "capital letters"),
        ("someone.eth", "name"),
    ],
)
def test_a_wrong_receiver_on_ethereum_is_refused(typed: str, said: str) -> None:
    assert said in blocks("recipient", recipient=typed)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter the receiver"),
        (RECIPIENT, "length of an Ethereum address"),
        ("0x" + "f" * 64, "too large"),
        ("0x" + "1" * 62 + "3", "digit is wrong"),
        (KEY, "nothing would move"),
        ("reddio", "no number in hex"),
    ],
)
def test_a_wrong_receiver_of_a_transfer_is_refused(typed: str, said: str) -> None:
    assert said in blocks("recipient", way=TO_VAULT, recipient=typed)


def test_a_transfer_stays_on_reddio_and_says_so() -> None:
    quote = judged(way=TO_VAULT, recipient=FOREIGN_KEY)
    assert quote.ready
    assert (quote.recipient, quote.destination) == (int(FOREIGN_KEY, 16), "Reddio")
    assert quote.problems["recipient"].severity is Severity.WARNS, "no checksum guards a Stark key"
    assert judged(way=TO_VAULT, recipient=OTHER_KEY).problems["recipient"].severity is Severity.NOTES


@pytest.mark.parametrize(
    ("times", "said"), [(2, "Used 2 times before, by Reddio’s word."), (0, "Reddio has not said yet")]
)
def test_that_something_reached_a_vault_before_is_reddios_word(times: int, said: str) -> None:
    typed = fields(way=TO_VAULT, recipient=FOREIGN_KEY)
    quote = judge(DEPLOYMENT, offer(), Draft(typed), {FOREIGN_KEY: times}, NOW)
    assert said in str(quote.problems["recipient"])
    address = judge(DEPLOYMENT, offer(), Draft(fields(recipient=OTHER)), {OTHER: 2}, NOW)
    assert "Used 2 times before." in str(address.problems["recipient"]), "what came to an address is proved"


def test_the_plain_way_is_for_a_registered_key_alone() -> None:
    said = blocks("way", way=PLAIN_WAY)
    assert "not registered" in said
    assert "1,560,000 gas" in said
    assert "0.0156 ETH" in blocks("way", offer(gas_price=10**10), way=PLAIN_WAY)
    quote = judged(way=PLAIN_WAY, key=CAPITAL, amount="1", recipient="")
    assert quote.ready
    assert (quote.recipient, quote.expiration_hours) == (int(OWN, 16), None)
    elsewhere = offer(registered={OTHER_KEY: RECIPIENT})
    assert problem("way", elsewhere, way=PLAIN_WAY, key=CAPITAL).severity is Severity.WARNS
    assert "Nobody could prove" in blocks("way", offer(registry_known=False), way=PLAIN_WAY, key=CAPITAL)


def test_an_asset_under_another_key_is_pointed_to() -> None:
    assert "another Stark key" in blocks("asset", key=CAPITAL, asset=hex_of(TOKEN.asset_id))
    assert "no such Stark key" in blocks("key", key="1:reddio:standard")


def test_what_does_not_fit_l1_blocks() -> None:
    wrong = replace(offer().holdings[0], problem="Reddio describes it otherwise than Harbour does.")
    assert "otherwise" in blocks("asset", offer(holdings=(wrong,)))
    assert not judged(offer(blocked="The contract is frozen.")).ready


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("", NEVER_EXPIRES),
        ("never", NEVER_EXPIRES),
        ("2027-01-01", 499_656),
        ("2027-01-31 18:00", 500_394),
        ("2027-01-31T18:00 UTC", 500_394),
        ("500394", 500_394),
        ("4194303", NEVER_EXPIRES),
    ],
)
def test_an_expiration_is_a_date(typed: str, hours: int) -> None:
    found = judged(expiration=typed)
    assert found.ready
    assert found.expiration_hours == hours


def test_an_expiration_is_told_as_a_date() -> None:
    assert expiration_text(500_394) == "2027-01-31 18:00 UTC"
    assert expiration_text(NEVER_EXPIRES) == "never (2448-06-25 15:00 UTC)"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2025-12-31", "past"),
        ("2026-01-01", "past"),
        ("1767225600", "hours since 1970"),
        ("2449-01-01", "last date"),
        ("0001-01-01", "last date"),
        ("2027-02-30", "not a date"),
        ("tomorrow", "not a date"),
        ("１２３", "not a date"),
    ],
)
def test_another_expiration_is_refused(typed: str, said: str) -> None:
    assert said in blocks("expiration", expiration=typed)


def test_an_expiration_before_the_next_batch_is_warned_of() -> None:
    assert problem("expiration", expiration="2026-01-02").severity is Severity.WARNS


def test_a_token_in_several_quanta_goes_by_every_way_that_names_the_asset() -> None:
    here = offer()
    first, second, *others = here.holdings
    several = replace(here, holdings=(first, replace(second, unnamed="It might take another one."), *others))
    chosen = hex_of(TOKEN.asset_id)
    assert "asset" not in judged(several, asset=chosen).problems
    assert "asset" not in judged(several, way=TO_VAULT, asset=chosen).problems
    assert blocks("asset", several, way=PLAIN_WAY, asset=chosen).startswith("It might take another one.")
