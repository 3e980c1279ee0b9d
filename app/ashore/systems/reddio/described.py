"""A deployment's contract put into words for somebody else: what reads a proof, and no address of any machine."""

from collections.abc import Mapping

from ashore.domain.untrusted import hidden_characters
from ashore.systems.reddio.deployment import Deployment, DeploymentError, deployment_from_json

SYSTEM = "Reddio"
"""What a description calls the system."""

_MOST_NAMED = 60
_NOWHERE = "nowhere"


def described(deployment: Deployment) -> dict[str, object]:
    """Return a JSON object that `from_description` reads."""
    chain = deployment.chain
    return {
        "system": SYSTEM,
        "id": deployment.id,
        "network": deployment.network,
        "contract": deployment.contract,
        "key_chain_id": deployment.key_chain_id,
        "chain": {"name": chain.name, "evm_chain_id": chain.evm_chain_id, "genesis_hash": chain.genesis_hash},
    }


def from_description(raw: Mapping[str, object]) -> Deployment:
    """Read what somebody else described, of which nothing is trusted and nobody asked. Raises DeploymentError."""
    chain = raw.get("chain")
    if not isinstance(chain, dict):
        raise DeploymentError("This contract is not described as Ashore does.")
    found = deployment_from_json({**raw, "api": _NOWHERE, "chain": {**chain, "endpoints": [_NOWHERE]}})
    if len(found.chain.name) > _MOST_NAMED or hidden_characters(found.chain.name):
        raise DeploymentError("This contract is not described as Ashore does.")
    return found
