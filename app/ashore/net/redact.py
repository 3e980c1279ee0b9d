"""Keeps secrets and personal traces out of logs."""

import logging
import re

_NOISY = ("httpx", "httpcore", "hpack", "asyncio")

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Addresses of servers often carry a key: keep the host alone.
    (re.compile(r"\b(https?|wss?)://(?:[^\s/@\"']*@)?([^\s/?#\"'<>]+)[^\s\"'<>]*", re.I), r"\1://\2/…"),
    # Lightning: LNURLs, invoices, offers, pairing links.
    (
        re.compile(
            r"\b(lnurl1?|lnbc|lntb|lnbcrt|lno1|lnurlp|lnurlw|keyauth|nostr\+walletconnect):?[0-9a-z/?=&%.+:-]{12,}",
            re.I,
        ),
        r"\1…",
    ),
    (re.compile(r"\b(bearer|basic|macaroon|rune)[ :=]+[^\s,;\"']+", re.I), r"\1 …"),
    (
        re.compile(
            r"(?P<name>[\"']?\b(?:password|passphrase|mnemonic|seed|secret|token|api[_-]?key|private[_-]?key|k1|"
            r"authorization|cookie|signature)[\"']?\s*[:=]\s*)(?:\"[^\"]*\"|'[^']*'|[^\s,;}&]+)",
            re.I,
        ),
        r"\g<name>…",
    ),
    # Keys, hashes, addresses, calldata: six digits are enough to find one again.
    (re.compile(r"\b(0x)?([0-9a-f]{6})[0-9a-f]{26,}\b", re.I), r"\1\2…"),
    # Twelve and more plain words in a row are a recovery phrase rather than a sentence of a log.
    (re.compile(r"\b[a-z]{3,8}(?:\s+[a-z]{3,8}){11,}\b"), "(words removed)"),
)


def redact(text: str) -> str:
    """Return `text` without credentials, keys, recovery phrases and the paths of addresses."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


class RedactingFormatter(logging.Formatter):
    """Formats as its base does, then redacts all of it, the traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class RedactingFilter(logging.Filter):
    """Redacts a record's message before any handler sees it. Attach it to handlers, not to loggers."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redact(record.getMessage())
        record.args = None
        if record.exc_info:
            record.exc_text = redact(record.exc_text or logging.Formatter().formatException(record.exc_info))
        return True


def guard_logging(handler: logging.Handler) -> None:
    """Put the redactor on `handler`, and silence libraries that log addresses and headers."""
    handler.addFilter(RedactingFilter())
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
