"""Texts of other worlds, named so that nobody tries to withdraw to them: other networks, banks, and everyday codes.

Nothing here is opened or taken over. An address of another network is named only where a checksum or a prefix makes it
sure, and called damaged where a prefix does and the checksum does not fit; each rule has its standard beside it.
"""

import re

from ashore.crypto.base58 import XRP, base58check
from ashore.domain.text_kinds import Kind
from ashore.intake import multipart
from ashore.intake.checksums import (
    bech32_prefix,
    is_cash_address,
    is_iban,
    is_merchant_code,
    is_monero,
    is_ss58,
    is_ton,
    prefix_of_damaged,
    stellar_version,
)
from ashore.intake.words import MAY_BE_SECRET, WORDS, Named, damaged_address, other_chain, other_program, part

_LOOK = re.IGNORECASE | re.ASCII | re.DOTALL
HEADS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, _LOOK))
    for kind, pattern in (
        (Kind.CONNECT, r"wc:[0-9a-f]{8}|https?://[^\s?#]{1,255}[?#](?:[^\s]{0,255}&)?uri=wc(?::|%3A)"),  # EIP-1328
        (Kind.PSBT, r"cHNidP[8-9+/A-P]|70736274ff"),  # BIP-174
        (Kind.DESCRIPTOR, r"(?:wpkh|pkh|sh|wsh|tr|combo|multi|sortedmulti)\([^\s]{20}"),  # BIP-380
        (Kind.WIFI, r"WIFI:"),  # ZXing's and the Wi-Fi Alliance's form
        (Kind.CONTACT, r"BEGIN:VCARD|MECARD:|BIZCARD:"),  # RFC 6350
        (Kind.EVENT, r"BEGIN:V(?:CALENDAR|EVENT|TODO)"),  # RFC 5545
        (Kind.MAIL, r"mailto:|MATMSG:|SMTP:"),  # RFC 6068
        (Kind.PHONE, r"(?:tel|sms|smsto|mms|mmsto|facetime):"),  # RFC 3966, RFC 5724
        (Kind.PLACE, r"geo:-?[0-9]"),  # RFC 5870
        (Kind.BANK, r"BCD\r?\n00[12]\r?\n|SPC\r?\n0[12]00\r?\n|upi://|payto://|bank:"),  # EPC069-12; Swiss QR; RFC 8905
        (Kind.WEB_PIECE, r"<(?:!doctype|!--|\?xml|/?[a-z][a-z0-9-]{0,20}[\s/>])"),
        (
            Kind.ACCOUNT_ELSEWHERE,
            r"(?:bip122|solana|cosmos|polkadot|starknet|tezos|stellar|xrpl|tron|hedera|near|sui|"
            r"aptos|eosio|waves|algorand|tvm|cardano|canton|fil|hive|mina|stacks):[-_a-z0-9]{1,32}:[-.%a-z0-9]{1,128}\Z",
        ),
    )
)
"""What a text begins with that needs no more than its beginning to be known."""

_NUMBER = re.compile(r"[0-9]{1,32}|[0-9]{1,3}(?:[,' ][0-9]{3}){1,8}", re.ASCII)
_FELT = re.compile(r"[0-9]{70,78}", re.ASCII)
_HEX = re.compile(r"0x[0-9a-f]{131,}|[0-9a-f]{131,}", re.IGNORECASE | re.ASCII)
_SCHEME = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]{1,30}):(?![0-9]+\Z)\S", re.IGNORECASE | re.ASCII)

# BIP-21's kin: the scheme is the network's own.
_SCHEMES = {
    "litecoin": "Litecoin",
    "dogecoin": "Dogecoin",
    "dash": "Dash",
    "zcash": "Zcash",
    "monero": "Monero",
    "bitcoincash": "Bitcoin Cash",
    "solana": "Solana",
    "tron": "Tron",
    "xrpl": "the XRP Ledger",
    "xrp": "the XRP Ledger",
    "ripple": "the XRP Ledger",
    "stellar": "Stellar",
    "web+stellar": "Stellar",
    "cardano": "Cardano",
    "web+cardano": "Cardano",
    "ton": "TON",
    "tezos": "Tezos",
    "near": "NEAR",
    "algorand": "Algorand",
    "kaspa": "Kaspa",
    "nano": "Nano",
    "decred": "Decred",
    "liquidnetwork": "Liquid",
    "aptos": "Aptos",
    "sui": "Sui",
    "polkadot": "Polkadot",
    "substrate": "Polkadot",
    "cosmos": "Cosmos",
    "hedera": "Hedera",
}
# Base58Check: version bytes and the length of all (SLIP-44 lists the networks; each node's chainparams the bytes).
_VERSIONS: tuple[tuple[bytes, int, str], ...] = tuple(
    (bytes.fromhex(version), length, network)
    for version, length, network in (
        ("30", 21, "Litecoin"),
        ("32", 21, "Litecoin"),
        ("1e", 21, "Dogecoin"),
        ("16", 21, "Dogecoin"),
        ("4c", 21, "Dash"),
        ("10", 21, "Dash"),
        ("1cb8", 22, "Zcash"),
        ("1cbd", 22, "Zcash"),
        ("41", 21, "Tron"),
        ("06a19f", 23, "Tezos"),
        ("06a1a1", 23, "Tezos"),
        ("06a1a4", 23, "Tezos"),
        ("025a79", 23, "Tezos"),
        ("073f", 22, "Decred"),
    )
)
# SLIP-132 and BIP-32: public keys of whole wallets.
_XPUBS = frozenset(
    bytes.fromhex(version)
    for version in (
        *("0488b21e", "049d7cb2", "04b24746", "043587cf", "044a5262", "045f1cf6"),
        *("0295b43f", "02aa7ed3", "024289ef", "02575483"),
    )
)
# SLIP-173: the first part of a bech32 text.
_PREFIXES = {
    "ltc": "Litecoin",
    "addr": "Cardano",
    "stake": "Cardano",
    "addr_test": "Cardano",
    "zs": "Zcash",
    "u": "Zcash",
    "cosmos": "the Cosmos Hub",
    "osmo": "Osmosis",
    "inj": "Injective",
    "celestia": "Celestia",
    "dydx": "dYdX",
    "sei": "Sei",
    "terra": "Terra",
    "thor": "THORChain",
    "kava": "Kava",
    "juno": "Juno",
    "akash": "Akash",
    "secret": "Secret Network",
    "erd": "MultiversX",
    "one": "Harmony",
    "zil": "Zilliqa",
    "ronin": "Ronin",
    "ex": "Liquid",
    "vtc": "Vertcoin",
    "grs": "Groestlcoin",
    "dgb": "DigiByte",
    "neutron": "Neutron",
    "noble": "Noble",
    "axelar": "Axelar",
    "stars": "Stargaze",
}
_LEFT_TO_OTHERS = frozenset({"bc", "tb", "bcrt", "lnurl", "npub", "nsec", "note", "nprofile", "nevent", "naddr"})
_SHORTEST, _LONGEST = 25, 256


def name_head(text: str) -> Named | None:
    """Return what a text is that is known by its beginning, or None. Of a long text no more than that is looked at."""
    known = next((WORDS[kind] for kind, head in HEADS if head.match(text)), None)
    if known is not None:
        return known
    of_several = multipart.named(text)
    return part(of_several) if of_several else None


def name_address(text: str) -> Named | None:
    """Return the network whose address, or wallet's public key, a text is for sure, or None."""
    if not _SHORTEST <= len(text) <= _LONGEST or not text.isascii() or any(each.isspace() for each in text):
        return None
    of_bech32 = _by_prefix(text)
    if of_bech32 is not None:
        return of_bech32
    data = base58check(text) if text.isalnum() else b""
    if data[:4] in _XPUBS and len(data) == 78:
        return WORDS[Kind.XPUB]
    if data[:1] == b"\x47" and len(data) == 81:
        return WORDS[Kind.PAYMENT_CODE]
    network = _by_version(data) or _by_own_form(text)
    return other_chain(network) if network else None


def _by_prefix(text: str) -> Named | None:
    prefix = bech32_prefix(text)
    if prefix in ("sp", "tsp"):
        return WORDS[Kind.PAYMENT_CODE]
    if prefix and prefix not in _LEFT_TO_OTHERS and not prefix.startswith(("ln", "creq")):
        return other_chain(_PREFIXES.get(prefix, f"another network ({prefix})"))
    damaged = _PREFIXES.get(prefix_of_damaged(text))
    return damaged_address(damaged) if damaged is not None else None


def _by_version(data: bytes) -> str:
    return next(
        (network for version, length, network in _VERSIONS if data.startswith(version) and len(data) == length), ""
    )


def _by_own_form(text: str) -> str:
    of_xrp = base58check(text, XRP) if text[:1] in "rX" else b""
    if (of_xrp[:1], len(of_xrp)) == (b"\0", 21) or (of_xrp[:2], len(of_xrp)) == (b"\x05\x44", 31):
        return "the XRP Ledger"
    if is_cash_address(text):
        return "Bitcoin Cash"
    if stellar_version(text) == 6 << 3:
        return "Stellar"
    if is_ton(text):
        return "TON"
    if is_monero(text):
        return "Monero"
    return "Polkadot or a chain of its kind" if is_ss58(text) else ""


def is_long_hex(text: str) -> bool:
    """Whether a text is 0x and more hex digits than an address, a hash, a key or a signature has."""
    return text[:2].lower() == "0x" and _HEX.fullmatch(text) is not None


def name_rest(text: str) -> Named | None:
    """Return what a text is that nothing else has known: a bank's, a number, hex digits, data, or a foreign link."""
    if _FELT.fullmatch(text):
        return MAY_BE_SECRET  # a key of the STARK curve, public or private, in decimal digits
    kind = _kind_of_rest(text)
    if kind is not None:
        return WORDS[kind]
    scheme = _SCHEME.match(text) if not any(each.isspace() for each in text) else None
    if scheme is None:
        return None
    name = scheme["scheme"].lower()
    network = _SCHEMES.get(name)
    return other_chain(network) if network else other_program(name)


def _kind_of_rest(text: str) -> Kind | None:
    if is_iban(text) or is_merchant_code(text):
        return Kind.BANK
    if _NUMBER.fullmatch(text):
        return Kind.NUMBER
    if _HEX.fullmatch(text):
        return Kind.HEX
    return Kind.DATA if text[0] in "{[" and text[-1] in "}]" else None
