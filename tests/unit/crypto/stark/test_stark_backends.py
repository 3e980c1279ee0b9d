"""The pure functions beside the native library, and what keeps a native library from harm."""

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashore.crypto.stark import HASH_LIMIT, ORDER, Signature
from ashore.crypto.stark.backends import BackendError, NativeBackend, PureBackend, native_backend
from ashore.crypto.stark.curve import FIELD

PURE = PureBackend()
KEY, HASH = 0x17A3442150DB744467EA1D2EA1CF4C437632149964EA7C6F7529759B46AB567, 2**250 + 12345

elements = st.integers(0, FIELD - 1)
private_keys = st.integers(1, ORDER - 1)
hashes = st.integers(0, HASH_LIMIT - 1)
some = settings(max_examples=100, deadline=None)


@pytest.fixture(scope="module")
def native():
    backend = native_backend()
    if backend is None:
        pytest.skip("fast-stark-crypto is not installed")
    return backend


@some
@given(first=elements, second=elements)
def test_pedersen_is_the_same(native, first, second):
    assert PURE.pedersen_hash(first, second) == native.pedersen_hash(first, second)


@some
@given(private_key=private_keys, message_hash=hashes)
def test_keys_and_signatures_are_the_same(native, private_key, message_hash):
    stark_key, signature = PURE.public_key(private_key), PURE.sign(private_key, message_hash)
    assert native.public_key(private_key) == stark_key
    assert native.sign(private_key, message_hash) == signature
    for backend in (PURE, native):
        assert backend.verify(stark_key, message_hash, signature)
        assert not backend.verify(stark_key, message_hash ^ 1, signature)


@pytest.mark.parametrize("private_key", [1, 2, ORDER - 1])
@pytest.mark.parametrize("message_hash", [0, 1, HASH_LIMIT - 1])
def test_the_edges_are_the_same(native, private_key, message_hash):
    assert native.sign(private_key, message_hash) == PURE.sign(private_key, message_hash)


class Panic(BaseException):
    """What a native library may raise past `except Exception`."""


def library(**functions):
    """A library that has only these functions; reaching for any other fails the test."""
    return SimpleNamespace(**functions)


@pytest.mark.parametrize("backend", [PURE, NativeBackend(library())], ids=["pure", "native"])
def test_both_refuse_the_same_numbers_without_asking_a_library(backend):
    for first, second in ((-1, 0), (FIELD, 0), (0, FIELD), (FIELD + 1, 1)):
        with pytest.raises(ValueError, match="field element"):
            backend.pedersen_hash(first, second)
    for private_key in (0, ORDER, -5):
        with pytest.raises(ValueError, match="private key"):
            backend.public_key(private_key)
        with pytest.raises(ValueError, match="private key"):
            backend.sign(private_key, HASH)
    with pytest.raises(ValueError, match="message hash"):
        backend.sign(KEY, HASH_LIMIT)
    for signature in (Signature(0, 1), Signature(1, 0), Signature(HASH_LIMIT, 1), Signature(1, ORDER)):
        assert not backend.verify(PURE.public_key(KEY), HASH, signature)
    good = PURE.sign(KEY, HASH)
    for stark_key in (0, FIELD, FIELD + PURE.public_key(KEY)):
        assert not backend.verify(stark_key, HASH, good)
    assert not backend.verify(PURE.public_key(KEY), HASH_LIMIT, good)


def panic(*numbers):
    raise Panic(f"these were {numbers}")


def test_a_panic_becomes_an_error_that_names_no_number():
    with pytest.raises(BackendError) as caught:
        NativeBackend(library(sign=panic)).sign(KEY, HASH)
    assert str(KEY) not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def stop(*numbers):
    raise KeyboardInterrupt


def test_an_interruption_stays_one():
    with pytest.raises(KeyboardInterrupt):
        NativeBackend(library(sign=stop)).sign(KEY, HASH)


@pytest.mark.parametrize("answer", [None, (0, 1), (1, 2, 3), (HASH_LIMIT, 1), ("1", "2")])
def test_what_a_library_calls_a_signature_has_to_be_one(answer):
    with pytest.raises(BackendError, match="no signature"):
        NativeBackend(library(sign=lambda *_: answer)).sign(KEY, HASH)


def test_what_a_library_calls_a_number_has_to_be_one():
    odd = NativeBackend(library(pedersen_hash=lambda *_: "0x1", get_public_key=lambda *_: None))
    with pytest.raises(BackendError, match="no number"):
        odd.pedersen_hash(1, 2)
    with pytest.raises(BackendError, match="no number"):
        odd.public_key(KEY)


def test_only_yes_is_yes():
    signature = PURE.sign(KEY, HASH)
    assert NativeBackend(library(verify=lambda *_: True)).verify(PURE.public_key(KEY), HASH, signature)
    assert not NativeBackend(library(verify=lambda *_: 1)).verify(PURE.public_key(KEY), HASH, signature)
