"""A call as a value: what it returned, or the sentence with which it refused."""

from collections.abc import Callable
from typing import TypeVar

from ashore.domain.errors import AshoreError

_T = TypeVar("_T")


def tried(function: Callable[..., _T], *arguments: object) -> _T | AshoreError:
    """Call, and return the AshoreError where it raises one; any other exception is a defect."""
    try:
        return function(*arguments)
    except AshoreError as error:
        return error
