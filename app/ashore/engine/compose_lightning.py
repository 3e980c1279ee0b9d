"""Puts Lightning together: the guarded transport for services, the wallets that receive, and LNURL behind the seam."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ashore.domain.errors import AshoreError
from ashore.engine.receiving import ConnectedWallets
from ashore.lightning.core_lightning import CoreLightning
from ashore.net.guard import LocalService
from ashore.net.http import HttpClient
from ashore.net.pacing import MonotonicClock
from ashore.net.strangers import StrangerClient
from ashore.systems.lnurl.client import LnurlClient
from ashore.systems.lnurl.codec import Reach
from ashore.systems.lnurl.profile import PRACTICE
from ashore.systems.lnurl.system.receivers import Receiver
from ashore.systems.lnurl.system.withdrawals import LnurlSystem, Unseal

PRACTICE_RECEIVER = "practice-node"


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


def practice_lnurl(
    place: PracticeLightning,
    http: HttpClient,
    pacing: MonotonicClock,
    unseal: Unseal,
    now: Callable[[], int],
    new_id: Callable[[], str],
) -> LnurlSystem:
    """LNURL on the practice network: it asks the practice service and nobody else."""
    strangers = StrangerClient(local_services=[LocalService(place.host, place.port)], socks=None)
    node = CoreLightning(http, place.clnrest, place.rune, clock=pacing, rng=random.Random())  # noqa: S311 spreads polls
    wallets = ConnectedWallets([Receiver(PRACTICE_RECEIVER, "Practice node", "the practice node (simulated)", node)])
    return LnurlSystem(PRACTICE, LnurlClient(strangers, Reach.PRACTICE), wallets, unseal, now, new_id)
