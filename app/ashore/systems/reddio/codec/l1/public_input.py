"""The public input of `updateState`: what a batch does to the vaults, as the proof has it.

Source: starkware-libs/starkex-contracts, tag StarkExchange-v4.5, `PublicInputOffsets.sol`, `UpdateState.sol`.
Written and read apart from each other. Everything is a list of 256-bit words.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ashore.systems.reddio.codec.errors import CodecError

_HEADER_WORDS = 15
_TAIL_WORDS = 2
_WORDS_PER_MODIFICATION = 3
_WORDS_PER_VAULT_UPDATE = 3
_BIAS = 1 << 63
_WORD_LIMIT = 1 << 256


@dataclass(frozen=True, slots=True)
class Roots:
    """The roots of the three trees, before or after a batch."""

    validium: int
    rollup: int
    orders: int


@dataclass(frozen=True, slots=True)
class Modification:
    """One change of a vault that Ethereum learns of: a deposit (difference > 0) or a withdrawal (< 0), in quanta.

    `serves_request`: whether it answers a full withdrawal that was demanded on Ethereum.
    """

    owner_key: int
    asset_id: int
    vault_id: int
    difference: int
    serves_request: bool = False


@dataclass(frozen=True, slots=True)
class PublicInput:
    """A whole public input. Heights are those of the three trees; `expiration_hours` is the batch's own clock.

    `others` are the words of conditional transfers, vault updates and orders on the chain, counted by `other_counts`,
    which a withdrawal does not need.
    """

    config_code: int
    before: Roots
    after: Roots
    expiration_hours: int
    heights: tuple[int, int, int]
    modifications: tuple[Modification, ...]
    data_hash: int
    data_size: int
    other_counts: tuple[int, int, int] = (0, 0, 0)
    others: tuple[int, ...] = ()

    @property
    def withdrawals(self) -> tuple[Modification, ...]:
        """The modifications that leave something pending for their owner."""
        return tuple(change for change in self.modifications if change.difference < 0)


def encode_public_input(public_input: PublicInput) -> tuple[int, ...]:
    """Return the words of `updateState`. Raises CodecError where a number has no room."""
    before, after = public_input.before, public_input.after
    words = [
        public_input.config_code,
        *(before.validium, after.validium, before.rollup, after.rollup, before.orders, after.orders),
        public_input.expiration_hours,
        *public_input.heights,
        len(public_input.modifications),
        *public_input.other_counts,
    ]
    for change in public_input.modifications:
        words += [change.owner_key, change.asset_id, _action(change)]
    words += [*public_input.others, public_input.data_hash, public_input.data_size]
    if not all(0 <= word < _WORD_LIMIT for word in words):
        raise CodecError("A number of the state update does not fit its word.")
    return tuple(words)


def decode_public_input(words: Sequence[int]) -> PublicInput:
    """Return the public input of its words. Raises CodecError where the counts do not fit the length."""
    if len(words) < _HEADER_WORDS + _TAIL_WORDS or not all(0 <= word < _WORD_LIMIT for word in words):
        raise CodecError("The state update is shorter than its header.")
    count, conditional, vault_updates, orders = words[11:15]
    end = _HEADER_WORDS + _WORDS_PER_MODIFICATION * count
    least = end + conditional + _WORDS_PER_VAULT_UPDATE * vault_updates + _TAIL_WORDS
    # What an order on the chain takes is its own length; without any, nothing may be left over.
    if len(words) < least or (orders == 0 and len(words) != least):
        raise CodecError("The state update is not as long as its counts say.")
    return PublicInput(
        config_code=words[0],
        before=Roots(words[1], words[3], words[5]),
        after=Roots(words[2], words[4], words[6]),
        expiration_hours=words[7],
        heights=(words[8], words[9], words[10]),
        modifications=tuple(
            _modification(words[at], words[at + 1], words[at + 2])
            for at in range(_HEADER_WORDS, end, _WORDS_PER_MODIFICATION)
        ),
        data_hash=words[-2],
        data_size=words[-1],
        other_counts=(conditional, vault_updates, orders),
        others=tuple(words[end:-_TAIL_WORDS]),
    )


def _action(change: Modification) -> int:
    biased = change.difference + _BIAS
    if not (0 <= biased < 1 << 64 and 0 <= change.vault_id < 1 << 64):
        raise CodecError("A modification of the state update does not fit its word.")
    return int(change.serves_request) << 128 | change.vault_id << 64 | biased


def _modification(owner_key: int, asset_id: int, action: int) -> Modification:
    clear, rest = divmod(action, 2**128)
    vault_id, biased = divmod(rest, 2**64)
    if clear > 1:
        raise CodecError("A modification of the state update is not in its form.")
    return Modification(owner_key, asset_id, vault_id, biased - 2**63, clear == 1)
