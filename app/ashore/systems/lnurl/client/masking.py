"""Takes bearer's secrets out of what a service says: some quote the invoice or the secret back in their reason."""

import re
from collections.abc import Iterable
from urllib.parse import quote

from ashore.domain.untrusted import plain
from ashore.systems.lnurl.codec import ServiceUrl

MASK = "…"
WITHHELD = "The service’s words quoted the voucher’s secret and are not shown."
# Shorter pieces guard nothing, and taking them out would spoil honest words.
_LEAST_SECRET = 8
_LEAST_URL_PIECE = 16
_URL_PIECES = re.compile(r"[/?&=#]+")


def mask(text: str, secrets: Iterable[str]) -> str:
    """Return a plain text without any of `secrets`, in whatever case they stand there, nor their cut-off beginnings."""
    for secret in sorted(_forms(secrets), key=len, reverse=True):
        text = re.sub(re.escape(secret), MASK, text, flags=re.IGNORECASE)
        text = _without_cut_end(text, secret)
    return text


def quotes_pieces(text: str, secret: str) -> bool:
    """Whether eight characters of `secret` in a row stand in a text, however they are parted by other signs."""
    words, key = _folded(text), _folded(secret)
    runs = {key[start : start + _LEAST_SECRET] for start in range(len(key) - _LEAST_SECRET + 1)}
    return any(run in words for run in runs)


def _folded(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def url_secrets(url: ServiceUrl) -> list[str]:
    """Return the parts of an address that may work like a key: all of it, and every long piece."""
    pieces = [piece for piece in _URL_PIECES.split(url.target) if len(piece) >= _LEAST_URL_PIECE]
    values = [value for _, value in url.query() if len(value) >= _LEAST_URL_PIECE]
    return [url.text, url.wire, url.target, *pieces, *values]


def _forms(secrets: Iterable[str]) -> set[str]:
    """Return every secret as it is, escaped for an address and made plain, where it is long enough to be one."""
    given = list(secrets)
    forms = {*given, *(quote(secret, safe="") for secret in given), *(plain(secret, len(secret)) for secret in given)}
    return {form for form in forms if len(form) >= _LEAST_SECRET}


def _without_cut_end(text: str, secret: str) -> str:
    """Take away the beginning of a secret where the bound on the text's length cut it in two."""
    bare = text.removesuffix(MASK)
    if bare == text:
        return text
    for length in range(min(len(secret), len(bare)), _LEAST_SECRET - 1, -1):
        if bare.lower().endswith(secret[:length].lower()):
            return bare[:-length] + MASK
    return text
