"""What can go wrong between the wallet and the endpoints of a chain."""

from ashore.domain.errors import AshoreError


class ChainError(AshoreError):
    """An endpoint, or the endpoints together, did not give what was needed."""


class BadAnswer(ChainError):
    """An endpoint's answer has the wrong shape, or contradicts a hash that is known."""


class WrongChain(ChainError):
    """An endpoint serves another chain than the profile names; it is not asked again."""


class Resting(ChainError):
    """An endpoint failed too often and is left alone for a while; nothing was sent to it."""


class NoAgreement(ChainError):
    """Not enough endpoints agree, or none could prove what it shows."""


class InvalidProof(ChainError):
    """A stored proof document is malformed or does not prove what it says."""
