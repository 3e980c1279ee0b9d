"""What Ashore itself shows as a code, met again: an own account, a claim that waits, a text to sign elsewhere."""

from __future__ import annotations

import re
from typing import NamedTuple

from ashore.intake.recognition import Intake
from ashore.systems.reddio.codec.l1.calls import WITHDRAW_AND_MINT, WITHDRAW_NFT
from ashore.ui.context import Context
from ashore.ui.pages.any_wallet import PENDING_BALANCE, payment_link
from ashore.ui.pages.unclaimed import owed_words
from ashore.ui.pages.whose import own_label
from ashore.ui.wording import REDDIO

ACCOUNTS, UNCLAIMED = "accounts", "unclaimed"
_TO_SIGN = "It is for the wallet that has the account’s Ethereum key: sign it there, and bring back the signature."
_CLAIMS = re.compile(
    "ethereum:0x[0-9a-f]{40}@[0-9]{1,10}/(?:"
    + "|".join(each.partition("(")[0] for each in (PENDING_BALANCE, WITHDRAW_NFT, WITHDRAW_AND_MINT))
    + r")\?",
    re.IGNORECASE | re.ASCII,
)
_WITHDRAWAL_TEXT = re.compile(r"Withdraw [0-9.]{1,40} [^\s]{1,20} to: 0x[0-9a-f]{40} ", re.IGNORECASE | re.ASCII)


class OwnCode(NamedTuple):
    """What it is, in words that hold nothing secret, and the section of the window where it belongs."""

    sentence: str
    advice: str
    section: str


def own_code(context: Context, text: str, found: Intake) -> OwnCode | None:
    """Say what a text is, recognised as `found`, where this wallet shows such a one itself; else None."""
    if found.recipient:
        label = own_label(context.wallet, found.recipient)
        return OwnCode(f"This is your own account: {label}.", found.advice, ACCOUNTS) if label else None
    bare = " ".join(text.split())
    if bare.lower().startswith("ethereum:"):
        return _of_claim(context, bare)
    return _to_sign(context, bare)


def _of_claim(context: Context, link: str) -> OwnCode | None:
    """The call that pays out what waits in a contract, as the page of what waits shows it."""
    for owed in context.wallet.unclaimed.found:
        if payment_link(owed).lower() == link.lower():
            sentence = f"This is the claim of {owed_words(owed)}, which waits on {owed.chain}."
            return OwnCode(sentence, "Any wallet may send it; here, it is claimed under Unclaimed.", UNCLAIMED)
    if _CLAIMS.match(link):
        sentence = "This calls a contract to pay out what waits in it, as zkLink’s and Reddio’s do."
        return OwnCode(sentence, "Nothing that Ashore knows of waits for it now: it may be paid out.", UNCLAIMED)
    return None


def _to_sign(context: Context, text: str) -> OwnCode | None:
    wallet = context.wallet
    if len(text) > 20 and text == " ".join(wallet.elsewhere.key_text.split()):
        return OwnCode("This is the text of which zkLink’s layer-2 key is made.", _TO_SIGN, ACCOUNTS)
    for profile in wallet.profiles():
        if profile.system != REDDIO or len(text) <= 20:
            continue
        if text == " ".join(wallet.stark_accounts.request_text(profile.id).split()):
            return OwnCode("This is the text of which Reddio’s key is made.", _TO_SIGN, ACCOUNTS)
    if _WITHDRAWAL_TEXT.match(f"{text} "):
        return OwnCode("This is the text of a withdrawal from zkLink, to be signed in another wallet.", _TO_SIGN, "")
    return None
