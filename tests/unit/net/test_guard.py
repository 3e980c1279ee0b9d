"""What an outsider's address may be, by its text and by where it leads."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.net.guard import (
    MAX_URL,
    AddressRefused,
    LocalService,
    is_onion,
    public_address,
    read_redirect,
    read_target,
)

PRACTICE = LocalService("127.0.0.1", 8123)
ONION = "a" * 56 + ".onion"


@pytest.mark.parametrize(
    ("url", "scheme", "host", "port", "line"),
    [
        ("https://service.example", "https", "service.example", 443, b"/"),
        ("https://service.example?", "https", "service.example", 443, b"/?"),
        ("https://service.example?k1=a", "https", "service.example", 443, b"/?k1=a"),
        ("HTTPS://Service.EXAMPLE./a/../b", "https", "service.example", 443, b"/a/../b"),
        ("https://service.example:8443/a%2fb+c?x=%20&y=;#f?g", "https", "service.example", 8443, b"/a%2fb+c?x=%20&y=;"),
        ("https://service.example/#?", "https", "service.example", 443, b"/"),
        ("https://service.example/a b/ü", "https", "service.example", 443, b"/a%20b/%C3%BC"),
        ("https://bücher.example/", "https", "xn--bcher-kva.example", 443, b"/"),
        ("https://аррӏе.com/", "https", "xn--80ak6aa92e.com", 443, b"/"),
        ("https://1.2.3.4/", "https", "1.2.3.4", 443, b"/"),
        ("https://[2606:4700:0::1111]:444/", "https", "2606:4700::1111", 444, b"/"),
        (f"http://{ONION}/x", "http", ONION, 80, b"/x"),
        (f"http://sub.{ONION}.:8080/x", "http", f"sub.{ONION}", 8080, b"/x"),
        (f"https://{ONION}/", "https", ONION, 443, b"/"),
        ("https://service.example/?tag=withdrawRequest", "https", "service.example", 443, b"/?tag=withdrawRequest"),
    ],
)
def test_addresses_that_may_be_asked(url, scheme, host, port, line):
    target = read_target(url)
    assert (target.scheme, target.host, target.port, target.line) == (scheme, host, port, line)
    assert not target.local


REFUSED = [
    "",
    "service.example",
    "/path",
    "//service.example/",
    "https:/service.example",
    "https:service.example",
    "https://",
    "https:///path",
    "https://?k1=a",
    "http://service.example/",
    "http://service.example/x.onion",
    "http://service.example/?x=.onion",
    "http://service.example#.onion",
    "http://service.onion.evil.example/",
    "http://onion/",
    "http://.onion/",
    "https://onion/",
    "http://serviceonion/",
    "http://a@service.onion/",
    "ftp://service.example/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "data:text/plain,x",
    "gopher://service.example/",
    "https://user@service.example/",
    "https://user:word@service.example/",
    "https://:@service.example/",
    "https://@service.example/",
    "https://good.example\\@evil.example/",
    "https://good.example/\\evil.example",
    "https://service.example/\x00",
    "https://service.example/\r\nX: y",
    "https://service.example/\tx",
    "https://ser\nvice.example/",
    " https://service.example/",
    "https://service.example/ ",
    "https://service.example/\u202egnp",
    "https://service.example/\u200b",
    "https://service.example/\ud800",
    "https://ser\u00advice.example/",
    "https://service.example:0/",
    "https://service.example:65536/",
    "https://service.example:99999/",
    "https://service.example:-1/",
    "https://service.example:x/",
    "https://service.example:４４３/",
    "https://service.example:22/",
    "https://service.example:25/",
    "https://service.example:6667/",
    "https://0x7f000001/",
    "https://2130706433/",
    "https://127.1/",
    "https://0177.0.0.1/",
    "https://0x7f.0.0.1/",
    "https://1.2.3.4.5/",
    "https://256.1.1.1/",
    "https://service.example.1/",
    "https://１２７.1/",
    "https://127。1/",
    "https://%31%32%37.0.0.1/",
    "https://service%2eexample/",
    "https://[::1/",
    "https://[::1]x/",
    "https://[fe80::1%25eth0]/",
    "https://[v1.x]/",
    "https://a..example/",
    "https://.example/",
    "https://-a.example/",
    "https://" + "a" * 64 + ".example/",
    "https://" + "a." * 130 + "example/",
    "https://exa mple/",
    "https://a,b.example/",
    "https://a'b.example/",
    "https://☃☃⁈.example/",
    "https://service.example/" + "x" * MAX_URL,
    "https://service.example/?tag=login&k1=00",
    "https://service.example/?a=b&TAG=%6Cogin",
    "http://127.0.0.1:8124/",
    "http://127.0.0.2:8123/",
    "http://localhost:8123/",
    "http://127.0.0.1.example:8123/",
]


@pytest.mark.parametrize("url", REFUSED)
def test_addresses_that_are_refused(url):
    with pytest.raises(AddressRefused) as caught:
        read_target(url, {PRACTICE})
    assert caught.value.sentence.endswith(".")
    assert len(caught.value.sentence) < 200


def test_nothing_of_an_address_but_its_host_is_shown():
    target = read_target("https://service.example/secretpath?k1=secretk1#secretfragment")
    assert "secret" not in repr(target)
    for url in (
        "http://service.example/secretpath",
        "https://secret@service.example/",
        "https://service.example:25/?secret",
    ):
        with pytest.raises(AddressRefused) as caught:
            read_target(url)
        assert "secret" not in repr(caught.value) + str(caught.value)


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("https://service.example:443/", "service.example"),
        ("https://service.example:80/", "service.example:80"),
        ("https://[2606:4700::1]/", "[2606:4700::1]"),
        ("https://[2606:4700::1]:8443/", "[2606:4700::1]:8443"),
        (f"http://{ONION}:80/", ONION),
    ],
)
def test_the_host_header(url, authority):
    assert read_target(url).authority == authority


def test_a_local_service_is_exactly_one_place():
    assert read_target("http://127.0.0.1:8123/a", {PRACTICE}).local
    assert read_target("https://127.0.0.1:8123/a", {PRACTICE}).local
    assert not read_target("https://127.0.0.1:8124/a", {PRACTICE}).local
    assert str(PRACTICE) == "127.0.0.1:8123"
    assert str(LocalService("::1", 1)) == "[::1]:1"


@pytest.mark.parametrize(
    ("address", "port"),
    [
        ("10.0.0.1", 80),
        ("0.0.0.0", 80),
        ("::", 80),
        ("localhost", 80),
        ("8.8.8.8", 80),
        ("0:0::1", 80),
        ("127.0.0.1", 0),
    ],
)
def test_nothing_but_loopback_can_be_a_local_service(address, port):
    with pytest.raises(ValueError, match=r"loopback|address"):
        LocalService(address, port)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("a.onion", True),
        ("onion", False),
        (".onion", False),
        ("a.onion.b", False),
        ("aonion", False),
        ("a.onion.", False),
    ],
)
def test_an_onion_service_is_told_by_its_last_label(host, expected):
    assert is_onion(host) is expected


@pytest.mark.parametrize(
    ("origin", "location", "leads"),
    [
        ("https://a.example/x/y?z", "/b", "https://a.example/b"),
        ("https://a.example/x/y?z", "b?k", "https://a.example/x/b?k"),
        ("https://a.example/", "https://b.example:8443/c", "https://b.example:8443/c"),
        ("https://a.example/", "//b.example/c", "https://b.example/c"),
        ("https://a.example/", f"https://{ONION}/", f"https://{ONION}/"),
        (f"https://{ONION}/", f"https://b{ONION}/", f"https://b{ONION}/"),
        ("http://127.0.0.1:8123/", "/again", "http://127.0.0.1:8123/again"),
    ],
)
def test_redirects_that_are_followed(origin, location, leads):
    assert read_redirect(read_target(origin, {PRACTICE}), location, {PRACTICE}).url == leads


@pytest.mark.parametrize(
    ("origin", "location"),
    [
        ("https://a.example/", "http://a.example/"),
        ("https://a.example/", f"http://{ONION}/"),
        (f"http://{ONION}/", "/b"),
        (f"http://{ONION}/", "https://a.example/"),
        (f"https://{ONION}/", "https://a.example/"),
        ("https://a.example/", "http://127.0.0.1:8123/"),
        ("https://a.example/", "https://127.0.0.1:8123/"),
        ("http://127.0.0.1:8123/", "https://a.example/"),
        ("http://127.0.0.1:8123/", "http://127.0.0.1:8124/"),
        ("https://a.example/", "https://me@b.example/"),
        ("https://a.example/", "https://b.example\\@c.example/"),
        ("https://a.example/", "file:///etc/passwd"),
        ("https://a.example/", "ftp://b.example/"),
        ("https://a.example/", "/\x00"),
        ("https://a.example/", "/\tb"),
        ("https://a.example/", "https://b.example/?tag=login"),
        ("https://a.example/", "//[::1"),
        ("https://a.example/", "x" * 3_000),
    ],
)
def test_redirects_that_are_refused(origin, location):
    with pytest.raises(AddressRefused):
        read_redirect(read_target(origin, {PRACTICE}), location, {PRACTICE})


NOT_PUBLIC = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::2",
    "::7f00:1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::8.8.8.8",
    "64:ff9b:1::1",
    "100::1",
    "1fff::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:808:808::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "nonsense",
    "1.2.3",
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_addresses_that_are_not_public(address):
    with pytest.raises(AddressRefused, match="leads to"):
        public_address(address)


@pytest.mark.parametrize(
    ("address", "connected"),
    [
        ("8.8.8.8", "8.8.8.8"),
        ("100.63.255.255", "100.63.255.255"),
        ("100.128.0.1", "100.128.0.1"),
        ("172.15.255.255", "172.15.255.255"),
        ("172.32.0.1", "172.32.0.1"),
        ("223.255.255.254", "223.255.255.254"),
        ("::ffff:8.8.8.8", "8.8.8.8"),
        ("2606:4700:0:0::1111", "2606:4700::1111"),
        ("2001:200::1", "2001:200::1"),
        ("2a00:1450:4001::1", "2a00:1450:4001::1"),
    ],
)
def test_public_addresses(address, connected):
    assert public_address(address) == connected


@given(st.ip_addresses())
def test_what_passes_is_what_python_calls_global_too(address):
    try:
        passed = ipaddress.ip_address(public_address(str(address)))
    except AddressRefused:
        return
    assert passed.is_global
    assert not any((passed.is_private, passed.is_loopback, passed.is_link_local, passed.is_multicast))


@given(st.ip_addresses(v=4).filter(lambda address: not address.is_global))
def test_a_mapped_address_is_judged_as_what_it_maps(address):
    with pytest.raises(AddressRefused):
        public_address(f"::ffff:{address}")


@given(
    st.one_of(
        st.text(), st.text().map(lambda tail: f"https://{tail}"), st.text().map(lambda t: f"https://a.example/{t}")
    )
)
def test_any_text_is_a_target_or_refused(text):
    try:
        target = read_target(text)
    except AddressRefused:
        return
    assert target.host.isascii()
    assert target.line.startswith((b"/", b"?"))
    assert all(0x21 <= byte <= 0x7E for byte in target.line)
    assert target.scheme == "https" or is_onion(target.host)


@given(st.text(max_size=80), st.text(max_size=40))
def test_any_redirect_is_followed_or_refused(location, host):
    origin = read_target("https://a.example/")
    for text in (location, f"https://{host}/", f"//{host}"):
        try:
            assert read_redirect(origin, text).scheme == "https"
        except AddressRefused:
            continue
