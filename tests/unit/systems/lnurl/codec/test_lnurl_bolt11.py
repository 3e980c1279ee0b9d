"""Invoices: the examples of BOLT11 to the letter, what is refused, and what must not leave."""

import hashlib
from dataclasses import replace

import pytest
from bech32 import CHARSET, bech32_decode, bech32_encode, convertbits
from hypothesis import given, settings
from hypothesis import strategies as st

from ashore.crypto import secp256k1
from ashore.systems.lnurl.codec import (
    Expected,
    Fallback,
    InvoiceDraft,
    InvoiceError,
    Network,
    RouteHop,
    check_invoice,
    decode_invoice,
    encode_invoice,
    invoice_text,
)
from ashore.systems.lnurl.codec.bolt11.decoding import signed_digest

# The key, hash, secret and time of the examples in BOLT11.
KEY = bytes.fromhex("e126f68f7eafcc8b74f54d269fe206be715000f94dac067d1c04a8ca3b2db734")
PAYEE = bytes.fromhex("03e7156ae33b0a208d0744199163177e909e80176e55d97a2f221ede0f934dd9ad")
EXAMPLE = InvoiceDraft(
    network=Network.MAINNET,
    amount_msat=None,
    timestamp=1_496_314_658,
    payment_hash=bytes.fromhex("0001020304050607080900010203040506070809000102030405060708090102"),
    payment_secret=b"\x11" * 32,
    description="Please consider supporting this project",
    features=1 << 8 | 1 << 14,
)
LONG_DESCRIPTION = hashlib.sha256(
    b"One piece of chocolate cake, one icecream cone, one pickle, one slice of swiss cheese, one slice of salami, one "
    b"lollypop, one piece of cherry pie, one sausage, one cupcake, and one slice of watermelon"
).digest()
HASHED = replace(EXAMPLE, amount_msat=2_000_000_000, description=None, description_hash=LONG_DESCRIPTION)
HOPS = (
    RouteHop(
        bytes.fromhex("029e03a901b85534ff1e92c43c74431f7ce72046060fcf7a95c37e148f78c77255"),
        0x0102030405060708,
        1,
        20,
        3,
    ),
    RouteHop(
        bytes.fromhex("039e03a901b85534ff1e92c43c74431f7ce72046060fcf7a95c37e148f78c77255"),
        0x030405060708090A,
        2,
        30,
        4,
    ),
)
P2PKH = Fallback(17, bytes.fromhex("04b61f7dc1ea0dc99424464cc4064dc564d91e89"))
EXAMPLES = [
    (
        "lnbc1pvjluezsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygspp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rq"
        "wzqfqypqdpl2pkx2ctnv5sxxmmwwd5kgetjypeh2ursdae8g6twvus8g6rfwvs8qun0dfjkxaq9qrsgq357wnc5r2ueh7ck6q93dj32dlqnls087fx"
        "dwk8qakdyafkq3yap9us6v52vjjsrvywa6rt52cm9r9zqt8r2t7mlcwspyetp5h2tztugp9lfyql",
        EXAMPLE,
    ),
    (
        "lnbc2500u1pvjluezsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygspp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqc"
        "yq5rqwzqfqypqdpquwpc4curk03c9wlrswe78q4eyqc7d8d0xqzpu9qrsgqhtjpauu9ur7fw2thcl4y9vfvh4m9wlfyz2gem29g5ghe2aak2pm3ps8"
        "fdhtceqsaagty2vph7utlgj48u0ged6a337aewvraedendscp573dxr",
        replace(EXAMPLE, amount_msat=250_000_000, description="ナンセンス 1杯", expiry=60),
    ),
    (
        "lnbc20m1pvjluezsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygspp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq"
        "5rqwzqfqypqhp58yjmdan79s6qqdhdzgynm4zwqd5d7xmw5fk98klysy043l2ahrqs9qrsgq7ea976txfraylvgzuxs8kgcw23ezlrszfnh8r6qtfp"
        "r6cxga50aj6txm9rxrydzd06dfeawfk6swupvz4erwnyutnjq7x39ymw6j38gp7ynn44",
        HASHED,
    ),
    (
        "lnbc20m1pvjluezsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygspp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq"
        "5rqwzqfqypqhp58yjmdan79s6qqdhdzgynm4zwqd5d7xmw5fk98klysy043l2ahrqsfpp3qjmp7lwpagxun9pygexvgpjdc4jdj85fr9yq20q82gph"
        "p2nflc7jtzrcazrra7wwgzxqc8u7754cdlpfrmccae92qgzqvzq2ps8pqqqqqqpqqqqq9qqqvpeuqafqxu92d8lr6fvg0r5gv0heeeqgcrqlnm6jhp"
        "hu9y00rrhy4grqszsvpcgpy9qqqqqqgqqqqq7qqzq9qrsgqdfjcdk6w3ak5pca9hwfwfh63zrrz06wwfya0ydlzpgzxkn5xagsqz7x9j4jwe7yj7va"
        "f2k9lqsdk45kts2fd0fkr28am0u4w95tt2nsq76cqw0",
        replace(HASHED, fallbacks=(P2PKH,), routes=(HOPS,)),
    ),
]

amounts = st.one_of(st.none(), st.integers(1, 21 * 10**17))
descriptions = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=150)
hashes = st.binary(min_size=32, max_size=32)
numbers = st.integers(0, 1 << 40)
hops = st.builds(
    RouteHop,
    st.binary(min_size=33, max_size=33),
    st.integers(0, (1 << 64) - 1),
    st.integers(0, (1 << 32) - 1),
    st.integers(0, (1 << 32) - 1),
    st.integers(0, (1 << 16) - 1),
)
drafts = st.builds(
    InvoiceDraft,
    network=st.sampled_from(Network),
    amount_msat=amounts,
    timestamp=st.integers(0, (1 << 35) - 1),
    payment_hash=hashes,
    payment_secret=hashes,
    description=descriptions,
    expiry=numbers,
    min_final_cltv=numbers,
    features=st.sampled_from((1 << 8 | 1 << 14, 1 << 8 | 1 << 14 | 1 << 17, 1 << 9 | 1 << 15 | 1 << 99)),
    metadata=st.one_of(st.none(), st.binary(max_size=40)),
    fallbacks=st.lists(st.builds(Fallback, st.integers(0, 18), st.binary(max_size=32)), max_size=2).map(tuple),
    routes=st.lists(st.lists(hops, min_size=1, max_size=3).map(tuple), max_size=2).map(tuple),
    names_payee=st.booleans(),
)


@pytest.mark.parametrize(("text", "draft"), EXAMPLES)
def test_examples_of_the_specification_to_the_letter(text: str, draft: InvoiceDraft) -> None:
    assert encode_invoice(draft, KEY) == text
    check_same(text, draft, PAYEE)


def check_same(text: str, draft: InvoiceDraft, payee: bytes) -> None:
    invoice = decode_invoice(text)
    assert invoice.payee == payee
    assert invoice.payee_is_named is draft.names_payee
    assert invoice.expires_at == draft.timestamp + draft.expiry
    shared = set(InvoiceDraft.__slots__) & set(type(invoice).__slots__)
    assert {name: getattr(invoice, name) for name in shared} == {name: getattr(draft, name) for name in shared}
    assert len(shared) == len(InvoiceDraft.__slots__) - 1


@settings(max_examples=25, deadline=None)
@given(drafts, st.integers(1, secp256k1.ORDER - 1).map(lambda number: number.to_bytes(32, "big")))
def test_what_is_written_is_read(draft: InvoiceDraft, key: bytes) -> None:
    check_same(encode_invoice(draft, key), draft, secp256k1.public_key(key))


def test_pico_amounts() -> None:
    text = encode_invoice(replace(EXAMPLE, amount_msat=967_878_534), KEY)
    assert text.startswith("lnbc9678785340p1")
    assert decode_invoice(text).amount_msat == 967_878_534


def resigned(prefix: str, words: list[int]) -> str:
    """An invoice with any prefix and any words, properly signed."""
    signature, recovery_id = secp256k1.sign(KEY, signed_digest(prefix, words))
    packed = convertbits(signature + bytes((recovery_id,)), 8, 5)
    assert packed is not None
    return bech32_encode(prefix, words + packed)


def example_words() -> list[int]:
    words = bech32_decode(EXAMPLES[0][0])[1]
    assert words is not None
    return words[:-104]


def test_the_helper_signs_as_the_example() -> None:
    assert resigned("lnbc", example_words()) == EXAMPLES[0][0]


@pytest.mark.parametrize(
    "prefix",
    [
        "lnbc2500000001p",  # a tenth of a msat
        "lnbc2500x",
        "lnbc0u",
        "lnbc05u",
        "lnbcu",
        "lnbc1.5m",
        "lnbc-5m",
        "lnbc21000001",  # more than all bitcoin
        "lnbc" + "9" * 60,
        "lnsb5u",
        "lnxx",
        "ln",
        "bc5u",
        "lnbcrtt5u",
    ],
)
def test_prefixes_that_are_refused(prefix: str) -> None:
    with pytest.raises(InvoiceError):
        decode_invoice(resigned(prefix, example_words()))


@pytest.mark.parametrize(
    ("prefix", "network", "msat"),
    [
        ("lnbc", Network.MAINNET, None),
        ("lnbc1", Network.MAINNET, 10**11),
        ("lnbc21000000", Network.MAINNET, 21 * 10**17),
        ("lntb20m", Network.TESTNET, 2 * 10**9),
        ("lntbs1u", Network.SIGNET, 10**5),
        ("lnbcrt1n", Network.REGTEST, 100),
        ("lnbcrt10p", Network.REGTEST, 1),
    ],
)
def test_prefixes_that_are_read(prefix: str, network: Network, msat: int | None) -> None:
    invoice = decode_invoice(resigned(prefix, example_words()))
    assert (invoice.network, invoice.amount_msat, invoice.payee) == (network, msat, PAYEE)


def tagged(tag: str, words: list[int]) -> list[int]:
    return [CHARSET.index(tag), *divmod(len(words), 32), *words]


def without(tag: str) -> list[int]:
    """The example's words without one of its fields."""
    words, kept, position = example_words(), example_words()[:7], 7
    while position < len(words):
        length = 3 + words[position + 1] * 32 + words[position + 2]
        if words[position] != CHARSET.index(tag):
            kept += words[position : position + length]
        position += length
    return kept


@pytest.mark.parametrize("tag", ["p", "s"])
def test_an_invoice_without_hash_or_secret_is_refused(tag: str) -> None:
    with pytest.raises(InvoiceError, match="lacks"):
        decode_invoice(resigned("lnbc", without(tag)))
    wrong_length = without(tag) + tagged(tag, [1] * 51)
    with pytest.raises(InvoiceError, match="lacks"):
        decode_invoice(resigned("lnbc", wrong_length))


@pytest.mark.parametrize(
    "extra",
    [
        tagged("p", [1] * 51 + [0]),  # a second hash
        tagged("d", [1, 4]),  # a second description
        tagged("9", [0, 1]) + tagged("9", [0, 1]),
        tagged("x", [31] * 13),  # a number beyond 64 bits
        tagged("x", [31] * 1023),
        tagged("m", [1]),  # not whole bytes
        tagged("m", [1, 1]),  # filling bits that are not zero
        tagged("r", [0] * 8),
        tagged("r", []),
        tagged("h", [31] * 52),
        tagged("n", [0] * 53),  # no point of the curve
        tagged("q", [1, 2])[:-1],  # breaks off
        [1],
        [1, 31],
    ],
)
def test_fields_that_are_refused(extra: list[int]) -> None:
    with pytest.raises(InvoiceError):
        decode_invoice(resigned("lnbc", example_words() + extra))


@pytest.mark.parametrize(
    "extra",
    [tagged("q", [1, 2, 3]), tagged("h", [1] * 51), tagged("n", [1] * 52), tagged("f", [19, 1]), tagged("f", [])],
)
def test_fields_that_are_skipped(extra: list[int]) -> None:
    assert decode_invoice(resigned("lnbc", example_words() + extra)) == decode_invoice(EXAMPLES[0][0])


@pytest.mark.parametrize(("bit", "known"), [(0, False), (16, True), (48, True), (98, False), (100, False), (101, True)])
def test_unknown_even_features_are_refused(bit: int, known: bool) -> None:
    text = encode_invoice(replace(EXAMPLE, features=1 << bit), KEY)
    if known:
        assert decode_invoice(text).features == 1 << bit
    else:
        with pytest.raises(InvoiceError, match="needs something"):
            decode_invoice(text)


def test_a_named_payee_must_be_the_one_who_signed() -> None:
    stranger = convertbits(secp256k1.public_key(bytes(31) + b"\x07"), 8, 5)
    assert stranger is not None
    with pytest.raises(InvoiceError, match="not that of the node"):
        decode_invoice(resigned("lnbc", example_words() + tagged("n", stranger)))


@pytest.mark.parametrize("names_payee", [False, True])
def test_the_high_form_of_a_signature_goes_with_no_named_payee(names_payee: bool) -> None:
    prefix, words = bech32_decode(encode_invoice(replace(EXAMPLE, names_payee=names_payee), KEY))
    assert prefix is not None
    assert words is not None
    packed = convertbits(words[-104:], 5, 8, False)
    assert packed is not None
    s = secp256k1.ORDER - int.from_bytes(bytes(packed[32:64]), "big")
    high = convertbits([*packed[:32], *s.to_bytes(32, "big"), packed[64] ^ 1], 8, 5)
    assert high is not None
    text = bech32_encode(prefix, words[:-104] + high)
    if names_payee:
        with pytest.raises(InvoiceError, match="not that of the node"):
            decode_invoice(text)
    else:
        assert decode_invoice(text).payee == PAYEE


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_one_changed_character_is_always_noticed(data: st.DataObject) -> None:
    text = EXAMPLES[1][0]
    position = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from([letter for letter in CHARSET + "1bio" if letter != text[position]]))
    with pytest.raises(InvoiceError):
        decode_invoice(text[:position] + other + text[position + 1 :])


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_one_flipped_bit_under_a_right_checksum_is_another_payee(data: st.DataObject) -> None:
    prefix, words = bech32_decode(EXAMPLES[3][0])
    assert prefix is not None
    assert words is not None
    position = data.draw(st.integers(0, len(words) - 1))
    words[position] ^= 1 << data.draw(st.integers(0, 4))
    try:
        invoice = decode_invoice(bech32_encode(prefix, words))
    except InvoiceError:
        return
    assert invoice.payee != PAYEE


@given(st.one_of(st.text(max_size=300), st.text(alphabet=CHARSET + "1lnbc", max_size=300).map(lambda t: "lnbc1" + t)))
def test_no_text_raises_anything_else(text: str) -> None:
    with pytest.raises(InvoiceError):
        decode_invoice(text)


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(("lnbc", "lnbc1m", "lntbs5p")),
    st.lists(st.integers(0, 31), max_size=250),
)
def test_no_data_under_a_right_checksum_raises_anything_else(prefix: str, words: list[int]) -> None:
    try:
        invoice = decode_invoice(bech32_encode(prefix, words))
    except InvoiceError as error:
        assert error.sentence  # noqa: PT017 - both outcomes are right
    else:
        assert invoice.payment_hash


def test_length_is_bounded() -> None:
    with pytest.raises(InvoiceError, match="too long"):
        decode_invoice("lnbc1" + "q" * 5000)


def test_a_pasted_invoice_is_cleaned() -> None:
    bare = EXAMPLES[0][0]
    for pasted in (f" {bare}\n", f"lightning:{bare}", f"LIGHTNING://{bare.upper()}", f"{bare[:50]}\r\n  {bare[50:]}"):
        assert decode_invoice(invoice_text(pasted)) == decode_invoice(bare)


def test_nothing_secret_is_in_the_representation() -> None:
    invoice = decode_invoice(EXAMPLES[0][0])
    assert "supporting" not in repr(invoice)
    assert repr(invoice.payment_secret) not in repr(invoice)
    assert repr(EXAMPLE.payment_secret) not in repr(EXAMPLE)


@pytest.mark.parametrize(
    "change",
    [
        {"amount_msat": 0},
        {"amount_msat": -5},
        {"amount_msat": 21 * 10**17 + 1},
        {"description": None},
        {"description_hash": bytes(32)},
        {"description": "é" * 320},
        {"payment_hash": bytes(31)},
        {"payment_secret": bytes(33)},
        {"timestamp": 1 << 35},
        {"expiry": -1},
        {"metadata": bytes(700)},
        {"routes": ((replace(HOPS[0], cltv_expiry_delta=1 << 16),),)},
    ],
)
def test_what_has_no_place_in_an_invoice_is_not_written(change: dict[str, object]) -> None:
    with pytest.raises(InvoiceError):
        encode_invoice(replace(EXAMPLE, **change), KEY)  # type: ignore[arg-type]


# ---------------------------------------------------------------- checks before it leaves

OWN = replace(EXAMPLE, amount_msat=15_000, description="voucher")
GOOD = Expected(
    network=Network.MAINNET,
    amount_msat=15_000,
    now=OWN.timestamp + 3,
    description="voucher",
    payment_hash=OWN.payment_hash,
    payee=PAYEE,
    expiry=3600,
)


def codes(draft: InvoiceDraft, expected: Expected) -> list[str]:
    problems = check_invoice(decode_invoice(encode_invoice(draft, KEY)), expected)
    assert all(problem.sentence and problem.advice for problem in problems)
    return [problem.code for problem in problems]


def test_what_was_asked_for_may_leave() -> None:
    assert codes(OWN, GOOD) == []


def test_a_hash_of_the_description_is_as_good() -> None:
    hashed = replace(OWN, description=None, description_hash=hashlib.sha256(b"voucher").digest())
    assert codes(hashed, GOOD) == []
    assert codes(hashed, replace(GOOD, description="another")) == ["description"]


@pytest.mark.parametrize(
    ("draft", "expected", "code"),
    [
        (replace(OWN, network=Network.REGTEST), GOOD, "network"),
        (replace(OWN, amount_msat=None), GOOD, "amount-missing"),
        (replace(OWN, amount_msat=15_001), GOOD, "amount"),
        (replace(OWN, amount_msat=14_999), GOOD, "amount"),
        (OWN, replace(GOOD, payment_hash=bytes(32)), "payment-hash"),
        (OWN, replace(GOOD, payee=b"\x02" + bytes(32)), "payee"),
        (OWN, replace(GOOD, hash_was_used=True), "used"),
        (replace(OWN, description="vouchers"), GOOD, "description"),
        (OWN, replace(GOOD, now=OWN.timestamp - 901), "clock"),
        (OWN, replace(GOOD, now=OWN.timestamp + 901), "clock"),
        (OWN, replace(GOOD, now=OWN.timestamp + 3541, expiry=None), "expires-soon"),
        (OWN, replace(GOOD, now=OWN.timestamp + 3600, expiry=None), "expired"),
        (replace(OWN, expiry=600), GOOD, "expiry"),
    ],
)
def test_what_must_not_leave(draft: InvoiceDraft, expected: Expected, code: str) -> None:
    assert codes(draft, expected) == [code]


def test_a_pasted_invoice_may_be_older() -> None:
    pasted = Expected(Network.MAINNET, 15_000, now=OWN.timestamp + 3000)
    assert codes(OWN, pasted) == []


def test_both_or_no_descriptions_are_a_problem() -> None:
    both = example_words() + tagged("h", [1] * 51 + [0])
    for words in (both, without("d")):
        invoice = decode_invoice(resigned("lnbc150n", words))
        found = check_invoice(invoice, Expected(Network.MAINNET, 15_000, now=OWN.timestamp))
        assert [problem.code for problem in found] == ["description-count"]
