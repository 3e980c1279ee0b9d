"""What is said of work that was begun, before anything else takes its place."""

from __future__ import annotations

from collections.abc import Mapping

from ashore.domain.addresses import readable
from ashore.domain.pasted_secrets import may_hold_key
from ashore.domain.untrusted import plain
from ashore.systems.base import Problem, Severity
from ashore.systems.reddio.system.offer import TO_VAULT

_MOST_AMOUNT = 40
_ADDRESS = len("0x") + 40


def withdrawal_begun(system: str, entries: Mapping[str, str], wanted: str = "what came now") -> Problem:
    """A form that is filled in: the raw texts of its draft by name. What may be a key is not said.

    `wanted` is what would take its place.
    """
    what = "A transfer on" if entries.get("way") == TO_VAULT else "A withdrawal from"
    amount, recipient = entries.get("amount", "").strip(), entries.get("recipient", "").strip()
    parts = []
    if amount and not may_hold_key(amount):
        parts.append(f"amount {plain(amount, _MOST_AMOUNT)}")
    if len(recipient) == _ADDRESS and not may_hold_key(recipient):
        full = readable(recipient)
        parts.append(f"to {full[:6]} … {full[-4:]}")
    told = f": {', '.join(parts)}" if parts else ""
    return Problem(
        f"{what} {system} is begun and not finished{told}.",
        f"It stays as it is. To use {wanted}, begin anew: then everything that was typed there is cleared.",
        Severity.WARNS,
    )


def voucher_begun(*, opened: bool = False, kept: bool = False, asking: bool = False) -> Problem:
    """What stands in a voucher's form: one that is `opened` (and `kept` in the vault), one that is being asked for, or
    a text that is none. (A link that was not opened is kept, and needs no question.)
    """
    if opened:
        sentence = "Another voucher is open in its form, and not withdrawn."
        where = "it stays in the form's list" if kept else "look again at the balance on the first page to have it back"
        after = f"It stays there. If you begin anew, {where}, and what you typed for it is cleared."
    elif asking:
        sentence = "The service of another voucher is being asked."
        after = "It stays as it is. If you begin anew and the service answers, that voucher is in the form's list."
    else:
        sentence = "Something else stands in the voucher’s field already."
        after = "It stays there. If you begin anew, it is cleared."
    return Problem(sentence, after, Severity.WARNS)
