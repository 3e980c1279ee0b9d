"""A deployment of Reddio as pinned data: its API, its StarkEx contract, its chain.

Tokens are not pinned: an asset's id is computed here from contract, kind and quantum, and all of it is held against L1.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ashore.domain.errors import AshoreError

ADDRESS_BYTES = 20


class DeploymentError(AshoreError):
    """A profile that cannot be used."""


@dataclass(frozen=True, slots=True)
class PinnedChain:
    """The chain that StarkEx is on. `name` is the wallet's name of the chain and of its follower.

    `gas_symbol` is what gas is paid in there, and what the asset ETH is called; it has 18 decimals.
    """

    name: str
    evm_chain_id: int
    genesis_hash: str
    endpoints: tuple[str, ...]
    block_time_s: int
    gas_symbol: str = "ETH"


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment: who is asked, and which contract owes the money.

    Attributes:
        api_url: what the paths of the API follow, without a slash at the end.
        contract: the StarkEx proxy, lower-case hex.
        key_chain_id: the EVM chain id in the typed data that keys are made from; it may be another than the chain's.
    """

    id: str
    title: str
    network: str
    api_url: str
    contract: str
    key_chain_id: int
    chain: PinnedChain


def deployment_from_json(raw: object, base_url: str = "") -> Deployment:
    """Read a profile document, the value under "reddio" in that of a practice network; see `of_practice`.

    Relative addresses are completed with `base_url`. Raises DeploymentError where a part is missing or has the wrong
    form.
    """
    try:
        data = _dict(raw)
        network = str(data["network"])
        return Deployment(
            str(data.get("id", f"reddio.{network}")),
            str(data.get("title", "Reddio")),
            network,
            _absolute(_filled(data["api"]), base_url).rstrip("/"),
            _hex(data["contract"], ADDRESS_BYTES),
            _positive(data["key_chain_id"]),
            _chain(data["chain"], base_url),
        )
    except (KeyError, ValueError, TypeError, OverflowError) as error:
        raise DeploymentError("The network profile is damaged.", "Install Ashore again.") from error


def of_practice(profile: Mapping[str, object], base_url: str) -> Deployment | None:
    """Read Reddio's part of a practice network's profile, None where it has none. Raises DeploymentError."""
    told = profile.get("reddio")
    return None if told is None else deployment_from_json(told, base_url)


def _chain(raw: object, base_url: str) -> PinnedChain:
    data = _dict(raw)
    endpoints = data["endpoints"]
    if not isinstance(endpoints, list) or not endpoints:
        raise ValueError("nobody to ask")
    return PinnedChain(
        _filled(data["name"]),
        _positive(data["evm_chain_id"]),
        _hex(data["genesis_hash"], 32),
        tuple(_absolute(_filled(url), base_url) for url in endpoints),
        max(1, round(float(str(data.get("block_time_s", 12))))),
        str(data.get("gas_symbol", "ETH")),
    )


def _positive(raw: object) -> int:
    if isinstance(raw, bool | float):
        raise TypeError("not a whole number")
    value = int(str(raw))
    if value < 1:
        raise ValueError("not a number above zero")
    return value


def _hex(raw: object, length: int) -> str:
    text = _filled(raw).lower()
    if not text.startswith("0x") or len(text) != 2 + 2 * length:
        raise ValueError("not so many bytes of hex")
    return "0x" + bytes.fromhex(text[2:]).hex()


def _filled(raw: object) -> str:
    if not isinstance(raw, str) or not raw:
        raise TypeError("not a text")
    return raw


def _absolute(url: str, base_url: str) -> str:
    return base_url.rstrip("/") + url if url.startswith("/") else url


def _dict(raw: object) -> dict[str, object]:
    if not isinstance(raw, dict):
        raise TypeError("not an object")
    return raw
