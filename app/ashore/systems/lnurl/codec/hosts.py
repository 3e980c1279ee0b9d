"""Host names and addresses in web addresses, decided on text alone.

What a name resolves to is checked where the connection is made. Refusing a literal address here spares a request that
would be refused there, and gives the person the sentence at once.
"""

import ipaddress
import re

import idna

from ashore.systems.lnurl.codec.errors import UrlError

MAX_HOST_CHARACTERS = 253

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_LOCAL_SUFFIXES = ("localhost", "local", "internal", "localdomain", "home.arpa")
_TUNNELS = (ipaddress.IPv6Network("64:ff9b::/32"), ipaddress.IPv6Network("2002::/16"))


def ascii_host(host: str) -> str:
    """Return a host as it goes over the wire and is shown: lower-case ASCII, other scripts as punycode (UTS 46).

    An IPv6 address comes with its brackets and goes without them. Raises UrlError.
    """
    if not host:
        raise UrlError("This web address names no host.", "Copy the whole link again.")
    if host.startswith("["):
        return _bracketed(host)
    name = host.lower() if host.isascii() else _punycode(host)
    if len(name) > MAX_HOST_CHARACTERS or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise UrlError("The host in this web address is not a name or an address.", "Copy the whole link again.")
    if "xn--" in name:
        _refuse_false_punycode(name)
    return name


def literal_address(host: str) -> Address | None:
    """Return the address that a host without brackets is written as, or None where it is a name.

    All forms of `inet_aton` count, for a resolver takes them: 127.1, 0x7f000001, 2130706433, 0177.0.0.1.
    """
    if ":" in host:
        return ipaddress.IPv6Address(host)
    parts = host.split(".")
    if len(parts) > 4 or not all(_NUMBER.fullmatch(part) for part in parts):
        return None
    numbers = [_number(part) for part in parts]
    if any(number is None for number in numbers):
        return None
    *head, last = (number or 0 for number in numbers)
    if any(number > 255 for number in head) or last >= 1 << 8 * (4 - len(head)):
        return None
    return ipaddress.IPv4Address(sum(number << 24 - 8 * place for place, number in enumerate(head)) + last)


def looks_numeric(host: str) -> bool:
    """Return whether the last label is a number: such a host is an address or nothing at all."""
    return _NUMBER.fullmatch(host.rsplit(".", 1)[-1]) is not None


def is_onion(host: str) -> bool:
    """Return whether the host is an onion service: its last label is "onion", and something stands before it."""
    return host.endswith(".onion")


def is_loopback(host: str) -> bool:
    """Return whether the host is this computer: 127.0.0.0/8, ::1 or localhost."""
    address = literal_address(host)
    return address.is_loopback if address is not None else host == "localhost" or host.endswith(".localhost")


def is_public(host: str) -> bool:
    """Return whether nothing in the text shows a host that is not on the public internet."""
    address = literal_address(host)
    if address is not None:
        return _is_public_address(address)
    return not looks_numeric(host) and not any(
        host == suffix or host.endswith("." + suffix) for suffix in _LOCAL_SUFFIXES
    )


def _is_public_address(address: Address) -> bool:
    if address.version == 6 and (address.ipv4_mapped is not None or any(address in tunnel for tunnel in _TUNNELS)):
        return False
    return address.is_global and not address.is_multicast


def _bracketed(host: str) -> str:
    inner = host[1:-1] if host.endswith("]") and "%" not in host else ""
    try:
        return str(ipaddress.IPv6Address(inner))
    except ValueError:
        raise UrlError("The host in this web address is not an address.", "Copy the whole link again.") from None


def _punycode(host: str) -> str:
    if len(host) > MAX_HOST_CHARACTERS:
        raise UrlError("The host in this web address is too long.", "Copy the whole link again.")
    try:
        return idna.encode(host, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, ValueError):
        raise UrlError(
            "The host in this web address has letters that no host may have.", "Ask for another link."
        ) from None


def _refuse_false_punycode(name: str) -> None:
    """Refuse punycode that stands for no letters a host may have: it tells a person nothing and could not be asked."""
    try:
        idna.decode(name)
    except (idna.IDNAError, ValueError):
        raise UrlError(
            "The host in this web address has letters that no host may have.", "Ask for another link."
        ) from None


def _number(part: str) -> int | None:
    digits, base = (part[2:] or "0", 16) if part.startswith("0x") else (part, 8 if part[0] == "0" else 10)
    try:
        return int(digits, base)
    except ValueError:
        return None
