"""What the Info.plist of the macOS bundle says about links. macOS needs nothing more, and nothing at run time.

The bundle's name for each group of schemes; the system tells a running program of a link by an event, and which of
several programs opens it is the user's choice. Ashore does not call LSSetDefaultHandlerForURLScheme: that would take
links away from another program without the system asking.
"""

from __future__ import annotations

from ashore.desktop.links import REGISTERED

BUNDLE = "app.ashore.Ashore"


def url_types() -> list[dict[str, object]]:
    """The value of ``CFBundleURLTypes`` (Apple's Information Property List Key Reference)."""
    return [
        {
            "CFBundleURLName": f"{BUNDLE}.{scheme}",
            "CFBundleURLSchemes": [scheme],
            "CFBundleTypeRole": "Editor" if scheme == "ashore" else "Viewer",
            "LSHandlerRank": "Owner" if scheme == "ashore" else "Alternate",
        }
        for scheme in REGISTERED
    ]
