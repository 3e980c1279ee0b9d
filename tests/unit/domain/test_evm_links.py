"""Links with an Ethereum address: who receives, what is asked for in whole base units, and what is refused."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.domain.addresses import checksum
from ashore.domain.errors import AshoreError
from ashore.domain.evm_chains import (
    CHAIN_OF_SHORT_NAME,
    EVM_CHAINS,
    chain_words,
    read_explorer_link,
    transaction_link,
)
from ashore.domain.evm_links import MOST_BASE_UNITS, LinkError, NamedTarget, is_name, read_number, read_target

RAW = bytes.fromhex("8f3a12c4b7d09e21f3aa5c6d7e8f901277b091c2")
GOOD = checksum(RAW)
TOKEN = "0x" + "a0b8" * 10
HASH = "0x" + "5D" * 32


@pytest.mark.parametrize(
    ("text", "chain", "asks"),
    [
        (f"ethereum:{GOOD}", None, ""),
        (f"ethereum://{GOOD}", None, ""),
        (f"ETHEREUM:0X{GOOD[2:].upper()}@1", 1, ""),
        (f"ethereum:pay-{GOOD}@137?value=2.014e18", 137, "2.014 POL"),
        (f"ethereum:{GOOD}@1?value=2.014e18&gas=10", 1, "2.014 ETH"),
        (f"ethereum:{GOOD}@11155111?value=1e18", 11155111, "1 test ETH"),
        (f"ethereum:{GOOD}@99?value=1", 99, "0.000000000000000001 of the chain’s own coin"),
        (f"ethereum:{GOOD}?value=0.5", None, "no whole number of the smallest units"),
        (f"ethereum:{GOOD}?value=-1e18", None, "no whole number of the smallest units"),
        (f"ethereum:{GOOD}?value=1e999999999", None, "no whole number of the smallest units"),
        (f"ethereum:{TOKEN}@42161/transfer?address={GOOD}&uint256=1e6", 42161, "1000000 of the smallest units of the"),
        (f"ethereum:{TOKEN}/transfer?address={GOOD}", None, "the token with the contract 0x"),
        (f"ethereum:dai.eth@1/transfer?address={GOOD}&uint256=7", 1, "7 of the smallest units of a token that it"),
        (
            f"ethereum:{TOKEN}?gas=100000&function=transfer(address {GOOD}, uint 1000000)",
            None,
            "1000000 of the smallest",
        ),
        (f"ethereum:{TOKEN}?function=transfer%28address%20{GOOD}%2C%20uint256%207%29", None, "7 of the smallest units"),
        (f"ethereum:{GOOD}?amount=5&label=A%20shop&message=Thanks", None, ""),
        (f"eip155:10:{GOOD}", 10, ""),
        (f"EIP155:10:{GOOD.lower()}", 10, ""),
        (f"oeth:{GOOD}", 10, ""),
        (f"matic:{GOOD}", 137, ""),
    ],
)
def test_the_receiver_is_found_and_the_rest_is_named(text: str, chain: int | None, asks: str) -> None:
    target = read_target(text)
    assert target is not None
    assert (target.recipient, target.chain_id) == (RAW, chain)
    assert asks in target.asks
    assert bool(target.asks) is bool(asks)


def test_an_icap_account_is_its_address_where_the_check_digits_fit() -> None:
    # The example of the protocol's own page.
    target = read_target("XE7338O073KYGTWWZN0F2WZ0R8PX5ZPPZS")
    assert target is not None
    assert f"0x{target.recipient.hex()}" == "0x00c5496aee77c1ba1f0854206a26dda82a81d6d8"
    assert read_target("iban:xe73 38o0 73ky gtww zn0f 2wz0 r8px 5zpp zs") == target
    with pytest.raises(LinkError, match="check digits"):
        read_target("XE7438O073KYGTWWZN0F2WZ0R8PX5ZPPZS")
    with pytest.raises(LinkError, match="no address"):
        read_target("XE81ETHXREGGAVOFYORK")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ethereum:", "no receiving address"),
        ("ethereum:pay-", "no receiving address"),
        (f"ethereum:{GOOD[:-1]}", "39 digits"),
        (f"ethereum:{GOOD[:-1]}0@1", "capital letters"),
        (f"ethereum:{GOOD}@0", "chain"),
        (f"ethereum:{GOOD}@9999999999999999999", "chain"),
        (f"ethereum:{GOOD}@1x", "no receiving address"),
        (f"ethereum:sign-{GOOD}", "something else than a payment"),
        (f"ethereum:{TOKEN}/approve?address={GOOD}&uint256=1", "calls a contract"),
        (f"ethereum:{TOKEN}/transfer?uint256=1", "no receiving address"),
        (f"ethereum:{TOKEN}/transfer?address={GOOD}&address={TOKEN}", "the same thing twice"),
        (f"ethereum:{GOOD}?value=1e18&value=2e18", "the same thing twice"),
        (f"ethereum:{GOOD}?" + "&".join(f"a{n}=1" for n in range(40)), "too much"),
        (f"ethereum:{TOKEN}/transfer?address={TOKEN}", "its own contract"),
        (f"eip155:1/erc20:{TOKEN}", "no receiving address"),
        ("eip155:1", "no receiving address"),
        ("eip155:1:", "no receiving address"),
        ("ethereum:0x" + "0" * 40, "zero address"),
    ],
)
def test_what_names_no_receiver_for_sure_is_refused(text: str, said: str) -> None:
    with pytest.raises(AshoreError) as refused:
        read_target(text)
    assert said in str(refused.value)


@pytest.mark.parametrize("name", ["vitalik.eth", "pay-vitalik.eth", "vitalik.eth@1?value=1", "a-b.c.box"])
def test_a_name_is_not_looked_up(name: str) -> None:
    with pytest.raises(NamedTarget):
        read_target(f"ethereum:{name}")


@pytest.mark.parametrize("name", ["vitalik.eth", "a.b.eth", "me.cb.id", "me.base.eth", "ens.box", "münchen.eth"])
def test_names_are_known(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize("text", ["", "a@b.eth", "https://x.eth", ".eth", "eth", "service.example", GOOD, "foo:0x12"])
def test_what_has_none_of_these_forms_is_left_to_others(text: str) -> None:
    assert not is_name(text)
    assert read_target(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("2.014e18", 2_014_000_000_000_000_000),
        ("1e6", 10**6),
        ("1E6", 10**6),
        ("+5", 5),
        ("1.50e1", 15),
        (".5e1", 5),
        ("7e", 7),
        (str(MOST_BASE_UNITS), MOST_BASE_UNITS),
        (str(MOST_BASE_UNITS + 1), None),
        ("1e78", None),
        ("1.05e1", None),
        ("0.5", None),
        ("1e-1", None),
        ("-1", None),
        ("e18", None),
        (".", None),
        ("", None),
        ("١", None),
        ("1_000", None),
        ("0x10", None),
        ("1e" + "0" * 90, None),
        ("9" * 5000, None),
    ],
)
def test_a_number_is_whole_base_units_or_none(text: str, value: int | None) -> None:
    assert read_number(text) == value


@given(st.integers(0, MOST_BASE_UNITS), st.integers(0, 77))
def test_a_number_in_scientific_notation_is_the_number_that_it_was(value: int, places: int) -> None:
    digits = str(value).zfill(places + 1)
    whole, fraction = digits[: len(digits) - places], digits[len(digits) - places :]
    assert read_number(f"{whole}.{fraction}e{places}" if fraction else whole) == value


def test_every_short_name_is_of_one_chain_and_every_explorer_too() -> None:
    assert len(CHAIN_OF_SHORT_NAME) == sum(len(chain.short_names) for chain in EVM_CHAINS.values())
    hosts = [host for chain in EVM_CHAINS.values() for host in chain.explorers]
    assert len(hosts) == len(set(hosts))


def test_a_chain_is_named_and_numbered() -> None:
    assert chain_words(42161) == "Arbitrum One (chain 42161)"
    assert chain_words(4242) == "chain 4242"


def test_the_link_that_is_made_is_one_that_is_read() -> None:
    for number in EVM_CHAINS:
        page = read_explorer_link(transaction_link(number, HASH))
        assert page is not None
        assert (page.chain_id, page.hash, page.address) == (number, HASH.lower(), "")
    assert transaction_link(4242, HASH) == ""
    assert transaction_link(1, HASH[:-1] + "/") == ""


@pytest.mark.parametrize(
    "link",
    [
        f"https://me@etherscan.io/address/{GOOD}",
        f"https://etherscan.io\\@nobody.example/address/{GOOD}",
        f"https://etherscan.io:444/address/{GOOD}",
        f"https://nobody.example/address/{GOOD}",
        f"https://etherscan.io.nobody.example/address/{GOOD}",
        f"https://xetherscan.io/address/{GOOD}",
        f"https://etherscan.io/address/{GOOD}0",
        f"https://etherscan.io/address/{HASH}",
        f"https://etherscan.io/tx/{GOOD}",
        f"https://etherscan.io/{GOOD}",
        f"ftp://etherscan.io/address/{GOOD}",
        "https://[::1",
        "https://etherscan.io:x/",
    ],
)
def test_only_pages_of_known_explorers_are_read(link: str) -> None:
    assert read_explorer_link(link) is None


CALL = f"0xa9059cbb{RAW.hex():0>64}{7:064x}"


@pytest.mark.parametrize(
    "rest",
    [
        f"?data={CALL}",
        f"@1?value=0&data={CALL}",
        f"?%64ata={CALL}",
        f"?DATA={CALL}",
        f"?address={GOOD}",
        f"@1?address={GOOD}&uint256=100",
        f"/?address={GOOD}",
        "/",
        "@1/",
        f"//transfer?address={GOOD}",
        f"/transfer/?address={GOOD}",
        f"#/transfer?address={GOOD}",
        "#",
        f"?to={GOOD}",
        f"?recipient={GOOD}",
        f"?value=1&contractAddress={GOOD}",
        f"?value=1;address={GOOD}",
        f"?value=1?address={GOOD}",
        f"?value={GOOD}",
        f"?label=x;to={GOOD}",
        "?function=",
        "?function=mint()",
        f"?function=approve(address {GOOD}, uint 1)",
        f"?function=transferFrom(address {GOOD}, address {GOOD}, uint 1)",
        f"?function=transfer(uint 1, address {GOOD})",
        f"?function=transfer(address {GOOD})",
        f"?function=transfer(address {GOOD}, uint 1)&function=transfer(address {GOOD}, uint 1)",
        f"?function=transfer(address {GOOD}, uint 1)&data={CALL}",
        f"?function=transfer(address {GOOD}, uint 1)&address={GOOD}",
        f"/transfer?function=transfer(address {GOOD}, uint 1)",
        f"/approve?address={GOOD}&uint256=1",
        f"/transferFrom?address={GOOD}&address={GOOD}&uint256=1",
        f"/mint?address={GOOD}",
        f"/Transfer?address={GOOD}",
        f"/TRANSFER?address={GOOD}",
        f"/transfer?uint256=1&address={GOOD}",
        f"/transfer?Address={GOOD}",
        f"/transfer?address=%30x{GOOD[2:]}",
        f"/transfer?address={GOOD}&value=1",
        f"/transfer?address={GOOD}&uint256=1&to={GOOD}",
        f"%40137/transfer?address={GOOD}",
        f"@1%2Ftransfer?address={GOOD}",
        f"@0/transfer?address={GOOD}",
        f"@{2**63}",
        "@0x1",
        "@1@5",
    ],
)
def test_a_link_that_may_call_a_contract_fills_in_nobody(rest: str) -> None:
    for prefix in ("ethereum:", "ETHEREUM:", "ethereum://", "ethereum:pay-"):
        with pytest.raises(AshoreError):
            read_target(f"{prefix}{TOKEN}{rest}")


@pytest.mark.parametrize("token", ["", "dai", TOKEN[:-1], GOOD[:-1] + "0", "0x" + "0" * 40])
def test_a_token_that_is_no_address_is_no_token(token: str) -> None:
    with pytest.raises(AshoreError):
        read_target(f"ethereum:{token}/transfer?address={GOOD}&uint256=1")


HARMLESS = frozenset({"value", "amount", "label", "message", "gas", "gasLimit", "gasPrice"})
names = st.sampled_from(
    [*sorted(HARMLESS), "address", "uint256", "data", "function", "to", "Value", "%76alue", "", "token", "recipient"]
)
values = st.sampled_from(
    ["", "1", "1e18", GOOD, "0x", CALL, f"transfer(address {GOOD}, uint 1)", "1;to=2", "%26", "a b"]
)


@given(
    st.sampled_from(["", "@1", "@0", "@137", "@1@2", "%40"]),
    st.sampled_from(["", "/", "/transfer", "/Transfer", "/approve", "/mint", "//"]),
    st.lists(st.tuples(names, values), max_size=4),
    st.sampled_from(["", "#", "#/transfer"]),
)
def test_who_receives_is_taken_from_a_link_that_is_known_as_a_whole(
    chain: str, function: str, query: list[tuple[str, str]], end: str
) -> None:
    asked = "&".join(f"{name}={value}" for name, value in query)
    try:
        target = read_target(f"ethereum:{TOKEN}{chain}{function}?{asked}{end}")
    except AshoreError:
        return
    assert target is not None
    given_names = [name for name, _value in query]
    assert not end
    assert len(set(given_names)) == len(given_names)
    if target.recipient == bytes.fromhex(TOKEN[2:]):  # the target receives only where nothing is called
        assert not function
        assert set(given_names) <= HARMLESS
    else:
        assert target.recipient == RAW
        assert (function == "/transfer" and "address" in given_names) or (not function and "function" in given_names)
        assert not {"data", "to"} & set(given_names)


starts = st.sampled_from(["", "ethereum:", "ethereum:0x", f"ethereum:{GOOD}?", "eip155:", "XE", "arb1:0x", "eth:"])


@given(starts, st.text(max_size=200))
def test_no_text_yields_half_a_receiver(start: str, rest: str) -> None:
    with suppress(AshoreError):
        target = read_target(start + rest)
        assert target is None or len(target.recipient) == 20
