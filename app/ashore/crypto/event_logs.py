"""Logs of contracts, strictly: exactly what a contract writes and nothing else.

Source: docs: Solidity, "Contract ABI Specification", Events.
A declaration is written as "Name(type indexed,type)"; its topic is the hash of the same text without "indexed".
"""

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Generic, TypeVar

from ashore.crypto.abi import AbiType, AbiValue, decode, encode, parse_types, split_types
from ashore.crypto.errors import CodecError
from ashore.crypto.keccak import keccak256

E = TypeVar("E")


@lru_cache(maxsize=64)
def event_topic(declaration: str) -> bytes:
    """Return the first topic of an event's logs."""
    return keccak256(declaration.replace(" indexed", "").encode())


def event_types(declaration: str) -> tuple[tuple[AbiType, bool], ...]:
    """Return each parameter's type and whether it is indexed. Raises CodecError."""
    _, bracket, rest = declaration.partition("(")
    if not bracket or not rest.endswith(")"):
        raise CodecError("This is not the declaration of an event.")
    parameters = []
    for part in split_types(rest[:-1]):
        (abi_type,) = parse_types(part.removesuffix(" indexed"))
        parameters.append((abi_type, part.endswith(" indexed")))
    return tuple(parameters)


def encode_event(declaration: str, values: Sequence[AbiValue]) -> tuple[list[bytes], bytes]:
    """Return topics and data of a log, from the values in order of declaration. Raises CodecError."""
    parameters = event_types(declaration)
    if len(parameters) != len(values):
        raise CodecError("The number of values differs from the number of parameters.")
    topics = [event_topic(declaration)]
    plain: list[tuple[AbiType, AbiValue]] = []
    for (abi_type, is_indexed), value in zip(parameters, values, strict=True):
        if is_indexed:
            topics.append(encode((abi_type,), (value,)))
        else:
            plain.append((abi_type, value))
    return topics, encode([abi_type for abi_type, _ in plain], [value for _, value in plain])


def decode_event(declaration: str, topics: Sequence[bytes], data: bytes) -> tuple[AbiValue, ...]:
    """Return the values of a log in order of declaration; raises CodecError where it is not exactly such a log."""
    parameters = event_types(declaration)
    indexed_count = sum(is_indexed for _, is_indexed in parameters)
    if len(topics) != 1 + indexed_count or topics[0] != event_topic(declaration):
        raise CodecError("This log belongs to another event.")
    plain = iter(decode([abi_type for abi_type, is_indexed in parameters if not is_indexed], data))
    indexed = iter(topics[1:])
    values = tuple(
        decode((abi_type,), next(indexed))[0] if is_indexed else next(plain) for abi_type, is_indexed in parameters
    )
    if encode_event(declaration, values) != (list(topics), data):
        raise CodecError("This log is not in the form that a contract writes.")
    return values


class EventTable(Generic[E]):
    """The events that a system reads: each a class whose fields stand in the order of its declaration."""

    def __init__(self, declarations: Mapping[type[E], str]) -> None:
        self._declarations = declarations

    def topic_of(self, event: type[E]) -> bytes:
        """Return the first topic of the logs that decode to this event."""
        return event_topic(self._declarations[event])

    def decode_log(self, topics: Sequence[bytes], data: bytes) -> E | None:
        """Return the event of a log, or None where it is none of these. Raises CodecError."""
        if not topics:
            return None
        event = self._by_topic.get(topics[0])
        if event is None:
            return None
        # The decoder has checked every type.
        return event(*decode_event(self._declarations[event], topics, data))

    @cached_property
    def _by_topic(self) -> dict[bytes, type[E]]:
        return {event_topic(declaration): event for event, declaration in self._declarations.items()}
