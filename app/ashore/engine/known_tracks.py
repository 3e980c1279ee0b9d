"""Every track that a stored withdrawal, or a receipt of one, may name in this version."""

from collections.abc import Mapping, Sequence

from ashore.domain.stages import Track
from ashore.systems.lnurl.system.tracks import TRACKS as LNURL_TRACKS
from ashore.systems.reddio.described import SYSTEM as REDDIO
from ashore.systems.reddio.system.tracks import TRACKS as REDDIO_TRACKS
from ashore.systems.zklink.described import SYSTEM as ZKLINK
from ashore.systems.zklink.system.followed_tracks import FOLLOWED_TRACKS
from ashore.systems.zklink.system.tracks import TRACKS as ZKLINK_TRACKS

_OF: Mapping[str, Sequence[Track]] = {
    ZKLINK: (*ZKLINK_TRACKS, *FOLLOWED_TRACKS),
    REDDIO: REDDIO_TRACKS,
    "LNURL": LNURL_TRACKS,
}

TRACKS: Mapping[str, Track] = {str(track.ref): track for tracks in _OF.values() for track in tracks}
"""All of them, by their written reference."""


def track_named(system: str, ref: str) -> Track | None:
    """The track of that reference where it is one of that system, as terms name both; else None."""
    return next((track for track in _OF.get(system, ()) if str(track.ref) == ref), None)
