"""The texts for the Ethereum key."""

from dataclasses import replace

import pytest
from eth_account.messages import encode_typed_data

from ashore.systems.zklink.codec import (
    Profile,
    change_pubkey_text,
    change_pubkey_typed_data,
    fee_ratio_text,
    format_layer2_units,
    withdraw_text,
)
from unit.systems.zklink.codec.zklink_strategies import ACTIVATION, EXAMPLE


def test_the_whole_text() -> None:
    assert withdraw_text(EXAMPLE, "USD", Profile.X_APEX) == (
        f"Withdraw 25.0 USD to: 0x{'a5' * 20}\nFee: 0.0041 USD\nNonce: 85\nFastWithdrawFeeRatio: 0.5%"
    )


@pytest.mark.parametrize("profile", [Profile.V2, Profile.MAIN, Profile.X_ZKEX])
def test_only_one_profile_names_the_ratio(profile: Profile) -> None:
    assert withdraw_text(EXAMPLE, "USD", profile).endswith("\nNonce: 85")


def test_lines_of_nothing_are_left_out() -> None:
    assert withdraw_text(replace(EXAMPLE, amount=0, fee=0), "USD", Profile.V2) == "Nonce: 85"
    assert withdraw_text(replace(EXAMPLE, amount=0), "USD", Profile.V2) == "Fee: 0.0041 USD\nNonce: 85"


def test_a_wide_address_is_printed_in_full() -> None:
    text = withdraw_text(replace(EXAMPLE, to=b"\x07" * 32), "USD", Profile.V2)
    assert f"to: 0x{'07' * 32}\n" in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0.0"),
        (1, "0.000000000000000001"),
        (10**18, "1.0"),
        (1_500_000_000_000_000_000, "1.5"),
        (10**38, "1" + "0" * 20 + ".0"),
    ],
)
def test_amounts(value: int, text: str) -> None:
    assert format_layer2_units(value) == text


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (0, "0%"),
        (1, "0.01%"),
        (3, "0.030000001%"),
        (9, "0.089999996%"),
        (33, "0.32999998%"),
        (100, "1%"),
        (10_000, "100%"),
    ],
)
def test_ratios_keep_the_rounding_errors_of_the_original(ratio: int, text: str) -> None:
    assert fee_ratio_text(ratio) == text


def test_activation_text() -> None:
    assert change_pubkey_text(ACTIVATION) == f"ChangePubKey\nPubKeyHash: 0x{'5a' * 20}\nNonce: 0\nAccountId: 4711"


def test_activation_typed_data_can_be_hashed() -> None:
    typed_data = change_pubkey_typed_data(ACTIVATION, b"\x0d" * 20, 1)
    other_contract = change_pubkey_typed_data(ACTIVATION, b"\x0e" * 20, 1)
    first, second = (encode_typed_data(full_message=data) for data in (typed_data, other_contract))
    assert first.body == second.body
    assert first.header != second.header
