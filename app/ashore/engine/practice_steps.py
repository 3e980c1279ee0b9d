"""What a step of the practice network did, in words."""

from collections.abc import Mapping

_OF_LAYER_2 = {
    "execute_l2": "The requests that waited were executed on layer 2.",
    "seal": "A batch was made of what was executed.",
    "reddio_accept": "Reddio looked at the requests that waited.",
    "reddio_batch": "Reddio made a batch of what it had accepted.",
}
_ON_CHAIN = {
    "commit": "Batch {batch} was committed on {chain}.",
    "prove": "Batch {batch} was proved on {chain}.",
    "send_sync": "{chain} handed its hash of batch {batch} to the bridge.",
    "receive_sync": "The bridge brought a hash of batch {batch} to {chain}.",
    "sync": "{chain} compared the hashes of batch {batch}.",
    "confirm": "The bridge brought the confirmation of batch {batch} to {chain}.",
    "execute": "Batch {batch} was executed on {chain}: its money is released.",
    "payout": "The relayer paid out what batch {batch} owes on {chain}.",
    "accept": "A broker paid in advance on {chain}.",
    "onwards": "The relayer handed money of batch {batch} to the gateway of {chain}.",
    "arrive": "The gateway paid on {chain}.",
    "reddio_prove": "Reddio’s batch {batch} was proved to {chain}.",
    "reddio_update": "Reddio’s batch {batch} was settled on {chain}: its money can be claimed.",
}


def step_words(told: Mapping[str, object], chains: Mapping[str, str]) -> str:
    """A step's answer of the practice network's control as a sentence; `chains` are names by zkLink chain id."""
    moved = told.get("moved")
    if moved in ("block", "finalize"):
        return _blocks(told.get("chains"), chains)
    if moved is None:
        waits = told.get("waits_for") == "block"
        return "The operator waits for a block." if waits else "The operator has nothing to do now."
    chain = chains.get(str(told.get("chain")), "its chain")
    words = _OF_LAYER_2.get(str(moved)) or _ON_CHAIN.get(str(told.get("sent") or moved), "The operator went on.")
    return words.format(batch=told.get("batch"), chain=chain)


def _blocks(heights: object, chains: Mapping[str, str]) -> str:
    """The newest block of each chain."""
    if not isinstance(heights, Mapping):
        return "A block was made."
    made = [f"{height['head']} on {chains.get(str(number), 'its chain')}" for number, height in heights.items()]
    return f"Block {' and '.join(made)} made."
