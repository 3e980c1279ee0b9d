"""What a second start and the running window say to each other. Bytes only: no socket, no clock.

A message is a few lines and an empty one: ``ashore 1``, then at most one each of ``token TEXT`` (what the desktop gave
for bringing a window to the front), ``link TEXT`` and ``unfit CODE``. The answer is one line. Without a link the
message asks for the window itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from ashore.desktop import links

_FIRST = "ashore 1"
_MOST_TOKEN = 512
_TOKEN = re.compile(r"[!-~]{1,512}")
MOST_BYTES = links.MOST_BYTES + _MOST_TOKEN + 128
"""The longest message there is; whoever sends more is no start of Ashore."""

LONGEST_ANSWER = 64


class Answer(StrEnum):
    """What the running window says."""

    TAKEN = "taken"
    """It has the link (or shows itself, where there was none)."""
    REFUSED = "refused"
    """It could not read the message; or this is another version."""


class Unreadable(Exception):
    """The bytes are no message."""


@dataclass(frozen=True, slots=True)
class Message:
    """What a start passes on.

    Attributes:
        link: what was clicked; may be secret. Empty where only the window is wanted.
        unfit: what was wrong with a link that is not passed on, a key of `links.UNFIT`.
        token: the desktop's permission to come to the front (xdg-activation, or an X11 startup id).
    """

    link: str = field(default="", repr=False)
    unfit: str = ""
    token: str = field(default="", repr=False)


def message_for(link: str, token: str = "") -> Message:
    """The message for a link as it came from outside, which may be anything."""
    wrong = links.unfit(link) if link else ""
    usable = token if _TOKEN.fullmatch(token) else ""
    return Message("" if wrong else link, wrong, usable)


def written(message: Message) -> bytes:
    """The bytes of a message that `message_for` made."""
    lines = [_FIRST]
    lines += [f"token {message.token}"] if message.token else []
    lines += [f"link {message.link}"] if message.link else []
    lines += [f"unfit {message.unfit}"] if message.unfit else []
    return "\n".join([*lines, "", ""]).encode()


def complete(received: bytes) -> bool:
    """Whether the end of a message has come."""
    return received.endswith(b"\n\n")


def read(received: bytes) -> Message:
    """A complete message.

    Raises:
        Unreadable: these bytes are none.
    """
    if len(received) > MOST_BYTES or not complete(received):
        raise Unreadable
    try:
        first, *lines = received[:-2].decode().split("\n")
    except UnicodeDecodeError as wrong:
        raise Unreadable from wrong
    told: dict[str, str] = {}
    for line in lines:
        name, gap, value = line.partition(" ")
        if not gap or not value or name in told:
            raise Unreadable
        told[name] = value
    if first != _FIRST or not told.keys() <= {"token", "link", "unfit"}:
        raise Unreadable
    return _checked(Message(told.get("link", ""), told.get("unfit", ""), told.get("token", "")))


def _checked(message: Message) -> Message:
    """Nothing is believed of what another process says that it has checked."""
    if message.link and (message.unfit or links.unfit(message.link)):
        raise Unreadable
    if message.unfit and message.unfit not in links.UNFIT:
        raise Unreadable
    if message.token and not _TOKEN.fullmatch(message.token):
        raise Unreadable
    return message
