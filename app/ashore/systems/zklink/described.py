"""A deployment's contracts put into words for somebody else: what reads a proof, and no address of any machine."""

from collections.abc import Mapping

from ashore.domain.untrusted import hidden_characters
from ashore.systems.zklink.codec.l1.storage import STORAGE_LAYOUTS
from ashore.systems.zklink.deployment import Deployment, DeploymentError, deployment_from_json

SYSTEM = "zkLink"
"""What a description calls the system."""

_MOST_NAMED = 60
_MOST_CHAINS, _MOST_TOKENS = 64, 5_000


def described(deployment: Deployment) -> dict[str, object]:
    """Return a JSON object that `from_description` reads."""
    return {
        "system": SYSTEM,
        "id": deployment.id,
        "network": deployment.network,
        "profile": deployment.dialect.value,
        "primary": deployment.primary,
        "storage": deployment.storage,
        "pubdata": deployment.layout.value,
        "chains": [
            {
                "zklink_chain_id": chain.id,
                "name": chain.name,
                "evm_chain_id": chain.evm_chain_id,
                "genesis_hash": chain.genesis_hash,
                "main_contract": chain.main_contract,
            }
            for chain in deployment.chains.values()
        ],
        "tokens": [
            {
                "id": token.id,
                "symbol": token.symbol,
                "chains": {
                    str(number): {"address": address, "decimals": token.decimals[number]}
                    for number, address in token.addresses.items()
                },
            }
            for token in deployment.tokens.values()
        ],
    }


def from_description(raw: Mapping[str, object]) -> Deployment:
    """Read what somebody else described, of which nothing is trusted and nobody asked. Raises DeploymentError."""
    chains, tokens = raw.get("chains"), raw.get("tokens")
    if not isinstance(chains, list) or not isinstance(tokens, list):
        raise DeploymentError("These contracts are not described as Ashore does.")
    if len(chains) > _MOST_CHAINS or len(tokens) > _MOST_TOKENS:
        raise DeploymentError("These contracts are not described as Ashore does.")
    nowhere = [{**chain, "endpoints": [""]} for chain in chains if isinstance(chain, dict)]
    found = deployment_from_json({**raw, "chains": nowhere, "operator": "", "broker": "", "gateways": []})
    names = [chain.name for chain in found.chains.values()]
    shown = [*names, *(token.symbol for token in found.tokens.values())]
    odd = any(not name or len(name) > _MOST_NAMED or hidden_characters(name) for name in shown)
    if odd or len({*names}) < len(chains) or found.storage not in STORAGE_LAYOUTS:
        raise DeploymentError("These contracts are not described as Ashore does.")
    return found
