"""What the practice world tells about itself: the profile that a wallet pins, and the truth that tests compare with."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from ashore.sandbox import genesis

if TYPE_CHECKING:
    from ashore.sandbox.world import World


def profile(world: World) -> dict[str, Any]:
    """What a wallet pins about this network."""
    shown: dict[str, Any] = {
        "network": "sandbox",
        "profile": world.network.profile.value,
        "chains": [place.shown(world.network.chains[number]) for number, place in world.chains.items()],
        "tokens": [
            {
                "id": token.id,
                "symbol": token.symbol,
                "chains": {
                    str(chain_id): {"address": on_chain.address, "decimals": on_chain.decimals}
                    for chain_id, on_chain in token.chains.items()
                },
            }
            for token in world.network.tokens.values()
        ],
        "operator": "/zklink",
        "gateways": [
            {"chain": number, "tokens": list(gateway.tokens)} for number, gateway in world.network.gateways.items()
        ],
        "broker": "/broker",
        "lightning": world.lightning.profile(),
    }
    if world.reddio is not None:
        shown["reddio"] = world.reddio.profile(shown["chains"][0])
    return shown if len(world.chains) == 1 else {**shown, "primary": world.network.primary}


def status(world: World, only: Collection[str] | None) -> dict[str, Any]:
    """What tests and the step-by-step panel want to know; see `World.status`."""
    return {
        "clock": {"mode": world.pace.mode.value, "speed": world.clock.speed, "now": world.clock.now()},
        "l1": world.chains[genesis.PRIMARY].status(),
        "chains": {str(number): place.status() for number, place in world.chains.items()},
        "zklink": {
            "height": world.rollup.height,
            "calls": dict(world.node.calls),
            "payloads": dict(world.node.payloads),
            "submissions": {
                record.tx_hash: {"accepted": 1, "duplicates": record.duplicates}
                for record in world.rollup.records.values()
            },
            "withdrawals": world.truth.withdrawals(only),
            "activations": world.truth.activations(),
            "switches": {switch.value: value for switch, value in world.faults.switches.items()},
        },
        "lightning": world.lightning.truth(),
        **({} if world.reddio is None else {"reddio": world.reddio.status()}),
    }
