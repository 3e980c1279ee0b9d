"""Data that is spread over several QR codes, shown in turn or side by side: named, so that nobody takes a part for
the whole.

Sources: BBQr (github.com/coinkite/BBQr, BBQr.md); Uniform Resources
(BCR-2020-005 and, before it, "1of3"); Specter ("p1of3 "); Cobo Vault (JSON of total, index, checkSum, value).
"""

from __future__ import annotations

import re

_HEAD = 400
"""Characters from the start of a text in which a format names itself."""
_BBQR = re.compile(r"B\$[2HZ][A-Z]([0-9A-Z]{2})([0-9A-Z]{2})")
_UR_PART = re.compile(r"ur:[a-z0-9-]+/(\d{1,6})(?:-|of)(\d{1,6})/", re.IGNORECASE)
_UR = re.compile(r"ur:([a-z][a-z0-9-]{0,31})/[a-z0-9]", re.IGNORECASE)
_SPECTER = re.compile(r"p(\d{1,4})of(\d{1,4}) ")
_COBO = re.compile(r'\{(?=[^{}]*"total":\s*(\d{1,4}))(?=[^{}]*"index":\s*(\d{1,4}))(?=[^{}]*"checkSum")')


def named(text: str) -> str:
    """One sentence where a text is a part of something that several codes hold or that is for a signing device.

    Nothing for every other text. Never repeats any of the text.
    """
    head = text[:_HEAD].lstrip()
    if found := _BBQR.match(head):
        total, index = (int(number, 36) for number in found.groups())
        return of_several(index + 1, total, "BBQr") if total > 1 else _for_devices("BBQr")
    if found := _UR_PART.match(head):
        return of_several(int(found[1]), int(found[2]), "UR")
    if _UR.match(head):
        return _for_devices("UR")
    if found := _SPECTER.match(head):
        return of_several(int(found[1]), int(found[2]), "Specter")
    if found := _COBO.match(head):
        return of_several(int(found[2]) + 1, int(found[1]), "Cobo Vault")
    return ""


def of_several(index: int, total: int = 0, kind: str = "") -> str:
    """The sentence on part `index` (from 1) of `total`, 0 where that is not known."""
    which = f"part {index} of {total or 'several'}" if not total or index <= total else f"one of {total}"
    return f"This code is {which}{f' ({kind})' if kind else ''}, and Ashore reads only what one code holds."


def _for_devices(kind: str) -> str:
    return f"This code ({kind}) holds data for a signing device, which Ashore has no use for."
