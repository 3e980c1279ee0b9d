"""Throw-away certificates, made in memory (RFC 5280): nothing secret is committed and no program is needed."""

from __future__ import annotations

import datetime
import hashlib
import ipaddress
import itertools
import ssl
from collections.abc import Sequence
from pathlib import Path

from Crypto.Hash import SHA256
from Crypto.PublicKey import ECC
from Crypto.Signature import DSS

_ECDSA_WITH_SHA256 = bytes.fromhex("06082a8648ce3d040302")
_COMMON_NAME = bytes.fromhex("0603550403")
_NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
_serials = itertools.count(1)


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x82]) + size.to_bytes(2, "big")
    return bytes([tag]) + length + content


def _name(common_name: str) -> bytes:
    return _der(0x30, _der(0x31, _der(0x30, _COMMON_NAME, _der(0x0C, common_name.encode()))))


def _extension(number: int, value: bytes, *, critical: bool = False) -> bytes:
    flag = _der(0x01, b"\xff") if critical else b""
    return _der(0x30, _der(0x06, bytes([0x55, 0x1D, number])), flag, _der(0x04, value))


def _alternative(name: str) -> bytes:
    try:
        return _der(0x87, ipaddress.ip_address(name).packed)
    except ValueError:
        return _der(0x82, name.encode())


class Authority:
    """A key that signs certificates for the names asked for."""

    def __init__(self, folder: Path, title: str = "Test authority") -> None:
        self._folder = folder
        self._title = title
        self._key = ECC.generate(curve="P-256")
        self.certificate = self._sign(self._key, title, (), authority=True)

    def trusting(self) -> ssl.SSLContext:
        """A client's context that trusts this authority alone, as strict as the wallet's own."""
        return ssl.create_default_context(cadata=self.certificate)

    def server(
        self, *names: str, days: tuple[int, int] = (-400, 36_500), self_signed: bool = False, title: str = "server"
    ) -> ssl.SSLContext:
        """A server's context with a certificate for `names`, valid from and to `days` after the year began."""
        key = ECC.generate(curve="P-256")
        certificate = self._sign(key, title, names, days=days, self_signed=self_signed)
        path = self._folder / f"{next(_serials)}.pem"
        path.write_text(ssl.DER_cert_to_PEM_cert(certificate) + key.export_key(format="PEM") + "\n", encoding="ascii")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _sign(
        self,
        key: ECC.EccKey,
        title: str,
        names: Sequence[str],
        *,
        days: tuple[int, int] = (-400, 36_500),
        authority: bool = False,
        self_signed: bool = False,
    ) -> bytes:
        signer = key if self_signed else self._key
        public = key.public_key().export_key(format="DER")
        issuer = hashlib.sha256(signer.public_key().export_key(format="DER")).digest()[:20]
        extensions = [
            _extension(0x0E, _der(0x04, hashlib.sha256(public).digest()[:20])),
            _extension(0x23, _der(0x30, _der(0x80, issuer))),
            _extension(0x13, _der(0x30, _der(0x01, b"\xff")) if authority else _der(0x30), critical=True),
            _extension(0x0F, _der(0x03, b"\x01\x06" if authority else b"\x07\x80"), critical=True),
        ]
        if names:
            extensions.append(_extension(0x11, _der(0x30, *map(_alternative, names))))
        validity = [(_NOW + datetime.timedelta(days=day)).strftime("%Y%m%d%H%M%SZ").encode() for day in days]
        body = _der(
            0x30,
            _der(0xA0, _der(0x02, b"\x02")),
            _der(0x02, b"\x40" + next(_serials).to_bytes(2, "big")),
            _der(0x30, _ECDSA_WITH_SHA256),
            _name(title if self_signed else self._title),
            _der(0x30, *(_der(0x18, moment) for moment in validity)),
            _name(title),
            public,
            _der(0xA3, _der(0x30, *extensions)),
        )
        signature = DSS.new(signer, "fips-186-3", encoding="der").sign(SHA256.new(body))
        return _der(0x30, body, _der(0x30, _ECDSA_WITH_SHA256), _der(0x03, b"\x00" + signature))
