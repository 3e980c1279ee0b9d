"""What the codes of the corpus say: the kinds of text and data that people meet."""

from __future__ import annotations

from random import Random

from ashore.systems.lnurl.codec import encode_lnurl

_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_HEX = "0123456789abcdef"


def voucher(drawn: Random) -> str:
    """An LNURL as services print it, of 120 to 200 characters."""
    secret = _letters(drawn, _HEX, drawn.randrange(32, 65))
    link = encode_lnurl(f"https://service.example/api/v1/lnurl/{secret}")
    return drawn.choice((link.upper(), f"lightning:{link}", f"LIGHTNING:{link.upper()}"))


def long_voucher(drawn: Random) -> str:
    """An LNURL of about 400 characters."""
    secret = _letters(drawn, _HEX, 64)
    link = f"https://service.example/withdraw/api/v1/lnurl/{secret}?id={_letters(drawn, _HEX, 64)}&k1={secret}"
    return encode_lnurl(f"{link}&tag=withdrawRequest").upper()


def invoice(drawn: Random) -> str:
    """The look of a BOLT11 invoice: 260 to 340 characters."""
    text = f"lnbc{drawn.randrange(1, 999)}u1{_letters(drawn, _BECH32, drawn.randrange(250, 330))}"
    return drawn.choice((text, text.upper(), f"lightning:{text}"))


def unified(drawn: Random) -> str:
    """The look of a BIP21 link with an invoice in it: about 400 characters."""
    address = f"bc1q{_letters(drawn, _BECH32, 38)}"
    return (
        f"bitcoin:{address}?amount=0.00{drawn.randrange(10, 99)}&lightning={invoice(drawn).removeprefix('lightning:')}"
    )


def address(drawn: Random) -> str:
    """An Ethereum address, plain or as EIP-681 link."""
    digits = _letters(drawn, _HEX, 40)
    return drawn.choice((f"0x{digits}", f"ethereum:0x{digits}", f"ethereum:0x{digits}@1?value=1e16"))


def everyday(drawn: Random) -> str:
    """One of them."""
    return drawn.choice((voucher, voucher, invoice, address))(drawn)


def short(drawn: Random) -> str:
    """What fits a small code."""
    return f"lnurlw://s.example/{_letters(drawn, _HEX, 12)}"


def binary(drawn: Random) -> bytes:
    """Bytes that are no text in any encoding: control characters are among them."""
    return b"\x00\x01\x9d" + drawn.randbytes(drawn.randrange(60, 200))


def _letters(drawn: Random, alphabet: str, count: int) -> str:
    return "".join(drawn.choices(alphabet, k=count))
