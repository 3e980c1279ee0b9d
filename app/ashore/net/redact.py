"""Keeps secrets and personal traces out of logs."""

import logging
import re

_NOISY = ("httpx", "httpcore", "hpack", "asyncio")

# Quotes may be escaped and separators percent-encoded where one text is quoted in another.
_QUOTE = r"(?:\\*[\"'])?"
_QUOTED = r"""(?:"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|\\+["'](?:[^"'\\]|\\[^"'])*(?:\\["'])?)"""
_IS = r"\s*(?:[:=]|%3a|%3d)\s*"
_GUARDED_NAMES = (
    r"password|passphrase|mnemonic|seed|secret|token|(?:api|admin|invoice|private|secret|in)[_-]?key|k1|authorization|"
    r"cookie|signature|macaroon|rune|pr|bolt11|invoice|payment_?request|(?:payment_?)?preimage|(?:lnurl|balance)?callback|"
    r"balance_?check|pin"
)

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Addresses of servers often carry a key: keep the host alone.
    (
        re.compile(r"(?<![a-z0-9])(https?|wss?|lnurl[wpc])://(?:[^\s/@\"']*@)?([^\s/?#\"'<>\\]+)[^\s\"'<>]*", re.I),
        r"\1://\2/…",
    ),
    # Lightning: pairing links, then LNURLs, invoices of every network, offers.
    (re.compile(r"(?<![a-z0-9])(nostr\+walletconnect|keyauth|lnurl[wpc]):[^\s\"'<>]*", re.I), r"\1…"),
    (
        re.compile(r"(?<![a-z0-9])(lnurl1?|lnbcrt|lnbc|lntbs|lntb|lnsb|lno1|lni1|lnr1):?[0-9a-z/?=&%.+:-]{12,}", re.I),
        r"\1…",
    ),
    (re.compile(r"(?<![a-z0-9])(authorization|cookie|set-cookie)\s*:\s*[^\"'\r\n]+", re.I), r"\1: …"),
    (re.compile(r"\b(bearer|basic|macaroon|rune)[ :=]+[^\s,;\"']+", re.I), r"\1 …"),
    (
        re.compile(
            rf"(?P<name>(?<![a-z0-9])(?:{_GUARDED_NAMES}){_QUOTE}{_IS})"
            rf"(?:{_QUOTED}|[^\s,;}}&]+)",
            re.I,
        ),
        r"\g<name>…",
    ),
    # Keys, hashes, addresses, calldata: six digits are enough to find one again.
    (re.compile(r"\b(0x)?([0-9a-f]{6})[0-9a-f]{26,}\b", re.I), r"\1\2…"),
    # Long words of small and capital letters and digits are runes, macaroons and keys in base64 rather than names.
    (
        re.compile(r"(?<![\w+-])(?=[\w+-]*\d)(?=[\w+-]*[a-z])(?=[\w+-]*[A-Z])([\w+-]{4})[\w+-]{36,}={0,2}"),
        r"\1…",
    ),
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
        if record.stack_info:
            record.stack_info = redact(record.stack_info)
        return True


def guard_logging(handler: logging.Handler) -> None:
    """Put the redactor on `handler`, and silence libraries that log addresses and headers."""
    handler.addFilter(RedactingFilter())
    silence_libraries()


def silence_libraries() -> None:
    """Keep libraries from logging addresses and headers, whatever the level of the root logger."""
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
