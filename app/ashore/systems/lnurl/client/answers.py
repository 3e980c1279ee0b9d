"""What came of a request to a service, in types that keep apart what decides about money."""

from dataclasses import dataclass

from ashore.systems.lnurl.codec import (
    Accepted,
    AnswerError,
    NothingLeft,
    OtherTag,
    Refused,
    ServiceError,
    ServiceUrl,
    WithdrawOffer,
)


@dataclass(frozen=True, slots=True)
class ServiceAnswer:
    """What a service answered to the one look at a link.

    `asked_host` is the host of the link, `final_host` the one that answered after redirects; both as lower-case
    ASCII (punycode), to be shown whole.
    """

    content: WithdrawOffer | ServiceError | OtherTag
    asked_host: str
    final_host: str

    @property
    def redirected(self) -> bool:
        """Whether another host answered than the link names."""
        return self.asked_host != self.final_host


class BadAnswer(AnswerError):
    """The service answered, but with nothing that can be used; nothing was withdrawn. `final_host` answered."""

    def __init__(self, sentence: str, advice: str, final_host: str) -> None:
        super().__init__(sentence, advice)
        self.final_host = final_host


class EmptyAnswer(BadAnswer):
    """A proper answer by which there is nothing to withdraw now; `balance_check` tells where to ask again (LUD-14)."""

    def __init__(self, said: NothingLeft, final_host: str) -> None:
        super().__init__(said.sentence, said.advice, final_host)
        self.balance_check: ServiceUrl | None = said.balance_check


@dataclass(frozen=True, slots=True)
class UnknownOutcome:
    """The invoice may have arrived and may be paid: only the receiver's own backend can tell.

    `why` is a sentence about what was seen, `advice` one about what it means.
    """

    why: str
    advice: str


@dataclass(frozen=True, slots=True)
class NeverSent:
    """The invoice certainly never left this machine, so the service cannot pay it by this request.

    `why` is a sentence about the reason, `advice` one about what to do. `lasting`: the next request would not leave
    either, for what is in its way does not pass by itself.
    """

    why: str
    advice: str
    lasting: bool = False


ClaimAnswer = Accepted | Refused | UnknownOutcome | NeverSent
"""Accepted: the service says OK, which is not money. Refused: it says no, and may pay all the same."""
