"""Frames: whatever arrives is one strict JSON object or a plain refusal."""

import contextlib
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.keys import frames

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


class _Trickle(io.RawIOBase):
    """A pipe that gives at most three bytes at a time."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        piece = self._data.read(min(3, len(buffer)))
        buffer[: len(piece)] = piece
        return len(piece)


@given(st.dictionaries(st.text(max_size=8), VALUES, max_size=4))
def test_what_is_sent_arrives(content: dict[str, object]) -> None:
    body = frames.read(_Trickle(bytes(frames.encode(content))))
    assert body is not None
    assert frames.decode(body) == content


@given(st.binary(max_size=200))
def test_any_bytes_are_an_object_or_refused(body: bytes) -> None:
    with contextlib.suppress(frames.FrameError):
        assert isinstance(frames.decode(body), dict)


@pytest.mark.parametrize(
    "body",
    [
        '{"a":1.0}',
        '{"a":1e3}',
        '{"a":NaN}',
        '{"a":-Infinity}',
        '{"a":1,"a":2}',
        "[]",
        "1",
        "",
        "[" * 100_000,
        '{"a":' * 200_000,
        '{"a":' + "[" * 40 + "]" * 40 + "}",
        '{"' + '\\"' * 500_000,
        '{"a":' + "9" * 5000 + "}",
    ],
)
def test_floats_doubled_keys_and_other_shapes_are_refused(body: str) -> None:
    with pytest.raises(frames.FrameError):
        frames.decode(body.encode())


@given(st.binary(max_size=40))
def test_a_stream_that_ends_early_is_an_end(data: bytes) -> None:
    whole = bytes(frames.encode({"text": "x" * 100}))
    assert frames.read(_Trickle(whole[: len(data)])) is None


def test_a_length_over_the_limit_is_not_waited_for() -> None:
    with pytest.raises(frames.FrameTooLong):
        frames.read(_Trickle((frames.FRAME_MAX_BYTES + 1).to_bytes(4, "big")))
    with pytest.raises(frames.FrameTooLong):
        frames.encode({"a": "x" * frames.FRAME_MAX_BYTES})


def test_the_largest_frame_passes() -> None:
    content = {"a": "x" * (frames.FRAME_MAX_BYTES - len(json.dumps({"a": ""}, separators=(",", ":"))))}
    frame = frames.encode(content)
    assert len(frame) == frames.FRAME_MAX_BYTES + 4
    assert frames.decode(frame[4:]) == content


@pytest.mark.parametrize("text", ["[" * 100, '\\"' + "[" * 100, "\\" * 3 + '"' + "{" * 100])
def test_brackets_within_texts_are_no_nesting(text: str) -> None:
    assert frames.decode(json.dumps({"a": text}).encode()) == {"a": text}
