"""A receipt: what a withdrawal was about and how far it came, with the proofs inside, for somebody who was not there.

It is made of what the journal has, and so of nothing secret. Whoever gets one checks the proofs alone; that a proven
event belongs to this very withdrawal is what its maker says, and signs where the account's key is at hand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote_plus, urlencode

from ashore.domain.amounts import display_units
from ashore.domain.errors import AshoreError
from ashore.domain.events import Terms
from ashore.domain.evidence import Evidence, Level
from ashore.domain.untrusted import hidden_characters, plain

FORMAT = "ashore.receipt"
VERSION = 1
CODE_HEAD = "ashore:receipt?"
"""How the text of a receipt's code begins: it names the receipt and holds no proof."""
SIGNED_HEAD = "Ashore receipt\n"
"""How the text that an account signs begins, and nothing else that the same key signs."""
MOST_CODE = 1_000
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_TRANSACTION = re.compile(r"0x[0-9a-f]{64}", re.ASCII)
_TIME = re.compile(r"[0-9]{1,19}", re.ASCII)
_MOST_TIME = 2**63
_MOST_WORDS, _MOST_STATUS = 200, 40
_MOST_CODED, _MOST_STATUS_CODED = 600, 120
"""Characters of a code's words and status as they stand in it, where one that is no ASCII takes up to twelve."""
_LIGHTNING = "LNURL"


class ReceiptError(AshoreError):
    """A text that is no receipt, or none that this version can read."""


@dataclass(frozen=True, slots=True)
class ReceiptMove:
    """Something that was signed or handed over for it, by its public name; never its bytes. `nonce` -1 for none."""

    kind: str
    state: str
    name: str
    nonce: int = -1


@dataclass(frozen=True, slots=True)
class ReceiptStage:
    """A stage as the maker's wallet showed it: its mark, whose word that is, a sentence, and all evidence."""

    id: str
    title: str
    mark: str
    said_by: str
    sentence: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiptSignature:
    """Of `signed_text` by an Ethereum account (EIP-191): `address` with checksum, `signature` 0x and 130 digits."""

    address: str
    signature: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """All of it. Times are UTC milliseconds.

    `proofs` are the documents of `ethereum.proofs` by their content id. `practice` is the practice network's own
    description (JSON), with which its contracts can be known; empty where money is real.
    """

    made_at: int
    made_by: str
    withdrawal: str
    started_at: int
    status: str
    headline: str
    terms: Terms
    moves: tuple[ReceiptMove, ...]
    stages: tuple[ReceiptStage, ...]
    proofs: Mapping[str, str] = field(default_factory=dict)
    practice: str = ""
    last_stage: str = ""
    """The id of the stage that ends it: where somebody pays in advance, another one than is usual."""
    signature: ReceiptSignature | None = None

    @property
    def payout(self) -> Evidence | None:
        """The strongest evidence of the last stage that a block shows; None where no chain shows anything."""
        shown = [piece for stage in self.stages for piece in stage.evidence if piece.on_chain and piece.tx_hash]
        proven = [piece for piece in shown if piece.level >= Level.PROVEN]
        return (proven or shown)[-1] if shown else None


def counts(terms: Terms) -> bool:
    """Whether what it is about is a number of a token, and no single token, no registration and nothing on Lightning.

    Only then its words are made of what a proof is held against: a text of its maker's can say anything.
    """
    return terms.amount > 0 and terms.system != _LIGHTNING and not terms.details.get("token_id")


def amount_words(terms: Terms) -> str:
    """The amount, counted from its base units."""
    return f"{display_units(terms.amount, terms.decimals)} {terms.receive_symbol}"


def receipt_words(terms: Terms) -> str:
    """What it is about in one line: amount, system, chain, and the recipient where that is an address."""
    amount = amount_words(terms) if counts(terms) else terms.details.get("amount.text") or amount_words(terms)
    to = f" to {terms.recipient}" if terms.recipient.startswith("0x") else ""
    return plain(f"{amount} from {terms.system}{to} on {terms.destination}", _MOST_WORDS)


def made_words(made_at: int) -> str:
    """Return a time (UTC milliseconds) in words, to the second. Raises ReceiptError for one beyond the calendar."""
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=made_at)
    except OverflowError:
        raise ReceiptError("This receipt names a time that there is not.") from None
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def signed_text(words: str, status: str, made: str, digest: str) -> str:
    """The text that an account signs (EIP-191, personal_sign). `made` is a time in words, `digest` 64 hex digits.

    Its head keeps it apart from everything else that the same key signs. Raises ReceiptError where a part is none.
    """
    lines = (words, status, made)
    if any(not each or len(each) > _MOST_WORDS or hidden_characters(each) or "\n" in each for each in lines):
        raise ReceiptError("This receipt cannot be put into words that could be signed.")
    if not _DIGEST.fullmatch(digest):
        raise ReceiptError("This receipt has no name that could be signed.")
    return f"{SIGNED_HEAD}\n{words}\nStatus: {status}\nMade: {made}\nSHA-256: {digest}"


@dataclass(frozen=True, slots=True)
class ReceiptCode:
    """What a code says of a receipt: enough to find it and to compare it, no proof. `transaction` may be empty."""

    digest: str
    words: str
    status: str
    made_at: int
    transaction: str = ""


def coded_words(words: str) -> str:
    """As much of them as a code has room for. What `receipt_words` tells of amounts and addresses always fits."""
    return _coded(words, _MOST_WORDS, _MOST_CODED)


def _coded(words: str, most: int, most_coded: int) -> str:
    told = plain(words, most)
    while len(quote_plus(told)) > most_coded:
        told = told.removesuffix("…")[:-1].rstrip() + "…"
    return told


def code_text(code: ReceiptCode) -> str:
    """The text of a receipt's code, which `read_code` reads: words and status are cut where it would be too long."""
    status = _coded(code.status, _MOST_STATUS, _MOST_STATUS_CODED)
    parts = {"v": VERSION, "d": code.digest, "w": coded_words(code.words), "s": status, "m": code.made_at}
    return CODE_HEAD + urlencode({**parts, **({"t": code.transaction} if code.transaction else {})})


def read_code(text: str) -> ReceiptCode:
    """Read the text of a receipt's code. Raises ReceiptError."""
    bare = text.strip()
    if len(bare) > MOST_CODE or not bare.isascii() or not bare.lower().startswith(CODE_HEAD):
        raise ReceiptError("This is not the code of a receipt.")
    pairs = parse_qsl(bare[len(CODE_HEAD) :], keep_blank_values=True)
    parts = dict(pairs)
    if len(parts) != len(pairs) or not {"v", "d", "w", "s", "m"} <= parts.keys() <= {"v", "d", "w", "s", "m", "t"}:
        raise ReceiptError("The code of this receipt is damaged.", "Scan or copy it again.")
    if parts["v"] != str(VERSION):
        raise ReceiptError("This code is of another version of Ashore.", "Open the receipt with a newer one.")
    made, transaction = parts["m"], parts.get("t", "")
    sound = _DIGEST.fullmatch(parts["d"]) and _TIME.fullmatch(made) and int(made) < _MOST_TIME
    if not sound or (transaction and not _TRANSACTION.fullmatch(transaction)):
        raise ReceiptError("The code of this receipt is damaged.", "Scan or copy it again.")
    words, status = plain(parts["w"], _MOST_WORDS), plain(parts["s"], _MOST_STATUS)
    return ReceiptCode(parts["d"], words, status, int(made), transaction)
