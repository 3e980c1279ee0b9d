"""Every text that a person may paste is named; only withdrawal links can be asked."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ashore.systems.lnurl import codec
from ashore.systems.lnurl.codec import WORDS, Kind, Reach, encode_lnurl, recognise
from ashore.systems.lnurl.codec.kinds import SECRET_KINDS

URL = "https://service.com/w?x=1"
LNURL = encode_lnurl(URL)
ONION = "vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd.onion"
CARD = "lnurlw://card.example/scan?p=00112233445566778899AABBCCDDEEFF&c=0011223344556677"
RUNE = "OSqc7ixY6F-gjcigBfxtzKUI54uzgFSA6YfBQoWGDV89MA=="


@pytest.mark.parametrize(
    "text",
    [
        LNURL,
        LNURL.upper(),
        f"\u200b {LNURL}\r\n",
        f"{LNURL[:40]}\r\n{LNURL[40:]}",
        f"lightning:{LNURL}",
        f"LIGHTNING:{LNURL.upper()}",
        f"lightning://{LNURL}",
        f"lightning: {LNURL}",
        f"lnurl:{LNURL}",
        f"bitcoin:{LNURL}",
        f"https://service.com/card?id=1&lightning={LNURL}",
        f"https://service.com/card?LIGHTNING={LNURL.upper()}#top",
        f"https://service.com/card?lightning=lightning%3A{LNURL}",
        f"http://plain.example/card?lightning={LNURL}",
        f"bitcoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4?amount=1&Lightning={LNURL.upper()}",
        f"BITCOIN:?lightning={LNURL}",
        f"bitcoin:?lightning={LNURL}&lno=lno1abc",
        "lnurlw://service.com/w?x=1",
        "lnurlw:service.com/w?x=1",
        "LNURLW://service.com/w?x=1",
        "lightning:lnurlw://service.com/w?x=1",
    ],
)
def test_every_form_of_a_withdrawal_link(text: str) -> None:
    recognition = recognise(text)
    assert recognition.kind is Kind.LNURL
    assert recognition.url is not None
    assert recognition.url.text == URL
    assert not recognition.secret
    assert not recognition.one_shot


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("lnurlp://service.com/p", Kind.PAY),
        ("LNURLP:service.com/p", Kind.PAY),
        (encode_lnurl("https://service.com/p?tag=payRequest"), Kind.PAY),
        ("satoshi@service.com", Kind.LIGHTNING_ADDRESS),
        ("lightning:Satoshi.N_1-x@sub.service.com", Kind.LIGHTNING_ADDRESS),
        ("keyauth://service.com/login?tag=login&k1=00", Kind.AUTH),
        (encode_lnurl("https://service.com/?k1=00&tag=login&action=login"), Kind.AUTH),
        (encode_lnurl("https://service.com/?TAG=Login"), Kind.AUTH),
        (encode_lnurl("https://service.com/?tag=%6cogin"), Kind.AUTH),
        (encode_lnurl("https://service.com/?tag=withdrawRequest&tag=login"), Kind.AUTH),
        ("lnurlw://service.com/?tag=login", Kind.AUTH),
        ("https://service.com/?tag=login", Kind.AUTH),
        ("lnurlc://service.com/c", Kind.CHANNEL),
        (encode_lnurl("https://service.com/?tag=channelRequest"), Kind.CHANNEL),
        (encode_lnurl("https://service.com/?tag=hostedChannelRequest"), Kind.HOSTED_CHANNEL),
        (encode_lnurl("https://service.com/?tag=addressRequest"), Kind.ADDRESS_REQUEST),
        (encode_lnurl("https://service.com/?tag=somethingNew"), Kind.OTHER_TAG),
        ("lnbc150n1ps875y7pp5jv886ulk50nt0dm946867kn", Kind.BOLT11),
        ("LIGHTNING:LNTBS1PVJLUEZR96U79", Kind.BOLT11),
        ("lnbcrt20u1pvjluezlcsp0c", Kind.BOLT11),
        ("bitcoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4?lightning=lnbc25m1pvjluezyaq4ku", Kind.BOLT11),
        ("https://service.com/pay?lightning=LNBC25M1PVJLUEZYAQ4KU", Kind.BOLT11),
        ("lno1pg95zumgdaex2gr5v4ehg93pqgq8avkq3", Kind.BOLT12),
        ("LNO1PG95ZUMG+\nDAEX2GR5V4EHG93", Kind.BOLT12),
        ("bitcoin:?lno=lno1pg95zumg", Kind.BOLT12),
        ("₿satoshi@service.com", Kind.BIP353),
        ("bitcoin:₿satoshi@service.com", Kind.BIP353),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", Kind.BITCOIN_ADDRESS),
        ("BC1P0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQZK5JJ0", Kind.BITCOIN_ADDRESS),
        ("bitcoin:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa?amount=0.1", Kind.BITCOIN_ADDRESS),
        ("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", Kind.BITCOIN_ADDRESS),
        ("02" + "ab" * 32 + "@1.2.3.4:9735", Kind.NODE_ADDRESS),
        ("cashuAeyJ0b2tlbiI6W119", Kind.CASHU),
        ("cashuBo2FteBtodHRw", Kind.CASHU),
        ("cashu:cashuAeyJ0b2tlbiI6W119", Kind.CASHU),
        ("creqApWF0gaNhdGVub3N0", Kind.CASHU_REQUEST),
        ("nostr+walletconnect://b889ff?relay=wss%3A%2F%2Fr.example&secret=71a8", Kind.NWC),
        ("nostrwalletconnect://b889ff?secret=71a8", Kind.NWC),
        ("0201036c6e640224030a10b493608461fb6e64810053fa31ef27991201301a0c", Kind.MACAROON),
        ("0201036C6E640224030A10", Kind.MACAROON),
        ("AgEDbG5kAiQDChC0k2CEYftuZIEAU", Kind.MACAROON),
        (RUNE, Kind.RUNE),
        (RUNE.rstrip("="), Kind.RUNE),
        ("71a8c14c1407c113601079c4302dab36460f0ccd0ad506f1f2dc73b5100e4f3c", Kind.KEY),
        ("0123456789abcdef0123456789abcdef", Kind.KEY),
        ("nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5", Kind.KEY),
        ("5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ", Kind.KEY),
        ("abandon " * 11 + "about", Kind.RECOVERY_PHRASE),
        ("0x8F3a12C4000000000000000000000000000000aa", Kind.ADDRESS),
        ("ethereum:0x8F3a12C4000000000000000000000000000000aa@1", Kind.ADDRESS),
        ("someone.eth", Kind.ADDRESS),
        ("", Kind.EMPTY),
        (" \n\t", Kind.EMPTY),
        (LNURL[:-1] + "qx", Kind.DAMAGED),
        ("LNURL1", Kind.DAMAGED),
        (LNURL[:20] + LNURL[20:].upper(), Kind.DAMAGED),
        (encode_lnurl("http://service.com/w"), Kind.REFUSED),
        (encode_lnurl("https://user@service.com/w"), Kind.REFUSED),
        (encode_lnurl("https://127.0.0.1/w"), Kind.REFUSED),
        (encode_lnurl("not an address"), Kind.REFUSED),
        ("lnurlw://192.168.1.1/w", Kind.REFUSED),
        ("lnurlw://", Kind.REFUSED),
        ("http://service.com/w", Kind.REFUSED),
        ("https://service.com\\@evil.example/", Kind.REFUSED),
        ("javascript:alert(1)", Kind.UNKNOWN),
        ("file:///etc/passwd", Kind.UNKNOWN),
        ("hello", Kind.UNKNOWN),
        ("lightning:", Kind.UNKNOWN),
        ("bitcoin:", Kind.UNKNOWN),
        ("lightning:lightning:" + LNURL, Kind.WITHIN),
        ("nostr:nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5", Kind.KEY),
        ("npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg", Kind.NOSTR),
        ("nostr:nprofile1qqsrhuxx8l9ex335q7he0f09aej04zpazpl0ne2cgukyawd24mayt8g2lcy6q", Kind.NOSTR),
        ("note1fntxtkcy9pjwucqwa9mddn7v03wwwsu9j330jj350nvhpky2tuaspk6nqc", Kind.NOSTR),
        ('<a href="https://service.com/gift">Your gift</a>', Kind.WEB_PIECE),
        ("<!DOCTYPE html>\n<html><body>1 < 2</body></html>", Kind.WEB_PIECE),
        ("1 < 2", Kind.UNKNOWN),
        (f"my voucher: {LNURL.upper()} enjoy!", Kind.WITHIN),
        (f"{LNURL} enjoy!", Kind.WITHIN),
        (f"lightning:{LNURL.upper()}\nenjoy!", Kind.WITHIN),
        (f"Gift:\u200b{LNURL}.", Kind.WITHIN),
        (f'<a href="lightning:{LNURL.upper()}"><b>{LNURL}</b></a>', Kind.WITHIN),
        (f"https://shop.example/ sent you {LNURL}", Kind.WITHIN),
        ("take lnurlw://service.com/w?x=1 now", Kind.WITHIN),
        ("lnurlw://service.com/w?x=1 enjoy!", Kind.WITHIN),
        (f"my voucher:\n{LNURL[:40]}\n{LNURL[40:]}", Kind.WITHIN),
        (f"{LNURL} or {encode_lnurl(URL + '2')}", Kind.WITHIN),
        (f"pay {encode_lnurl('https://service.com/p?tag=payRequest')} please", Kind.PAY),
        (f"log in: {encode_lnurl('https://service.com/?tag=login')}", Kind.AUTH),
        ("take xlnurl1qqqqqqqqqq", Kind.UNKNOWN),
        ("a" * 4097, Kind.UNKNOWN),
        ("€" * 2000, Kind.UNKNOWN),
    ],
)
def test_everything_else_is_named_and_never_asked(text: str, kind: Kind) -> None:
    recognition = recognise(text)
    assert recognition.kind is kind
    assert recognition.url is None
    assert recognition.offer is None
    assert not recognition.can_be_asked
    assert recognition.secret is (kind in SECRET_KINDS)
    assert recognition.sentence.endswith(".")
    assert recognition.advice.endswith(".")


def test_a_link_within_a_text_is_pointed_to_and_of_several_none() -> None:
    (sentence, advice) = WORDS[Kind.WITHIN]
    assert (sentence, advice) == ("This text contains a voucher’s link.", "Paste the link alone.")
    for text in (f"my voucher: {LNURL} enjoy!", f"{LNURL} or {LNURL.upper()}, it is the same"):
        assert recognise(text).sentence == sentence
        assert recognise(text, Reach.PRACTICE).sentence == sentence
    assert "several" in recognise(f"{LNURL} or {encode_lnurl(URL + '2')}").sentence


@pytest.mark.parametrize("text", ["https://service.com/w?x=1", "HTTPS://service.com", f"http://{ONION}/w"])
def test_a_plain_address_needs_the_persons_word(text: str) -> None:
    recognition = recognise(text)
    assert recognition.kind is Kind.PLAIN_URL
    assert recognition.url is not None
    assert recognition.url.text == text


def test_a_page_with_an_unreadable_lightning_value_is_a_plain_address() -> None:
    assert recognise("https://service.com/?lightning=yes").kind is Kind.PLAIN_URL
    assert recognise("https://service.com/?lightning=lnurl1broken").kind is Kind.DAMAGED


def test_a_bolt_card_is_used_up_by_asking() -> None:
    assert recognise(CARD).one_shot
    assert recognise(encode_lnurl("https" + CARD.removeprefix("lnurlw"))).one_shot
    assert not recognise(CARD[:-1]).one_shot
    assert not recognise("lnurlw://card.example/scan?p=0011").one_shot


def test_an_offer_in_the_link_is_read_without_asking() -> None:
    fast = (
        "https://service.com/w?tag=withdrawRequest&k1=ab%2Bc&minWithdrawable=1000&maxWithdrawable=2000"
        "&defaultDescription=two+words&callback=https%3A%2F%2Fservice.com%2Fcb%3Fid%3D1"
    )
    offer = recognise(encode_lnurl(fast)).offer
    assert offer is not None
    assert (offer.k1, offer.description, offer.callback.text) == ("ab+c", "two words", "https://service.com/cb?id=1")
    assert (offer.range.min_msat, offer.range.max_msat) == (1000, 2000)
    for broken in (
        fast.replace("k1=", "k="),
        fast.replace("=1000", "=-1"),
        fast.replace("https%3A", "http%3A"),
        fast.replace("withdrawRequest", "WithdrawRequest"),
        fast + "&k1=other",
    ):
        asked = recognise(encode_lnurl(broken))
        assert asked.offer is None
        assert asked.can_be_asked


def test_practice_takes_its_own_links_and_no_real_one() -> None:
    own = "http://127.0.0.1:8000/w?q=1"
    for text in (encode_lnurl(own), "lnurlw://127.0.0.1:8000/w?q=1"):
        recognition = recognise(text, Reach.PRACTICE)
        assert recognition.kind is Kind.LNURL
        assert recognition.url is not None
        assert recognition.url.text == own
    for text in (LNURL, URL, "lnurlw://service.com/w", f"https://localhost/?lightning={LNURL}"):
        refused = recognise(text, Reach.PRACTICE)
        assert refused.kind is Kind.REFUSED
        assert "Practice asks only its own service, on this computer." in refused.sentence
        assert refused.advice.startswith("Nothing was asked.")
        assert "leave practice" not in refused.advice, "one cannot, in this version"
        assert not refused.can_be_asked
    assert recognise("satoshi@service.com", Reach.PRACTICE).kind is Kind.LIGHTNING_ADDRESS


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LNURL, "This is a link of a real service."),
        ("lnurlw://service.com/w", "This is a link of a real service."),
        ("https://example.com/page", "This is an address on the internet."),
        ("http://192.168.1.1/", "This is an address in a private network."),
    ],
)
def test_practice_calls_what_it_does_not_ask_by_its_name(text: str, said: str) -> None:
    assert recognise(text, Reach.PRACTICE).sentence.startswith(said)


def test_every_kind_that_the_codec_names_has_words() -> None:
    sources = Path(codec.__file__).parent.glob("*.py")
    named = {name for source in sources for name in re.findall(r"\bKind\.([A-Z0-9_]+)", source.read_text())}
    assert {kind.name for kind in WORDS} == named
    assert all(sentence.endswith(".") and advice.endswith(".") for sentence, advice in WORDS.values())


secret_texts = st.sampled_from(
    [
        encode_lnurl("https://service.com/hidden?q=5ecret5ecret"),
        "https://service.com/hidden?q=5ecret5ecret",
        "nostr+walletconnect://5ecret5ecret?secret=5ecret5ecret",
        "cashuA5ecret5ecret",
        "5ecret5ecret",
        "lnurlw://user:5ecret5ecret@service.com",
        "https://service.com:5ecret5ecret/",
        "https://5ecret5ecret..com/",
        "lnurl15ecret5ecret",
    ]
)


@given(secret_texts)
def test_no_secret_is_in_words_or_representation(text: str) -> None:
    recognition = recognise(text)
    assert "5ecret5ecret" not in repr(recognition)
    assert "5ecret5ecret" not in recognition.sentence + recognition.advice


starts = st.sampled_from(
    [
        "",
        "lightning:",
        "lnurl:",
        "bitcoin:",
        "lnurlw:",
        "https://",
        "lnurl1",
        "bitcoin:?lightning=",
        "https://a.b/?tag=",
    ]
)


@given(starts, st.text(max_size=120), st.sampled_from(Reach))
@example("", "\ud800", Reach.PUBLIC)
@example("https://a.b/", "\ud800", Reach.PUBLIC)
def test_no_text_raises(start: str, rest: str, reach: Reach) -> None:
    recognition = recognise(start + rest, reach)
    assert recognition.sentence
    assert recognition.advice
    assert recognition.can_be_asked is (recognition.kind in (Kind.LNURL, Kind.PLAIN_URL))


@given(st.text(alphabet="login%6c&=tagTAG#?;", max_size=40))
def test_nothing_that_a_service_could_read_as_login_is_asked(query: str) -> None:
    text = f"https://service.com/?{query}"
    if any(re.fullmatch(r"(?i)tag=login", pair) for pair in query.split("#", maxsplit=1)[0].split("&")):
        assert not recognise(text).can_be_asked
        assert not recognise(encode_lnurl(text)).can_be_asked


@pytest.mark.parametrize(
    "text",
    [
        "a" * 4096,
        "a." * 2048,
        "a@" + "a" * 4000,
        "a@" + "a." * 2000,
        "a-" * 2048,
        "abc " * 1024,
        "lnurl1" + "q" * 4000,
        "ln1" * 1300,
        "0" * 4096,
        "https://" + "[" * 2000,
        "https://a.b/?" + "lightning=&" * 370,
        "bitcoin:?" + "&" * 4000,
        "lno1" + " +" * 2000,
        "A" * 4095 + "=",
        "%" * 4096,
    ],
)
def test_the_longest_texts_take_no_time(text: str) -> None:
    started = time.process_time()
    recognise(text)
    assert time.process_time() - started < 0.5
