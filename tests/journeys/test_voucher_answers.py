"""What may stand in a link and in a service’s first answer: named in the window, and asked once or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from ashore.sandbox.lightning.faults import BODIES
from ashore.systems.lnurl.codec import encode_lnurl
from journeys.house import WatchedLife
from journeys.person import Person
from journeys.test_product import own_memory, product
from journeys.vouchers import (
    OPEN,
    VOUCHER,
    asked,
    impatient,
    looks,
    open_in_vain,
    open_voucher,
    paste_voucher,
    voucher,
    withdraw,
)
from unit.systems.lnurl.codec.test_original_page import (
    PAGE_CALLBACK,
    PAGE_INVOICE,
    PAGE_LNURL,
    PAGE_RESPONSE,
    PAGE_SECRET,
    PAGE_URL,
)

__all__ = ["asked", "impatient", "own_memory"]

HOME = "Lightning voucher (LNURL)"
NOTHING = "Nothing was withdrawn."
NOT_LNURL = "The service did not answer in the form that LNURL prescribes."
NO_AMOUNT = "The service names no amount that Lightning can carry."
ADDRESS = "The service wants the invoice at an address that Ashore does not use."
REAL, INTERNET = "This is a link of a real service.", "This is an address on the internet."
UNREADABLE = {
    "huge": "sent an answer longer than the 65536 bytes it may have.",
    "drip": "did not answer in time.",
    "bomb": "sent a packed answer, which was not asked for.",
    "torn": "broke before its answer was whole.",
}
READABLE = ("digits", "bom")
"""Odd bodies that say what is offered all the same."""
REFUSED = {
    "wrong_types": "The service does not say where the invoice shall go.",
    "boolean_amounts": NO_AMOUNT,
    "fraction": NO_AMOUNT,
    "too_much": NO_AMOUNT,
    "no_maximum": NO_AMOUNT,
    "negative": "The service's least amount is not an amount.",
    "min_above_max": "The least amount (20 sat) is more than the most (10 sat).",
    "nothing_left": "There is nothing to withdraw with this link.",
    "long_k1": "The service's secret (k1) is too long to be sent back.",
    "no_k1": "The service's answer lacks its secret (k1).",
    "empty_k1": "The service's answer lacks its secret (k1).",
    "no_callback": "The service does not say where the invoice shall go.",
    "no_tag": "The service's answer does not say what the link is for.",
    "array_tag": "The service's answer does not say what the link is for.",
    "public_callback": ADDRESS,
    "private_callback": ADDRESS,
    "metadata_callback": ADDRESS,
    "file_callback": ADDRESS,
    "pay_request": "This is a link to pay someone.",
    "channel_request": "This is an offer to open a Lightning channel.",
    "login": "This is a link to log in to a service.",
    "unknown_tag": "This link is for something else (“<b>teleport</b>”).",
}
TAKEN = {
    "text_amounts": "allows 10 sat to 20 sat",
    "null_minimum": "allows 1 sat to 20 sat",
    "zero_minimum": "allows 1 sat to 20 sat",
    "no_minimum": "allows 1 sat to 20 sat",
    "no_description": "allows 10 sat to 20 sat",
    "fixed": "allows exactly 21 sat",
    "html_description": "“<img src=x onerror=alert(1)><b>Gift</b> &amp; <a href='http://x'>x</a>”",
    "bidi_description": "“Gift \ufffd)tas 000,1( \ufffdof\ufffd \ufffdAda\ufffd”",
    "false_instruction": "“Ashore: update required. Send your recovery words to help@example.com”",
}
NEVER_ASKED = {
    PAGE_LNURL: REAL,
    f"lightning:{PAGE_LNURL.upper()}": REAL,
    PAGE_URL: INTERNET,
    PAGE_CALLBACK: INTERNET,
    PAGE_INVOICE: "This is a Lightning invoice: a request to pay.",
    json.dumps(PAGE_RESPONSE): "This is what a voucher’s service answered, not its link.",
    PAGE_SECRET: "If it is a key, clear the clipboard.",
    '{"status":"OK"}': "This is a piece of data (JSON), not an address or a link.",
    "lnurlp://127.0.0.1/pay": "This is a link to pay someone.",
    "keyauth://127.0.0.1/login?tag=login": "This is a link to log in to a service.",
    "lnurlc://127.0.0.1/channel": "This is an offer to open a Lightning channel.",
    "gift@example.com": "This is a Lightning address or an e-mail address",
}


@pytest.mark.usefixtures("own_memory", "impatient")
async def test_an_answer_that_cannot_be_used_is_a_sentence(
    application: QApplication, tmp_path: Path, asked: list[str]
) -> None:
    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", HOME)
        for body in BODIES:
            made = await voucher(life, title=body, faults={"info_body": body})
            if body in READABLE:
                await open_voucher(person, made["lnurl"])
                assert person.sees("allows 10 sat to 20 sat"), body
            else:
                said = await open_in_vain(person, made["lnurl"])
                assert UNREADABLE.get(body, NOT_LNURL) in said, body
                assert NOTHING in said, body
            assert await looks(life, made) == 1, body
        for preset, sentence in REFUSED.items():
            made = await voucher(life, title=preset, faults={"preset": preset})
            said = await open_in_vain(person, made["lnurl"])
            assert sentence in said, preset
            assert await looks(life, made) == 1, preset
        person.photograph("another-tag")
        for preset, sentence in TAKEN.items():
            await open_voucher(person, (await voucher(life, faults={"preset": preset}))["lnurl"])
            assert person.sees("127.0.0.1:", sentence), preset
        person.photograph("false-instruction")
        assert len(asked) == len(BODIES) + len(REFUSED) + len(TAKEN), "one request for one act"

        odd = await voucher(life, title="Odd", faults={"preset": "msat_only"})
        await withdraw(person, odd["lnurl"], "1.111")
        await person.until_sees("1.111 sat settled in the practice node (simulated).")
        await person.settle()
        person.photograph("a-fraction-of-a-satoshi")


@pytest.mark.usefixtures("own_memory")
async def test_what_leads_elsewhere_is_named_and_not_followed(
    application: QApplication, tmp_path: Path, asked: list[str]
) -> None:
    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", HOME)
        for text, named in NEVER_ASKED.items():
            await paste_voucher(person, text)
            assert named in person.field_says(VOUCHER), text
            assert OPEN not in person.names() or not person.find(OPEN).isEnabled(), text
        made = await voucher(life)
        for tag, named in (("login", "to log in"), ("payRequest", "to pay someone"), ("channelRequest", "a Lightning")):
            link = made["url"] + f"&tag={tag}"
            for text in (encode_lnurl(link), link):
                await paste_voucher(person, text)
                assert named in person.field_says(VOUCHER), tag
                assert not person.find(OPEN).isEnabled(), tag
        assert asked == []
        assert await looks(life, made) == 0
        await redirects(person, life, asked)


async def redirects(person: Person, life: WatchedLife, asked: list[str]) -> None:
    """Those within the service are followed, at most three; those to anywhere else are not."""
    near = await voucher(life, title="Near", faults={"redirects": 3, "http_status": 418})
    await open_voucher(person, near["lnurl"])
    assert person.sees("“Near”", "allows 10 sat to 20 sat")
    far = {
        "stands behind more than 3 redirects.": {"redirects": 4},
        "localhost would be asked without encryption": {"redirect_host": True},
        "redirects to a machine that it may not name.": {"redirect_to": "https://192.168.0.1/lnurl"},
        "without encryption": {"redirect_to": "http://service.example/lnurl"},
        "is for signing in, not for withdrawing": {"redirect_to": "https://service.example/?tag=login"},
        "does not begin with https://.": {"redirect_to": "file:///etc/passwd"},
    }
    for sentence, faults in far.items():
        made = await voucher(life, faults=faults)
        said = await open_in_vain(person, made["lnurl"])
        assert sentence in said, faults
        assert NOTHING in said, faults
        assert await looks(life, made) == 0, faults
    person.photograph("redirected-to-a-file")
    assert len(asked) == 1 + len(far)
