"""What every receiving wallet shares, and the one that Ashore cannot see."""

import pytest

from ashore.lightning.backends import InvoiceRequest, Limits, MaySpend, Receipt, ReceiptState
from ashore.lightning.errors import InvoiceRefused
from ashore.lightning.pasted import CHECK_THERE, PastedInvoice
from unit.lightning.serving import INVOICE_TEXT, REFERENCE, REQUEST, hash_of


@pytest.mark.parametrize("amount_msat", [0, -1, 2_100_000_000_000_000_001])
def test_an_amount_has_bounds(amount_msat):
    with pytest.raises(InvoiceRefused):
        InvoiceRequest(REFERENCE, amount_msat, "", 60)


@pytest.mark.parametrize("description", ["x" * 640, "é" * 320, "\ud800"])
def test_a_description_fits_into_an_invoice(description):
    with pytest.raises(InvoiceRefused, match="639 bytes"):
        InvoiceRequest(REFERENCE, 1, description, 60)


def test_the_longest_description_is_taken():
    assert InvoiceRequest(REFERENCE, 1, "é" * 319 + "x", 60).amount_msat == 1


@pytest.mark.parametrize("expiry_s", [0, -60, 31 * 86_400])
def test_an_expiry_has_bounds(expiry_s):
    with pytest.raises(InvoiceRefused):
        InvoiceRequest(REFERENCE, 1, "", expiry_s)


@pytest.mark.parametrize("reference", ["", "a\nb", "é", "a" * 129])
def test_a_reference_is_short_and_printable(reference):
    with pytest.raises(ValueError, match="reference"):
        InvoiceRequest(reference, 1, "", 60)


def test_limits_refuse_what_would_be_cut_or_is_too_little():
    limits = Limits(2_000, 10_000, 1_000, "")
    limits.check(2_000)
    limits.check(50_000)
    for amount_msat in (1_000, 2_500):
        with pytest.raises(InvoiceRefused):
            limits.check(amount_msat)


@pytest.mark.parametrize(
    "text", [INVOICE_TEXT, f"  {INVOICE_TEXT.upper()}\n", f"lightning:{INVOICE_TEXT}", f"LIGHTNING://{INVOICE_TEXT}"]
)
async def test_a_pasted_invoice_is_returned_as_it_is(text):
    made = await PastedInvoice(text).make(REQUEST)
    assert made.text.lower() == INVOICE_TEXT
    assert made.payment_hash is None
    assert INVOICE_TEXT not in repr(made)


@pytest.mark.parametrize("text", ["", "  ", "lightning:", "bc1qxyz", "lnbc1 2", "ln" + "a" * 5_000, "lnbcé", "ln<b>"])
def test_what_is_no_invoice_is_refused_without_repeating_it(text):
    with pytest.raises(InvoiceRefused) as caught:
        PastedInvoice(text)
    assert not text.strip() or text.strip() not in str(caught.value)


async def test_a_pasted_invoice_is_never_seen_paid():
    backend = PastedInvoice(INVOICE_TEXT)
    unseen = Receipt(ReceiptState.UNKNOWN_HERE, hash_of(1))
    assert await backend.look_up(hash_of(1), REFERENCE) == unseen
    assert [receipt async for receipt in backend.watch([hash_of(1), hash_of(1)])] == [unseen]
    caught_up = await backend.catch_up(None)
    assert (caught_up.receipts, caught_up.complete) == ((), True)
    identity = await backend.identity()
    assert identity.sentence == CHECK_THERE == "Ashore cannot see this wallet: check there."
    assert identity.may_spend is MaySpend.NO
    assert (await backend.limits()).max_msat is None
