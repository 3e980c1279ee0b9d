"""What travels between the window and the signer: JSON objects, each after its length in 4 bytes, big-endian.

Numbers are integers only: no amount is ever a float here.
"""

import json
from collections.abc import Mapping
from io import RawIOBase

from ashore.domain import strict_json

LENGTH_BYTES = 4
FRAME_MAX_BYTES = 1024 * 1024


class FrameError(Exception):
    """A frame that is not one JSON object in the allowed form. The stream goes on after it."""


class FrameTooLong(FrameError):
    """The announced length is over the limit: the stream cannot be read any further."""


def encode(content: Mapping[str, object]) -> bytearray:
    """Return length and JSON in a buffer that the caller may wipe.

    Raises:
        FrameTooLong: more than 1 MiB.
    """
    body = json.dumps(content, separators=(",", ":"), allow_nan=False).encode("ascii")
    if len(body) > FRAME_MAX_BYTES:
        raise FrameTooLong("The message is longer than 1 MiB.")
    return bytearray(len(body).to_bytes(LENGTH_BYTES, "big") + body)


def body_length(prefix: bytes | bytearray) -> int:
    """Return the length that the 4 bytes announce.

    Raises:
        FrameTooLong: more than 1 MiB.
    """
    length = int.from_bytes(prefix, "big")
    if length > FRAME_MAX_BYTES:
        raise FrameTooLong("The message is longer than 1 MiB.")
    return length


def decode(body: bytes | bytearray) -> dict[str, object]:
    """Parse a frame's JSON strictly: one object, no key twice, no floats, no deep nesting.

    Raises:
        FrameError: anything else; the text never quotes the content.
    """
    try:
        content = strict_json.parse(body)
    except strict_json.JsonError:
        raise FrameError("The message is not in the agreed form.") from None
    if not isinstance(content, dict):
        raise FrameError("The message is not in the agreed form.")
    return content


def read(stream: RawIOBase) -> bytearray | None:
    """Read one frame's body, waiting for it; None at the end of the stream, also within a frame.

    Raises:
        FrameTooLong: more than 1 MiB is announced.
    """
    prefix = _exactly(stream, LENGTH_BYTES)
    return None if prefix is None else _exactly(stream, body_length(prefix))


def _exactly(stream: RawIOBase, count: int) -> bytearray | None:
    data = bytearray()
    while len(data) < count:
        piece = stream.read(count - len(data))
        if not piece:
            return None
        data += piece
    return data
