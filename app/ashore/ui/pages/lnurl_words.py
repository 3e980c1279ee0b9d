"""What the voucher's page says: about a pasted text, a host, a card, and what was forgotten."""

from __future__ import annotations

import idna

from ashore.domain.untrusted import plain
from ashore.engine.opened_records import OpenedVoucher
from ashore.systems.base import Problem, Severity
from ashore.systems.lnurl.codec import CodecError, Kind, Reach
from ashore.systems.lnurl.codec.recognition import Recognition
from ashore.systems.lnurl.codec.urls import parse_lud17
from ashore.ui.wording import clock_time

_USED_UP = "A link that works only once may be used up by being opened"
_READY = "so open it when you are ready to withdraw."
NOT_MONEY = "The service’s OK is not the money: only the wallet that receives can tell that it came."
IS_HERE = "It is the voucher that is shown here."
STOPPED = Problem("You stopped waiting.", "If its service still answers, the voucher is listed below.", Severity.NOTES)
OPENED = Problem("Opened.", "It is kept in your vault until it is withdrawn, and not asked again.", Severity.NOTES)
LOOKED = Problem("Opened.", "What is left there can be looked at again on the first page.", Severity.NOTES)
CARD_NOTE = "This card’s tap is used up. A card may pay less than it names, so enter what you want."
WRONG_PIN = "A wrong PIN costs this try: the voucher can be opened again when the invoice has expired."
CONNECT = "Connect a wallet to receive"
OPEN_NAME, ASK_NAME = "Open the voucher", "Ask this web address once"
NO_WALLET = Problem(
    "No wallet that receives is connected.",
    "Connect one, so that Ashore can see the money come; or paste an invoice from any Lightning wallet.",
    Severity.NOTES,
)
_TOR = "It is on the Tor network: Tor has to run on this computer."
_MAX_HOST = 300
_JUST_NOW_MS = 60_000


def told_of(voucher: OpenedVoucher | None, trouble: str, now: int) -> Problem:
    """What is said of the voucher that is open, as it is listed; None for a balance that was looked at again.

    `trouble` is why one is in no vault: a warning, for it would be lost with the program.
    """
    if voucher is None:
        return LOOKED
    if not voucher.sealed:
        sentence = f"Opened, but not written to your vault. {trouble}"
        return Problem(sentence, "Withdraw it before you close Ashore.", Severity.WARNS)
    if now - voucher.opened_at < _JUST_NOW_MS:
        return OPENED
    at = clock_time(voucher.opened_at, now, seconds=False)
    return Problem(f"Opened at {at}.", "It was kept in your vault, so its service is not asked again.", Severity.NOTES)


def put_away(*, opened: bool, asking: bool, looked: bool, unopened: bool) -> Problem:
    """What is said after a lock, calmly: what is gone, what is kept, and that no money is gone.

    `opened`: a voucher was open here; `looked`: a balance that can be looked at again; `asking`: a service was being
    asked; `unopened`: a voucher's link stood here; else a text that was none.
    """
    if looked:
        kept = "Look again at the balance on the first page."
    elif opened:
        kept = "Go on with the voucher below: it was kept, and only what you had typed was forgotten."
    elif asking:
        kept = "If its service answered, the voucher is listed below as opened; if not, as not opened yet."
    elif unopened:
        kept = "The voucher that stood here was kept, and is listed below."
    else:
        return Problem(
            "Ashore was locked, and what stood here was forgotten.", "Nothing was sent. Paste it again.", Severity.NOTES
        )
    return Problem("Ashore was locked. Nothing was withdrawn.", kept, Severity.NOTES)


def both_forms(host: str) -> str:
    """A host as it is asked, and beside it how it reads where its letters are of another script."""
    name, colon, port = host.partition(":") if not host.startswith("[") else (host, "", "")
    if "xn--" not in name:
        return host
    try:
        read = plain(idna.decode(name), _MAX_HOST)
    except (idna.IDNAError, UnicodeError):
        return host
    return f"{name}{colon}{port} (reads “{read}”, in letters that may look like others)"


def named(found: Recognition) -> Problem:
    """What a pasted text is, beside the field, and what Open will do."""
    if found.url is None:
        return Problem(found.sentence, found.advice)
    host = both_forms(found.url.shown_host)
    onion = f" {_TOR}" if found.url.is_onion else ""
    if found.kind is Kind.LNURL:
        costs = "Opening it uses up one tap of the card" if found.one_shot else _USED_UP
        what = "A Bolt Card" if found.one_shot else "A voucher"
        return Problem(f"{what} of {host}.", f"{costs}, {_READY}{onion}", Severity.NOTES)
    return Problem(
        f"An ordinary web address: it may be a voucher, or not. Shall Ashore ask {host}?",
        f"Only if you expect money from this host: “Ask” sends it one request.{onion}",
        Severity.WARNS,
    )


def pay_host(pay_link: str | None, *, practice: bool) -> str:
    """The host that a service names for paying it (LUD-19), empty where it names none that can be shown."""
    if pay_link is None:
        return ""
    try:
        return parse_lud17(pay_link.partition(":")[2], Reach.PRACTICE if practice else Reach.PUBLIC).shown_host
    except CodecError:
        return ""
