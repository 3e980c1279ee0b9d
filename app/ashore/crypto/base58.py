"""Base58 and Base58Check, bounded by length.

Source: Bitcoin's `base58.cpp`; the XRP Ledger's alphabet is its own.
"""

import hashlib

BITCOIN = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
"""The alphabet that nearly all networks use."""
XRP = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"

LONGEST = 256
"""Characters of the longest text that is read."""


def base58_bytes(text: str, alphabet: str = BITCOIN) -> bytes:
    """Return what a base58 text holds, empty where it is none or too long."""
    value = 0
    if len(text) > LONGEST:
        return b""
    for character in text:
        digit = alphabet.find(character)
        if digit < 0:
            return b""
        value = value * 58 + digit
    leading = len(text) - len(text.lstrip(alphabet[0]))
    return bytes(leading) + value.to_bytes((value.bit_length() + 7) // 8, "big")


def base58check(text: str, alphabet: str = BITCOIN) -> bytes:
    """Return version and payload of a Base58Check text, empty where its checksum does not fit."""
    data = base58_bytes(text, alphabet)
    payload, sum_ = data[:-4], data[-4:]
    twice = hashlib.sha256(hashlib.sha256(payload).digest()).digest()
    return payload if len(sum_) == 4 and payload and twice[:4] == sum_ else b""
