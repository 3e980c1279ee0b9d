"""The wallets that receive over Lightning: set up, tried out, kept in the vault, connected again after unlocking."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ashore.domain.errors import AshoreError
from ashore.domain.untrusted import plain
from ashore.keys.errors import KeysError
from ashore.keys.signer import Signer
from ashore.lightning.backends import Identity, Limits, MaySpend, ReceiveBackend
from ashore.lightning.errors import AddressRefused
from ashore.systems.lnurl.system.receivers import Receiver, ReceiverOffer, ask_receivers

CREDENTIAL = "service-credential"
RECEIVES = "receive"
SPENDS = "spends"
MAX_NAME = 40


@dataclass(frozen=True, slots=True)
class WalletSetup:
    """A wallet as a person enters it. `kind` is "core-lightning" or "lnbits"; `certificate` a PEM text, or empty."""

    kind: str
    name: str
    address: str = field(repr=False)
    credential: str = field(repr=False)
    certificate: str = field(default="", repr=False)

    def to_json(self) -> str:
        """The text that the vault seals."""
        return json.dumps(
            {
                "v": 1,
                "kind": self.kind,
                "name": self.name,
                "address": self.address,
                "credential": self.credential,
                "certificate": self.certificate,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> "WalletSetup":
        """Read it back. Raises AshoreError for what `to_json` does not write."""
        try:
            raw = json.loads(text)
            known = raw.pop("v") == 1 and all(isinstance(part, str) for part in raw.values())
            return cls(**raw) if known else _unreadable()
        except (ValueError, KeyError, TypeError, AttributeError):
            return _unreadable()


def _unreadable() -> WalletSetup:
    raise AshoreError("The vault’s note about a receiving wallet cannot be read.", "Remove it and set it up again.")


@dataclass(frozen=True, slots=True)
class TriedWallet:
    """What a wallet said when it was tried out."""

    identity: Identity
    limits: Limits

    @property
    def warning(self) -> str:
        """What speaks against keeping this credential; empty where nothing does."""
        if self.identity.may_spend is MaySpend.NO:
            return ""
        return self.identity.sentence


@dataclass(frozen=True, slots=True)
class ConnectedWallet:
    """A wallet of the list. `fixed` ones belong to the practice network and cannot be removed."""

    id: str
    name: str
    kind: str
    fixed: bool


class ConnectedWallets:
    """By id, in the order in which they were connected: the first one is preferred."""

    def __init__(
        self,
        signer: Signer,
        build: Callable[[WalletSetup], ReceiveBackend],
        fixed: Iterable[Receiver] = (),
    ) -> None:
        """`build` makes the client of a wallet, without asking it. `fixed` are there without being set up."""
        self._signer = signer
        self._build = build
        self._receivers = {receiver.id: receiver for receiver in fixed}
        self._kinds = {receiver: "practice" for receiver in self._receivers}
        self._spending: set[str] = set()
        self.troubles: tuple[str, ...] = ()
        """What keeps a wallet of the vault from being connected, in sentences."""

    def all(self) -> Sequence[Receiver]:
        """Every connected wallet."""
        return tuple(self._receivers.values())

    def get(self, receiver: str) -> Receiver | None:
        """The wallet of that id, while it is connected."""
        return self._receivers.get(receiver)

    def listed(self) -> tuple[ConnectedWallet, ...]:
        """The list as it is shown."""
        return tuple(
            ConnectedWallet(r.id, r.name, self._kinds[r.id], self._kinds[r.id] == "practice") for r in self.all()
        )

    async def offers(self) -> tuple[ReceiverOffer, ...]:
        """What every connected wallet can receive just now. Failures are values."""
        return await ask_receivers(self.all())

    async def try_out(self, setup: WalletSetup) -> TriedWallet:
        """Ask a wallet who it is and what it can receive; nothing is kept. Raises BackendError."""
        backend = self._build(_checked(setup))
        return TriedWallet(await backend.identity(), await backend.limits())

    async def connect(self, setup: WalletSetup, *, although_it_spends: bool = False) -> str:
        """Try a wallet out, keep it, and receive with it from now on; returns its id. Raises AshoreError.

        A credential that could spend is kept only where the person was told so and said `although_it_spends`.
        """
        checked = _checked(setup)
        tried = await self.try_out(checked)
        if tried.warning and not although_it_spends:
            raise AddressRefused("This credential could spend. Nothing was kept.", tried.warning)
        meta = {"use": RECEIVES, "name": checked.name, SPENDS: tried.identity.may_spend.value}
        # Who gives up now is too late: what the vault keeps is in the list as well.
        return await asyncio.shield(self._keep(checked, meta))

    async def _keep(self, setup: WalletSetup, meta: Mapping[str, str]) -> str:
        record = await self._signer.keep(CREDENTIAL, setup.to_json(), meta)
        self._add(record, setup, meta)
        return record

    async def disconnect(self, receiver: str) -> None:
        """Forget a wallet and its credential. Raises AshoreError for one that belongs to the practice network.

        Withdrawals that still go to it could not be followed any more: the caller asks first.
        """
        if self._kinds.get(receiver, "practice") == "practice":
            raise AshoreError("This wallet belongs to the practice network.", "It stays.")
        await self._signer.forget(receiver)
        self._drop(receiver)

    async def restore(self) -> None:
        """Connect what the vault keeps. One that cannot be read is left out, and said."""
        troubles = []
        for record in await self._signer.sealed():
            if record.kind != CREDENTIAL or record.meta.get("use") != RECEIVES or record.record_id in self._receivers:
                continue
            try:
                setup = WalletSetup.from_json(await self._signer.show(record.record_id))
                self._add(record.record_id, setup, record.meta)
            except KeysError:
                raise
            except AshoreError as error:
                troubles.append(f"{plain(record.meta.get('name', 'A wallet'), MAX_NAME)}: {error.sentence}")
        self.troubles = tuple(troubles)

    def lock(self) -> None:
        """Let go of every credential that could spend. Those that can only receive go on watching."""
        for receiver in tuple(self._spending):
            self._drop(receiver)

    def _add(self, record: str, setup: WalletSetup, meta: Mapping[str, str]) -> None:
        self._receivers[record] = Receiver(record, setup.name, f"your wallet {setup.name}", self._build(setup))
        self._kinds[record] = setup.kind
        if meta.get(SPENDS) != MaySpend.NO.value:
            self._spending.add(record)

    def _drop(self, receiver: str) -> None:
        self._receivers.pop(receiver, None)
        self._kinds.pop(receiver, None)
        self._spending.discard(receiver)


def _checked(setup: WalletSetup) -> WalletSetup:
    name = plain(setup.name.strip(), MAX_NAME)
    if not name:
        raise AddressRefused("The wallet has no name yet.", "Enter a name by which you know it.")
    return WalletSetup(setup.kind, name, setup.address.strip(), setup.credential.strip(), setup.certificate.strip())
