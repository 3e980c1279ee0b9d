"""The Stark keys of the wallet's accounts: asked of the signer when they are first needed, and public from then on."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ashore.domain.errors import AshoreError
from ashore.engine.views import Account, ProfileInfo
from ashore.keys.external_signer import ExternalSigner
from ashore.keys.signer import Signer
from ashore.systems.reddio.codec import KeyRequest, key_typed_data


@dataclass(frozen=True, slots=True)
class StarkAccount:
    """A Stark key of an account, by its likeliest name; `stark_key` is 0x and hex digits without padding."""

    account: Account
    name: str
    stark_key: str


class StarkAccounts:
    """Every Stark key that an account's money may lie under. They stay known after the keys were taken away.

    Args:
        signer: derives them.
        accounts: those of the wallet.
        profiles: the deployments, of which those with Stark keys name their chain.
    """

    def __init__(
        self, signer: Signer, accounts: Callable[[], Sequence[Account]], profiles: Sequence[ProfileInfo]
    ) -> None:
        self._signer = signer
        self._accounts = accounts
        self._profiles = profiles
        self._known: dict[tuple[str, int], tuple[tuple[str, str], ...]] = {}

    async def of(self, account: Account, profile: str) -> tuple[tuple[str, str], ...]:
        """Name and key of each, the standard one of the profile's chain first; none for a profile without.

        Of an account that signs elsewhere there are those that were made of what it signed for them. Raises Locked
        where they were not asked for before, KeysError.
        """
        chain_id = self._chain_id(profile)
        if not chain_id:
            return ()
        place = account.address, chain_id
        known = self._known.get(place)
        # What another wallet signed may be added or removed at any time.
        if known is None or (account.elsewhere and self._signer.unlocked):
            asked = await self._signer.stark_keys(account.index, chain_id)
            known = self._known[place] = tuple((key.name, key.stark_key) for key in asked)
        return known

    async def all(self) -> tuple[StarkAccount, ...]:
        """Those of every account for every profile, each key once. Raises Locked, KeysError."""
        found: dict[str, StarkAccount] = {}
        for profile in self._profiles:
            for account in self._accounts():
                for name, stark_key in await self.of(account, profile.id):
                    found.setdefault(stark_key, StarkAccount(account, name, stark_key))
        return tuple(found.values())

    def request_text(self, profile: str) -> str:
        """What an account's own wallet signs for its Stark key: typed data (EIP-712), as JSON.

        Whoever has the signature has the key. Raises AshoreError for a profile without Stark keys.
        """
        parts = key_typed_data(self._request(profile)).items()
        return "{\n" + ",\n".join(f'  "{name}": {json.dumps(part)}' for name, part in parts) + "\n}"

    async def keep(self, account: Account, profile: str, signatures: tuple[str, str]) -> str:
        """Have what an account's own wallet signed, twice, checked and sealed; returns the Stark key.

        Raises Refused where one is not of this account, or the two differ: then the key could never be made again.
        Raises AshoreError, KeysError.
        """
        request = self._request(profile)
        await ExternalSigner(self._signer).keep_stark_key(
            account.index, request.chain_id, request.type_name, signatures
        )
        (_name, stark_key), *_ = await self.of(account, profile)
        return stark_key

    def _request(self, profile: str) -> KeyRequest:
        chain_id = self._chain_id(profile)
        if not chain_id:
            raise AshoreError("There are no Stark keys in this place.")
        return KeyRequest(chain_id)

    def _chain_id(self, profile: str) -> int:
        return next((one.key_chain_id for one in self._profiles if one.id == profile), 0)
