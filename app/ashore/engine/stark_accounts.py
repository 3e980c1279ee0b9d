"""The Stark keys of the wallet's accounts: asked of the signer when they are first needed, and public from then on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ashore.engine.views import Account, ProfileInfo
from ashore.keys.signer import Signer


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

        Raises Locked where they were not asked for before, KeysError.
        """
        chain_id = next((one.key_chain_id for one in self._profiles if one.id == profile), 0)
        if not chain_id or account.elsewhere:
            return ()
        place = account.address, chain_id
        known = self._known.get(place)
        if known is None:
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
