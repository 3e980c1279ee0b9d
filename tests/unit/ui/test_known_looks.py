"""What is told of vouchers that were withdrawn before, light and dark, small and at twice the text size: whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ashore.domain import events as ev
from ashore.domain.evidence import Evidence, Level
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import AGAIN_UNTIL, ANEW_FROM, SAID_BY, Status
from ashore.engine.earlier_claims import EarlierClaim
from ashore.engine.views import Change, Topic
from ashore.engine.voucher_rests import VoucherRest
from ashore.store.names import VOUCHER_LINK
from ashore.systems.base import Plan
from ashore.systems.lnurl.profile import PRACTICE
from ashore.systems.lnurl.system.offer import LnurlOffer
from ashore.systems.lnurl.system.plan import SAID_BALANCE
from ashore.systems.lnurl.system.tracks import FINAL, REQUESTED
from ashore.ui.pages.earlier import SEE
from ashore.ui.pages.voucher_rests import AGAIN
from unit.systems.lnurl.system.offers import invoice, offer
from unit.ui.driving import Shell
from unit.ui.looking import texts
from unit.ui.standin import NOW
from unit.ui.test_voucher_looks import HOSTILE, LONG_HOST, LOOKS, look
from unit.ui.test_voucher_names import told_by
from unit.ui.voucher_hands import LINK, VoucherWallet, opened, the_page, typed

CLAIM = EarlierClaim("v", "2,100 sat", Status.FINAL, NOW - 3_600_000, count=3)
OPEN = replace(CLAIM, status=Status.UNKNOWN, refused_so_far=True, watched_until=NOW + 600_000)


class Known:
    """Tells the same of every voucher."""

    def __init__(self, claim: EarlierClaim) -> None:
        self.claim = claim

    def of_link(self, text: str) -> EarlierClaim | None:
        return self.claim if text else None

    def of_name(self, link: str) -> EarlierClaim | None:
        return self.of_link(link)

    def of_offer(self, offer: LnurlOffer) -> EarlierClaim | None:
        return self.claim

    def of_plan(self, plan: Plan) -> EarlierClaim | None:
        return self.claim


class Rests:
    """Lists what it is given."""

    def __init__(self, *rests: VoucherRest) -> None:
        self.rests = list(rests)
        self.asked = 0

    def listed(self) -> tuple[VoucherRest, ...]:
        self.asked += 1
        return tuple(self.rests)

    def find(self, link: str) -> VoucherRest | None:
        self.asked += 1
        return next((rest for rest in self.rests if rest.id == link), None)

    async def link(self, rest: str) -> str:
        return LINK

    async def forget(self, rest: str) -> None:
        self.rests = [each for each in self.rests if each.id != rest]


@pytest.fixture
def wallet() -> VoucherWallet:
    return VoucherWallet()


def withdrawn(wallet: VoucherWallet, name: str, *then: ev.Event) -> None:
    """A withdrawal of a voucher that holds more."""
    told = told_by("Pocket money")
    details = {
        **told.details,
        SAID_BY: LONG_HOST,
        SAID_BALANCE: "60000000",
        VOUCHER_LINK: "a",
        AGAIN_UNTIL: str(NOW + 60_000),
        ANEW_FROM: str(NOW + 60_000),
    }
    wallet.happen(ev.WithdrawalStarted(name, replace(told, amount=5_000_000, details=details)))
    wallet.happen(ev.MoveIntended(name, "m", MoveKind.REQUEST, PRACTICE.id, "ab" * 32, "record", name, 0))
    asked = {"service": LONG_HOST, "least": "1 sat", "most": "5,000 sat"}
    for event in (
        ev.StageReached(name, REQUESTED, Evidence("lnurl.offer", Level.REPORTED, LONG_HOST, NOW, asked)),
        *then,
    ):
        wallet.happen(event)


@pytest.mark.parametrize(("colours", "percent", "size"), LOOKS)
async def test_all_of_it_is_whole(
    shell: Shell, wallet: VoucherWallet, colours: str, percent: int, size: tuple[int, int]
) -> None:
    shell.theme.apply(colours, percent)
    shell.window.resize(*size)
    rest = VoucherRest("a", LONG_HOST, HOSTILE, 60_000_000, 5_000_000, 5_000_000, NOW - 86_400_000)
    wallet.rests = Rests(rest, replace(rest, id="b", host="127.0.0.1:8080", description="", asked_at=NOW, refused=True))
    page = await the_page(shell)
    wallet.tell(Change(Topic.OPENED))
    await look(shell, page, f"known-rests-{colours}-{percent}-{size[0]}")
    assert "55,000 sat may be left, at most 5,000 sat at once." in texts(page)
    page.known.rests.cards[0].forget_button.click()
    await look(shell, page, f"known-forget-{colours}-{percent}-{size[0]}")
    for name, claim in (("done", CLAIM), ("open", OPEN)):
        wallet.earlier = Known(claim)
        page.link.setText("")
        page.link.setText(LINK)
        await look(shell, page, f"known-link-{name}-{colours}-{percent}-{size[0]}")
        assert SEE in texts(page)
        assert "may be left" not in texts(page), "one voucher is in hand"
    wallet.voucher = replace(offer(), receivers=())
    page = await opened(shell)
    await typed(shell, page, page.fields.invoice, invoice(20_000))
    page.summary.review.click()
    await shell.until(lambda: shell.sections.place == "review")
    review = shell.sections.page("review")
    assert "and its service said no." in texts(review)
    await look(shell, review, f"known-review-{colours}-{percent}-{size[0]}")

    settled = Evidence("lnurl.settled", Level.SEEN, "Practice node", NOW, {})
    withdrawn(wallet, "done", ev.MoveAccepted("done", "m", "OK"), ev.StageReached("done", FINAL, settled))
    no = ev.MoveUnclear("refused", "m", "The service said no: “Come back tomorrow.”", said_no=True)
    withdrawn(wallet, "refused", ev.MoveSending("refused", "m"), no)
    for name, said in (("done", "55,000 sat may be left."), ("refused", "Being watched until")):
        shell.sections.show_voyage(name)
        voyage = shell.sections.page("voyage")
        await look(shell, voyage, f"known-voyage-{name}-{colours}-{percent}-{size[0]}")
        assert said in texts(voyage)
        assert (AGAIN in texts(voyage)) is (name == "done")
