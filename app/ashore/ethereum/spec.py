"""What a network profile says about one chain."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChainSpec:
    """One chain and the endpoints that are asked about it.

    `endpoints` maps names (shown to the person) to JSON-RPC addresses of different operators; `k` of
    them have to agree. `genesis_hash` is lower-case hex with 0x. `max_finality_lag` is in blocks:
    beyond it the finalized block is reported as late. Ethereum's `safe` tag is never used, because
    what it promises differs between providers; `finality` names the tag that is.
    """

    name: str
    evm_chain_id: int
    genesis_hash: str
    endpoints: tuple[tuple[str, str], ...]
    k: int = 2
    block_time_s: float = 12.0
    finality: str = "finalized"
    max_finality_lag: int = 400

    def __post_init__(self) -> None:
        if not 1 <= self.k <= len(self.endpoints) or (self.k == 1 and len(self.endpoints) > 1):
            raise ValueError("k is at least two, and at most the number of endpoints; one for a single endpoint")
        if len({name for name, _ in self.endpoints}) != len(self.endpoints):
            raise ValueError("endpoints have different names")
        if self.finality == "safe":
            raise ValueError("the safe tag is no boundary of finality")
