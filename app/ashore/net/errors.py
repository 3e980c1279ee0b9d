"""How a request can fail. Whether it may have had an effect decides about money, so the types keep it apart."""

from ashore.domain.errors import AshoreError


class NetError(AshoreError):
    """A request did not bring the answer that was asked for."""


class NotSent(NetError):
    """The request certainly never left: nothing can have happened, and it is safe to send it again."""


class Barred(NotSent):
    """The request certainly never left, and the next would not either: what is in its way does not pass by itself."""


class Unanswered(NetError):
    """The request may have arrived and may have had its effect: only asking can tell.

    `status` is the HTTP status where the server gave one (5xx), else 0; `body` its bounded content;
    `retry_after` is in seconds, if given.
    """

    def __init__(
        self,
        sentence: str,
        advice: str = "",
        *,
        status: int = 0,
        body: bytes = b"",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(sentence, advice)
        self.status = status
        self.body = body
        self.retry_after = retry_after


class HttpStatus(NetError):
    """The server answered with a status that is not a success (3xx and 4xx, without 408).

    That it is an answer does not by itself say that nothing happened: the protocol above decides.
    `body` is the bounded content, never part of the sentence. `retry_after` is in seconds, if given.
    """

    def __init__(self, sentence: str, *, status: int, body: bytes = b"", retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.body = body
        self.retry_after = retry_after


class RpcError(NetError):
    """A well-formed JSON-RPC error that answers exactly our call.

    `message` is plain and bounded. `data` is what the server attached (revert bytes, for example),
    already parsed JSON, untrusted.
    """

    def __init__(self, host: str, code: int, message: str, data: object = None) -> None:
        super().__init__(f"{host} refused the call: {message} (code {code}).")
        self.code = code
        self.message = message
        self.data = data
