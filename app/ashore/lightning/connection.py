"""How a wallet of the user is reached: an address the user chose, on this machine, in the house or on the internet."""

from __future__ import annotations

import ipaddress
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ashore.domain.untrusted import hidden_characters, plain
from ashore.lightning.errors import AddressRefused, BackendUnreachable
from ashore.net.errors import HttpStatus, NetError, NotSent, Unanswered
from ashore.net.http import HttpClient, Purpose

MAX_ADDRESS = 2_047
_MAX_PEM = 64 * 1024
_NOTHING_SENT = "Nothing was sent."

ASK = Purpose("ask the receiving wallet", max_bytes=512 * 1024, connect_seconds=10, total_seconds=20, retries=0)
ASK_MUCH = Purpose("read the channels", max_bytes=8 * 1024 * 1024, connect_seconds=10, total_seconds=40, retries=0)
MAKE = Purpose("make an invoice", max_bytes=512 * 1024, connect_seconds=10, total_seconds=40, retries=0)


class NoReply(BackendUnreachable):
    """The request may have arrived, but no answer came that could be read."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a wallet's API is: `base` without a final slash, `host` fit to be shown."""

    base: str = field(repr=False)
    host: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered, under whatever status. The body is untrusted and bounded."""

    status: int
    body: bytes = field(repr=False)

    @property
    def good(self) -> bool:
        """Whether the status says success."""
        return 200 <= self.status < 300


def read_address(text: str) -> Address:
    """Return the address of a wallet as the user typed it. Raises AddressRefused.

    https to any host, also in the house; http to this machine alone: the credential would travel in the open.
    """
    bare = text.strip().rstrip("/")
    try:
        parts = urlsplit(bare)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise AddressRefused("The address is not valid.", _NOTHING_SENT) from None
    shown = plain(host, 80)
    if parts.scheme not in {"https", "http"} or "://" not in bare:
        raise AddressRefused("The address has to begin with https://.", _NOTHING_SENT)
    odd = not bare.isascii() or "\\" in bare or " " in bare or bool(hidden_characters(bare))
    if odd or not host or port == 0 or len(bare) > MAX_ADDRESS:
        raise AddressRefused("The address is not valid.", _NOTHING_SENT)
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise AddressRefused(
            "Enter the address of the wallet alone, without a user name, a question mark or a hash.", _NOTHING_SENT
        )
    if parts.scheme == "http" and not _is_this_machine(host):
        if host.endswith(".onion"):
            raise AddressRefused(f"{shown} is an onion service, which Ashore cannot receive through.", _NOTHING_SENT)
        raise AddressRefused(
            f"{shown} would be asked without encryption, so that anyone on the way could read your key.",
            "Use https://; http:// works for a wallet on this computer only. Nothing was sent.",
        )
    return Address(bare, shown)


def pinned_tls(ca_pem: str, certificate_name: str = "") -> ssl.SSLContext:
    """Return a context that trusts the certificates in `ca_pem` and no others. Raises AddressRefused.

    `certificate_name` is the name the server's certificate has to bear, if not the host's: a node that signs its own
    certificates cannot know under which address of the house it is reached.
    """
    if len(ca_pem) > _MAX_PEM or not ca_pem.isascii() or "PRIVATE KEY" in ca_pem:
        raise AddressRefused("This is not the certificate file (ca.pem) of a wallet.", _NOTHING_SENT)
    context = _NamingContext(ssl.PROTOCOL_TLS_CLIENT)
    context.certificate_name = certificate_name
    context.hostname_checks_common_name = False
    try:
        context.load_verify_locations(cadata=ca_pem)
    except (ssl.SSLError, ValueError):
        raise AddressRefused("The certificate file (ca.pem) cannot be read.", _NOTHING_SENT) from None
    if not context.get_ca_certs():
        raise AddressRefused("The file is a certificate, but not one that vouches for others (ca.pem).", _NOTHING_SENT)
    return context


class _NamingContext(ssl.SSLContext):
    """Asks for a certificate of a fixed name rather than of the host, where there is one."""

    certificate_name = ""

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        return super().wrap_bio(incoming, outgoing, server_side, self.certificate_name or server_hostname, session)


class Line:
    """Sends requests with a credential to one wallet. Its errors hold the host and nothing else of the request."""

    def __init__(self, http: HttpClient, address: Address, credential: Mapping[str, str]) -> None:
        self._http = http
        self._address = address
        self._headers = {**credential, "content-type": "application/json"}
        self._secrets = [value.encode() for value in credential.values()]

    def __repr__(self) -> str:
        return f"Line({self.host})"

    @property
    def host(self) -> str:
        """The wallet's host, for sentences."""
        return self._address.host

    async def ask(self, method: str, path: str, purpose: Purpose, content: Mapping[str, object] | None = None) -> Reply:
        """Return the answer, whatever its status. Raises BackendUnreachable, and NoReply where it may have arrived."""
        body = None if content is None else json.dumps(content, separators=(",", ":")).encode()
        try:
            answer = await self._http.request(
                method, self._address.base + path, purpose, body=body, headers=self._headers
            )
            return self._reply(answer.status, answer.body)
        except HttpStatus as refused:
            return self._reply(refused.status, refused.body)
        except Unanswered as unanswered:
            if unanswered.status:
                return self._reply(unanswered.status, unanswered.body)
            failure: BackendUnreachable = NoReply(unanswered.sentence)
        except NotSent as not_sent:
            failure = BackendUnreachable(*_why_not_sent(self.host, not_sent))
        # Raised out here so that no error of the request, and nothing it holds, hangs on this one.
        raise failure

    def _reply(self, status: int, body: bytes) -> Reply:
        """Return an answer without the credential, which a server might repeat and a sentence might quote."""
        for secret in self._secrets:
            body = body.replace(secret, b"...")
        return Reply(status, body)


def _why_not_sent(host: str, error: NetError) -> tuple[str, str]:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            reason = plain(cause.verify_message, 120)
            sentence = f"{host} could not prove who it is: its certificate is not valid ({reason})."
            return sentence, "If it signs its own certificates, give Ashore its ca.pem. Nothing was sent."
        cause = cause.__cause__ or cause.__context__
    return error.sentence, error.advice


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
