"""Bounds of JSON from outside: what is hostile is refused at once, and what is allowed is read as it is."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.domain import receipt_file
from ashore.domain.receipt import ReceiptError
from ashore.domain.strict_json import DEPTH_MAX, STRING_MAX, TOKENS_MAX, JsonError, parse
from ashore.ethereum.errors import InvalidProof
from ashore.ethereum.proofs import MAX_DOCUMENT, check

SIZE = 15_900_000
HOSTILE = {
    "a string": b'"' + b"a" * SIZE + b'"',
    "escapes": b'"' + b"\\n" * (SIZE // 2) + b'"',
    "a string without an end": b'"\\' * (SIZE // 2),
    "quotation marks": b'"' * SIZE,
    "opening brackets": b"[" * SIZE,
    "opening braces": b'{"":' * (SIZE // 4),
    "closing brackets": b"]" * SIZE,
    "pairs of brackets": b"[" + b"[]," * (SIZE // 3) + b"[]]",
    "objects": b"[" + b"{}," * (SIZE // 3) + b"{}]",
    "empty strings": b"[" + b'"",' * (SIZE // 3) + b'""]',
    "numbers": b"[" + b"1," * (SIZE // 2) + b"1]",
    "digits": b"1" * SIZE,
    "blanks": b" " * SIZE,
    "keys": b"{" + b",".join(b'"%x":0' % number for number in range(1_400_000)) + b"}",
}
BUDGET_S = 1.0
"""Of the processor: an own process that is kept waiting is no slower."""

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=30,
)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_whole_hostile_file_is_refused_within_a_second(name: str) -> None:
    before = time.process_time()
    with pytest.raises(ReceiptError):
        receipt_file.read(HOSTILE[name])
    assert time.process_time() - before < BUDGET_S


@given(values, st.booleans())
def test_whatever_is_written_is_read(value: object, ascii_only: bool) -> None:
    assert parse(json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")) == value


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_depth_is_told_before_anything_else_is_read(opening: str) -> None:
    closing = "]" if opening == "[" else "}"
    parse((opening * DEPTH_MAX + "0" + closing * DEPTH_MAX).encode())
    with pytest.raises(JsonError, match="deeply"):
        parse((opening * (DEPTH_MAX + 1)).encode())
    assert parse(json.dumps("[" * 1000).encode()) == "[" * 1000, "brackets in a string nest nothing"
    assert parse(json.dumps('\\"' + "[" * 1000).encode()) == '\\"' + "[" * 1000


def test_parts_and_strings_are_counted() -> None:
    assert parse(b"[1,2,3]", tokens=4) == [1, 2, 3]
    for text in (b"[1,2,3,4]", b'["a","b"]', b"[[],[]]", b'{"a":{}}'):
        with pytest.raises(JsonError, match="too many"):
            parse(text, tokens=4)
    with pytest.raises(JsonError, match="too long"):
        parse(b'"' + b"a" * STRING_MAX + b'"')
    assert parse(b'["' + b",[{" * 1000 + b'"]', tokens=3) == [",[{" * 1000]


def test_the_bound_lets_the_largest_vault_pass() -> None:
    record = {"id": "00" * 16, "kind": "note", "version": 1, "nonce": "00" * 12, "box": "00" * 48}
    text = json.dumps({"records": [record] * 10_000}, indent=1).encode()
    assert len(json.loads(text)["records"]) == 10_000
    assert parse(text, tokens=TOKENS_MAX // 3) == json.loads(text)


@pytest.mark.parametrize("name", ["opening brackets", "opening braces", "pairs of brackets", "quotation marks"])
def test_a_hostile_proof_is_refused_as_early(name: str) -> None:
    document = HOSTILE[name][:MAX_DOCUMENT].decode()
    before = time.process_time()
    with pytest.raises(InvalidProof) as refused:
        check(document)
    assert isinstance(refused.value.__cause__, JsonError)
    assert time.process_time() - before < BUDGET_S
