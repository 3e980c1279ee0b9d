"""Registering a Stark key on Ethereum: the key signs its account's address first, then an account pays for the call."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from ashore.domain.errors import AshoreError
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import Withdrawal
from ashore.engine.views import Account
from ashore.keys.signer import Signer
from ashore.systems.base import Offer, Payer, Source


class Registrar(Protocol):
    """A deployment whose contract can tie a Stark key to an address."""

    @property
    def chains(self) -> Sequence[str]:
        """The chain of that contract, alone."""

    async def open_registration(
        self, source: Source, key: tuple[str, str], signature: bytes, payers: Sequence[Payer], under_way: str = ""
    ) -> Offer:
        """What it costs now, and who can pay it. `key` is name and Stark key. Raises AshoreError.

        `under_way` is the withdrawal id of a registration of that key which has not ended.
        """


def registration_under_way(states: Sequence[Withdrawal], profile: str, stark_key: str) -> Withdrawal | None:
    """A registration of that key (hex without padding) that has not ended: a second could only spend its gas."""
    for state in states:
        first, terms = state.request, state.terms
        if first is None or first.kind is not MoveKind.REGISTER or terms.profile != profile or not state.is_open:
            continue
        if terms.details.get("stark_key") == stark_key:
            return state
    return None


class Registering:
    """Opens registrations. Nothing of it is sent before it was reviewed and confirmed as every other move.

    Args:
        registrars: by profile.
        signer: lets a Stark key sign the address of its own account, and no other one.
        accounts: those of the wallet.
        payer: an account as one that may pay for gas on a chain.
        open_now: all that has not ended.
    """

    def __init__(
        self,
        registrars: Mapping[str, Registrar],
        signer: Signer,
        accounts: Callable[[], Sequence[Account]],
        payer: Callable[[Account, str], Payer],
        open_now: Callable[[], Sequence[Withdrawal]],
    ) -> None:
        self._registrars = registrars
        self._signer = signer
        self._accounts = accounts
        self._payer = payer
        self._open_now = open_now

    async def open(self, profile: str, account_index: int, key_name: str) -> Offer:
        """What registering that key for the account's own address costs now. Raises AshoreError, KeysError."""
        registrar = self._registrars.get(profile)
        here = [account for account in self._accounts() if not account.elsewhere]
        account = next((each for each in here if each.index == account_index), None)
        if registrar is None or account is None:
            raise AshoreError("No key of this account can be registered here.", "Unlock Ashore first.")
        stark_key, signature = await self._signer.stark_registration(account.index, key_name)
        payers = [self._payer(each, registrar.chains[0]) for each in here]
        source = Source(profile, account.index, account.address.lower())
        made = bytes.fromhex(signature.removeprefix("0x"))
        before = registration_under_way(self._open_now(), profile, stark_key)
        under_way = "" if before is None else before.id
        return await registrar.open_registration(source, (key_name, stark_key), made, payers, under_way)
