"""A service's first answer: the tolerances that services in use need, and nothing worse than a clear sentence."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashore.systems.lnurl.codec import (
    AnswerError,
    Kind,
    NothingLeft,
    OtherTag,
    Reach,
    ServiceError,
    WithdrawOffer,
    parse_offer,
    parse_url,
)
from ashore.systems.lnurl.codec.offers import cut_to_bytes
from ashore.systems.lnurl.codec.strict_json import MAX_BODY_BYTES, MAX_DEPTH, read_object

GOOD: dict[str, Any] = {
    "tag": "withdrawRequest",
    "callback": "https://service.com/cb?id=1",
    "k1": "abc",
    "defaultDescription": "a voucher",
    "minWithdrawable": 10_000,
    "maxWithdrawable": 20_000,
}
ONION = "vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd.onion"


def answer(**changes: Any) -> bytes:
    """The good answer with other values; `...` takes a name away."""
    return json.dumps({name: value for name, value in {**GOOD, **changes}.items() if value is not ...}).encode()


def raw(name: str, value: str) -> bytes:
    """The good answer with a value that stands in the JSON as written."""
    return answer(**{name: "@@"}).replace(b'"@@"', value.encode())


def offer(body: bytes) -> WithdrawOffer:
    parsed = parse_offer(body)
    assert isinstance(parsed, WithdrawOffer)
    return parsed


def test_a_good_answer() -> None:
    read = offer(answer())
    assert read == WithdrawOffer(parse_url("https://service.com/cb?id=1"), "abc", read.range, "a voucher")
    assert (read.range.min_msat, read.range.max_msat) == (10_000, 20_000)


@pytest.mark.parametrize(
    ("body", "least", "most"),
    [
        (answer(minWithdrawable=...), 1000, 20_000),
        (answer(minWithdrawable=None), 1000, 20_000),
        (answer(minWithdrawable=0), 1000, 20_000),
        (answer(minWithdrawable=0, maxWithdrawable=500), 500, 500),
        (answer(minWithdrawable=1), 1, 20_000),
        (answer(minWithdrawable="10000", maxWithdrawable="0020000"), 10_000, 20_000),
        (raw("maxWithdrawable", "20000.0"), 10_000, 20_000),
        (raw("maxWithdrawable", "2e4"), 10_000, 20_000),
        (answer(maxWithdrawable=21 * 10**17), 10_000, 21 * 10**17),
        (b"\xef\xbb\xbf" + answer(), 10_000, 20_000),
        (answer(status="OK", something={"new": [1, None, 1.5]}), 10_000, 20_000),
        (raw("unknown", "1e400"), 10_000, 20_000),
        (raw("unknown", "9" * 5000), 10_000, 20_000),
        (raw("unknown", "1e99999999999999999999999"), 10_000, 20_000),
        (answer(callback=f"http://{ONION}/cb"), 10_000, 20_000),
        (answer(callback="https://elsewhere.example/cb"), 10_000, 20_000),
        (answer(k1=12345), 10_000, 20_000),
        (answer(k1="x" * 1024), 10_000, 20_000),
    ],
)
def test_answers_that_are_accepted(body: bytes, least: int, most: int) -> None:
    read = offer(body)
    assert (read.range.min_msat, read.range.max_msat) == (least, most)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"\x00",
        b"null",
        b"[]",
        b"1",
        b'"withdrawRequest"',
        b"<html>504</html>",
        b"{",
        b"{}",
        answer()[:-1],
        answer() + b"x",
        answer().replace(b"}", b",}"),
        answer().replace(b'"', b"'"),
        answer().decode().encode("utf-16"),
        b"\xff" + answer(),
        answer(tag=...),
        answer(tag=""),
        answer(tag=5),
        answer(callback=...),
        answer(callback=None),
        answer(callback=["https://service.com/cb"]),
        answer(callback=""),
        answer(callback="/cb"),
        answer(callback="http://service.com/cb"),
        answer(callback="https://u:p@service.com/cb"),
        answer(callback="https://service.com\\@evil.example/"),
        answer(callback="https://service.com/\r\nX: 1"),
        answer(callback="https://service.com/\ud800"),
        answer(callback="https://127.0.0.1/cb"),
        answer(callback="https://169.254.169.254/latest"),
        answer(callback="https://service.com/" + "a" * 3000),
        answer(k1=...),
        answer(k1=""),
        answer(k1=None),
        answer(k1=True),
        answer(k1=["a"]),
        answer(k1="x" * 1025),
        answer(k1="é" * 600),
        answer(k1="\ud800"),
        answer(minWithdrawable=-1),
        answer(minWithdrawable=True),
        answer(minWithdrawable="ten"),
        answer(minWithdrawable=" 10000"),
        answer(minWithdrawable="-1"),
        answer(minWithdrawable="10000.0"),
        answer(minWithdrawable="１００００"),
        answer(minWithdrawable=20_001),
        answer(minWithdrawable=[]),
        answer(maxWithdrawable=...),
        answer(maxWithdrawable=None),
        answer(maxWithdrawable=0),
        answer(maxWithdrawable=-20_000),
        answer(maxWithdrawable=False),
        answer(maxWithdrawable=21 * 10**17 + 1),
        answer(maxWithdrawable=10**30),
        raw("maxWithdrawable", "20000.5"),
        raw("maxWithdrawable", "NaN"),
        raw("maxWithdrawable", "Infinity"),
        raw("maxWithdrawable", "-Infinity"),
        raw("maxWithdrawable", "1e400"),
        raw("maxWithdrawable", "1e99999999999999999999999"),
        raw("maxWithdrawable", "9" * 5000),
        raw("maxWithdrawable", "020000"),
        raw("maxWithdrawable", '20000,"maxWithdrawable":30000'),
        raw("unknown", "NaN"),
        raw("unknown", '{"a":1,"a":1}'),
        raw("unknown", "[" * 100_000),
        raw("unknown", "[" * 2000 + "]" * 2000),
        raw("unknown", '{"a":' * 2000 + "1" + "}" * 2000),
        answer(unknown="x" * MAX_BODY_BYTES),
    ],
)
def test_answers_that_are_refused_in_words(body: bytes) -> None:
    with pytest.raises(AnswerError) as caught:
        parse_offer(body)
    assert caught.value.sentence.endswith(".")
    assert caught.value.advice.endswith(".")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"status":"ERROR","reason":"Withdraw is spent."}', "Withdraw is spent."),
        (b'{"status":"error","reason":"x"}', "x"),
        (b'{"status":" Error "}', ""),
        (b'{"status":"ERROR","reason":null}', ""),
        (b'{"status":"ERROR","reason":{"a":1}}', ""),
        (answer(status="ERROR", reason="no"), "no"),
        (b'{"detail":"Withdraw link does not exist."}', "Withdraw link does not exist."),
        (
            b'{"detail":[{"loc":["query","pr"],"msg":"field required","type":"x"},{"msg":"and"},5]}',
            "field required; and",
        ),
        (b'{"detail":[]}', ""),
        (b'{"detail":5}', ""),
        (b'{"status":"ERROR","reason":"<b>\\u202eevil\\u0007\\nline\\ud800"}', "<b>\ufffdevil\ufffd line\ufffd"),
    ],
)
def test_what_the_service_says_instead_is_kept_plain(body: bytes, reason: str) -> None:
    assert parse_offer(body) == ServiceError(reason)


def test_a_reason_is_bounded() -> None:
    read = parse_offer(json.dumps({"status": "ERROR", "reason": "a" * 60_000}).encode())
    assert isinstance(read, ServiceError)
    assert len(read.reason) <= 500


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        ("login", Kind.AUTH),
        ("payRequest", Kind.PAY),
        ("channelRequest", Kind.CHANNEL),
        ("hostedChannelRequest", Kind.HOSTED_CHANNEL),
        ("addressRequest", Kind.ADDRESS_REQUEST),
        ("somethingNew", Kind.OTHER_TAG),
        ("withdrawrequest", Kind.OTHER_TAG),
    ],
)
def test_other_tags_are_named(tag: str, kind: Kind) -> None:
    assert parse_offer(answer(tag=tag)) == OtherTag(tag, kind)


def test_a_foreign_tag_is_made_plain_and_cut() -> None:
    read = parse_offer(answer(tag="\u202e" + "x" * 5000))
    assert isinstance(read, OtherTag)
    assert read.tag.startswith("\ufffdx")
    assert len(read.tag) <= 40


def test_the_other_luds() -> None:
    read = offer(
        answer(
            balanceCheck="https://service.com/next?k=hidden",
            payLink="lnurlp://service.com/p",
            currentBalance=50_000,
            pinLimit=15_000,
        )
    )
    assert read.balance_check == parse_url("https://service.com/next?k=hidden")
    assert read.pay_link == "lnurlp://service.com/p"
    assert read.balance_msat == 50_000
    assert [read.needs_pin(msat) for msat in (14_999, 15_000, 20_000)] == [False, True, True]


@pytest.mark.parametrize("nothing", [0, "0"])
@pytest.mark.parametrize(
    ("link", "kept"),
    [("https://service.com/next?k=hidden", True), ("http://service.com/next", False), (7, False), (None, False)],
)
def test_where_nothing_is_left_the_balance_link_is_read_all_the_same(nothing: object, link: object, kept: bool) -> None:
    with pytest.raises(NothingLeft, match="nothing to withdraw") as caught:
        parse_offer(answer(minWithdrawable=0, maxWithdrawable=nothing, balanceCheck=link))
    assert caught.value.balance_check == (parse_url(str(link)) if kept else None)
    assert "hidden" not in f"{caught.value!r} {caught.value}"


def test_less_than_nothing_is_no_answer() -> None:
    with pytest.raises(AnswerError) as caught:
        parse_offer(answer(maxWithdrawable=-1, balanceCheck="https://service.com/next"))
    assert not isinstance(caught.value, NothingLeft)


@pytest.mark.parametrize(
    "changes",
    [
        {"balanceCheck": "http://service.com/next", "payLink": "https://service.com/p", "currentBalance": -1},
        {"balanceCheck": 5, "payLink": "lnurlp://a\n", "currentBalance": "many", "pinLimit": None},
        {"balanceCheck": "https://127.0.0.1/", "payLink": None, "currentBalance": 10**30, "pinLimit": True},
    ],
)
def test_unusable_extras_are_left_out(changes: dict[str, object]) -> None:
    assert offer(answer(**changes)) == offer(answer())


@pytest.mark.parametrize("value", [..., None, 5, ["x"], ""])
def test_a_missing_description_is_empty(value: object) -> None:
    read = offer(answer(defaultDescription=value))
    assert read.description == read.invoice_description == ""


def test_a_description_is_raw_but_bounded_and_plain_in_the_invoice() -> None:
    hostile = "<b>\u202eevil\u0007</b>\n" + "😀" * 3000 + "\ud800"
    read = offer(answer(defaultDescription=hostile))
    assert read.description.startswith("<b>\u202eevil\u0007")
    assert len(read.description) <= 2000
    shown = read.invoice_description
    assert shown.startswith("<b>\ufffdevil\ufffd</b> 😀")
    assert len(shown.encode()) <= 150


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.integers(0, 40))
def test_a_text_is_cut_between_characters(text: str, limit: int) -> None:
    cut = cut_to_bytes(text, limit)
    assert text.startswith(cut)
    assert len(cut.encode()) <= limit
    assert cut == text or len(text[: len(cut) + 1].encode()) > limit


def test_the_form_starts_with_the_most_unless_that_misleads() -> None:
    plain, pin = offer(answer()), offer(answer(pinLimit=15_000))
    assert plain.prefill_msat(plain.range, bolt_card=False) == 20_000
    assert plain.prefill_msat(plain.range, bolt_card=True) is None
    assert pin.prefill_msat(pin.range, bolt_card=False) is None
    fixed = offer(answer(minWithdrawable=20_000, pinLimit=1))
    assert fixed.prefill_msat(fixed.range, bolt_card=True) == 20_000


def test_a_callback_on_another_host_is_told() -> None:
    asked = parse_url("https://service.com/w")
    assert not offer(answer(callback="https://SERVICE.com:444/cb")).is_foreign_callback(asked)
    assert offer(answer(callback="https://pay.service.com/cb")).is_foreign_callback(asked)


def test_practice_accepts_its_own_callback_alone() -> None:
    local = answer(callback="http://127.0.0.1:8000/cb")
    assert isinstance(parse_offer(local, Reach.PRACTICE), WithdrawOffer)
    with pytest.raises(AnswerError, match="Practice asks only its own"):
        parse_offer(answer(), Reach.PRACTICE)


def test_secrets_are_not_in_the_representation_or_in_an_error() -> None:
    read = offer(answer(k1="5ecret", callback="https://service.com/5ecret", balanceCheck="https://service.com/5ecret"))
    assert "5ecret" not in repr(read)
    with pytest.raises(AnswerError) as caught:
        parse_offer(answer(k1="5ecret" * 500, callback="https://service.com/5ecret"))
    assert "5ecret" not in str(caught.value)


# ---------------------------------------------------------------- JSON

values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=12,
)
members = st.dictionaries(st.sampled_from([*GOOD, "status", "reason", "detail", "pinLimit", "payLink"]), values)


@settings(max_examples=150)
@given(members)
def test_no_object_raises_anything_else(changes: dict[str, Any]) -> None:
    for body in (answer(**changes), json.dumps(changes).encode()):
        try:
            parse_offer(body)
        except AnswerError as error:
            assert error.sentence  # noqa: PT017 - both outcomes are right


@given(st.one_of(st.binary(max_size=200), st.text(alphabet='{}[]":,\\u0019eE.-+ntfalsr ', max_size=80).map(str.encode)))
def test_no_body_raises_anything_else(body: bytes) -> None:
    try:
        members_read = read_object(body)
    except AnswerError:
        return
    assert json.loads(body.decode("utf-8-sig")).keys() == members_read.keys()


@given(st.dictionaries(st.text(max_size=8), values, max_size=5))
def test_strict_reading_agrees_with_the_parser(value: dict[str, Any]) -> None:
    try:
        body = json.dumps(value, allow_nan=False).encode()
    except ValueError:
        with pytest.raises(AnswerError):
            read_object(json.dumps(value).encode())
        return
    assert read_object(body).keys() == value.keys()


@given(st.integers(1, 60), st.sampled_from(("[", '{"a":')), st.text(alphabet='[{"\\}]', max_size=20))
def test_depth_counts_brackets_outside_texts_alone(depth: int, opening: str, text: str) -> None:
    closing = ("]" if opening == "[" else "}") * depth
    body = f'{{"v":{opening * depth}{json.dumps(text)}{closing}}}'.encode()
    if depth + 1 <= MAX_DEPTH:
        assert "v" in read_object(body)
    else:
        with pytest.raises(AnswerError):
            read_object(body)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * MAX_BODY_BYTES,
        b'{"a":' * (MAX_BODY_BYTES // 5),
        b'"' * MAX_BODY_BYTES,
        b'"\\' * (MAX_BODY_BYTES // 2),
        b"[]" * (MAX_BODY_BYTES // 2),
        b'{"a":' + b"9" * 65_000 + b"}",
        b'{"a":0.' + b"9" * 65_000 + b"}",
        b'{"a":"' + b"\\ud800" * 10_000 + b'"}',
        b"x" * 10_000_000,
    ],
)
def test_the_longest_bodies_take_no_time(body: bytes) -> None:
    started = time.process_time()
    try:
        read_object(body)
    except AnswerError as error:
        assert error.sentence  # noqa: PT017 - both outcomes are right
    assert time.process_time() - started < 0.5
