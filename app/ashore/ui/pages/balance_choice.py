"""What a service says is left there, and whether the link to ask again is kept (LUD-14)."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ashore.systems.lnurl.codec import sat_text
from ashore.systems.lnurl.system.offer import LnurlOffer
from ashore.ui.pages.lnurl_words import both_forms
from ashore.ui.theme.icons import Icons
from ashore.ui.widgets.labels import Label, column, show_if
from ashore.ui.widgets.tick import Tick
from ashore.ui.wording import breakable

KEEP = "Keep this service’s balance link"
MEANING = (
    "Encrypted, in order to look again later what is left there. Whoever has this link can take the balance, so it is "
    "kept in the vault alone. Without a tick this link is not kept; the voucher’s own is, while it may hold more."
)
_STAYS = "You keep this service’s balance link. This answer’s link has taken the place of the old one."
_GONE = "This answer names no link to look again any more, so Ashore has deleted the one it kept."


class BalanceChoice(QWidget):
    """Nothing at all where the service says nothing of a balance."""

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self.told = Label(role="small", wrap=True)
        self.tick = Tick(icons, KEEP, MEANING)
        self.note = Label(role="small", wrap=True)
        self.setLayout(column(self.told, self.tick, self.note, spacing=6))
        self.forget()

    @property
    def wanted(self) -> bool:
        """Whether a person ticked it, for the offer that stands here."""
        return self.tick.on and not self.tick.isHidden()

    def show_offer(self, offer: LnurlOffer) -> None:
        """Begin with what a service offers: without a tick."""
        self.tick.clear()
        left = offer.service.balance_msat
        host = both_forms(offer.host)
        self.told.show_text("" if left is None else breakable(f"{host} says that {sat_text(left)} are left there."))
        show_if(self.tick, bool(offer.balance_host) and not offer.kept)
        self.note.show_text((_STAYS if offer.balance_host else _GONE) if offer.kept else "")
        shown = (self.told, self.tick, self.note)
        show_if(self, not all(part.isHidden() for part in shown))

    def forget(self) -> None:
        """Nothing stands here."""
        self.tick.clear()
        for part in (self.told, self.tick, self.note, self):
            part.hide()
