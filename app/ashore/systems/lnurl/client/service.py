"""The client of LNURL-withdraw: one look at a link, and one hand-over of an invoice.

Source: LUD-01 (a GET; the body counts, not the status), LUD-03 (withdrawRequest). Neither call ever repeats itself: a
look may use a link up, and a hand-over may have been paid although no answer came.
"""

from collections import deque

from ashore.domain.errors import AshoreError
from ashore.net.errors import Barred, NetError, NotSent
from ashore.net.strangers import CALLBACK, INFO, StrangerAnswer, StrangerClient, StrangerPurpose
from ashore.systems.lnurl.client.answers import (
    BadAnswer,
    ClaimAnswer,
    EmptyAnswer,
    NeverSent,
    ServiceAnswer,
    UnknownOutcome,
)
from ashore.systems.lnurl.client.masking import WITHHELD, mask, quotes_pieces, url_secrets
from ashore.systems.lnurl.codec import (
    AnswerError,
    CodecError,
    Garbage,
    NothingLeft,
    OtherTag,
    Reach,
    Refused,
    ServiceError,
    ServiceUrl,
    WithdrawOffer,
    callback_url,
    parse_callback_answer,
    parse_offer,
    parse_url,
)

_NOTHING_SENT = "Nothing was sent."
_REMEMBERED = 256
"""Pieces of links that are taken out of what services say, of the latest looks."""


class LnurlClient:
    """Asks LNURL services on the guarded transport.

    `reach` PUBLIC asks the internet and onion services and nothing on this machine. PRACTICE asks only the local
    services that `strangers` was given by name, and refuses every real one. Raises ValueError where the two
    do not fit. `info` and `callback` say what a request may cost.
    """

    def __init__(
        self,
        strangers: StrangerClient,
        reach: Reach = Reach.PUBLIC,
        *,
        info: StrangerPurpose = INFO,
        callback: StrangerPurpose = CALLBACK,
    ) -> None:
        if bool(strangers.local_services) is not (reach is Reach.PRACTICE):
            raise ValueError("local services are asked in practice, and nothing else is")
        if callback.redirects:
            raise ValueError("an invoice is never carried on by a redirect")
        self._strangers = strangers
        self._reach = reach
        self._info = info
        self._callback = callback
        self._links: deque[str] = deque(maxlen=_REMEMBERED)

    async def ask(self, url: ServiceUrl) -> ServiceAnswer:
        """Send the one GET of a person's action and return what the service says, whatever its HTTP status.

        Raises UrlError or NotSent where nothing left, Unanswered where the look may have counted although no
        answer came, BadAnswer for one that cannot be used. Nothing of the address but the host is in any.
        """
        parse_url(url.text, self._reach)
        self._links.extend(url_secrets(url))
        answer = await self._strangers.fetch(url.wire, self._info)
        content = _read_offer(answer, self._reach)
        if isinstance(content, WithdrawOffer | NothingLeft) and content.balance_check is not None:
            self._links.extend(url_secrets(content.balance_check))
        if isinstance(content, NothingLeft):
            raise EmptyAnswer(content, answer.final_host)
        if isinstance(content, AnswerError):
            raise BadAnswer(content.sentence, f"Nothing was withdrawn. {content.advice}", answer.final_host)
        if not isinstance(content, WithdrawOffer):
            content = _masked(content, url)
        return ServiceAnswer(content, url.host, answer.final_host)

    async def claim(self, callback: ServiceUrl, k1: str, invoice: str, pin: str | None = None) -> ClaimAnswer:
        """Hand an invoice over with one GET that follows no redirect. Returns what is known then; raises nothing.

        Only the receiver's own backend tells whether money came, whatever is returned. After a cancellation the
        outcome is unknown.
        """
        try:
            parse_url(callback.text, self._reach)
            address = callback_url(callback, k1, invoice, pin)
        except CodecError as error:
            return NeverSent(error.sentence, _advice(error), lasting=True)
        try:
            answer = await self._strangers.fetch(address, self._callback)
        except NotSent as error:
            return NeverSent(error.sentence, _advice(error), isinstance(error, Barred))
        except NetError as error:
            return UnknownOutcome(error.sentence, error.advice or self._callback.doubt)
        verdict = parse_callback_answer(answer.body)
        if isinstance(verdict, Garbage):
            return UnknownOutcome(_neither(answer), self._callback.doubt)
        if isinstance(verdict, Refused):
            reason = mask(verdict.reason, [k1, invoice, address, *url_secrets(callback), *self._links])
            return Refused(WITHHELD if quotes_pieces(reason, k1) else reason)
        return verdict


def _read_offer(answer: StrangerAnswer, reach: Reach) -> WithdrawOffer | ServiceError | OtherTag | AnswerError:
    try:
        return parse_offer(answer.body, reach)
    except AnswerError as error:
        return error


def _masked(content: ServiceError | OtherTag, url: ServiceUrl) -> ServiceError | OtherTag:
    if isinstance(content, ServiceError):
        return ServiceError(mask(content.reason, url_secrets(url)))
    return OtherTag(mask(content.tag, url_secrets(url)), content.kind)


def _neither(answer: StrangerAnswer) -> str:
    if 300 <= answer.status < 400:
        return f"{answer.final_host} pointed elsewhere, where Ashore takes no invoice."
    return f"{answer.final_host} answered, but neither yes nor no."


def _advice(error: AshoreError) -> str:
    return error.advice if error.advice.startswith(_NOTHING_SENT) else f"{_NOTHING_SENT} {error.advice}".strip()
