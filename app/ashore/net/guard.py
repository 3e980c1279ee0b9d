"""Which addresses may be asked when an outsider chose them: the rules for the text, and for where a name leads."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urljoin, urlsplit

from ashore.domain.untrusted import plain
from ashore.net.errors import Barred

MAX_URL = 2_047
_MAX_HOST = 253
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_BRACKETED = re.compile(r"\[[0-9a-f:.]+\](?::[0-9]*)?", re.I)
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

# Ports of other protocols, so that a request cannot be made to speak to one of them (Fetch Standard, "port blocking").
# fmt: off
_FOREIGN_PORTS = frozenset({
    1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
    111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
    540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
    6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
})
# fmt: on

# Written out rather than left to `ipaddress.is_global`, whose answer changed within minor releases of Python and
# which calls multicast, NAT64 and 6to4 global (IANA special-purpose address registries, RFC 6890).
_SPECIAL_V4 = tuple(
    (ipaddress.IPv4Network(network), kind)
    for network, kind in (
        ("0.0.0.0/8", "no machine at all"),
        ("10.0.0.0/8", "a private network"),
        ("100.64.0.0/10", "a provider's inner network"),
        ("127.0.0.0/8", "this machine"),
        ("168.63.129.16/32", "a cloud provider's inner service"),
        ("169.254.0.0/16", "a local link"),
        ("172.16.0.0/12", "a private network"),
        ("192.0.0.0/24", "a provider's inner network"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "a tunnel"),
        ("192.168.0.0/16", "a private network"),
        ("198.18.0.0/15", "a test network"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "a group of machines"),
        ("240.0.0.0/4", "a reserved range"),
    )
)
_SPECIAL_V6 = tuple(
    (ipaddress.IPv6Network(network), kind)
    for network, kind in (
        ("::/128", "no machine at all"),
        ("::1/128", "this machine"),
        ("64:ff9b::/96", "a translated address"),
        ("64:ff9b:1::/48", "a translated address"),
        ("2001::/23", "a tunnel or a test network"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "a tunnel"),
        ("3fff::/20", "documentation"),
        ("fc00::/7", "a private network"),
        ("fe80::/10", "a local link"),
        ("fec0::/10", "a private network"),
        ("ff00::/8", "a group of machines"),
    )
)
_UNICAST_V6 = ipaddress.IPv6Network("2000::/3")


class AddressRefused(Barred):
    """An address, or what it leads to, that Ashore does not ask. The sentence never holds more of it than the host."""


@dataclass(frozen=True, slots=True, order=True)
class LocalService:
    """A service on this machine that may be asked although an outsider may ask for no such thing: the practice one.

    `address` is a loopback address in its shortest form. Raises ValueError for anything else.
    """

    address: str
    port: int

    def __post_init__(self) -> None:
        parsed = ipaddress.ip_address(self.address)
        if not parsed.is_loopback or str(parsed) != self.address or not 0 < self.port < 65_536:
            raise ValueError("a local service has a loopback address and a port")

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


@dataclass(frozen=True, slots=True)
class SocksAddress:
    """Where Tor listens. The person chooses it, so it is not checked like an outsider's address."""

    host: str = "127.0.0.1"
    port: int = 9050

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


TOR = SocksAddress()


@dataclass(frozen=True, slots=True)
class Target:
    """An address that passed the rules. Its `repr` has the host alone: the rest may be a bearer secret.

    `host` is lower-case ASCII (punycode), without a final dot or brackets. `line` is path and query as
    they go into the request line, escapes untouched. `local` marks a LocalService.
    """

    scheme: str
    host: str
    port: int
    line: bytes = field(repr=False)
    url: str = field(repr=False)
    local: bool = False

    @property
    def onion(self) -> bool:
        """Whether the host is an onion service, by its last label alone."""
        return is_onion(self.host)

    @property
    def authority(self) -> str:
        """The host as the Host header and a person want it, with the port where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _usual_port(self.scheme) else f"{host}:{self.port}"


def read_target(url: str, local_services: Iterable[LocalService] = ()) -> Target:
    """Return `url` as a target that may be asked as far as its text can tell. Raises AddressRefused.

    https alone, or http where the parsed host is an onion service (LUD-01, LUD-17) or a local service.
    """
    _check_characters(url)
    try:
        parts = urlsplit(url)
        name, port = parts.hostname or "", parts.port
    except ValueError:
        raise AddressRefused("The address is not valid.") from None
    if parts.scheme not in {"https", "http"}:
        raise AddressRefused("The address does not begin with https://.")
    if "@" in parts.netloc:
        raise AddressRefused("The address holds a user name or password, which could hide where it leads.")
    if "[" in parts.netloc and (not _BRACKETED.fullmatch(parts.netloc) or ":" not in name):
        raise AddressRefused("The address names no valid host.")
    host = _read_host(name)
    port = _usual_port(parts.scheme) if port is None else port
    local = any((service.address, service.port) == (host, port) for service in local_services)
    if port == 0 or (port in _FOREIGN_PORTS and not local):
        raise AddressRefused(f"The address names a port of {host} that is not for web services.")
    if parts.scheme == "http" and not local and not is_onion(host):
        raise AddressRefused(
            f"{host} would be asked without encryption, so that anyone on the way could take the money."
        )
    if any(key.lower() == "tag" and value.lower() == "login" for key, value in parse_qsl(parts.query)):
        raise AddressRefused(f"The address of {host} is for signing in, not for withdrawing (LUD-04).")
    return Target(parts.scheme, host, port, _request_line(url), url, local)


def read_redirect(origin: Target, location: str, local_services: Iterable[LocalService] = ()) -> Target:
    """Return where a redirect of `origin` leads, checked like a new address. Raises AddressRefused."""
    _check_characters(location)
    try:
        joined = urljoin(origin.url, location)
    except ValueError:
        raise AddressRefused(f"{origin.host} redirects to an address that is not valid.") from None
    target = read_target(joined, local_services)
    if target.local != origin.local:
        raise AddressRefused(f"{origin.host} redirects to a machine that it may not name.")
    if not origin.local and "http" in {origin.scheme, target.scheme}:
        raise AddressRefused(f"{origin.host} redirects without encryption.")
    if origin.onion and not target.onion:
        raise AddressRefused(f"{origin.host} redirects out of Tor, which would show who you are.")
    return target


def is_onion(host: str) -> bool:
    """Whether the last label of a parsed host is `onion`, with something before it."""
    before, dot, last = host.rpartition(".")
    return bool(before and dot) and last == "onion"


def public_address(text: str) -> str:
    """Return a resolved address in the form to connect to, IPv4-mapped ones unwrapped.

    Raises AddressRefused where it is not a public unicast address; the sentence says what it is.
    """
    try:
        address: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(text)
    except ValueError:
        raise AddressRefused("leads to something that is no address") from None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    kind = _kind(address)
    if kind is not None:
        raise AddressRefused(f"leads to {kind}")
    return str(address)


def _kind(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str | None:
    """Return what an address belongs to if it is not public, else None."""
    if isinstance(address, ipaddress.IPv4Address):
        named = next((kind for network, kind in _SPECIAL_V4 if address in network), None)
    else:
        named = next((kind for network, kind in _SPECIAL_V6 if address in network), None)
        if named is None and (address not in _UNICAST_V6 or address.scope_id is not None):
            named = "a reserved range"
    return named or (None if address.is_global else "a reserved range")


def _check_characters(url: str) -> None:
    if len(url) > MAX_URL:
        raise AddressRefused(f"The address is longer than {MAX_URL} characters.")
    if not url or url != url.strip() or "\\" in url or any(unicodedata.category(mark) in _UNSEEN for mark in url):
        raise AddressRefused("The address holds characters that do not belong into one.")


def _read_host(name: str) -> str:
    """Return a host as lower-case ASCII. Numbers in any but the usual notation are refused, not interpreted."""
    if ":" in name:
        try:
            return str(ipaddress.IPv6Address(name))
        except ValueError:
            raise AddressRefused("The address names no valid host.") from None
    host = _punycode(name).removesuffix(".")
    if len(host) > _MAX_HOST or not _NAME.fullmatch(host):
        raise AddressRefused("The address names no valid host.")
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError:
            raise AddressRefused("The address names its host by a number in an unusual notation.") from None
    if host == "onion":
        raise AddressRefused("The address names no onion service.")
    return host


def _punycode(name: str) -> str:
    if name.isascii():
        return name.lower()
    import idna

    try:
        return idna.encode(name[: _MAX_HOST + 1], uts46=True, std3_rules=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        raise AddressRefused(f"The host {plain(name, 80)} is not a valid name.") from None


def _request_line(url: str) -> bytes:
    """Return path and query as one line of visible ASCII; what is already escaped stays as it is."""
    bare = url.partition("#")[0]
    parts = urlsplit(bare)
    query = bare.partition("?")[1] + parts.query
    text = (parts.path or "/") + query
    return b"".join(bytes([byte]) if 0x21 <= byte <= 0x7E else b"%%%02X" % byte for byte in text.encode())


def _usual_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80
