"""From a quote to what is handed over: the wallet's invoice is checked before it can leave, and secrets stay sealed."""

import json
from collections.abc import AsyncGenerator, Iterable
from dataclasses import replace

import pytest

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.withdrawal import ANEW_FROM
from ashore.lightning.backends import CaughtUp, Identity, InvoiceRequest, Limits, MadeInvoice, Receipt, Trouble
from ashore.store.names import VOUCHER_FIRST, VOUCHER_LINK, names_of
from ashore.systems.base import Bearer, Draft
from ashore.systems.lnurl.codec import Network, Reach, decode_invoice, parse_url
from ashore.systems.lnurl.profile import PRACTICE
from ashore.systems.lnurl.system.checks import judge
from ashore.systems.lnurl.system.offer import LnurlQuote
from ashore.systems.lnurl.system.opened_note import link_name
from ashore.systems.lnurl.system.plan import Claim, NotReady, claim_scope, make_invoice, plan_of
from ashore.systems.lnurl.system.receivers import PASTED, Receiver
from ashore.systems.lnurl.system.tracks import INVOICED, REQUESTED
from ashore.systems.local_time import time_of_day
from unit.systems.lnurl.system.offers import IDENTITY, K1, NOW_S, invoice, offer


def unused(_payment_hash: str) -> bool:
    return False


class Maker:
    """A wallet that gives the invoice it was told to give."""

    def __init__(self, made: MadeInvoice) -> None:
        self.made = made
        self.asked: list[InvoiceRequest] = []

    async def make(self, request: InvoiceRequest) -> MadeInvoice:
        self.asked.append(request)
        return self.made

    async def identity(self) -> Identity:
        return IDENTITY

    async def limits(self) -> Limits:
        return Limits(1, None, 1, "")

    async def look_up(self, payment_hash: str, reference: str) -> Receipt:
        raise AssertionError("not asked for")

    async def watch(
        self, payment_hashes: Iterable[str], trouble: Trouble | None = None
    ) -> AsyncGenerator[Receipt, None]:
        raise AssertionError("not asked for")
        yield

    async def catch_up(self, cursor: str | None) -> CaughtUp:
        raise AssertionError("not asked for")


def quoted(**fields: str) -> LnurlQuote:
    return judge(PRACTICE, offer(), Draft({"amount": "15", **fields}), NOW_S, unused)


async def made_by(made: MadeInvoice, quote: LnurlQuote | None = None) -> str:
    receiver = Receiver("alice", "Alice", "your node Alice", Maker(made))
    text, _, _ = await make_invoice(PRACTICE, quote or quoted(), receiver, "w1", NOW_S, unused)
    return text


async def test_a_good_invoice_is_taken_with_description_amount_and_reference() -> None:
    text = invoice(15_000)
    maker = Maker(MadeInvoice(text, "11" * 32, ("little room",)))
    receiver = Receiver("alice", "Alice", "your node Alice", maker)
    got, read, warnings = await make_invoice(PRACTICE, quoted(), receiver, "w1", NOW_S, unused)
    assert (got, read.amount_msat, warnings) == (text, 15_000, ("little room",))
    (request,) = maker.asked
    assert (request.reference, request.amount_msat, request.description) == ("w1", 15_000, "Voucher")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (MadeInvoice(invoice(12_000), None), "12 sat instead of 15 sat"),
        (MadeInvoice(invoice(15_000, network=Network.MAINNET), None), "is for Bitcoin"),
        (MadeInvoice(invoice(15_000), "22" * 32), "another invoice"),
        (MadeInvoice(invoice(15_000, key=bytes(31) + b"\x08"), None), "another node"),
        (MadeInvoice(invoice(15_000, description="Other"), None), "description"),
        (MadeInvoice(invoice(15_000, expiry=60), None), "60 seconds instead of 3600"),
        (MadeInvoice(invoice(15_000, at=NOW_S - 3_000), None), "clocks"),
        (MadeInvoice("lnbcrt1nonsense", None), "made an invoice that is none"),
    ],
)
async def test_an_invoice_that_is_not_what_was_asked_for_never_leaves(made: MadeInvoice, said: str) -> None:
    with pytest.raises(NotReady, match=said) as caught:
        await made_by(made)
    assert caught.value.advice.startswith("Nothing was withdrawn.")
    assert made.text not in str(caught.value)


async def test_an_unfinished_form_makes_no_invoice() -> None:
    maker = Maker(MadeInvoice(invoice(15_000), None))
    with pytest.raises(NotReady, match="not complete"):
        await make_invoice(PRACTICE, quoted(amount="9"), Receiver("alice", "A", "a", maker), "w1", NOW_S, unused)
    with pytest.raises(NotReady, match="not connected"):
        await make_invoice(PRACTICE, quoted(), None, "w1", NOW_S, unused)
    assert maker.asked == []


def plan_for(quote: LnurlQuote) -> tuple[Bearer, str]:
    text = invoice(15_000)
    plan = plan_of(PRACTICE, quote, text, decode_invoice(text), (), NOW_S * 1000)
    assert isinstance(plan.request, Bearer)
    return plan.request, repr(plan)


def test_the_secret_is_in_the_bearer_alone() -> None:
    bearer, shown = plan_for(quoted())
    for secret in (K1, invoice(15_000), "8080/u?id=7"):
        assert secret in json.loads(bearer.secret).values() or secret in bearer.secret
        assert secret not in shown
        assert secret not in bearer.scope
    assert bearer.identifier == "11" * 32


def test_a_claim_comes_back_from_the_vault_as_it_was() -> None:
    bearer, _ = plan_for(quoted())
    claim = Claim.from_json(bearer.secret, Reach.PRACTICE)
    assert (claim.callback.text, claim.k1, claim.invoice, claim.receiver, claim.pin) == (
        "http://127.0.0.1:8080/u?id=7",
        K1,
        invoice(15_000),
        "alice",
        None,
    )
    assert claim.to_json() == bearer.secret
    for broken in ("", "{}", "[]", bearer.secret.replace('"v": 1', '"v": 2'), bearer.secret.replace(f'"{K1}"', "7")):
        with pytest.raises(AshoreError, match="cannot be read"):
            Claim.from_json(broken, Reach.PRACTICE)


def test_what_a_kept_link_leads_to_names_the_first_link_too() -> None:
    asked = parse_url("http://127.0.0.1:8080/left/abc", Reach.PRACTICE)
    of = replace(offer(), asked=asked, kept=True, first_link="ab" * 32)
    quote = replace(quoted(), offer=of)
    text = invoice(15_000)
    made = plan_of(PRACTICE, quote, text, decode_invoice(text), (), NOW_S * 1000)
    assert (made.terms.details[VOUCHER_LINK], made.terms.details[VOUCHER_FIRST]) == (link_name(asked), "ab" * 32)
    assert list(names_of(ev.WithdrawalStarted("w", made.terms))) == [f"link {link_name(asked)}", f"link {'ab' * 32}"]


def test_one_voucher_has_one_scope_whatever_the_amount() -> None:
    first, second = offer(), offer(1_000, 2_000)
    assert claim_scope(first) == claim_scope(second)
    other = replace(first, service=replace(first.service, k1="another"))
    assert claim_scope(first) != claim_scope(other)


def test_a_foreign_host_is_warned_of() -> None:
    text = invoice(15_000)
    foreign = replace(offer(), callback_host="127.0.0.1:9999", answered_by="127.0.0.1:8081")
    quote = replace(quoted(), offer=foreign)
    plan = plan_of(PRACTICE, quote, text, decode_invoice(text), (), NOW_S * 1000)
    assert any("another host: 127.0.0.1:9999" in warning for warning in plan.warnings)
    assert any("passed the question on to 127.0.0.1:8081" in warning for warning in plan.warnings)


def test_the_review_and_the_evidence_say_how_long_the_invoice_can_be_paid() -> None:
    text = invoice(15_000)
    plan = plan_of(PRACTICE, quoted(), text, decode_invoice(text), (), NOW_S * 1000)
    assert isinstance(plan.request, Bearer)
    (line,) = [line for line in plan.request.lines if line.label == "Invoice good until"]
    assert line.value == f"{time_of_day((NOW_S + 3600) * 1000, NOW_S * 1000)} (in 1 h)"
    facts = dict(plan.evidence)[INVOICED].facts
    assert plan.terms.details[ANEW_FROM] == str((NOW_S + 3600 + 600) * 1000), "until then its claim may be open"
    assert facts["good until"] == "2026-11-18 12:06:40 UTC"
    assert not plan.warnings


def test_what_the_service_said_carries_the_time_at_which_it_said_it() -> None:
    text, two_hours = invoice(15_000), 7_200_000
    said_at = NOW_S * 1000 - two_hours
    quote = replace(quoted(), offer=replace(offer(), opened_at=said_at))
    plan = plan_of(PRACTICE, quote, text, decode_invoice(text), (), NOW_S * 1000)
    evidence = dict(plan.evidence)
    assert (evidence[REQUESTED].observed_at, evidence[INVOICED].observed_at) == (said_at, NOW_S * 1000)
    assert isinstance(plan.request, Bearer)
    (line,) = [line for line in plan.request.lines if line.label == "The service said"]
    assert line.note == f"its own words at {time_of_day(said_at, NOW_S * 1000)}, not checked"


def test_the_review_warns_of_a_pasted_invoice_that_ends_soon() -> None:
    text = invoice(15_000, expiry=90)
    quote = quoted(receiver=PASTED, invoice=text)
    plan = plan_of(PRACTICE, quote, text, decode_invoice(text), (), NOW_S * 1000)
    assert plan.warnings == (
        "The invoice expires in 90 s: a slow service may not pay in time. Make one that is good for an hour.",
    )
