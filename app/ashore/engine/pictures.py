"""Pictures of tokens: loaded when a person asks for one, from hosts that were named to them, with caps on all of it.

A token names the address of its data, a JSON document whose `image` names the picture (ERC-721, "metadata JSON
schema"); either may stand in the address itself (`data:`, RFC 2397). Everything in them is hostile.
"""

import base64
import binascii
import json
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from ashore.domain.errors import AshoreError
from ashore.domain.untrusted import plain
from ashore.net.guard import read_target
from ashore.net.strangers import StrangerClient, StrangerPurpose

MOST_BYTES = 2 * 1024 * 1024
MOST_ADDRESS = 3 * 1024 * 1024
"""Characters of an address: one may hold the picture itself."""

PICTURE = StrangerPurpose(
    "picture",
    total_seconds=30.0,
    redirects=0,
    doubt="Only its picture is missing; nothing of your money depends on it.",
    max_bytes=MOST_BYTES,
    accept="image/png, image/jpeg, image/webp, image/gif, application/json;q=0.5",
)
_STEPS = 2
_OK = 200
_NAMES = ("image", "image_url", "image_data")
_MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")


class PictureError(AshoreError):
    """A picture that cannot be shown."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The bytes of a picture: at most MOST_BYTES that begin like PNG, JPEG, GIF or WebP, and are checked no further."""

    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class AskFirst:
    """The next host that would be asked, and was not agreed to: it learns the address of this computer.

    `holds` is what is there, as far as known: the token's data, or the picture.
    """

    host: str
    holds: str


class Pictures:
    """Loads pictures from hosts that a person agreed to. Nothing is kept, repeated or followed elsewhere.

    `only` are the hosts that may be asked at all where the network is a practice one; None for any.
    """

    def __init__(self, strangers: StrangerClient, only: Collection[str] | None = None) -> None:
        self._strangers = strangers
        self._only = only

    async def look(self, address: str, agreed: Collection[str]) -> Loaded | AskFirst:
        """Go as far towards the picture as the hosts in `agreed` lead.

        `address` is where the token says that its data is. Raises AshoreError with what is in the way; where a host
        has to be agreed to first, nothing was asked of it.
        """
        holds = "data"
        for _ in range(_STEPS):
            body = _in_itself(address)
            if body is None:
                host = self._host(address)
                if host not in agreed:
                    return AskFirst(host, holds)
                body = await self._fetch(address)
            if _is_picture(body):
                return Loaded(body)
            address, holds = _picture_address(body), "picture"
        raise PictureError("This token’s data names no picture that Ashore can show.", _KINDS)

    def refusal(self, address: str) -> PictureError | None:
        """Why the picture at `address` can certainly not be looked at, as far as that shows without asking anybody."""
        try:
            for _ in range(_STEPS):
                body = _in_itself(address)
                if body is None:
                    self._host(address)
                    return None
                if _is_picture(body):
                    return None
                address = _picture_address(body)
        except PictureError as error:
            return error
        except AshoreError as error:
            return PictureError(error.sentence, error.advice)
        return None

    def _host(self, address: str) -> str:
        if address.startswith("ipfs:"):
            raise PictureError(
                "This picture is on IPFS, which is reached through somebody’s gateway.", "Ashore uses none."
            )
        local = self._strangers.local_services if self._only is not None else ()
        host = read_target(address, local).host
        if self._only is not None and host not in self._only:
            raise PictureError("A practice network loads nothing from the internet.")
        return host

    async def _fetch(self, address: str) -> bytes:
        answer = await self._strangers.fetch(address, PICTURE)
        if answer.status != _OK:
            moved = 300 <= answer.status < 400
            why = "says that it is elsewhere" if moved else f"answered with status {answer.status}"
            raise PictureError(f"{plain(answer.final_host)} {why}, not with a picture.")
        return answer.body


_KINDS = "It shows PNG, JPEG, GIF and WebP."


def _is_picture(body: bytes) -> bool:
    return body.startswith(_MAGIC) or (body[:4] == b"RIFF" and body[8:12] == b"WEBP")


def _in_itself(address: str) -> bytes | None:
    """What a `data:` address holds; None for any other address."""
    if len(address) > MOST_ADDRESS:
        raise PictureError("The address of this token’s data is far too long.")
    if not address.startswith("data:"):
        return None
    head, comma, content = address[len("data:") :].partition("#")[0].partition(",")
    if not comma:
        raise PictureError("This token’s data cannot be read.")
    try:
        body = unquote_to_bytes(content)
        body = base64.b64decode(body, validate=True) if head.endswith(";base64") else body
    except (binascii.Error, ValueError, UnicodeEncodeError):
        raise PictureError("This token’s data cannot be read.") from None
    if len(body) > MOST_BYTES:
        raise PictureError("This token’s picture is too large.")
    return body


def _picture_address(body: bytes) -> str:
    """The address that a token's data names for its picture. Raises PictureError."""
    try:
        told = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise PictureError("What is there is neither a picture that Ashore shows nor a token’s data.", _KINDS) from None
    named = (told.get(name) for name in _NAMES) if isinstance(told, dict) else ()
    address = next((text for text in named if isinstance(text, str) and text), "")
    if not address:
        raise PictureError("This token’s data names no picture.")
    return address
