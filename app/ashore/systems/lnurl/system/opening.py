"""Opens a pasted link: one request to the service, and one look at the connected wallets."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from ashore.domain.errors import AshoreError
from ashore.domain.untrusted import quoted, quoted_at_end
from ashore.systems.base import Source
from ashore.systems.lnurl.client import LnurlClient, ServiceAnswer
from ashore.systems.lnurl.codec import (
    WORDS,
    Kind,
    OtherTag,
    ServiceError,
    WithdrawOffer,
    encode_lnurl,
    parse_url,
    recognise,
)
from ashore.systems.lnurl.codec.recognition import Recognition
from ashore.systems.lnurl.profile import LnurlProfile
from ashore.systems.lnurl.system.offer import LnurlOffer
from ashore.systems.lnurl.system.receivers import Receivers, ask_receivers

Keep = Callable[[LnurlOffer], Awaitable[None]]
"""Is given an offer, still without the wallets, as soon as the service answered: its link may be used up by then."""


async def keep_nothing(_offer: LnurlOffer) -> None:
    """A `Keep` for where an offer need not outlive the one who asked."""


class NoWithdrawal(AshoreError):
    """The text or link is no voucher that can be withdrawn; the sentence names what it is."""


async def open_link(
    profile: LnurlProfile,
    client: LnurlClient,
    receivers: Receivers,
    source: Source,
    now_ms: int,
    keep: Keep = keep_nothing,
) -> LnurlOffer:
    """Ask the service once what the link offers. Raises NoWithdrawal, UrlError, NotSent, Unanswered, BadAnswer."""
    found = recognise(source.reference, profile.reach)
    return await _opened(profile, client, receivers, found, now_ms, keep)


async def look_again(
    profile: LnurlProfile,
    client: LnurlClient,
    receivers: Receivers,
    link: str,
    now_ms: int,
    keep: Keep = keep_nothing,
) -> LnurlOffer:
    """Ask a balance link once, like the link of a voucher (LUD-14). Raises EmptyAnswer too, for what is left is news.

    What the link itself may say of an offer (LUD-08) does not count: it is as old as the link.
    """
    found = recognise(encode_lnurl(parse_url(link, profile.reach).wire), profile.reach)

    async def keep_it(offer: LnurlOffer) -> None:
        await keep(replace(offer, kept=True))

    offer = await _opened(profile, client, receivers, replace(found, offer=None), now_ms, keep_it)
    return replace(offer, kept=True)


async def _opened(
    profile: LnurlProfile, client: LnurlClient, receivers: Receivers, found: Recognition, now_ms: int, keep: Keep
) -> LnurlOffer:
    if found.url is None:
        raise NoWithdrawal(found.sentence, found.advice)
    offers = asyncio.ensure_future(ask_receivers(receivers.all()))
    try:
        service, answered_by = await _asked(client, found)
        offer = LnurlOffer(
            source=Source(profile.id),
            opened_at=now_ms,
            service=service,
            host=found.url.shown_host,
            answered_by=answered_by,
            callback_host=service.callback.shown_host,
            receivers=(),
            practice=profile.practice,
            one_shot=found.one_shot,
            asked=found.url,
        )
        await keep(offer)  # before anything that takes its time, such as a wallet that does not answer
    except BaseException:
        offers.cancel()
        raise
    return replace(offer, receivers=await offers)


async def _asked(client: LnurlClient, found: Recognition) -> tuple[WithdrawOffer, str]:
    assert found.url is not None
    if found.offer is not None:
        return found.offer, found.url.shown_host  # the link carries all of it (LUD-08): nothing has to be asked
    answer = await client.ask(found.url)
    return _offer(answer, found.url.shown_host), _shown(answer, found.url.shown_host)


def _shown(answer: ServiceAnswer, asked: str) -> str:
    return answer.final_host if answer.redirected else asked


def _offer(answer: ServiceAnswer, host: str) -> WithdrawOffer:
    content = answer.content
    if isinstance(content, WithdrawOffer):
        return content
    if isinstance(content, ServiceError):
        said = (
            f"{host} says: {quoted_at_end(content.reason)}" if content.reason else f"{host} refuses, without a reason."
        )
        raise NoWithdrawal(said, "Nothing was withdrawn. Ask the service if that is not what you expect.")
    assert isinstance(content, OtherTag)
    if content.kind is Kind.OTHER_TAG:
        raise NoWithdrawal(f"This link is for something else ({quoted(content.tag, 40)}).", "Ashore only withdraws.")
    sentence, advice = WORDS[content.kind]
    raise NoWithdrawal(sentence, advice)
