"""LNURL-withdraw and BOLT11 against published examples and the cases that services and attackers make."""

import re
from typing import Any

import pytest

from ashore.systems.lnurl.codec import (
    AmountRange,
    AnswerError,
    CodecError,
    InvoiceError,
    Kind,
    OtherTag,
    Recognition,
    ServiceError,
    UrlError,
    WithdrawOffer,
    callback_url,
    decode_invoice,
    decode_lnurl,
    encode_lnurl,
    parse_lud17,
    parse_offer,
    parse_url,
    recognise,
)
from conformance.vector_files import OWN_FOLDER, load_file

Case = dict[str, Any]

# Names that vectors may give to a kind besides the codec's own.
OTHER_NAMES = {
    "pay": Kind.PAY,
    "lnurlp": Kind.PAY,
    "auth": Kind.AUTH,
    "channel": Kind.CHANNEL,
    "hosted-channel": Kind.HOSTED_CHANNEL,
    "address-request": Kind.ADDRESS_REQUEST,
    "invoice": Kind.BOLT11,
    "bolt12-offer": Kind.BOLT12,
    "bip-353": Kind.BIP353,
    "cashu-token": Kind.CASHU,
    "nostr-wallet-connect": Kind.NWC,
    "nwc-uri": Kind.NWC,
    "onchain-address": Kind.BITCOIN_ADDRESS,
    "bolt-card": Kind.LNURL,
    "withdraw": Kind.LNURL,
    "lnurl-withdraw": Kind.LNURL,
}


def check_kind(recognition: Recognition, name: str) -> None:
    """Compare with a name of the vectors; one that the codec does not use only has to be recognised as something."""
    known = OTHER_NAMES.get(name) or (Kind(name) if name in set(Kind) else None)
    if known is None:
        assert recognition.kind not in (Kind.UNKNOWN, Kind.LNURL, Kind.PLAIN_URL)
    else:
        assert recognition.kind is known


@pytest.mark.vectors("lnurl", "decode_ok")
def test_decode_ok(case: Case) -> None:
    assert decode_lnurl(case["input"]) == case["url"]
    assert decode_lnurl(encode_lnurl(case["url"])) == case["url"]
    url = parse_url(case["url"])
    assert url.text == case["url"]
    if all(name != "tag" for name, _ in url.query()):
        recognition = recognise(case["input"])
        assert (recognition.kind, recognition.url) == (Kind.LNURL, url)


@pytest.mark.vectors("lnurl", "decode_reject")
def test_decode_reject(case: Case) -> None:
    recognition = recognise(case["input"])
    assert not recognition.can_be_asked
    assert recognition.sentence
    assert recognition.advice
    if case["stage"] == "decode":
        with pytest.raises(CodecError):
            decode_lnurl(case["input"])
        assert recognition.kind is Kind.DAMAGED
        return
    address = decode_lnurl(case["input"])
    assert address == case["decodes_to"]
    with pytest.raises(UrlError):
        parse_url(address)
    assert recognition.kind is Kind.REFUSED


@pytest.mark.vectors("lnurl", "input_classification")
def test_input_classification(case: Case) -> None:
    recognition = recognise(case["input"])
    check_kind(recognition, case["kind"])
    if recognition.kind is Kind.LNURL:
        assert url_of(recognition) == case["url"]
    elif recognition.kind is Kind.PLAIN_URL:
        assert url_of(recognition) == case["input"].strip()
    else:
        assert not recognition.can_be_asked


def url_of(recognition: Recognition) -> str:
    assert recognition.url is not None
    return recognition.url.text


@pytest.mark.vectors("lnurl", "lud17")
def test_lud17(case: Case) -> None:
    recognition = recognise(case["input"])
    check_kind(recognition, case.get("kind", "lnurl"))
    if recognition.kind is Kind.LNURL:
        assert url_of(recognition) == case["url"]
    else:
        assert not recognition.can_be_asked
    rest = re.sub(r"^(lightning:)?[a-z]+:", "", case["input"], flags=re.IGNORECASE)
    assert parse_lud17(rest).text == case["url"]


@pytest.mark.vectors("lnurl", "withdraw_response")
def test_withdraw_response(case: Case) -> None:
    verdict = case["verdict"]
    if verdict == "reject":
        with pytest.raises(AnswerError):
            parse_offer(case["body"].encode())
        return
    try:
        answer = parse_offer(case["body"].encode())
    except AnswerError:
        assert verdict == "accept-or-reject"
        return
    if verdict == "service-error":
        assert isinstance(answer, ServiceError)
        assert bool(answer.reason) is bool(re.search(r'"(reason|detail)": *["[][^"]', case["body"]))
    elif verdict == "not-withdraw":
        assert isinstance(answer, OtherTag)
        assert answer.kind is expected_kind(case["expect"])
    else:
        assert isinstance(answer, WithdrawOffer)
        check_offer(answer, case["expect"], verdict)


def check_offer(offer: WithdrawOffer, expect: str, verdict: str) -> None:
    """Compare with what the words of an expectation say."""
    whole = offer.range.whole_sat or (0, 0)
    if fixed := re.search(r"fixed (\d+) sat", expect):
        assert whole == (int(fixed[1]), int(fixed[1]))
        assert offer.range.fixed
        assert offer.prefill_msat(offer.range, bolt_card=True) == int(fixed[1]) * 1000
    if least := re.search(r"min = (\d+) sat", expect):
        assert whole[0] == int(least[1])
    if between := re.search(r"range (\d+)\.\.(\d+)", expect):
        assert whole == (int(between[1]), int(between[2]))
    if balance := re.search(r"balance (\d+) msat", expect):
        assert offer.balance_msat == int(balance[1])
        assert offer.balance_check is not None
    limit = re.search(r"amount_msat >= (\d+)", expect)
    assert (limit is not None) is (verdict == "accept-with-pin")
    if limit:
        assert offer.needs_pin(int(limit[1]))
        assert not offer.needs_pin(int(limit[1]) - 1)
        assert offer.prefill_msat(offer.range, bolt_card=False) is None


def expected_kind(expect: str) -> Kind:
    words = (
        ("auth", Kind.AUTH),
        ("login", Kind.AUTH),
        ("hosted", Kind.HOSTED_CHANNEL),
        ("channel", Kind.CHANNEL),
        ("LUD-23", Kind.ADDRESS_REQUEST),
        ("address", Kind.ADDRESS_REQUEST),
        ("pay", Kind.PAY),
    )
    return next((kind for word, kind in words if word in expect), Kind.OTHER_TAG)


@pytest.mark.vectors("lnurl", "callback_build")
def test_callback_build(case: Case) -> None:
    assert callback_url(parse_url(case["callback"]), case["k1"], case["pr"]) == case["expect"]


@pytest.mark.vectors("lnurl", "amounts")
def test_amounts(case: Case) -> None:
    expected = (case["whole_sat_min"], case["whole_sat_max"])
    offered = AmountRange(case["minWithdrawable_msat"], case["maxWithdrawable_msat"])
    assert (offered.whole_sat or (None, None)) == expected
    assert offered.needs_msat is (expected[0] is None)


@pytest.mark.vectors("lnurl", "bolt11")
def test_bolt11(case: Case) -> None:
    if case["spec"] == "valid":
        invoice = decode_invoice(case["invoice"])
        assert len(invoice.payment_hash) == len(invoice.payment_secret) == 32
        assert decode_invoice(case["invoice"].upper()) == decode_invoice(case["invoice"].lower()) == invoice
    else:
        with pytest.raises(InvoiceError):
            decode_invoice(case["invoice"])


def test_every_section_has_a_test(request: pytest.FixtureRequest) -> None:
    """The project's own copy is used up, whatever folder the other tests were pointed at."""
    markers = [getattr(value, "pytestmark", []) for value in vars(request.module).values()]
    tested = {marker.args[1] for marks in markers for marker in marks if marker.name == "vectors"}
    sections = load_file("lnurl", OWN_FOLDER)
    assert sections is not None
    assert {name for name in sections if not name.startswith("_")} == tested
