"""The two requests of LNURL-withdraw: what a service offers, and the invoice handed to it."""

from ashore.systems.lnurl.client.answers import (
    BadAnswer,
    ClaimAnswer,
    EmptyAnswer,
    NeverSent,
    ServiceAnswer,
    UnknownOutcome,
)
from ashore.systems.lnurl.client.service import LnurlClient
from ashore.systems.lnurl.codec import Accepted, Refused

__all__ = [
    "Accepted",
    "BadAnswer",
    "ClaimAnswer",
    "EmptyAnswer",
    "LnurlClient",
    "NeverSent",
    "Refused",
    "ServiceAnswer",
    "UnknownOutcome",
]
