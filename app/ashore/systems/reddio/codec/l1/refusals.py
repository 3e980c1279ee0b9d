"""Why StarkEx refused a call, in sentences. Source: starkware-libs/starkex-contracts, tag StarkExchange-v4.5."""

_SENTENCES = {
    "USER_UNREGISTERED": "This Stark key is not tied to an Ethereum address yet; register it first.",
    "NON_FUNGIBLE_ASSET_TYPE": "This is an NFT, and was claimed as an amount.",
    "MINTABLE_ASSET_TYPE": "This token is minted by its claim, and was claimed as an amount.",
    "ASSET_TYPE_NOT_REGISTERED": "The contract does not know this asset.",
    "INVALID_ASSET_TYPE": "The contract does not know this asset.",
    "ILLEGAL_NFT_BALANCE": "This NFT is not pending: it was claimed already, or is not there yet.",
    "NO_PENDING_WITHDRAWAL_BALANCE": "Nothing is pending to be minted: it was claimed already, or is not there yet.",
    "STATE_IS_FROZEN": "The exchange is frozen. What is pending can still be claimed.",
    "STATE_NOT_FROZEN": "The exchange is not frozen.",
    "ETH_TRANSFER_FAILED": "The receiver does not take ether: it is a contract that refuses it.",
    "FORCED_ACTION_PENDING": "The operator still has time to serve the request.",
    "NO_STATE_TRANSITION_PROOF": "The state update has not been proven.",
    "NO_AVAILABILITY_PROOF": "The committee has not signed for the data of the state update.",
    "VALIDIUM_VAULT_ROOT_INCORRECT": "The state update does not follow the last one.",
    "ONLY_OPERATOR": "Only the operator may do this.",
}


def revert_sentence(reason: str) -> str:
    """Return what a revert reason of the contract means, or "" where it is not one that a wallet meets."""
    return _SENTENCES.get(reason, "")
