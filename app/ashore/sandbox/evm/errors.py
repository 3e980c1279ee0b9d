"""What can go wrong on the embedded chain."""


class ChainError(Exception):
    """The chain refuses; the message is worded as geth words it (JSON-RPC code -32000)."""


class UnknownBlockError(ChainError):
    """The block that was asked for is not on the canonical chain."""


class RevertedError(ChainError):
    """A call was reverted by a contract.

    Attributes:
        data: the revert data: an ABI-encoded `Error(string)`, `Panic(uint256)`, custom error, or nothing.
    """

    def __init__(self, data: bytes) -> None:
        super().__init__("execution reverted")
        self.data = data


class InvalidTransactionError(ChainError):
    """A transaction that was admissible cannot be in the next block any more."""

    def __init__(self, transaction_hash: bytes) -> None:
        super().__init__("the transaction became invalid")
        self.transaction_hash = transaction_hash
