"""Check digits of other networks' texts: what they make sure of, and nothing else. Pure, and bounded by length.

Source: BIP-173 and BIP-350 (bech32, bech32m), Monero’s own base58, SS58
(Polkadot), SEP-0023 (Stellar), the user-friendly form of TON (TEP-2), CashAddr (Bitcoin Cash), ISO 7064 (IBAN),
ISO/IEC 13239 (the CRC of EMVCo's merchant codes).
"""

import base64
import binascii
import hashlib

from ashore.crypto.base58 import BITCOIN, base58_bytes
from ashore.crypto.keccak import keccak256

_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_LONGEST = 256
"""Characters of the longest text that is judged here: an address of Cardano or Zcash."""


_IBAN_COUNTRIES = {
    15: "NO",
    16: "BE",
    18: "DK FI FK FO GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU MN XK",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HU LB NI PL",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
    32: "LC",
    33: "RU",
}
"""The countries by how long their account numbers are: SWIFT's IBAN registry."""


def bech32_prefix(text: str) -> str:
    """Return the human-readable part of a bech32 or bech32m text whose checksum fits, in lower case; else empty."""
    prefix, values = _bech32_parts(text)
    expanded = [ord(each) >> 5 for each in prefix] + [0] + [ord(each) & 31 for each in prefix]
    return prefix if prefix and _polymod32(expanded + values) in (1, 0x2BC830A3) else ""


def prefix_of_damaged(text: str) -> str:
    """Return the same of a text that has the letters of bech32, and whose checksum does not fit; else empty."""
    prefix, _ = _bech32_parts(text)
    return "" if bech32_prefix(text) else prefix


def _bech32_parts(text: str) -> tuple[str, list[int]]:
    """Split a text into the two parts of a bech32 one, whatever its checksum is; empty where it has other letters."""
    lowered = text.lower()
    if len(text) > _LONGEST or not text.isascii() or text not in (lowered, text.upper()):
        return "", []
    prefix, one, data = lowered.rpartition("1")
    values = [_BECH32.find(character) for character in data]
    if not one or not prefix.replace("_", "").isalnum() or len(values) < 7 or min(values) < 0:
        return "", []
    return prefix, values


def _polymod32(values: list[int]) -> int:
    state = 1
    for value in values:
        top = state >> 25
        state = (state & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            state ^= generator if top >> bit & 1 else 0
    return state


def is_cash_address(text: str) -> bool:
    """Whether a text is an address of Bitcoin Cash, with its prefix or without it."""
    lowered = text.lower()
    if len(text) > _LONGEST or text not in (lowered, text.upper()):
        return False
    prefix, colon, data = lowered.rpartition(":")
    prefix = prefix if colon else "bitcoincash"
    values = [_BECH32.find(character) for character in data]
    if len(values) < 42 or min(values) < 0 or prefix not in ("bitcoincash", "bchtest"):
        return False
    state = 1
    for value in [ord(each) & 31 for each in prefix] + [0, *values]:
        top = state >> 35
        state = (state & 0x07FFFFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)):
            state ^= generator if top >> bit & 1 else 0
    return state == 1


def is_ss58(text: str) -> bool:
    """Whether a text is an address of a 32-byte key in Polkadot's form."""
    data = base58_bytes(text) if 46 <= len(text) <= 50 else b""
    return len(data) in (35, 36) and hashlib.blake2b(b"SS58PRE" + data[:-2]).digest()[:2] == data[-2:]


def stellar_version(text: str) -> int:
    """Return the version byte of a key in Stellar's form (6 << 3 an account, 18 << 3 a secret seed), -1 of others."""
    if len(text) != 56:
        return -1
    try:
        data = base64.b32decode(text)
    except (binascii.Error, ValueError):
        return -1
    return data[0] if _crc16(data[:-2]).to_bytes(2, "little") == data[-2:] else -1


def is_ton(text: str) -> bool:
    """Whether a text is an address of TON with its flags and its CRC."""
    if len(text) != 48 or not text.isascii():
        return False
    try:
        data = base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        return False
    return data[0] & 0x7F in (0x11, 0x51) and _crc16(data[:-2]).to_bytes(2, "big") == data[-2:]


def _crc16(data: bytes, state: int = 0) -> int:
    return binascii.crc_hqx(data, state)


def is_monero(text: str) -> bool:
    """Whether a text is an address of Monero: 69 bytes in blocks of eight, the last four of them a checksum."""
    if len(text) not in (95, 106):
        return False
    blocks = [text[start : start + 11] for start in range(0, len(text), 11)]
    sizes = [8] * (len(blocks) - 1) + [{7: 5, 11: 8, 6: 4, 5: 3}.get(len(blocks[-1]), 0)]
    data = b""
    for block, size in zip(blocks, sizes, strict=True):
        value = 0
        for character in block:
            digit = BITCOIN.find(character)
            if digit < 0:
                return False
            value = value * 58 + digit
        if value >> 8 * size:
            return False
        data += value.to_bytes(size, "big")
    return keccak256(data[:-4])[:4] == data[-4:]


def is_iban(text: str) -> bool:
    """Whether a text is an account number of a bank whose check digits fit."""
    compact = text.replace(" ", "").upper()
    countries = _IBAN_COUNTRIES.get(len(compact), "").split()
    if compact[:2] not in countries or not compact.isascii() or not compact.isalnum() or not compact[2:4].isdigit():
        return False
    return int("".join(str(int(each, 36)) for each in compact[4:] + compact[:4])) % 97 == 1


def is_merchant_code(text: str) -> bool:
    """Whether a text is a shop's payment code of EMVCo (PIX, PromptPay and others): a CRC over all that precedes it."""
    if not text.startswith("000201") or text[-8:-4] != "6304" or not text.isprintable():
        return False
    return f"{_crc16(text[:-4].encode(), 0xFFFF):04X}" == text[-4:].upper()
