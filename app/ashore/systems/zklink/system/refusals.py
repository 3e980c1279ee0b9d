"""What the node's error codes mean for the money (docs.zk.link json-rpc-errors)."""

from ashore.domain.moves import Accepted, Outcome, Refused, Unknown
from ashore.net.errors import RpcError

DUPLICATE = 213
INTERNAL = 500

NOT_TAKEN = "Nothing was taken from your balance."

SENTENCES: dict[int, tuple[str, str]] = {
    -32600: ("zkLink could not read the request.", "Update Ashore, then try again."),
    -32601: ("This zkLink node does not take withdrawals.", "Choose another network profile."),
    -32602: ("zkLink could not read the request.", "Update Ashore, then try again."),
    100: ("zkLink does not know the target chain.", "Choose another chain."),
    101: ("zkLink does not accept the account number.", "Open the account again."),
    102: ("zkLink does not accept the sub-account.", "Choose another sub-account."),
    103: ("zkLink does not pay this token out on that chain.", "Choose another token or chain."),
    106: ("zkLink found a value in the request that it cannot encode.", "Check amount and fee."),
    107: ("zkLink did not accept the activation's Ethereum signature.", "Try again."),
    108: ("zkLink did not find the activation on chain.", "Try again."),
    109: ("zkLink did not accept the Ethereum signature.", "Check that this account owns the funds."),
    110: ("zkLink did not accept the layer-2 signature.", "Another key may be registered for this account."),
    111: ("This node wants a signature of its own operator.", "Use another node."),
    201: ("zkLink has no such account.", "Deposit once, or choose another account."),
    202: ("zkLink does not know this token.", "Choose another token."),
    204: ("The account is not activated.", "Activate it first."),
    205: ("zkLink expects another nonce: another request was made meanwhile.", "Try again."),
    206: ("The balance does not cover amount and fee.", "Enter less."),
    207: ("The fee is lower than zkLink asks now.", "Try again with the fee that it asks."),
    208: ("The chain cannot pay this amount out at the moment.", "Choose another chain, or less."),
    212: ("This node takes requests from its own partners only.", "Use another node."),
}


def outcome_of(error: RpcError, first_send: bool) -> Outcome:
    """What an error answer to sendTransaction means.

    On the first send a known refusal is certain. When the same bytes go a second time, a refusal may
    be the echo of the first time's success (the nonce is used, the balance is gone), so it stays open.
    """
    if error.code == DUPLICATE:
        return Accepted("zkLink already has this request.")
    if error.code in SENTENCES:
        sentence, advice = SENTENCES[error.code]
        refused = Refused(str(error.code), f"{sentence} {NOT_TAKEN}", advice)
        return (
            refused
            if first_send
            else Unknown(
                "zkLink refuses a repetition of the request. That may be because it took the first one.",
                refusal=refused,
            )
        )
    return Unknown(f"zkLink answered with an error that says nothing about the request: {error.message}", True)
