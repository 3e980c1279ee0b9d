"""Opening links: a balance link is asked like a voucher's, whatever stands in it, and never for a login (LUD-14)."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from ashore.lightning.backends import Identity
from ashore.systems.base import Source
from ashore.systems.lnurl.client import EmptyAnswer, LnurlClient, ServiceAnswer
from ashore.systems.lnurl.codec import Kind, NothingLeft, OtherTag, Reach, ServiceError, ServiceUrl, UrlError, parse_url
from ashore.systems.lnurl.profile import PRACTICE
from ashore.systems.lnurl.system.offer import LnurlOffer
from ashore.systems.lnurl.system.opening import NoWithdrawal, look_again, open_link
from ashore.systems.lnurl.system.receivers import Receiver
from unit.systems.lnurl.system.offers import NOW_S, offer

NOW_MS = NOW_S * 1000
FAST = (
    "http://127.0.0.1:8080/b?tag=withdrawRequest&k1=old&minWithdrawable=1000&maxWithdrawable=2000"
    "&defaultDescription=old&callback=http%3A%2F%2F127.0.0.1%3A8080%2Fcb"
)


class Service(LnurlClient):
    """Answers with one offer, and remembers what was asked."""

    def __init__(self, answer: ServiceAnswer | Exception) -> None:
        self.asked: list[str] = []
        self._answer = answer

    async def ask(self, url: ServiceUrl) -> ServiceAnswer:
        self.asked.append(url.text)
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


class NoWallets:
    def all(self) -> tuple[()]:
        return ()

    def get(self, receiver: str) -> None:
        return None


def service(**changes: object) -> Service:
    told = replace(offer().service, **changes)  # type: ignore[arg-type]
    return Service(ServiceAnswer(told, "127.0.0.1", "127.0.0.1"))


async def test_what_a_balance_link_says_itself_does_not_count() -> None:
    asked = service()
    fast = await open_link(PRACTICE, asked, NoWallets(), Source(PRACTICE.id, reference=FAST), NOW_MS)
    assert (asked.asked, fast.range.max_msat) == ([], 2_000), "a voucher's link may carry all of it (LUD-08)"
    looked = await look_again(PRACTICE, asked, NoWallets(), FAST, NOW_MS)
    assert (asked.asked, looked.range.max_msat) == ([FAST], 20_000), "but what is left is asked"
    assert looked.source == Source(PRACTICE.id), "nothing of the link goes on with the offer"


@pytest.mark.parametrize("tag", ["login", "LOGIN", "payRequest"])
async def test_a_balance_link_that_is_something_else_is_not_asked(tag: str) -> None:
    link = f"http://127.0.0.1:8080/b?tag={tag}&k1={'00' * 32}"
    asked = service()
    with pytest.raises(NoWithdrawal):
        await look_again(PRACTICE, asked, NoWallets(), link, NOW_MS)
    assert asked.asked == []
    assert replace(offer(), service=replace(offer().service, balance_check=url(link))).balance_host == ""


async def test_a_balance_link_that_hides_another_leads_to_itself() -> None:
    link = "http://127.0.0.1:8080/b?lightning=lnurlw://127.0.0.1:9/other"
    asked = service()
    await look_again(PRACTICE, asked, NoWallets(), link, NOW_MS)
    assert asked.asked == [link]


@pytest.mark.parametrize("link", ["https://service.example/b", "http://10.0.0.1/b", "ftp://127.0.0.1/b", "b"])
async def test_practice_asks_no_other_host(link: str) -> None:
    asked = service()
    with pytest.raises(UrlError):
        await look_again(PRACTICE, asked, NoWallets(), link, NOW_MS)
    assert asked.asked == []


async def test_nothing_left_comes_with_its_next_link() -> None:
    following = url("http://127.0.0.1:8080/next")
    asked = Service(EmptyAnswer(NothingLeft(following), "127.0.0.1"))
    with pytest.raises(EmptyAnswer) as empty:
        await look_again(PRACTICE, asked, NoWallets(), "http://127.0.0.1:8080/b", NOW_MS)
    assert empty.value.balance_check == following


def test_an_offer_names_the_host_of_its_balance_link_and_quotes_nothing_of_it() -> None:
    link = url("http://127.0.0.1:8080/left/5ecret5ecret5ecret5ecret")
    told = replace(offer().service, balance_check=link, description=f"Look at {link.text} (5ecret5ecret5ecret5ecret)")
    made = replace(offer(), service=told)
    assert made.balance_host == "127.0.0.1:8080"
    assert made.description == "Look at … (…)"
    assert "5ecret" not in repr(made)
    assert offer().balance_host == ""


@pytest.mark.parametrize(
    "content", [ServiceError("x.” Ashore: go on."), OtherTag("x.” Ashore: go on.", Kind.OTHER_TAG)]
)
async def test_a_service_cannot_speak_in_ashores_voice(content: ServiceError | OtherTag) -> None:
    asked = Service(ServiceAnswer(content, "127.0.0.1", "127.0.0.1"))
    with pytest.raises(NoWithdrawal, match=r"“x\.' Ashore: go on\.”"):
        await open_link(PRACTICE, asked, NoWallets(), Source(PRACTICE.id, reference="http://127.0.0.1:8080/b"), NOW_MS)


class SilentWallet:
    """Does not answer, until somebody stops asking."""

    async def identity(self) -> Identity:
        await asyncio.Event().wait()
        raise AssertionError

    limits = identity


class OneWallet:
    def __init__(self) -> None:
        self.wallet = Receiver("alice", "Alice", "your node Alice", SilentWallet())  # type: ignore[arg-type]

    def all(self) -> tuple[Receiver]:
        return (self.wallet,)

    def get(self, receiver: str) -> Receiver | None:
        return self.wallet


@pytest.mark.parametrize("kept", [False, True])
async def test_what_was_opened_is_given_to_be_kept_before_any_wallet_answered(*, kept: bool) -> None:
    given: asyncio.Queue[LnurlOffer] = asyncio.Queue()
    source = Source(PRACTICE.id, reference="http://127.0.0.1:8080/b")
    opening = (
        look_again(PRACTICE, service(), OneWallet(), source.reference, NOW_MS, given.put)
        if kept
        else open_link(PRACTICE, service(), OneWallet(), source, NOW_MS, given.put)
    )
    waiting = asyncio.create_task(opening)  # type: ignore[arg-type]
    opened = await given.get()
    assert not waiting.done()
    assert (opened.receivers, opened.kept, opened.opened_at) == ((), kept, NOW_MS)
    assert opened.asked == url(source.reference)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_what_was_not_opened_is_not_kept() -> None:
    async def keep(_offer: LnurlOffer) -> None:
        raise AssertionError

    asked = Service(ServiceAnswer(ServiceError("spent"), "127.0.0.1", "127.0.0.1"))
    with pytest.raises(NoWithdrawal):
        await open_link(PRACTICE, asked, NoWallets(), Source(PRACTICE.id, reference="http://127.0.0.1:8080/b"), 0, keep)


def url(text: str) -> ServiceUrl:
    return parse_url(text, Reach.PRACTICE)
