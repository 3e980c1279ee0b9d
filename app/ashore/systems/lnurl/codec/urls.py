"""Web addresses that an outsider chose: split strictly, judged by their parsed host, passed on verbatim.

Source: LUD-01 (https, or http where the host is an onion service), LUD-17 (schemes of their own), RFC 3986.
"""

import re
import string
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import quote, unquote_plus

from ashore.systems.lnurl.codec import hosts
from ashore.systems.lnurl.codec.errors import OutsidePractice, UrlError

MAX_URL_CHARACTERS = 2047
ONLY_ITS_OWN = "Practice asks only its own service, on this computer."

_SPLIT = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<target>[^#]*)", re.IGNORECASE | re.ASCII
)
_PORT = re.compile(r"[0-9]{1,5}")
# Everything that RFC 3986 lets stand in a path or query, and the percent sign of existing escapes.
_KEPT = string.ascii_letters + string.digits + "-._~:/?@!$&'()*+,;=%[]"


class Reach(StrEnum):
    """Which hosts are asked: those of the public internet and onion services, or in practice this computer alone."""

    PUBLIC = "public"
    PRACTICE = "practice"


@dataclass(frozen=True, slots=True)
class ServiceUrl:
    """A web address that may be asked. Its text is a bearer's secret, so only the host is shown.

    `host` is lower-case ASCII (punycode for other scripts, IPv6 without brackets); `authority` is host and port as
    they were written, `target` path and query with at least "/", without the fragment.
    """

    text: str = field(repr=False)
    scheme: str
    host: str
    port: int | None
    authority: str = field(repr=False)
    target: str = field(repr=False)

    @property
    def wire(self) -> str:
        """The address to request: as it was written, with only what RFC 3986 forbids escaped."""
        return f"{self.scheme}://{self.authority}{self.target}"

    @property
    def shown_host(self) -> str:
        """The full host name for a person, with its port where one is written."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"

    @property
    def is_onion(self) -> bool:
        """Whether the host is an onion service, which only Tor reaches."""
        return hosts.is_onion(self.host)

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port: what two addresses of one service have in common."""
        return self.scheme, self.host, self.port or (443 if self.scheme == "https" else 80)

    def query(self) -> list[tuple[str, str]]:
        """Return the names and values of the query, unescaped, in their order."""
        pairs = self.target.partition("?")[2].split("&")
        return [(unquote_plus(name), unquote_plus(value)) for name, _, value in (p.partition("=") for p in pairs if p)]


def parse_url(text: str, reach: Reach = Reach.PUBLIC) -> ServiceUrl:
    """Split a web address and judge it by its parsed host. Raises UrlError with what is wrong."""
    url = _split(text)
    _judge(url, reach)
    return url


def parse_lud17(rest: str, reach: Reach = Reach.PUBLIC) -> ServiceUrl:
    """Return the address that stands after a scheme of LUD-17, with or without its slashes. Raises UrlError.

    It becomes https, and http for an onion service (and, in practice, for this computer, which has no certificate).
    """
    address = rest.removeprefix("//")
    host = _split("https://" + address).host
    plain = hosts.is_onion(host) or (reach is Reach.PRACTICE and hosts.is_loopback(host))
    return parse_url(("http://" if plain else "https://") + address, reach)


def _split(text: str) -> ServiceUrl:
    if len(text) > MAX_URL_CHARACTERS:
        raise UrlError(f"This web address is longer than {MAX_URL_CHARACTERS} characters.", "Ask for another link.")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text) or "\\" in text:
        raise UrlError("This web address contains a character that none may have.", "Do not use this link.")
    parts = _SPLIT.match(text)
    if parts is None:
        raise UrlError("This is not a whole web address.", "Copy it again, from https:// to its end.")
    authority, target = parts["authority"], parts["target"]
    if "@" in authority:
        raise UrlError("This web address hides its host behind a name and an @.", "Do not use this link.")
    host_text, port = _split_port(authority)
    host = hosts.ascii_host(host_text)
    if not authority.isascii():
        authority = host if port is None else f"{host}:{port}"
    return ServiceUrl(
        text=text,
        scheme=parts["scheme"].lower(),
        host=host,
        port=port,
        authority=authority,
        target=quote(target if target.startswith("/") else "/" + target, safe=_KEPT),
    )


def _split_port(authority: str) -> tuple[str, int | None]:
    host, colon, port = authority.rpartition(":")
    if not colon or authority.endswith("]"):
        return authority, None
    if not _PORT.fullmatch(port) or not 0 < int(port) < 1 << 16:
        raise UrlError("The port in this web address is not one.", "Copy the whole link again.")
    return host, int(port)


def _judge(url: ServiceUrl, reach: Reach) -> None:
    if url.scheme not in ("https", "http"):
        raise UrlError("This kind of link is not a web address.", "Use a link that starts with https://.")
    if reach is Reach.PRACTICE:
        if not hosts.is_loopback(url.host):
            where = "on the internet" if hosts.is_public(url.host) else "in a private network"
            raise OutsidePractice(f"This is an address {where}. {ONLY_ITS_OWN}", "Nothing was asked.")
        return
    if not hosts.is_public(url.host):
        raise UrlError(
            "This link leads to this computer or into a private network, not to a service on the internet.",
            "Do not use it: it could make Ashore ask devices of your own.",
        )
    if url.scheme == "http" and not url.is_onion:
        raise UrlError(
            "This link is not encrypted: whoever is on the way could take the money.",
            "Ask the service for a link that starts with https://.",
        )
