"""What stands in the form of a receiving wallet, and what is wrong with it. Nothing here asks anybody."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from ashore.domain.text_kinds import Kind
from ashore.domain.untrusted import hidden_characters
from ashore.engine.receiving import MAX_NAME, WalletSetup
from ashore.lightning.backends import MaySpend
from ashore.lightning.connection import pinned_tls, read_address
from ashore.lightning.core_lightning import CERTIFICATE_NAME
from ashore.lightning.errors import AddressRefused
from ashore.lightning.runes import may_spend, well_formed
from ashore.systems.base import Problem, Severity
from ashore.systems.lnurl.codec.naming import name_kind

CORE_LIGHTNING, LNBITS = "core-lightning", "lnbits"
KINDS = {CORE_LIGHTNING: "Core Lightning, with a rune", LNBITS: "LNbits, with an invoice key"}
NAME, ADDRESS, CREDENTIAL, CERTIFICATE = "name", "address", "credential", "certificate"
FIELDS = (NAME, ADDRESS, CREDENTIAL, CERTIFICATE)
CREDENTIALS = {CORE_LIGHTNING: "Rune", LNBITS: "Invoice key"}

_LNBITS_KEY = re.compile(r"[A-Za-z0-9_-]{8,128}")
_PRINTED_KEY = re.compile(r"(?=\w*\d)(?=\w*[A-Za-z])[A-Za-z0-9]{32}", re.ASCII)
_SECRET_WORD = re.compile(r"(?<![\w-])(?:[A-Za-z0-9_-]{43,}={0,2}|(?=\w*\d)[A-Za-z0-9]{32})(?![\w-])", re.ASCII)
_LONG_WORD = re.compile(r"[A-Za-z0-9_+/=-]{16,}")
_LEAST_SECRET = 8
_MOST_LOOKED_AT = 8_192
_ELSEWHERE = {
    Kind.NWC: "a pairing link (NWC)",
    Kind.BOLT11: "a Lightning invoice",
    Kind.BOLT12: "an offer to pay",
    Kind.LIGHTNING_ADDRESS: "a Lightning address",
    Kind.BITCOIN_ADDRESS: "a Bitcoin address",
    Kind.MACAROON: "a macaroon, the key of an LND node",
    Kind.CASHU: "ecash",
    Kind.CASHU_REQUEST: "a request for ecash",
    Kind.ADDRESS: "an Ethereum address",
    Kind.RECOVERY_PHRASE: "a recovery phrase",
}
_CLEAR = "Clear it from here."


@dataclass(frozen=True, slots=True)
class Entries:
    """The raw texts of the form. Any of them may be a secret that was pasted into the wrong field."""

    kind: str
    name: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    credential: str = field(default="", repr=False)
    certificate: str = field(default="", repr=False)

    @property
    def setup(self) -> WalletSetup:
        """The wallet as it would be connected. Neither runes nor keys have spaces: those come from copying."""
        certificate = self.certificate.strip() if self.kind == CORE_LIGHTNING else ""
        return WalletSetup(
            self.kind, self.name.strip(), self.address.strip(), "".join(self.credential.split()), certificate
        )


def judge(entries: Entries, taken: Collection[str] = ()) -> dict[str, Problem]:
    """What is wrong with each field, by its name. `taken` are the names of the connected wallets."""
    setup = entries.setup
    problems = {
        NAME: misplaced(NAME, entries) or _name(setup.name, taken),
        ADDRESS: misplaced(ADDRESS, entries) or _address(setup.address),
        CREDENTIAL: misplaced(CREDENTIAL, entries) or _credential(setup),
        CERTIFICATE: misplaced(CERTIFICATE, entries) or _certificate(setup),
    }
    if entries.kind != CORE_LIGHTNING:
        del problems[CERTIFICATE]  # that field is not shown
    return {name: problem for name, problem in problems.items() if problem is not None}


def misplaced(name: str, entries: Entries) -> Problem | None:
    """What was pasted into the wrong field, named. It may be a secret: no field but the credential's keeps one."""
    setup = entries.setup
    text = {
        NAME: setup.name,
        ADDRESS: setup.address,
        CREDENTIAL: setup.credential,
        CERTIFICATE: entries.certificate.strip(),
    }[name]
    own = CREDENTIALS.get(entries.kind, "credential").lower()
    if not text:
        return None
    if name != CREDENTIAL and len(setup.credential) >= _LEAST_SECRET and setup.credential in text:
        return Problem(f"The {own} stands in this field too. It is a secret.", _CLEAR)
    text = text[:_MOST_LOOKED_AT]
    if name == CERTIFICATE:
        return _in_certificate(text, own)
    found = _of_the_node(text, entries.kind, own)
    if found is None:
        look = {NAME: _in_name, ADDRESS: _in_address, CREDENTIAL: _in_credential}[name]
        found = look(text, entries.kind)
    return found if found is not None or name == NAME else _from_elsewhere(text)


def may_stay(name: str, entries: Entries) -> bool:
    """Whether a text may stand in its field when nobody looks: not where it could be a secret, or a piece of one."""
    text = {NAME: entries.name, ADDRESS: entries.address, CERTIFICATE: entries.certificate}[name]
    odd = name != CERTIFICATE and "://" not in text and _LONG_WORD.search(text) is not None
    return not odd and misplaced(name, entries) is None


def _of_the_node(text: str, kind: str, own: str) -> Problem | None:
    if "-----BEGIN" in text:
        return _pem(text, kind)
    if '"rune"' in text:
        return Problem("This is the whole answer of your node.", f"Enter the rune in it alone, as the {own}.")
    return None


def _from_elsewhere(text: str) -> Problem | None:
    if re.match(r"(lightning:)?lnurl|keyauth:", text, re.IGNORECASE):
        return Problem("This is an LNURL, not a wallet that receives.", "Use it on the page “Withdraw”.")
    if text.lower().startswith("lndconnect:"):
        return Problem("This is the pairing link of an LND node, which Ashore cannot use.", _CLEAR)
    what = _ELSEWHERE.get(name_kind(text))
    return None if what is None else Problem(f"This is {what}, which has no place here.", _CLEAR)


def _in_name(text: str, kind: str) -> Problem | None:
    if _SECRET_WORD.search(text) or name_kind(text) is Kind.RECOVERY_PHRASE:
        own = CREDENTIALS.get(kind, "credential")
        return Problem("This looks like a secret, and a name is not kept like one.", f"A rune or key goes to “{own}”.")
    return None


def _in_address(text: str, kind: str) -> Problem | None:
    own = CREDENTIALS.get(kind, "credential").lower()
    found = name_kind(text)
    if found is Kind.NODE_ADDRESS:
        return Problem(
            "This is where other nodes reach your node.", "Enter where its clnrest answers: it begins with https://."
        )
    bare = "".join(text.split())
    if "://" in text:
        if re.search(r"[?&]usr=|/wallet\b.*\?", text):
            return Problem(
                "This link opens your whole LNbits account. It is a secret.", "Enter its beginning alone: https://…"
            )
        return _from_elsewhere(text) or _more_than_a_place(text)
    elif found is Kind.RUNE or _is_rune(bare):
        return Problem("This is a rune, not an address. It is a secret.", f"Cut it out here and paste it as {own}.")
    elif found is Kind.KEY or _PRINTED_KEY.fullmatch(bare):
        return Problem("This is a key, not an address. It is a secret.", f"Cut it out here and paste it as {own}.")
    return None


def _more_than_a_place(text: str) -> Problem | None:
    path = text.partition("://")[2].partition("/")[2]
    if re.search(r"[@?#]", text) or _SECRET_WORD.search(path):
        return Problem("This address holds more than where the wallet is.", "Enter it up to the host, or its number.")
    return None


def _in_credential(text: str, kind: str) -> Problem | None:
    found = name_kind(text)
    if re.match(r"(https?|clnrest)://", text, re.IGNORECASE):
        return Problem("This is an address.", "It goes to the field “Address”.")
    if found is Kind.NODE_ADDRESS:
        return Problem("This is a node’s public key, not a rune.", "A rune is made by the node: see below.")
    if kind == LNBITS and (found is Kind.RUNE or (len(text) > 64 and _is_rune(text))):
        return Problem("This is a rune, and LNbits has none.", "Choose Core Lightning as the kind of wallet.")
    if kind == CORE_LIGHTNING and _PRINTED_KEY.fullmatch(text):
        return Problem("This looks like a key of LNbits, not like a rune.", "Choose LNbits as the kind of wallet.")
    return None


def _in_certificate(text: str, own: str) -> Problem | None:
    if "PRIVATE KEY" in text:
        return _pem(text, CORE_LIGHTNING)
    if "-----BEGIN" not in text and _SECRET_WORD.search(text):
        return Problem("This is no certificate; it looks like a secret.", f"A rune goes to “{own}”.")
    return None


def _pem(text: str, kind: str) -> Problem:
    if "PRIVATEKEY" in "".join(text.split()):
        return Problem("This is a private key, which nobody may have.", f"{_CLEAR} Ashore needs ca.pem at most.")
    if kind == CORE_LIGHTNING:
        return Problem("This is a certificate.", "It goes to the field “Certificate”.")
    return Problem("This is a certificate, which LNbits does not need.", _CLEAR)


def _is_rune(text: str) -> bool:
    return well_formed(text) and may_spend(text) is not MaySpend.UNKNOWN


def _name(name: str, taken: Collection[str]) -> Problem | None:
    if not name:
        return Problem("Enter a name by which you know this wallet.")
    if hidden_characters(name):
        return Problem("The name holds a character that cannot be seen.", "Type it instead of pasting it.")
    if len(name) > MAX_NAME:
        return Problem(f"A name has at most {MAX_NAME} characters.")
    if " ".join(name.split()).casefold() in {one.casefold() for one in taken}:
        return Problem("Another wallet has this name.", "Enter one that tells them apart.")
    return None


def _address(address: str) -> Problem | None:
    if not address:
        return Problem("Enter the address at which the wallet answers.")
    try:
        read_address(address)
    except AddressRefused as error:
        return Problem(error.sentence, error.advice.replace("Nothing was sent.", "").strip())
    return None


def _credential(setup: WalletSetup) -> Problem | None:
    text, own = setup.credential, CREDENTIALS.get(setup.kind, "credential").lower()
    if not text:
        return Problem(f"Enter the {own}.")
    if hidden_characters(text):
        return Problem(f"The {own} holds a character that cannot be seen.", "Copy it again.")
    if setup.kind == LNBITS:
        usable = _LNBITS_KEY.fullmatch(text) is not None
        return None if usable else Problem("This is not a key of LNbits.", "It has 32 digits and letters.")
    if not well_formed(text):
        return Problem("This is not a rune.", "A rune is one long word. Copy the whole of it.")
    if may_spend(text) is MaySpend.YES:
        return Problem(
            "This rune could spend your money.", "Better make one that can only receive: see below.", Severity.WARNS
        )
    return None


def _certificate(setup: WalletSetup) -> Problem | None:
    if not setup.certificate:
        return None
    try:
        pinned_tls(setup.certificate, CERTIFICATE_NAME)
    except AddressRefused as error:
        return Problem(error.sentence, error.advice.replace("Nothing was sent.", "").strip())
    if setup.address.lower().startswith("http://"):
        return Problem("With http:// no certificate is asked for.", severity=Severity.NOTES)
    return None
