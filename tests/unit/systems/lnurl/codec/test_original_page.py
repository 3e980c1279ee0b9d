"""The LNURL, the JSON and the invoice of the page on LNURL-withdraw decode as the page says."""

import json

from ashore.systems.lnurl.codec import (
    Accepted,
    Expected,
    Kind,
    Network,
    WithdrawOffer,
    callback_url,
    check_invoice,
    decode_invoice,
    decode_lnurl,
    encode_lnurl,
    parse_callback_answer,
    parse_offer,
    recognise,
    sat_text,
)

PAGE_LNURL = (
    "lnurl1dp68gurn8ghj7mrww4exctt5dahkccn00qhxget8wfjk2um0veax2un09e3k7mf0w5lhz0tpxajxgvpnx9jnqdfsxejnserpxejxzvmrv4nrj"
    "v3exucxvctzx3jrvvtxxqunjvp4x93rgwf5x9jnscfjvdjnjepnxvurjd3nv9skg4e9eg2"
)
PAGE_SECRET = "a7dd031e0506e8da6da3cef92970fab4d61f099051b4941e8a2ce9d338963aad"
PAGE_URL = f"https://lnurl-toolbox.degreesofzero.com/u?q={PAGE_SECRET}"
PAGE_PARAMS = {
    "minWithdrawable": 10000,
    "maxWithdrawable": 20000,
    "defaultDescription": "lnurl-toolbox: withdrawRequest",
}
PAGE_RESPONSE = {
    **PAGE_PARAMS,
    "callback": "https://lnurl-toolbox.degreesofzero.com/u",
    "k1": PAGE_SECRET,
    "tag": "withdrawRequest",
}
PAGE_INVOICE = (
    "lnbc150n1ps875y7pp5jv886ulk50nt0dm94sgr6q7zquv3qv5h8dnxkvn022fhtlp8x40sdqlf38925jv94mkjargv3exzaeqw3jhxaqcqzpgxqyz5v"
    "qsp5w33wl0jwkmrjqjkptz05c3rlwumgzt0gr2z2vg5pg6ctcdj4426q9qyyssqdrsph679ra7vuk5exkemtjhx0f3ee3xk2nf7egj0dapn5erwzjr404"
    "x0z6580c4wrgxnnwv8kcgwwc0z396rmnk4u35xms7temlpxvsqstsqn9"
)
PAGE_CALLBACK = f"https://lnurl-toolbox.degreesofzero.com/u?k1={PAGE_SECRET}&pr={PAGE_INVOICE}"


def page_offer() -> WithdrawOffer:
    offer = parse_offer(json.dumps(PAGE_RESPONSE, indent=4).encode())
    assert isinstance(offer, WithdrawOffer)
    return offer


def test_the_lnurl_holds_the_address_of_the_page() -> None:
    assert decode_lnurl(PAGE_LNURL) == PAGE_URL
    assert encode_lnurl(PAGE_URL) == PAGE_LNURL
    recognition = recognise(PAGE_LNURL)
    assert recognition.kind is Kind.LNURL
    assert recognition.url is not None
    assert recognition.url.wire == PAGE_URL
    assert recognition.url.shown_host == "lnurl-toolbox.degreesofzero.com"
    assert PAGE_SECRET not in repr(recognition)


def test_the_response_offers_ten_to_twenty_satoshis() -> None:
    offer = page_offer()
    assert (offer.range.min_msat, offer.range.max_msat) == (10_000, 20_000)
    assert offer.range.whole_sat == (10, 20)
    assert offer.description == offer.invoice_description == "lnurl-toolbox: withdrawRequest"
    assert offer.k1 == PAGE_SECRET
    assert offer.callback.wire == "https://lnurl-toolbox.degreesofzero.com/u"
    assert PAGE_SECRET not in repr(offer)


def test_the_invoice_is_over_fifteen_satoshis_on_mainnet() -> None:
    invoice = decode_invoice(PAGE_INVOICE)
    assert invoice.network is Network.MAINNET
    assert invoice.amount_msat == 15_000
    assert sat_text(15_000) == "15 sat"
    assert invoice.timestamp == 1_618_956_446
    assert invoice.expiry == 86_400
    assert invoice.min_final_cltv == 40
    assert invoice.description == "LNURL-withdraw test"
    assert invoice.payment_hash.hex() == "930e7d73f6a3e6b7b765ac103d03c207191032973b666b326f529375fc27355f"
    assert invoice.payee.hex().startswith("037cc5f9f1da20ac0d60e8")


def test_the_invoice_would_have_passed_every_check_on_its_day() -> None:
    invoice = decode_invoice(PAGE_INVOICE)
    day = Expected(Network.MAINNET, 15_000, now=invoice.timestamp + 5, description="LNURL-withdraw test", expiry=86_400)
    assert check_invoice(invoice, day) == []
    today = Expected(Network.MAINNET, 15_000, now=1_800_000_000)
    assert [problem.code for problem in check_invoice(invoice, today)] == ["expired"]


def test_the_callback_is_the_one_of_the_page() -> None:
    offer = page_offer()
    assert callback_url(offer.callback, offer.k1, PAGE_INVOICE) == PAGE_CALLBACK
    assert isinstance(parse_callback_answer(b'{"status":"OK"}'), Accepted)
