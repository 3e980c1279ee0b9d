"""What a text is in the world of Ethereum: addresses, links, hashes, and what only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.domain.addresses import checksum
from ashore.domain.hex_groups import shortened
from ashore.systems.zklink.codec.recognition import Kind, recognise

ADDRESS = "0x8f3A12C4B7d09E21f3Aa5c6D7E8f901277b091C2"
RAW = bytes.fromhex(ADDRESS[2:])
GOOD = checksum(RAW)
TOKEN = "0x" + "a0b8" * 10


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"  {GOOD}\n",
        GOOD.lower(),
        f"ethereum:{GOOD}",
        f"ETHEREUM:{GOOD.lower()}",
        f"ethereum:pay-{GOOD}@1?value=2.014e18",
        f"ethereum:{TOKEN}@42161/transfer?address={GOOD}&uint256=1e6",
        f"eip155:324:{GOOD}",
        f"arb1:{GOOD}",
        f"https://etherscan.io/address/{GOOD}",
        f"https://www.arbiscan.io/address/{GOOD.lower()}#tokentxns",
    ],
)
def test_an_address_is_found_in_every_form_it_comes_in(text: str) -> None:
    found = recognise(text)
    assert found is not None
    assert (found.kind, found.recipient) == (Kind.RECIPIENT, RAW)


def test_of_a_payment_link_only_the_address_is_taken_and_that_is_said() -> None:
    found = recognise(f"ethereum:{GOOD}@1?value=1e18")
    assert found is not None
    assert "Only the address" in found.advice
    assert "asks for 1 ETH on Ethereum (chain 1)" in found.advice
    assert found.chain_id == 1


def test_a_token_payment_names_who_receives_and_the_token_as_what_it_is() -> None:
    found = recognise(f"ethereum:{TOKEN}@1/transfer?address={GOOD}&uint256=7")
    assert found is not None
    assert found.sentence == f"This holds an Ethereum address: {shortened(GOOD)}."
    contract = shortened(checksum(bytes.fromhex(TOKEN[2:])))
    assert f"7 of the smallest units of the token with the contract {contract}" in found.advice


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        (GOOD[:-1], Kind.DAMAGED, "39 digits"),
        (GOOD[:-1] + "0", Kind.DAMAGED, "capital letters"),
        (GOOD.swapcase().replace("0X", "0x"), Kind.DAMAGED, "capital letters"),
        ("0x" + "0" * 40, Kind.DAMAGED, "zero address"),
        (GOOD[2:].lower(), Kind.DAMAGED, "no 0x"),
        ("0x" + "a" * 63, Kind.STARKNET, "Starknet"),
        ("starknet:0x12", Kind.STARKNET, "Starknet"),
        ("zklink:anything", Kind.ZKLINK_LINK, "zkLink"),
        ("vitalik.eth", Kind.NAME, "name"),
        ("ethereum:vitalik.eth@1", Kind.NAME, "name"),
        (f"ethereum:{TOKEN}/approve?address={GOOD}&uint256=1", Kind.DAMAGED, "no receiving address"),
        (f"ethereum:{TOKEN}/transfer?uint256=1", Kind.DAMAGED, "no receiving address"),
        (f"ethereum:{TOKEN}/transfer?address={GOOD}&address={TOKEN}", Kind.DAMAGED, "the same thing twice"),
        ("ethereum:", Kind.DAMAGED, "no receiving address"),
        ("eip155:1:", Kind.DAMAGED, "no receiving address"),
        (f"https://etherscan.io.evil.example/address/{GOOD}", Kind.EXPLORER, "explorer"),
        (f"https://etherscan.io@evil.example/address/{GOOD}", Kind.EXPLORER, "explorer"),
        (f"https://etherscan.io:8443/address/{GOOD}", Kind.EXPLORER, "explorer"),
        (f"https://etherscan.io/token/{TOKEN}?a={GOOD}", Kind.EXPLORER, "explorer"),
        (f"https://etherscan.io/address/{GOOD[:-1]}0", Kind.DAMAGED, "capital letters"),
        ("https://nobody.example/tx/0x" + "12" * 32, Kind.EXPLORER, "explorer"),
        ("https://app.zk.link/withdraw", Kind.ZKLINK_LINK, "page of zkLink"),
        ("https://arbiscan.io/block/0x12", Kind.EXPLORER, "explorer"),
    ],
)
def test_what_is_no_usable_address_is_named(text: str, kind: Kind, words: str) -> None:
    found = recognise(text)
    assert found is not None
    assert found.kind is kind
    assert words in f"{found.sentence} {found.advice}"
    assert not found.recipient


@pytest.mark.parametrize(
    "text",
    ["Ab" * 32, "0x" + "12" * 32, "https://etherscan.io/tx/0x" + "12" * 32, "https://scan.zk.link/tx/0x" + "aB" * 32],
)
def test_a_hash_can_be_looked_up(text: str) -> None:
    found = recognise(text)
    assert found is not None
    assert found.kind is Kind.HASH
    assert found.hash == text[-64:].lower()


@pytest.mark.parametrize(
    "text", ["", "hello", "LNURL1DP68GURN8GHJ7", "a@b.eth", "https://service.example/u?q=1", "http://["]
)
def test_what_belongs_elsewhere_is_left_to_others(text: str) -> None:
    assert recognise(text) is None


@given(st.text(max_size=200) | st.from_regex(r"(ethereum|eip155|zklink|https?):[ -~]{0,80}"))
def test_no_text_whatever_raises_or_yields_half_an_address(text: str) -> None:
    found = recognise(text)
    assert found is None or (len(found.recipient) == 20) == (found.kind is Kind.RECIPIENT)
