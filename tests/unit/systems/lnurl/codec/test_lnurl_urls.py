"""Web addresses of outsiders: what is asked, what is not, both decided on the host that is really meant."""

import ipaddress

import httpx
import pytest
from bech32 import bech32_encode
from hypothesis import given
from hypothesis import strategies as st

from ashore.systems.lnurl.codec import CodecError, Reach, UrlError, decode_lnurl, encode_lnurl, parse_lud17, parse_url
from ashore.systems.lnurl.codec.errors import OutsidePractice
from ashore.systems.lnurl.codec.hosts import literal_address

ONION = "vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd.onion"


@pytest.mark.parametrize(
    ("text", "host", "shown"),
    [
        ("https://service.com", "service.com", "service.com"),
        ("https://service.com?x=1", "service.com", "service.com"),
        ("HTTPS://Service.COM/Path", "service.com", "service.com"),
        ("https://service.com:8443/w?x=1", "service.com", "service.com:8443"),
        ("https://sub_domain.service.com/", "sub_domain.service.com", "sub_domain.service.com"),
        ("https://bücher.example/w", "xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("https://аpple.com/", "xn--pple-43d.com", "xn--pple-43d.com"),
        ("https://service。com/", "service.com", "service.com"),
        ("https://1.1.1.1/w", "1.1.1.1", "1.1.1.1"),
        ("https://[2606:4700::1111]:444/w", "2606:4700::1111", "[2606:4700::1111]:444"),
        (f"http://{ONION}/w", ONION, ONION),
        (f"http://{ONION}:8080/w", ONION, f"{ONION}:8080"),
        (f"https://{ONION}/w", ONION, ONION),
        ("https://service.com/@evil/?a=b@c#d@e", "service.com", "service.com"),
    ],
)
def test_addresses_that_are_asked(text: str, host: str, shown: str) -> None:
    url = parse_url(text)
    assert (url.host, url.shown_host, url.text) == (host, shown, text)
    assert httpx.URL(url.wire).raw_host.decode() == host
    assert httpx.URL(url.wire).raw_path.decode() == url.target


@pytest.mark.parametrize(
    "text",
    [
        "",
        "service.com/w",
        "//service.com/w",
        "https:",
        "https:/service.com",
        "https:service.com",
        "https://",
        "https:///w",
        "https://?x",
        "https://:443/",
        "https://service.com:/",
        "https://service.com:0/",
        "https://service.com:65536/",
        "https://service.com:99999/",
        "https://service.com:4a/",
        "https://service.com:٣/",
        "https://service.com:80:80/",
        "https://user@service.com/",
        "https://user:word@service.com/",
        "https://@service.com/",
        "https://service.com\\@evil.example/",
        "https:\\\\service.com/",
        "https://service.com/a\\b",
        "https://service.com/\r\nX: 1",
        "https://service.com/\x00",
        "https://service.com/\x85",
        "https://service.com/\ud800",
        "https://ser vice.com/",
        "https://ser\tvice.com/",
        "https://%73ervice.com/",
        "https://service..com/",
        "https://.service.com/",
        "https://service.com./",
        "https://-service.com/",
        "https://[::1/",
        "https://[::1]x/",
        "https://[fe80::1%25eth0]/",
        "https://[service.com]/",
        "https://" + "a" * 64 + ".com/",
        "https://" + "a." * 130 + "com/",
        "https://" + "ü" * 300 + ".com/",
        "https://\u2488.com/",
        "https://⚡.example/",
        "https://xn--57h.example/",
        "https://sub.XN--0.example/",
        "https://service.com/" + "a" * 2048,
        "ftp://service.com/",
        "file:///etc/passwd",
        "javascript://service.com/%0aalert(1)",
        "lnurlw://service.com/",
        " https://service.com/",
    ],
)
def test_addresses_that_are_malformed(text: str) -> None:
    with pytest.raises(UrlError) as caught:
        parse_url(text)
    assert caught.value.sentence
    assert caught.value.advice


@pytest.mark.parametrize(
    "text",
    [
        "http://service.com/w",
        "http://onion/w",
        "http://service.com/x.onion",
        "http://service.com/?x=.onion",
        "http://service.com/#.onion",
        "http://service.onion.evil.example/w",
        "http://service.com:80/.onion",
        "http://serviceonion/w",
        "http://evil.example?.onion",
        "http://xonion.com/",
    ],
)
def test_plain_http_is_for_onion_hosts_alone(text: str) -> None:
    with pytest.raises(UrlError, match="not encrypted"):
        parse_url(text)


LOCAL_HOSTS = [
    "localhost",
    "LOCALHOST",
    "a.localhost",
    "printer.local",
    "metadata.google.internal",
    "127.0.0.1",
    "127.1",
    "0177.0.0.1",
    "0x7f000001",
    "0x7f.1",
    "2130706433",
    "１２７.0.0.1",
    "0",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "224.0.0.1",
    "255.255.255.255",
    "1.2.3.4.5",
    "1.2.3.999",
    "99999999999999999999",
    "0x",
    "09",
    "service.1",
    "[::]",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:10.0.0.1]",
    "[::ffff:1.1.1.1]",
    "[fe80::1]",
    "[fc00::1]",
    "[ff02::1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::1]",
    "[2002:7f00:1::]",
]


@pytest.mark.parametrize("host", LOCAL_HOSTS)
def test_hosts_that_are_no_place_on_the_internet(host: str) -> None:
    for text in (f"https://{host}/w", f"https://{host}:8443/w", f"https://{host}"):
        with pytest.raises(UrlError, match="private network"):
            parse_url(text)


@pytest.mark.parametrize("text", ["http://127.0.0.1:8000/w?q=1", "https://localhost/w", "http://[::1]:9/"])
def test_practice_asks_this_computer_alone(text: str) -> None:
    assert parse_url(text, Reach.PRACTICE).text == text


@pytest.mark.parametrize("host", ["service.com", "10.0.0.1", "169.254.169.254", "localhost.evil.example", ONION])
def test_practice_refuses_every_real_service(host: str) -> None:
    with pytest.raises(OutsidePractice, match="Practice asks only its own"):
        parse_url(f"https://{host}/w", Reach.PRACTICE)


@given(st.ip_addresses(v=4))
def test_an_address_is_the_same_in_every_way_of_writing(address: ipaddress.IPv4Address) -> None:
    number, octets = int(address), address.packed
    forms = [
        str(address),
        str(number),
        hex(number),
        "0" + oct(number)[2:],
        f"{octets[0]}.{number & 0xFFFFFF}",
        f"{octets[0]}.{octets[1]}.{number & 0xFFFF}",
        ".".join(hex(octet) for octet in octets),
        ".".join(f"0{octet:o}" for octet in octets),
    ]
    assert {literal_address(form) for form in forms} == {address}


@pytest.mark.parametrize(
    ("text", "wire"),
    [
        ("https://s.com", "https://s.com/"),
        ("https://s.com?a=1", "https://s.com/?a=1"),
        ("https://s.com/a%2Fb+c?d=%20&e=+", "https://s.com/a%2Fb+c?d=%20&e=+"),
        ("https://s.com/a b?c=ü#frag", "https://s.com/a%20b?c=%C3%BC"),
        ("https://S.com/cb", "https://S.com/cb"),
        ("https://büch.de:444/x", "https://xn--bch-hoa.de:444/x"),
        ("https://s.com/100%", "https://s.com/100%"),
    ],
)
def test_the_address_goes_out_as_it_came(text: str, wire: str) -> None:
    assert parse_url(text).wire == wire


@pytest.mark.parametrize(
    ("rest", "text"),
    [
        ("//domain.com/p?q=1", "https://domain.com/p?q=1"),
        ("domain.com/p", "https://domain.com/p"),
        (f"//{ONION}/p", f"http://{ONION}/p"),
        (f"//{ONION}:81/p", f"http://{ONION}:81/p"),
        ("//evil.example/p.onion", "https://evil.example/p.onion"),
        ("//service.onion.evil.example/", "https://service.onion.evil.example/"),
    ],
)
def test_lud17(rest: str, text: str) -> None:
    assert parse_lud17(rest).text == text


def test_lud17_in_practice_needs_no_certificate() -> None:
    assert parse_lud17("//127.0.0.1:8000/p", Reach.PRACTICE).text == "http://127.0.0.1:8000/p"


def test_the_query_is_unescaped_in_its_order() -> None:
    assert parse_url("https://s.com/?b=1%26&a=x+y&b&&c=%C3%BC").query() == [
        ("b", "1&"),
        ("a", "x y"),
        ("b", ""),
        ("c", "ü"),
    ]


def test_only_the_host_is_in_the_representation() -> None:
    url = parse_url("https://service.com/secret-path?k=secret-value")
    assert "secret" not in repr(url)
    assert "service.com" in repr(url)


def test_origins() -> None:
    assert parse_url("https://a.com/x").origin == parse_url("https://A.com:443/y").origin
    assert parse_url("https://a.com/x").origin != parse_url("https://a.com:444/x").origin


urlish = st.text(alphabet="htps:/?#[]@!$&'()*+,;=%.-_ \\a0Z1ünon\x00\u200b。", max_size=60)


@given(st.one_of(urlish, urlish.map(lambda rest: "https://" + rest), st.text(max_size=60)), st.sampled_from(Reach))
def test_every_text_is_an_address_or_a_clear_refusal(text: str, reach: Reach) -> None:
    for parse in (parse_url, parse_lud17):
        try:
            url = parse(text, reach)
        except UrlError as error:
            assert error.sentence  # noqa: PT017 - both outcomes are right
        else:
            assert url.wire.isascii()
            assert httpx.URL(url.wire).raw_host.decode() == url.host
            assert httpx.Request("GET", url.wire).url.port in (None, url.port)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300))
def test_bech32_holds_every_text(text: str) -> None:
    encoded = encode_lnurl(text)
    assert decode_lnurl(encoded) == decode_lnurl(encoded.upper()) == text


@given(st.data())
def test_a_changed_character_of_an_lnurl_is_noticed(data: st.DataObject) -> None:
    text = encode_lnurl("https://service.com/w?k=" + data.draw(st.text(alphabet="abcdef", max_size=40)))
    position = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from("qpzry9x8gf2tvdw0s3jn54khce6mua7lbio1"))
    if letter != text[position]:
        with pytest.raises(CodecError):
            decode_lnurl(text[:position] + letter + text[position + 1 :])


@given(st.one_of(st.text(max_size=80), st.text(max_size=80).map(lambda rest: "lnurl1" + rest)))
def test_no_text_of_an_lnurl_raises_anything_else(text: str) -> None:
    with pytest.raises(CodecError):
        decode_lnurl(text)


OTHER_PREFIX = bech32_encode("lnurx", [1, 2, 3])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("lnurl1" + "q" * 5000, "too long"),
        (encode_lnurl("https://service.com").replace("lnurl1dp", "lnurl1DP"), "mixes"),
        (OTHER_PREFIX, "not an LNURL"),
        (bech32_encode("lnurl", []), "no web address"),
        (bech32_encode("lnurl", [1]), "no web address"),
        (bech32_encode("lnurl", [31, 31]), "no web address"),
        (bech32_encode("lnurl", [31, 28]), "not hold a text"),
        ("LNURL1ÄÖ", "damaged"),
        ("lnurl1\u0130", "mixes"),
    ],
)
def test_lnurls_that_are_refused(text: str, reason: str) -> None:
    with pytest.raises(CodecError, match=reason):
        decode_lnurl(text)


@pytest.mark.parametrize("authority", ["user@service.com", "user:word@service.com", "@service.com", "a@b@service.com"])
def test_a_host_behind_a_name_is_called_that(authority: str) -> None:
    with pytest.raises(UrlError, match="hides its host"):
        parse_url(f"https://{authority}/")
