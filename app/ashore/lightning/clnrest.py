"""The calls of clnrest, Core Lightning's own HTTP server: POST /v1/<method> with the header Rune.

Source: ElementsProject/lightning, plugins clnrest (Python, until v24.08) and rest-plugin (Rust). Statuses: 201 good,
401 the rune forbids the method (1502), 403 no or no valid rune (1501), 500 the method's own error, code and message.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ashore.domain.untrusted import quoted
from ashore.lightning.connection import ASK, Address, Line, NoReply, Reply
from ashore.lightning.errors import (
    AddressRefused,
    BackendError,
    BackendMisbehaves,
    CredentialRefused,
)
from ashore.lightning.reading import Fields, error_fields, read_fields
from ashore.lightning.runes import RUNE_RECIPE, well_formed
from ashore.net.http import HttpClient, Purpose

_NOT_PERMITTED = 1502
_WAITED_ENOUGH = 904
_MAX_INDEX = 2**63 - 1
_GRACE_SECONDS = 8
"""What an answer may take beyond the wait that was asked for: less than the ten that Python's clnrest leaves."""


class NodeRefused(BackendMisbehaves):
    """The node's own, well-formed error. `message` is plain and bounded."""

    def __init__(self, host: str, code: int, message: str) -> None:
        super().__init__(f"The node at {host} refused: {quoted(message)} (code {code}).")
        self.code = code
        self.message = message


class NoClnrest(BackendMisbehaves):
    """What answers there is no clnrest, so no method was called."""


class Clnrest:
    """Calls methods of one node. Raises AddressRefused for a text that is no rune."""

    def __init__(self, http: HttpClient, address: Address, rune: str) -> None:
        bare = rune.strip()
        if not well_formed(bare):
            raise AddressRefused("This is not a rune.", f"Your node makes one with: {RUNE_RECIPE}")
        self._line = Line(http, address, {"Rune": bare})

    @property
    def host(self) -> str:
        """The node's host, for sentences."""
        return self._line.host

    async def call(self, method: str, content: Mapping[str, object], purpose: Purpose) -> Fields:
        """Return what a method returns.

        Raises NodeRefused, CredentialRefused, BackendMisbehaves, BackendUnreachable; NoReply where the call may
        have had its effect all the same.
        """
        reply = await self._line.ask("POST", f"/v1/{method}", purpose, content)
        if reply.good:
            return await read_fields(self.host, reply.body)
        raise self._refusal(method, reply)

    async def next_paid(self, after: int, wait_seconds: int) -> tuple[int, Fields] | None:
        """waitanyinvoice: return the first invoice paid after that pay_index, with its own; None if none was."""
        seconds = max(ASK.total_seconds, wait_seconds + _GRACE_SECONDS)
        purpose = replace(ASK, name="wait for a payment", total_seconds=seconds)
        try:
            invoice = await self.call("waitanyinvoice", {"lastpay_index": after, "timeout": wait_seconds}, purpose)
        except NodeRefused as refused:
            if refused.code == _WAITED_ENOUGH:
                return None
            raise
        if invoice.text("status", 16) != "paid":
            invoice.refuse("status")
        return invoice.integer("pay_index", after + 1, _MAX_INDEX), invoice

    async def last_pay_index(self) -> int:
        """Return the pay_index of the latest payment, 0 if there was none.

        The node has no call for it, so it is narrowed down: ever longer steps forward, then halves.
        """
        seen, step = 0, 1
        while (paid := await self.next_paid(seen + step - 1, 0)) is not None:
            seen, step = paid[0], step * 2
        beyond = seen + step - 1
        while seen < beyond:
            middle = (seen + beyond) // 2
            paid = await self.next_paid(middle, 0)
            if paid is None:
                beyond = middle
            else:
                seen = paid[0]
        return seen

    def _refusal(self, method: str, reply: Reply) -> BackendError:
        host, status = self.host, reply.status
        error = error_fields(host, reply.body)
        code = None if error is None else error.optional("code", -(2**31), 2**31)
        if status in {401, 403}:
            forbidden = code == _NOT_PERMITTED or (code is None and status == 401)
            complaint = f"does not allow “{method}” with this rune" if forbidden else "does not accept this rune"
            return CredentialRefused(f"The node at {host} {complaint}.", f"Make one for Ashore: {RUNE_RECIPE}")
        if 300 <= status < 400:
            return NoClnrest(f"{host} redirects elsewhere.", "Enter the address at which the node itself answers.")
        if status == 404:
            return NoClnrest(f"{host} knows no “{method}”: it is no Core Lightning node with clnrest, or an old one.")
        if status in {429, 502, 503, 504}:
            return NoReply(f"The node at {host} cannot answer now (HTTP {status}).")
        if error is not None and code is not None:
            return NodeRefused(host, code, error.quoted("message", 160))
        return BackendMisbehaves(f"{host} answered with an error that is not a node's (HTTP {status}).")
