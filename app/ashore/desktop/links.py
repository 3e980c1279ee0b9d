"""What a link from outside the program may be. Standard library only.

A link can hold a voucher's secret: it is never written down, printed or repeated here.
"""

from __future__ import annotations

import re

MOST_BYTES = 4096
"""Bytes of a link in UTF-8: LUD-01's longest is half of that."""

REGISTERED = ("lightning", "lnurlw", "ethereum", "ashore")
"""The schemes that the operating system can be asked to open with Ashore, in the order in which they are named."""

TOO_LONG, NOT_TEXT, NOT_A_LINK = "too-long", "not-text", "not-a-link"

UNFIT = {
    TOO_LONG: (
        f"A link was too long to be opened: more than {MOST_BYTES:,} characters.",
        "Nothing was opened. If it is a voucher, ask its service for a new one.",
    ),
    NOT_TEXT: (
        "A link held characters that no link has.",
        "Nothing was opened. Copy it again, or paste its text into the field.",
    ),
    NOT_A_LINK: (
        "What Ashore was started with is no link.",
        "It opens one link, for example lightning:…, lnurlw:…, ethereum:… or ashore:…",
    ),
}
"""By what is wrong with a link: what happened, and what to do."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


def unfit(link: str) -> str:
    """What is wrong with a link, as a key of `UNFIT`; empty where it can be passed on."""
    if len(link) > MOST_BYTES:
        return TOO_LONG
    try:
        written = link.encode()
    except UnicodeEncodeError:  # an argument that was not UTF-8
        return NOT_TEXT
    if len(written) > MOST_BYTES:
        return TOO_LONG
    if not all(character.isprintable() for character in link):
        return NOT_TEXT
    return "" if _SCHEME.match(link) else NOT_A_LINK
