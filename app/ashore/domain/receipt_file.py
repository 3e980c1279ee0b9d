"""The file of a receipt: canonical JSON in ASCII, read strictly and within bounds, for it comes from anybody."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from typing import Any, TypeVar

from ashore.domain import strict_json
from ashore.domain.events import Terms
from ashore.domain.evidence import Evidence, Level
from ashore.domain.receipt import FORMAT, VERSION, Receipt, ReceiptError, ReceiptMove, ReceiptSignature, ReceiptStage

MAX_BYTES = 16_000_000
SUFFIX = ".ashore-receipt.json"
_MOST_TEXT, _MOST_PROOF = 4_000, 4_000_000
_MOST_STAGES, _MOST_PIECES, _MOST_FACTS, _MOST_PROOFS = 40, 60, 200, 200
_MOST_TOKENS = 100_000
"""Brackets, commas and texts: a withdrawal has a few thousand."""
_MOST_NUMBER = 2**63
_NUMBERS = ("observed_at", "block_number", "block_time", "agreeing", "asked")
_MOST_BASE_UNITS = 2**256
_AGAIN = "Ask for the file once more."
_DAMAGED = ("This receipt was damaged or changed: it is not as Ashore writes it.", _AGAIN)
_CUT_OFF = ("This receipt is cut off: its end is missing.", _AGAIN)
_NONE = ("This is not a receipt of Ashore.", "Take the whole file that Ashore has saved, or all of its text.")
_HEAD = b'{"format":"%s"' % FORMAT.encode()
"""How the file of every receipt begins."""
_MARK = b"\xef\xbb\xbf"
"""What some editors put before it (a byte order mark), which says nothing."""

_T = TypeVar("_T")


def write(receipt: Receipt) -> str:
    """Return the text of its file."""
    return _canonical({**_content(receipt), **_signature(receipt)})


def digest(receipt: Receipt) -> str:
    """Return the SHA-256 (64 hex digits) of all of it but the signature: its name, and what is signed."""
    return hashlib.sha256(_canonical(_content(receipt)).encode("ascii")).hexdigest()


class ReceiptChanged(ReceiptError):
    """A receipt by its own word, and not as any Ashore has written it: cut off, damaged, or changed."""


def read(data: bytes) -> Receipt:
    """Read a receipt's file. Raises ReceiptChanged, else ReceiptError; their sentences quote nothing of it."""
    if len(data) > MAX_BYTES:
        raise ReceiptError("This is too large to be a receipt.", _NONE[1])
    try:
        content = strict_json.parse(data.removeprefix(_MARK), _MOST_TOKENS)
    except (strict_json.JsonError, RecursionError):
        if not data.removeprefix(_MARK).lstrip().startswith(_HEAD):
            raise ReceiptError(*_NONE) from None
        raise ReceiptChanged(*(_DAMAGED if data.rstrip().endswith(b"}") else _CUT_OFF)) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ReceiptError(*_NONE)
    if content.get("version") != VERSION:
        raise ReceiptError("This receipt is of another version of Ashore.", "Open it with a newer one.")
    try:
        receipt = _receipt(content)
    except (KeyError, TypeError, ValueError):
        raise ReceiptChanged(*_DAMAGED) from None
    if any(hashlib.sha256(text.encode()).hexdigest() != name for name, text in receipt.proofs.items()):
        raise ReceiptChanged("A proof in this receipt is not the one that it names: it was changed.", _AGAIN)
    return receipt


def _canonical(content: Mapping[str, object]) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _content(receipt: Receipt) -> dict[str, object]:
    content = asdict(replace(receipt, signature=None, proofs=dict(receipt.proofs)))
    del content["signature"]
    return {"format": FORMAT, "version": VERSION, **content}


def _signature(receipt: Receipt) -> dict[str, object]:
    return {} if receipt.signature is None else {"signature": asdict(receipt.signature)}


def _receipt(content: dict[str, Any]) -> Receipt:
    names = {each.name for each in fields(Receipt)} | {"format", "version"}
    if not names - {"signature"} <= content.keys() <= names:
        raise ValueError("other fields")
    signature = content.get("signature")
    return Receipt(
        made_at=_number(content["made_at"]),
        made_by=_text(content["made_by"]),
        withdrawal=_text(content["withdrawal"]),
        started_at=_number(content["started_at"]),
        status=_text(content["status"]),
        headline=_text(content["headline"]),
        terms=_terms(content["terms"]),
        moves=tuple(_each(content["moves"], _move, _MOST_PIECES)),
        stages=tuple(_each(content["stages"], _stage, _MOST_STAGES)),
        proofs=_texts(content["proofs"], _MOST_PROOFS, _MOST_PROOF),
        practice=_text(content["practice"], _MOST_PROOF),
        last_stage=_text(content["last_stage"]),
        signature=None if signature is None else ReceiptSignature(**_only_texts(signature)),
    )


def _terms(raw: Any) -> Terms:
    given = _fields(raw, Terms)
    numbers: dict[str, Any] = {
        "decimals": _number(given.pop("decimals"), 256),
        "amount": _number(given.pop("amount"), _MOST_BASE_UNITS),
        "fee": _number(given.pop("fee"), _MOST_BASE_UNITS),
    }
    numbers["details"] = _texts(given.pop("details"), _MOST_FACTS)
    return Terms(**{**_only_texts(given), **numbers})


def _move(raw: Any) -> ReceiptMove:
    given = _fields(raw, ReceiptMove)
    nonce = given.pop("nonce")
    return ReceiptMove(**_only_texts(given), nonce=-1 if nonce == -1 and type(nonce) is int else _number(nonce))


def _stage(raw: Any) -> ReceiptStage:
    given = _fields(raw, ReceiptStage)
    evidence = tuple(_each(given.pop("evidence"), _evidence, _MOST_PIECES))
    return ReceiptStage(**_only_texts(given), evidence=evidence)


def _evidence(raw: Any) -> Evidence:
    given = _fields(raw, Evidence)
    log = given.pop("log_index")
    values: dict[str, Any] = {name: _number(given.pop(name)) for name in _NUMBERS}
    values["level"] = Level(_number(given.pop("level")))
    values["log_index"] = -1 if log == -1 and type(log) is int else _number(log)
    values["facts"] = _texts(given.pop("facts"), _MOST_FACTS)
    return Evidence(**{**_only_texts(given), **values})


def _fields(raw: Any, kind: type) -> dict[str, Any]:
    if not isinstance(raw, dict) or raw.keys() != {each.name for each in fields(kind)}:
        raise ValueError("other fields")
    return dict(raw)


def _each(raw: Any, read_one: Callable[[Any], _T], most: int) -> Sequence[_T]:
    if not isinstance(raw, list) or len(raw) > most:
        raise ValueError("not a list")
    return [read_one(each) for each in raw]


def _texts(raw: Any, most: int, longest: int = _MOST_TEXT) -> dict[str, str]:
    if not isinstance(raw, dict) or len(raw) > most:
        raise ValueError("not an object")
    return {_text(name): _text(value, longest) for name, value in raw.items()}


def _only_texts(raw: Any) -> dict[str, str]:
    return _texts(raw, _MOST_FACTS)


def _text(raw: Any, longest: int = _MOST_TEXT) -> str:
    if not isinstance(raw, str) or len(raw) > longest or any("\ud800" <= c <= "\udfff" for c in raw):
        raise ValueError("not a text")
    return raw


def _number(raw: Any, limit: int = _MOST_NUMBER) -> int:
    if type(raw) is not int or not 0 <= raw < limit:
        raise ValueError("not a number")
    return raw
