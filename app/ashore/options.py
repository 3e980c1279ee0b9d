"""What the command line says. Standard library only: nothing of Qt or of the network is imported for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ashore import __version__

if TYPE_CHECKING:
    import argparse

NETWORKS_REACHABLE = ("sandbox",)
THEMES = ("system", "light", "dark")
CLOCKS = ("demo", "realistic", "step")

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_NAME_SHOWN = 40

_MAINNET_SENTENCE = (
    "mainnet cannot be reached by this version yet: it knows the sandbox only, "
    "where nothing of value can be moved. Start it with --network sandbox, or without --network."
)


@dataclass(frozen=True, slots=True)
class Options:
    """The start of a program, read from the command line.

    Attributes:
        network: name of the network profile; ``sandbox`` is the only one that can be reached.
        data_dir: where journal and vault live; ``None`` means the operating system's place for them.
        theme: ``system``, ``light`` or ``dark``.
        clock: how time runs in the sandbox: ``demo``, ``realistic`` or ``step``.
        selftest: make the voyage without a window, print its figures, end.
        headless: arguments of the wallet without a window, ``None`` when it is not asked for.
        link: what was clicked on, as it came; may be secret, and may be anything. Empty without one.
        unregister_links: open no links with Ashore any more, and end.
    """

    network: str = "sandbox"
    data_dir: Path | None = None
    theme: str = "system"
    clock: str = "demo"
    selftest: bool = False
    headless: tuple[str, ...] | None = None
    link: str = field(default="", repr=False)
    unregister_links: bool = False

    def kept(self) -> list[str]:
        """The words that lead another start to the same wallet."""
        network = ["--network", self.network] if self.network != Options().network else []
        return [*network, *(["--data-dir", str(self.data_dir)] if self.data_dir is not None else [])]


def _network(name: str) -> str:
    import argparse

    if name == "mainnet":
        raise argparse.ArgumentTypeError(_MAINNET_SENTENCE)
    if name not in NETWORKS_REACHABLE:
        raise argparse.ArgumentTypeError(f"there is no network of the name {name!r}; this version knows: sandbox.")
    return name


def _parser() -> argparse.ArgumentParser:
    import argparse

    parser = argparse.ArgumentParser(
        prog="ashore",
        description="Brings funds out of zkLink, Reddio and LNURL services, and shows each step's evidence.",
        epilog="ashore verify-receipt FILE checks a receipt of a withdrawal, without keys, network or window.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"Ashore {__version__}")
    parser.add_argument("--network", type=_network, default="sandbox", metavar="NAME", help="sandbox (the default)")
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="keep journal and vault in DIR")
    parser.add_argument("--theme", choices=THEMES, default="system", help="colours of the window")
    parser.add_argument("--clock", choices=CLOCKS, default="demo", help="how time runs in the sandbox")
    parser.add_argument(
        "--selftest", action="store_true", help="make one voyage without a window and print its figures"
    )
    parser.add_argument(
        "--unregister-links", action="store_true", help="open no links with Ashore any more (for uninstalling), and end"
    )
    parser.add_argument("link", nargs="*", metavar="LINK", help="a link to open in the window, running or not")
    parser.add_argument("--headless", nargs=argparse.REMAINDER, default=None, help=argparse.SUPPRESS)
    return parser


def parse(arguments: Sequence[str]) -> Options:
    """Read the command line (without the program's name).

    Raises:
        SystemExit: 0 after ``--help`` and ``--version``, 2 with a sentence when something cannot be read.
    """
    return _usual(arguments) or _any(arguments)


def _usual(arguments: Sequence[str]) -> Options | None:
    """The start from a menu, and the one with a link that hands it over: a parser would take longer than either."""
    rest, folder = list(arguments), None
    if rest[:1] == ["--data-dir"] and len(rest) > 1 and rest[1] and not rest[1].startswith("-"):
        folder, rest = Path(rest[1]), rest[2:]
    link = rest.pop() if rest and _SCHEME.match(rest[-1]) else ""
    if rest:
        return None
    return Options(data_dir=folder and folder.expanduser().absolute(), link=link)


def _any(arguments: Sequence[str]) -> Options:
    parser = _parser()
    # What it does not know is not repeated as argparse would: it may be a link, and a link may be a secret.
    found, unknown = parser.parse_known_args(arguments)
    options_unknown = [word.partition("=")[0] for word in unknown if word.startswith("-")]
    if options_unknown:
        parser.error(f"there is no option of the name {options_unknown[0][:_NAME_SHOWN]!r}.")
    if unknown or len(found.link) > 1:
        parser.error("one link can be opened at a time.")
    link = found.link[0] if found.link else ""
    if link and not _SCHEME.match(link):
        parser.error("what follows the options is no link: it opens lightning:…, lnurlw:…, ethereum:… or ashore:…")
    return Options(
        network=found.network,
        data_dir=found.data_dir.expanduser().absolute() if found.data_dir else None,
        theme=found.theme,
        clock=found.clock,
        selftest=found.selftest,
        headless=None if found.headless is None else tuple(found.headless),
        link=link,
        unregister_links=found.unregister_links,
    )
