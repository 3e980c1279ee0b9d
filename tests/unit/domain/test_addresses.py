"""Addresses: the checksum catches slips, and everything else gets a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.domain.addresses import AddressError, checksum, lookalike, parse_evm_address, readable
from ashore.domain.hex_groups import grouped, shortened
from unit.domain.trying import tried

VECTORS = (
    # EIP-55
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x27b1fdb04752bbc536007a920d24acb045561c26",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
)
MIXED = VECTORS[4]


@pytest.mark.parametrize("text", VECTORS)
def test_checksums_of_eip_55(text: str) -> None:
    assert checksum(parse_evm_address(text)) == text


@pytest.mark.parametrize("text", VECTORS)
def test_what_is_shown_carries_the_checksum(text: str) -> None:
    assert readable(text.lower()) == text
    assert readable(text[2:].lower()) == text


@pytest.mark.parametrize("text", ["", "0x", "0x12", "alice@example.org", "0x" + "zz" * 20, "0x" + "ab" * 32])
def test_what_is_no_address_is_shown_as_it_is(text: str) -> None:
    assert readable(text) == text


@given(st.binary(min_size=20, max_size=20).filter(any))
def test_an_address_is_read_in_each_of_its_forms(raw: bytes) -> None:
    for text in (checksum(raw), f"0x{raw.hex()}", f"0x{raw.hex().upper()}", f"  {checksum(raw)} "):
        assert parse_evm_address(text) == raw


def test_no_single_slip_names_another_address() -> None:
    meant = parse_evm_address(MIXED)
    alphabet = "0123456789abcdefABCDEFgxyzOIl \u200b\u202e０"
    slips = [
        *(MIXED[:at] + other + MIXED[at + 1 :] for at in range(len(MIXED)) for other in alphabet),
        *(MIXED[:at] + MIXED[at + 1 :] for at in range(len(MIXED))),
        *(MIXED[:at] + MIXED[at + 1] + MIXED[at] + MIXED[at + 2 :] for at in range(len(MIXED) - 1)),
    ]
    taken = 0
    for slip in slips:
        read = tried(parse_evm_address, slip)
        taken += read == meant
        assert read == meant or (isinstance(read, AddressError) and read.sentence and read.advice), slip
    assert taken < len(slips) // 8, "only what leaves the address as it is"


@given(st.text(max_size=120))
def test_any_text_is_an_address_or_a_sentence(text: str) -> None:
    read = tried(parse_evm_address, text)
    assert read.sentence.endswith(".") if isinstance(read, AddressError) else isinstance(read, bytes)


KINDS = {
    "nothing": ("", "Enter the address"),
    "spaces": ("    ", "Enter the address"),
    "ENS": ("vitalik.eth", "does not look names up"),
    "LNURL": ("LNURL1DP68GURN8GHJ7UM9WFMXJCM99E3K7MF0V9CXJ0M385EKVCENXC6R2C35", "Lightning"),
    "invoice": ("lnbc20u1p3y0x3hpp5743k2g0fsqqxj7n8qzuhns5gmkk4djeejk3wkp64ppevgekvc0jsdq", "Lightning"),
    "lightning link": ("lightning:lnbc1", "Lightning"),
    "Bitcoin": ("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "Bitcoin"),
    "EIP-681": ("ethereum:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed@1/transfer", "payment link"),
    "web address": ("https://example.org/0x52908400098527886E0F7030069857D2E4169EE7", "web address"),
    "64 digits": ("0x" + "ab" * 32, "Starknet address, a hash or a key"),
    "short": (MIXED[:-1], "too short: it has 39"),
    "long": (MIXED + "0", "too long: it has 41"),
    "ten thousand characters": ("0x" + "a" * 10_000, "too long"),
    "zero": ("0x" + "00" * 20, "zero address"),
    "without 0x": (MIXED[2:], "starts with 0x"),
    "0x alone": ("0x", "starts with 0x"),
    "checksum": (MIXED.replace("Ae", "ae", 1), "a character is wrong"),
    "fullwidth": ("0x" + "０" * 40, "only the digits"),
    "zero-width": (MIXED[:20] + "\u200b" + MIXED[20:], "invisible"),
    "right-to-left": ("\u202e" + MIXED, "invisible"),
    "NUL": (MIXED + "\x00", "invisible"),
    "two": (f"{MIXED} {MIXED}", "only the digits"),
}


@pytest.mark.parametrize(("text", "said"), KINDS.values(), ids=KINDS)
def test_other_kinds_are_called_by_their_name(text: str, said: str) -> None:
    with pytest.raises(AddressError) as refused:
        parse_evm_address(text)
    assert said in refused.value.sentence
    assert refused.value.advice or not text.strip()


def test_shown_in_groups() -> None:
    assert grouped("0x8f3a12c4") == "0x8f3a 12c4"
    assert shortened("0x" + "8f3a12c4" * 5) == "0x8f3a 12c4 … 8f3a 12c4"
    assert shortened("0x8f3a") == "0x8f3a"


def test_lookalikes_are_alike_where_people_look() -> None:
    own = parse_evm_address(MIXED)
    middle = own[:2] + bytes(16) + own[-2:]
    start, end = own[:3] + bytes(17), bytes(17) + own[-3:]
    assert all(lookalike(other, own) and lookalike(own, other) for other in (middle, start, end))
    assert not lookalike(own, own)
    assert not lookalike(own[:2] + bytes(18), own)
    assert not lookalike(bytes(20), own)
