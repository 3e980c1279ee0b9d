"""Whose contracts a receipt's proofs are read by: those of this wallet's network, or those that the receipt names."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from ashore.domain import strict_json
from ashore.domain.errors import AshoreError
from ashore.domain.events import Terms
from ashore.domain.evidence import Evidence
from ashore.domain.receipt import Receipt, ReceiptError
from ashore.engine.rechecking import ReadAgain
from ashore.ethereum.proofs import Facts
from ashore.systems.payouts import Paid
from ashore.systems.reddio import described as reddio
from ashore.systems.reddio.deployment import Deployment as ReddioDeployment
from ashore.systems.reddio.settlement.paid_out import paid_out as reddio_paid_out
from ashore.systems.reddio.settlement.rereading import read_again as read_reddio
from ashore.systems.zklink import described as zklink
from ashore.systems.zklink.deployment import Deployment as ZkLinkDeployment
from ashore.systems.zklink.settlement.in_batch import held_in_batch
from ashore.systems.zklink.settlement.paid_out import paid_out as zklink_paid_out
from ashore.systems.zklink.settlement.rereading import read_again as read_zklink

PRACTICE = "sandbox"
"""What terms call a practice network: nothing there has any value, and only there a receipt may name contracts."""


Pays = Callable[[Terms, Evidence, Facts], Paid]
Names = Callable[[Terms, Evidence, Facts], str]


@dataclass(frozen=True, slots=True)
class Contracts:
    """What reads the proofs of a deployment. `chains` are its chains' EVM numbers and first blocks, by name."""

    chains: Mapping[str, tuple[int, str]]
    read: ReadAgain
    pays: Pays
    """What a proven payout says of itself, held against the terms. Raises InvalidProof where they differ."""
    names: Names
    """That something proven names this very withdrawal by itself, in words. Raises InvalidProof where it is another."""
    own: bool = False
    """Whether they are this wallet's own, and not what the receipt says of itself."""


def practice_text(deployment: ZkLinkDeployment | ReddioDeployment) -> str:
    """A practice network's contracts as a receipt carries them: canonical JSON, without any address of a machine."""
    told = zklink.described(deployment) if isinstance(deployment, ZkLinkDeployment) else reddio.described(deployment)
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def contracts_of(deployment: ZkLinkDeployment | ReddioDeployment) -> Contracts:
    """What reads the proofs of a deployment; whose word it is, is for the caller to say."""
    return _zklink(deployment) if isinstance(deployment, ZkLinkDeployment) else _reddio(deployment)


def contracts_named_by(receipt: Receipt) -> Contracts:
    """The contracts that a receipt names for itself. Raises ReceiptError where it names none that can be used."""
    if receipt.terms.network != PRACTICE:
        raise ReceiptError("This Ashore does not know the contracts of this network.", "Check it with a newer one.")
    try:
        told = strict_json.parse(receipt.practice.encode())
        build = _BUILDERS[told["system"]] if isinstance(told, dict) else None
        if not isinstance(told, dict) or build is None or told["system"] != receipt.terms.system:
            raise ReceiptError("This receipt names no contracts of its network.")
        return contracts_of(build(told))
    except (strict_json.JsonError, KeyError, TypeError, UnicodeEncodeError, AshoreError):
        raise ReceiptError("This receipt does not say which contracts its network has.") from None


def _zklink(deployment: ZkLinkDeployment) -> Contracts:
    chains = {chain.name: (chain.evm_chain_id, chain.genesis_hash) for chain in deployment.chains.values()}
    pays, names = partial(zklink_paid_out, deployment), partial(held_in_batch, deployment)
    return Contracts(chains, partial(read_zklink, deployment), pays, names)


def _reddio(deployment: ReddioDeployment) -> Contracts:
    chain = deployment.chain
    places = {chain.name: (chain.evm_chain_id, chain.genesis_hash)}
    return Contracts(
        places,
        partial(read_reddio, deployment),
        lambda terms, piece, _facts: reddio_paid_out(deployment, terms, piece),
        lambda _terms, _piece, _facts: "",
    )


_BUILDERS: Mapping[str, Callable[[Mapping[str, object]], ZkLinkDeployment | ReddioDeployment]] = {
    zklink.SYSTEM: zklink.from_description,
    reddio.SYSTEM: reddio.from_description,
}
