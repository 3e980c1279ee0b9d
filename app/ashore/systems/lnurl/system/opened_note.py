"""An opened offer as the vault seals it: what was asked and what the service said, and nothing of the wallets.

What a service said is written in the words of LUD-03 and read back by the reader of a service's answers, so that
nothing comes out of the vault that no service could have said.
"""

import hashlib
import json

from ashore.domain.errors import AshoreError
from ashore.domain.untrusted import plain
from ashore.systems.base import Source
from ashore.systems.lnurl.codec import CodecError, ServiceUrl, WithdrawOffer, parse_offer, parse_url, recognise
from ashore.systems.lnurl.codec.kinds import WITHDRAW_TAG
from ashore.systems.lnurl.codec.strict_json import read_object
from ashore.systems.lnurl.profile import LnurlProfile
from ashore.systems.lnurl.system.offer import LnurlOffer

VERSION = 1
MAX_HOST = 300
"""Characters: a host name has at most 253, its port six more."""


class OpenedNoteUnreadable(AshoreError):
    """The vault’s note is not one that this version writes."""

    def __init__(self) -> None:
        super().__init__("The vault’s note about this voucher cannot be read.", "Forget it. Nothing was asked.")


def link_name(link: ServiceUrl) -> str:
    """A hash by which one link is known in whatever form it is pasted; nothing can be read from it."""
    scheme, host, port = link.origin
    return hashlib.sha256(f"{scheme}://{host}:{port}{link.target}".encode()).hexdigest()


def pasted_name(text: str, profile: LnurlProfile) -> str:
    """`link_name` of a pasted text, or empty where it holds no link that may be asked."""
    found = recognise(text, profile.reach)
    return link_name(found.url) if found.url is not None else ""


def note_of(offer: LnurlOffer) -> str:
    """The text that the vault seals: a bearer's secret. Raises ValueError for an offer without a link."""
    if offer.asked is None:
        raise ValueError("an offer that no link led to cannot be taken up again")
    service = offer.service
    said = {
        "tag": WITHDRAW_TAG,
        "callback": service.callback.text,
        "k1": service.k1,
        "minWithdrawable": service.range.min_msat,
        "maxWithdrawable": service.range.max_msat,
        "defaultDescription": service.description,
        "currentBalance": service.balance_msat,
        "balanceCheck": None if service.balance_check is None else service.balance_check.text,
        "payLink": service.pay_link,
        "pinLimit": service.pin_limit_msat,
    }
    note = {
        "v": VERSION,
        "opened": offer.opened_at,
        "asked": offer.asked.text,
        "by": offer.answered_by,
        "card": offer.one_shot,
        "kept": offer.kept,
        "first": offer.first_link,
        "said": said,
    }
    return json.dumps(note, ensure_ascii=False)


def offer_from_note(text: str, profile: LnurlProfile) -> LnurlOffer:
    """Read it back, without any wallet that receives. Raises OpenedNoteUnreadable for what `note_of` does not write."""
    try:
        note = read_object(text.encode())
        version, asked, by, opened = note["v"], note["asked"], note["by"], note["opened"]
        card, kept, said = note["card"], note["kept"], note["said"]
        first = note.get("first", "")  # missing from what earlier versions wrote
        service = parse_offer(json.dumps(said).encode(), profile.reach)
        link = parse_url(asked, profile.reach) if isinstance(asked, str) else None
    except (CodecError, KeyError, TypeError, ValueError):
        raise OpenedNoteUnreadable from None
    if version != VERSION or link is None or not isinstance(service, WithdrawOffer):
        raise OpenedNoteUnreadable
    if not isinstance(by, str) or not isinstance(first, str) or type(opened) is not int or opened < 0:
        raise OpenedNoteUnreadable
    if type(card) is not bool or type(kept) is not bool:
        raise OpenedNoteUnreadable
    return LnurlOffer(
        source=Source(profile.id),
        opened_at=opened,
        service=service,
        host=link.shown_host,
        answered_by=plain(by, MAX_HOST) or link.shown_host,
        callback_host=service.callback.shown_host,
        receivers=(),
        practice=profile.practice,
        one_shot=card,
        asked=link,
        kept=kept,
        first_link=first,
    )
