"""Puts Lightning together: the guarded transport for services, the wallets that receive, and LNURL behind the seam."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ashore.domain.errors import AshoreError
from ashore.engine.boundaries import Probe
from ashore.engine.kept_balances import KeptBalances
from ashore.engine.ledger import Ledger
from ashore.engine.opened_offers import OpenedOffers
from ashore.engine.parts import Clock
from ashore.engine.receiving import ConnectedWallets, WalletSetup
from ashore.engine.views import Change, Topic
from ashore.keys.signer import Signer
from ashore.lightning.backends import ReceiveBackend
from ashore.lightning.connection import pinned_tls
from ashore.lightning.core_lightning import CERTIFICATE_NAME, CoreLightning
from ashore.lightning.errors import AddressRefused
from ashore.lightning.lnbits import LNbits
from ashore.net.guard import LocalService
from ashore.net.http import HttpClient
from ashore.net.pacing import MonotonicClock
from ashore.net.strangers import StrangerClient
from ashore.store.journal import Journal
from ashore.store.keep import Keep as KeepStore
from ashore.systems.lnurl.client import LnurlClient
from ashore.systems.lnurl.codec import Reach
from ashore.systems.lnurl.profile import PRACTICE
from ashore.systems.lnurl.system.afterwards import Places
from ashore.systems.lnurl.system.checks import Used
from ashore.systems.lnurl.system.offer import LnurlOffer
from ashore.systems.lnurl.system.opening import Keep, look_again
from ashore.systems.lnurl.system.receivers import Receiver
from ashore.systems.lnurl.system.withdrawals import LnurlSystem, Unseal

PRACTICE_RECEIVER = "practice-node"
_PLACE = "lightning.place."
NewId = Callable[[], str]


@dataclass(frozen=True, slots=True)
class PracticeLightning:
    """Where the practice node and the one service that may be asked on this machine are."""

    clnrest: str
    rune: str = field(repr=False)
    service: str
    host: str
    port: int


def practice_lightning(raw: Mapping[str, object], base_url: str) -> PracticeLightning:
    """Read it from the practice network's profile. Raises AshoreError where it is not there."""
    told = raw.get("lightning")
    place = urlsplit(base_url)
    if not isinstance(told, Mapping) or place.hostname is None or place.port is None:
        raise AshoreError("The practice network has no Lightning.", "Update Ashore as a whole.")
    return PracticeLightning(
        f"{base_url}{told['clnrest']}", str(told["rune"]), f"{base_url}{told['service']}", place.hostname, place.port
    )


class WalletClients:
    """Makes the clients of receiving wallets, each with the certificates it needs."""

    def __init__(self, http: HttpClient, pacing: MonotonicClock) -> None:
        self._http = http
        self._pacing = pacing
        self._own: list[HttpClient] = []

    def build(self, setup: WalletSetup) -> ReceiveBackend:
        """The client of a wallet, which has not been asked anything yet. Raises AddressRefused."""
        rng = random.Random()  # noqa: S311 spreads polls
        if setup.kind == "core-lightning":
            http = self._pinned(setup.certificate) if setup.certificate else self._http
            return CoreLightning(http, setup.address, setup.credential, clock=self._pacing, rng=rng)
        if setup.kind == "lnbits":
            return LNbits(self._http, setup.address, setup.credential, clock=self._pacing, rng=rng)
        raise AddressRefused("Ashore does not know this kind of wallet.", "Nothing was sent.")

    async def aclose(self) -> None:
        """Close the connections that are not the wallet's common ones."""
        for http in self._own:
            await http.aclose()

    def _pinned(self, certificate: str) -> HttpClient:
        http = HttpClient(self._pacing, random.Random(), tls=pinned_tls(certificate, CERTIFICATE_NAME))  # noqa: S311
        self._own.append(http)
        return http


class KeptPlaces:
    """Up to where each wallet's payments were looked through, kept beside the journal."""

    def __init__(self, keep: KeepStore) -> None:
        self._keep = keep

    def place(self, receiver: str) -> str:
        """As `Places`."""
        return self._keep.setting(f"{_PLACE}{receiver}", "")

    def set_place(self, receiver: str, cursor: str) -> None:
        """As `Places`."""
        self._keep.set_setting(f"{_PLACE}{receiver}", cursor)


def practice_wallets(place: PracticeLightning, clients: WalletClients, signer: Signer) -> ConnectedWallets:
    """The practice node, and whatever the vault keeps."""
    node = clients.build(WalletSetup("core-lightning", "Practice node", place.clnrest, place.rune))
    fixed = Receiver(PRACTICE_RECEIVER, "Practice node", "the practice node (simulated)", node)
    return ConnectedWallets(signer, clients.build, [fixed])


def practice_service(place: PracticeLightning) -> LnurlClient:
    """What asks the practice service and nobody else."""
    strangers = StrangerClient(local_services=[LocalService(place.host, place.port)], socks=None)
    return LnurlClient(strangers, Reach.PRACTICE)


def practice_balances(
    client: LnurlClient,
    wallets: ConnectedWallets,
    signer: Signer,
    journal: Journal,
    now: Callable[[], int],
    opened: OpenedOffers,
) -> KeptBalances:
    """The balance links of the practice service that the vault keeps."""

    async def ask(link: str) -> LnurlOffer:
        return await look_again(PRACTICE, client, wallets, link, now(), opened.keep)

    return KeptBalances(signer, ask, now, journal, profile=PRACTICE.id, practice=True)


def practice_opened(
    wallets: ConnectedWallets, signer: Signer, journal: Journal, ledger: Ledger, probe: Probe, clock: Clock
) -> OpenedOffers:
    """The vouchers of the practice service that the vault keeps."""
    told = Change(Topic.OPENED)
    opened = OpenedOffers(
        PRACTICE, signer, wallets.offers, journal, probe, lambda: ledger.tell(told), clock.now, clock.monotonic
    )
    ledger.subscribe(opened.heard)
    return opened


def practice_lnurl(
    client: LnurlClient,
    wallets: ConnectedWallets,
    unseal: Unseal,
    now: Callable[[], int],
    monotonic: Callable[[], float],
    new_id: NewId,
    used: Used,
    ledger: Ledger,
    places: Places,
    keep: Keep,
) -> LnurlSystem:
    """LNURL on the practice network."""
    return LnurlSystem(
        PRACTICE, client, wallets, unseal, now, monotonic, new_id, used, lambda: ledger.open, places, keep
    )
