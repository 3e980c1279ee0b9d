"""Pictures of tokens, from hostile servers on real sockets: nobody is asked without agreement, and all is bounded."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ashore.domain.errors import AshoreError
from ashore.engine.pictures import MOST_BYTES, AskFirst, Loaded, Pictures
from ashore.net.guard import LocalService
from faults.hostile import HOST, Handler, Theatre, answer, redirect, saying, theatre

GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"
DATA = f"https://{HOST}/7.json"
IN_ITSELF = "data:image/gif;base64," + base64.b64encode(GIF).decode()
AGREED = frozenset({HOST})


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with theatre(tmp_path) as made:
        yield made


def by_path(**answers: bytes) -> Handler:
    """Answer by the first word of the path."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        name = head.split(b" ")[1].strip(b"/").partition(b".")[0].decode()
        writer.write(answers[name])
        await writer.drain()

    return handle


def naming(address: str, name: str = "image") -> bytes:
    return answer(json.dumps({"name": "A whale", name: address}).encode())


async def test_no_host_is_asked_that_was_not_agreed_to(stage: Theatre) -> None:
    await stage.serve(saying(answer(GIF)))
    pictures = Pictures(stage.client())
    assert await pictures.look(DATA, frozenset()) == AskFirst(HOST, "data")
    assert await pictures.look(DATA, {"other.example"}) == AskFirst(HOST, "data")
    assert not stage.met
    assert not stage.looked_up


@pytest.mark.parametrize("name", ["image", "image_url"])
async def test_the_data_lead_to_the_picture(stage: Theatre, name: str) -> None:
    picture = f"https://{HOST}/whale.gif"
    await stage.serve(by_path(**{"7": naming(picture, name), "whale": answer(GIF)}))
    assert await Pictures(stage.client()).look(DATA, AGREED) == Loaded(GIF)
    assert stage.met == 2


async def test_the_pictures_host_is_asked_for_by_itself(stage: Theatre) -> None:
    await stage.serve(saying(naming("https://pictures.example/whale.gif")))
    found = await Pictures(stage.client()).look(DATA, AGREED)
    assert found == AskFirst("pictures.example", "picture")
    assert stage.met == 1


async def test_an_address_may_be_the_picture_or_hold_it(stage: Theatre) -> None:
    await stage.serve(saying(answer(GIF)))
    pictures = Pictures(stage.client())
    assert await pictures.look(DATA, AGREED) == Loaded(GIF)
    assert await pictures.look(IN_ITSELF, frozenset()) == Loaded(GIF)
    whole = json.dumps({"image": IN_ITSELF}).encode()
    inside = "data:application/json;base64," + base64.b64encode(whole).decode()
    assert await pictures.look(inside, frozenset()) == Loaded(GIF)
    assert await pictures.look(f"{inside}#255", frozenset()) == Loaded(GIF)
    assert stage.met == 1


@pytest.mark.parametrize(
    "said",
    [
        answer(b"{}"),
        answer(b"[]"),
        answer(b"not json"),
        answer(b"[" * 100_000),
        answer(b'{"image":7}'),
        answer(b'{"image":{"image":"x"}}'),
        answer(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        answer(b"\xff\xfe{}"),
        naming("ftp://service.example/x"),
        naming("file:///etc/passwd"),
        naming("http://service.example/x.gif"),
        naming("ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi/1"),
        naming("data:image/svg+xml,<svg/>"),
        naming("data:;base64,###"),
        naming("data:"),
        naming("javascript:alert(1)"),
        redirect(b"https://pictures.example/7.json"),
        answer(b"gone", status=b"404 Not Found"),
        answer(b"x" * 10, b"Content-Length: %d" % (MOST_BYTES + 1)),
        answer(GIF + b"x" * MOST_BYTES),
    ],
)
async def test_what_is_no_picture_ends_in_a_sentence(stage: Theatre, said: bytes) -> None:
    await stage.serve(saying(said))
    pictures = Pictures(stage.client())
    with pytest.raises(AshoreError) as caught:
        await pictures.look(DATA, AGREED)
    assert caught.value.sentence.endswith(".")
    assert "/7.json" not in str(caught.value)


async def test_no_picture_leads_into_the_own_network(stage: Theatre) -> None:
    with pytest.raises(AshoreError):
        await Pictures(stage.client()).look("https://192.168.1.1/x.gif", {"192.168.1.1"})
    assert not stage.wires.dialled


async def test_data_in_data_end(stage: Theatre) -> None:
    address = IN_ITSELF
    for _ in range(4):
        whole = json.dumps({"image": address}).encode()
        address = "data:application/json;base64," + base64.b64encode(whole).decode()
    with pytest.raises(AshoreError, match="names no picture that Ashore can show"):
        await Pictures(stage.client()).look(address, frozenset())


async def test_a_practice_network_loads_nothing_from_the_internet(stage: Theatre) -> None:
    await stage.serve(saying(answer(GIF)))
    pictures = Pictures(stage.client(local_services=[LocalService("127.0.0.1", 80)]), only={"127.0.0.1"})
    with pytest.raises(AshoreError, match="practice network"):
        await pictures.look(DATA, AGREED)
    assert not stage.met


async def test_a_practice_service_on_this_machine_may_be_asked(stage: Theatre) -> None:
    port = await stage.serve(saying(answer(GIF)), plain=True, at=None)
    strangers = stage.client(local_services=[LocalService("127.0.0.1", port)], network=None)
    pictures = Pictures(strangers, only={"127.0.0.1"})
    address = f"http://127.0.0.1:{port}/token/7"
    assert await pictures.look(address, frozenset()) == AskFirst("127.0.0.1", "data")
    assert await pictures.look(address, {"127.0.0.1"}) == Loaded(GIF)


async def test_what_could_only_be_refused_is_known_without_asking_anybody(stage: Theatre) -> None:
    await stage.serve(saying(answer(GIF)))
    free, practice = Pictures(stage.client()), Pictures(stage.client(), only=())
    leading = "data:application/json;base64," + base64.b64encode(json.dumps({"image": DATA}).encode()).decode()
    for address in (DATA, leading):
        assert free.refusal(address) is None
        refused = practice.refusal(address)
        assert refused is not None
        assert "loads nothing from the internet" in refused.sentence
    assert practice.refusal(IN_ITSELF) is None
    assert free.refusal("ipfs://abc/7") is not None
    assert free.refusal("data:application/json,{}") is not None
    assert not stage.met
    assert not stage.looked_up
