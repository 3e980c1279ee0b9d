"""The envelope of Reddio's answers: `{"status", "error", "error_code", "data"}`, whatever HTTP status it comes with.

Source: Reddio's API pages and red-js-sdk. `error_code` is missing in several replies, `error` may be null, and a
failure comes with HTTP 2xx as well as 4xx and 5xx.
"""

import json
from dataclasses import dataclass

from ashore.domain.errors import AshoreError
from ashore.domain.untrusted import plain
from ashore.systems.reddio.codec import Refusal, explain

MAX_ERROR = 160
MAX_CODE = 10**6


class BadAnswer(AshoreError):
    """Reddio answered something that does not have the form it must have."""

    def __init__(self, what: str) -> None:
        super().__init__(f"Reddio’s answer about {what} does not have the form it must have.", "Try again later.")


class ApiError(AshoreError):
    """Reddio said no, in its own form. `code` is None where it named none; `said` is its own text, plain and bounded.

    `refusal` tells what it means for a request, and whether it is certain.
    """

    def __init__(self, code: int | None, said: str) -> None:
        self.code = code
        self.said = said
        self.refusal: Refusal = explain(code, said)
        super().__init__(self.refusal.sentence, self.refusal.advice)


@dataclass(frozen=True, slots=True)
class Envelope:
    """An answer that was read: `data` where `failed` is None."""

    data: object
    failed: ApiError | None = None


def read_envelope(body: bytes) -> Envelope | None:
    """Read a body; None where it is not such an envelope, or says yes and no at once."""
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(raw, dict) or not isinstance(raw.get("status"), str):
        return None
    code, said = _code(raw.get("error_code")), _text(raw.get("error"))
    if raw["status"].upper() != "OK":
        return Envelope(None, ApiError(code, said))
    return None if code else Envelope(raw.get("data"))


def _code(raw: object) -> int | None:
    if isinstance(raw, str) and raw.isascii() and raw.isdigit() and len(raw) <= len(str(MAX_CODE)):
        return int(raw)
    if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) <= MAX_CODE:
        return raw
    return None


def _text(raw: object) -> str:
    return plain(raw, MAX_ERROR) if isinstance(raw, str) else ""
