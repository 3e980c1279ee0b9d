"""Where packaging/test has put the peers, and why one is not there."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

import pytest

# A file .npm, .reddio, .anvil or .lnbits in it says that this one is complete.
PEERS = Path(sys.prefix) / "peers"
LNBITS_NEEDS = (3, 13)
WITHDRAW = "ASHORE_LNBITS_WITHDRAW"


def node() -> Path:
    """The program node; its place is in a file."""
    return Path((PEERS / "node").read_text(encoding="utf-8").strip())


def npm_packages() -> Path:
    """The folder with npm lnurl in its node_modules."""
    return PEERS / "npm"


def reddio_packages() -> Path:
    """The folder with Reddio's client in its node_modules."""
    return PEERS / "reddio"


def anvil() -> Path:
    """The program anvil."""
    return PEERS / "anvil" / "node_modules" / "@foundry-rs" / "anvil-linux-amd64" / "bin" / "anvil"


def lnbits_python() -> Path:
    """The Python of LNbits' own virtual environment."""
    return PEERS / "lnbits" / "bin" / "python"


def need_npm() -> None:
    """Skip where npm lnurl is not there; fail where it has to be."""
    if not (PEERS / ".npm").is_file():
        _missing("npm lnurl")


def need_reddio() -> None:
    """Skip where Reddio's client is not there; fail where it has to be."""
    if not (PEERS / ".reddio").is_file():
        _missing("Reddio's client")


def need_anvil() -> None:
    """Skip where anvil is not there; fail where it has to be."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        pytest.skip("anvil is pinned for Linux on x86-64 alone.")
    if not (PEERS / ".anvil").is_file():
        _missing("anvil")


def need_lnbits() -> None:
    """Skip where LNbits is not there; fail where it has to be."""
    if sys.version_info >= LNBITS_NEEDS:
        pytest.skip("LNbits 1.6.2 does not run on Python 3.13 or newer.")
    if not (PEERS / ".lnbits").is_file():
        _missing("LNbits")


def withdraw_extension() -> Path | None:
    """The folder of LNbits' extension for vouchers, if one is named; fail where it holds something else."""
    named = os.environ.get(WITHDRAW)
    if not named:
        return None
    if not (Path(named) / "views_lnurl.py").is_file():
        pytest.fail(f"The folder that {WITHDRAW} names does not hold LNbits' extension withdraw.")
    return Path(named).resolve()


def need_withdraw_extension() -> None:
    """Skip where LNbits or its extension for vouchers is not there; fail where they have to be."""
    need_lnbits()
    if withdraw_extension() is None:
        _absent(
            f"LNbits' extension withdraw is in no package registry: check out version 1.2.2 of the repository "
            f"lnbits/withdraw and name its folder in {WITHDRAW}."
        )


def _missing(name: str) -> None:
    _absent(f"{name} is not set up: ./packaging/test does that where there is a network.")


def _absent(sentence: str) -> None:
    if os.environ.get("ASHORE_REQUIRE_PEERS"):
        pytest.fail(sentence)
    pytest.skip(sentence)
