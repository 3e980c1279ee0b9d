"""Valid transactions for the property tests of zkLink's codec."""

from hypothesis import strategies as st

from ashore.systems.zklink.codec import FEE, ChangePubKey, Profile, Withdraw

profiles = st.sampled_from(list(Profile))
x_profiles = st.sampled_from([Profile.X_ZKEX, Profile.X_APEX])
evm_addresses = st.binary(min_size=20, max_size=20).filter(any)
# A wide address with twelve leading zero bytes is an EVM address in other words.
wide_addresses = st.binary(min_size=32, max_size=32).filter(lambda data: any(data[:12]) and data != b"\xff" * 32)
account_ids = st.integers(0, (1 << 24) - 1).filter(lambda value: value != 1)
token_ids = st.one_of(st.sampled_from([0, 1]), st.integers(17, 65534))
fees = st.builds(lambda mantissa, exponent: mantissa * 10**exponent, st.integers(0, 2047), st.integers(0, 31))
amounts = st.integers(0, (1 << 128) - 1)
nonces = st.integers(0, (1 << 32) - 2)
timestamps = st.integers(0, (1 << 32) - 1)

withdraws = st.builds(
    Withdraw,
    to_chain_id=st.integers(0, 31),
    account_id=account_ids,
    sub_account_id=st.integers(0, 31),
    to=st.one_of(evm_addresses, wide_addresses),
    l2_source_token=token_ids,
    l1_target_token=token_ids,
    amount=amounts,
    fee=fees,
    nonce=nonces,
    flag=st.integers(0, 1),
    withdraw_fee_ratio=st.integers(0, 10_000),
    ts=timestamps,
)

change_pubkeys = st.builds(
    ChangePubKey,
    chain_id=st.integers(0, 31),
    account_id=account_ids,
    sub_account_id=st.integers(0, 31),
    new_pubkey_hash=st.binary(min_size=20, max_size=20),
    fee_token=token_ids,
    fee=fees,
    nonce=nonces,
    ts=timestamps,
)

EXAMPLE = Withdraw(
    to_chain_id=3,
    account_id=4711,
    sub_account_id=1,
    to=b"\xa5" * 20,
    l2_source_token=1,
    l1_target_token=17,
    amount=25_000_000_000_000_000_000,
    fee=4_100_000_000_000_000,
    nonce=85,
    flag=0,
    withdraw_fee_ratio=50,
    ts=1_750_000_000,
)

ACTIVATION = ChangePubKey(
    chain_id=3,
    account_id=4711,
    sub_account_id=1,
    new_pubkey_hash=b"\x5a" * 20,
    fee_token=1,
    fee=FEE.closest_packable_up(2049),
    nonce=0,
    ts=1_750_000_000,
)
