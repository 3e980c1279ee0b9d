"""What a link offers at this moment, and the answer to a draft."""

from dataclasses import dataclass, field

from ashore.domain.untrusted import plain
from ashore.systems.base import Offer, Quote
from ashore.systems.lnurl.client.masking import MASK, mask, quotes_pieces, url_secrets
from ashore.systems.lnurl.codec import AmountRange, Invoice, Reach, ServiceUrl, WithdrawOffer, encode_lnurl, recognise
from ashore.systems.lnurl.system.receivers import ReceiverOffer

FIELDS = ("amount", "unit", "receiver", "invoice", "pin")
"""Names of the draft's fields. `unit` is one of `UNITS`; `invoice` counts only for a pasted one."""

KEEP_BALANCE = "keep_balance"
"""Name of one more field: "yes" where the link by which what is left can be asked for shall be kept (LUD-14)."""

UNITS = {"sat": 3, "BTC": 11, "msat": 0}
"""Decimals of each unit: the base unit is the millisatoshi."""

MAX_SHOWN_DESCRIPTION = 300


@dataclass(frozen=True, slots=True)
class LnurlOffer(Offer):
    """A service's offer. `service` holds the bearer's secrets and is never shown; the rest may be.

    `host` is what the link names, `answered_by` who answered after redirects, `callback_host` who gets the invoice.
    `one_shot` marks a Bolt Card, whose tap this look has used; `kept` an offer that a kept link led to (LUD-14), whose
    k1 may be a new one each time: `first_link` is then the hash of the link that the voucher was first opened by.
    """

    service: WithdrawOffer = field(repr=False)
    host: str
    answered_by: str
    callback_host: str
    receivers: tuple[ReceiverOffer, ...]
    practice: bool
    one_shot: bool = False
    asked: ServiceUrl | None = field(default=None, repr=False)
    kept: bool = False
    first_link: str = ""

    @property
    def description(self) -> str:
        """What the service calls it, as one plain line: untrusted words, without a secret that they may quote."""
        found = (self.service.callback, self.service.balance_check, self.asked)
        addresses = [address for address in found if address is not None]
        secrets = [self.service.k1, *(secret for url in addresses for secret in url_secrets(url))]
        shown = mask(plain(self.service.description, MAX_SHOWN_DESCRIPTION), secrets)
        return MASK if quotes_pieces(shown, self.service.k1) else shown

    @property
    def range(self) -> AmountRange:
        """What the service allows, in msat."""
        return self.service.range

    @property
    def balance_host(self) -> str:
        """The host to ask later what is left, where the service names a link for that which may be asked (LUD-14)."""
        link = usable_balance_link(self.service.balance_check, practice=self.practice)
        return "" if link is None else link.shown_host

    @property
    def said_balance_msat(self) -> int:
        """What the service says it holds in all (LUD-14), where a later look by the same link may have it; else 0.

        The tap of a card is used up, and no other link leads there.
        """
        return 0 if self.one_shot else self.service.balance_msat or 0

    def receiver(self, receiver: str) -> ReceiverOffer | None:
        """The connected wallet of that id."""
        return next((r for r in self.receivers if r.id == receiver), None)


@dataclass(frozen=True, slots=True)
class LnurlQuote(Quote):
    """A judged draft. `allowed` is what may be entered for this receiver; None where no amount fits."""

    amount_msat: int | None
    allowed: AmountRange | None
    receiver: str
    invoice: Invoice | None
    invoice_text: str = field(repr=False)
    pin: str | None = field(repr=False)


def usable_balance_link(link: ServiceUrl | None, *, practice: bool) -> ServiceUrl | None:
    """A service's balance link, if asking it is not barred: it leads to no login, and is no longer than others."""
    if link is None:
        return None
    reach = Reach.PRACTICE if practice else Reach.PUBLIC
    return link if recognise(encode_lnurl(link.wire), reach).can_be_asked else None
