"""Plain words for what zkLink's evidence is made of. The names of the code and of the contracts come second."""

KINDS = {
    "submission": "The node’s answer to your request",
    "replacement": "The answer to the transaction that takes its place",
    "cancellation": "The answer to the cancellation",
    "operator": "What zkLink’s node tells",
    "BlockCommit": "The batch with your withdrawal, on L1",
    "BlockProven": "The batch’s validity proof, taken by the contract",
    "BlockSynced": "The batch’s root, agreed between the chains",
    "BlockExecuted": "The batch, executed on L1",
    "Accept": "A broker’s payment, noted by zkLink’s contract",
    "accepts": "Who was paid for it, as the contract stores it",
    "receipt": "The transaction’s receipt, in its block",
    "Withdrawal": "The payout by zkLink’s contract",
    "pendingBalances": "What zkLink’s contract still owes you: nothing",
    "pendingWithdrawWithCalls": "What zkLink’s contract keeps for the withdrawal with its call",
    "WithdrawalCall": "The payout of the withdrawal with its call",
    "WithdrawalL1": "The handing over to the gateway",
    "storedBlockHashes": "The batch’s root, as the contract stores it",
}
"""What a piece of evidence is, by its kind."""

TECHNICAL = frozenset(
    {
        "BlockCommit",
        "BlockProven",
        "BlockSynced",
        "BlockExecuted",
        "Withdrawal",
        "storedBlockHashes",
        "pendingBalances",
        "Accept",
        "accepts",
        "pendingWithdrawWithCalls",
        "WithdrawalCall",
        "WithdrawalL1",
    }
)
"""Kinds that somebody can look up: names of the contract's own logs and storage."""

NAMES = {
    "request": "Hash of the request",
    "state root": "Layer-2 root",
    "stored block": "Hash of the stored block",
    "sync hashes": "Roots compared, by chain",
    "credited": "Set aside by",
    "value": "Stored hash",
    "acceptor": "Stored address",
    "signed for": "You signed for",
    "withdraw hash": "Hash of what you signed for",
    "blocks synchronised": "Agreed up to block",
    "layer-2 blocks committed": "Committed up to block",
    "layer-2 blocks executed on L1": "Executed up to block",
    "transaction named": "Transaction it names",
    "of which yours here": "Of it for this one",
}
"""What a fact is called, where its own name is not plain enough."""

EXACT = ("event", "slot")
"""Facts that name the log or the place in the contract's storage exactly: said beside what it is."""
