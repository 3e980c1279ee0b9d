"""What Reddio's operator does with a request, in this order, and how long it waits before each."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from types import MappingProxyType

from ashore.sandbox.clock import ClockMode


class Stage(StrEnum):
    """The last two are L1 transactions. After them it is the owner who claims."""

    ACCEPT = "reddio_accept"
    BATCH = "reddio_batch"
    PROVE = "reddio_prove"
    UPDATE = "reddio_update"


class Status(IntEnum):
    """The states of a request as the API numbers them."""

    SUBMITTED = 0
    ACCEPTED = 1
    FAILED = 2
    ON_LAYER_2 = 3
    REJECTED = 4
    ROLLED_BACK = 5
    ON_LAYER_1 = 6


class RecordType(IntEnum):
    """The kinds of record that this operator writes, as the API numbers them."""

    TRANSFER = 3
    WITHDRAW = 4
    FULL_WITHDRAW = 5


def _delays(*seconds: float) -> Mapping[Stage, float]:
    return MappingProxyType(dict(zip(Stage, seconds, strict=True)))


DELAYS: Mapping[ClockMode, Mapping[Stage, float]] = MappingProxyType(
    {
        ClockMode.DEMO: _delays(1.0, 4.0, 4.0, 4.0),
        ClockMode.REALISTIC: _delays(5, 1_800, 10_800, 1_200),
        ClockMode.STEP: _delays(0, 0, 0, 0),
    }
)
"""Seconds of the sandbox's clock before each stage, by how its time passes."""
