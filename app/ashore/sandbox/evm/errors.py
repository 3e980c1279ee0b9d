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
