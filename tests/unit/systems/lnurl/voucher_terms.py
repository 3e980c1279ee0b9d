"""What a withdrawal of a voucher is about, as tests have it that need no service and no invoice."""

from __future__ import annotations

from ashore.domain import events as ev
from ashore.domain.stages import Track
from ashore.systems.lnurl.profile import PRACTICE
from ashore.systems.lnurl.system.tracks import FINAL, SEEN


def terms(track: Track = SEEN, destination: str = "the practice node (simulated)", **details: str) -> ev.Terms:
    """15 sat of a practice voucher for a node of one's own; `details` beside those that end its track."""
    return ev.Terms(
        system="LNURL",
        network="sandbox",
        profile=PRACTICE.id,
        track=str(track.ref),
        account="node",
        symbol="BTC",
        decimals=11,
        amount=15_000,
        fee=0,
        recipient="02" + "00" * 32,
        destination=destination,
        receive_symbol="BTC",
        details={"track.last": FINAL, "track.last-level": "seen", **details},
    )
