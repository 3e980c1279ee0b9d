"""Which addresses and certificates of a user's wallet are taken."""

import ssl

import pytest

from ashore.lightning.connection import pinned_tls, read_address
from ashore.lightning.errors import AddressRefused
from faults.certificates import Authority


@pytest.mark.parametrize(
    ("text", "base", "host"),
    [
        ("https://node.example", "https://node.example", "node.example"),
        (" https://node.example:3010/ \n", "https://node.example:3010", "node.example"),
        ("https://192.168.1.7:3010", "https://192.168.1.7:3010", "192.168.1.7"),
        ("https://legend.example/lnbits//", "https://legend.example/lnbits", "legend.example"),
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000", "127.0.0.1"),
        ("http://[::1]:5000", "http://[::1]:5000", "::1"),
        ("http://localhost:5000", "http://localhost:5000", "localhost"),
    ],
)
def test_addresses_of_ones_own(text, base, host):
    address = read_address(text)
    assert (address.base, address.host) == (base, host)
    assert base not in repr(address)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("http://192.168.1.7:3010", "without encryption"),
        ("http://node.example", "without encryption"),
        ("http://127.0.0.1.evil.example", "without encryption"),
        ("http://localhost.evil.example", "without encryption"),
        ("http://abcdefgh.onion", "onion service"),
        ("node.example:3010", "https://"),
        ("ftp://node.example", "https://"),
        ("https:/node.example", "https://"),
        ("", "https://"),
        ("https://", "https://"),
        ("https://user:secret@node.example", "user name"),
        ("https://node.example?key=secret", "question mark"),
        ("https://node.example/#secret", "hash"),
        ("https://node.example:0", "not valid"),
        ("https://node.example:99999", "not valid"),
        ("https://[::1", "not valid"),
        ("https://node.example\\@evil.example", "not valid"),
        ("https://no de.example", "not valid"),
        ("https://nöde.example", "not valid"),
        ("https://node.example/" + "a" * 2_100, "not valid"),
    ],
)
def test_addresses_that_are_refused_in_words(text, words):
    with pytest.raises(AddressRefused, match=words) as caught:
        read_address(text)
    assert "Nothing was sent" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "pem",
    [
        "",
        "no certificate",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n",
        "é",
        "a" * 70_000,
    ],
)
def test_what_is_no_certificate_is_refused(pem):
    with pytest.raises(AddressRefused) as caught:
        pinned_tls(pem)
    assert "c2VjcmV0" not in str(caught.value)


def test_a_pinned_certificate_is_the_only_one_trusted(tmp_path):
    authority = Authority(tmp_path)
    context = pinned_tls(ssl.DER_cert_to_PEM_cert(authority.certificate), "cln")
    assert context.get_ca_certs(binary_form=True) == [authority.certificate]
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
