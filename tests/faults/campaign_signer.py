"""The signer's own code in the process of a schedule, whose loop cannot wait for another process.

What it reads, refuses and signs is what the signer process does; only the pipe between them is missing.
"""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

from ashore.keys import protocol, signer
from ashore.keys.errors import KeysError
from ashore.keys.eth_library import load_eth_account
from ashore.keys.signer_session import SignerSession
from ashore.signer_role import READERS, STARK_RULES


class _Opened:
    """A session whose keys stay, since every wallet of a campaign has the same vault: keys are derived once."""

    def __init__(self) -> None:
        self._session = SignerSession(READERS, os.urandom, load_eth_account, STARK_RULES)
        self._unlocked: dict[str, Any] | None = None

    def answer(self, request: Mapping[str, object]) -> dict[str, Any]:
        """What the session answers; to the same vault's unlocking what it answered before."""
        if request["op"] != "unlock":
            return self._session.answer(request)
        if self._unlocked is None:
            self._unlocked = self._session.answer(request)
        return self._unlocked

    def close(self) -> None:
        """Forget the keys."""
        self._session.lock()


class _AtHand:
    """What `SignerChild` is to the wallet."""

    def __init__(self, opened: _Opened) -> None:
        self._opened = opened
        self._numbers = itertools.count(1)
        self._end: KeysError | None = None
        self.process_id = 0

    @property
    def alive(self) -> bool:
        return self._end is None

    async def ask(self, request: Mapping[str, object]) -> dict[str, Any]:
        if self._end is not None:
            raise self._end
        response = self._opened.answer({"id": next(self._numbers), **request})
        if "error" in response:
            raise protocol.error_from(response["error"])
        result: dict[str, Any] = response["result"]
        return result

    async def end(self, reason: KeysError) -> None:
        self._end = self._end or reason


@contextlib.contextmanager
def signer_at_hand() -> Iterator[None]:
    """Let wallets ask the signer's code here. All of them have to have one and the same vault."""
    opened = _Opened()

    class Child(_AtHand):
        @classmethod
        async def start(cls, _command: Sequence[str], _environment: Mapping[str, str]) -> Self:
            return cls(opened)

    kept = signer.SignerChild
    signer.SignerChild = Child  # type: ignore[assignment,misc]
    try:
        yield
    finally:
        signer.SignerChild = kept  # type: ignore[misc]
        opened.close()
