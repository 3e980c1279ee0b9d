"""What a fast withdrawal pays. Source: zkLinkProtocol/zklink-contracts, `ZkLinkAcceptor.sol`."""

RATIO_UNIT = 10_000
"""A ratio of this is everything; 100 is one per cent."""


def received_of(amount: int, ratio: int) -> int:
    """Return what the recipient gets of `amount` (in the token's units on L1) from a broker that keeps `ratio`."""
    return amount * (RATIO_UNIT - ratio) // RATIO_UNIT


def ratio_percent(ratio: int) -> str:
    """Return a ratio for reading, with two decimals: 10 is "0.10 %"."""
    return f"{ratio // 100}.{ratio % 100:02d} %"
