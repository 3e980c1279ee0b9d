"""The Rescue hash over the scalar field of BN254, with zkLink's parameters.

Width 3 (rate 2, capacity 1), 22 double rounds, exponent 5.
Source: zkLinkProtocol/franklin-crypto, `rescue`; message forms from zkLinkProtocol/zklink_sdk and npm zksync-crypto.
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from ashore.crypto.altjubjub import FIELD_MODULUS

MAX_TX_MESSAGE_BYTES = 92
ORDERS_BYTES = 178

_ELEMENT_BITS = 253
_WIDTH = 3
_ROUNDS = 44
_CONSTANT_COUNT = (_ROUNDS + 1) * _WIDTH
_FIFTH_ROOT = pow(5, -1, FIELD_MODULUS - 1)
_RANDOMNESS_BEACON = b"096b36a5804bfacef1691e173c366a47ff5ba84a44f26ddd7e8d9f79d5b42df0"

# m[i][j] = 1 / (x_i - y_j) for six values drawn from ChaCha20; the original seeds all eight key words alike, a slip
# that every implementation since has had to copy.
MDS_MATRIX = (
    (
        19867507014980861305425009449387457301278539103920815107011574791936395359203,
        14033379783051972823156598872541410232265340493494952586086936714004686512552,
        6027417779646674095583370294365906912885326325689137399191108007892817771531,
    ),
    (
        13682854630783815285285546917765079370206086213747973727667543503084137256350,
        3532350029951531334918831745858476561563605784955142474173665319382878266595,
        7879465058352950642363827531876463361000084837362289065974531942380968925530,
    ),
    (
        13644529696206999954563205694131948627334158043212219693331954880257929331451,
        10348446600239377835380797824089891517722535777389856260072824337073904527723,
        12879066420785891751162205225962003889437411096917915561649741809659762166144,
    ),
)


class State(NamedTuple):
    """The three field elements between two permutations; the first two are the output."""

    first: int
    second: int
    capacity: int


@lru_cache(maxsize=1)
def round_constants() -> tuple[int, ...]:
    """Return the 135 round constants: blake2s-256 outputs, read little-endian, that are field elements other than 0."""
    constants: list[int] = []
    counter = 0
    while len(constants) < _CONSTANT_COUNT:
        data = _RANDOMNESS_BEACON + counter.to_bytes(4, "big")
        value = int.from_bytes(hashlib.blake2s(data, person=b"Rescue_f").digest(), "little")
        if 0 < value < FIELD_MODULUS:
            constants.append(value)
        counter += 1
    return tuple(constants)


def permute(state: State) -> State:
    """Return the state after the 44 half rounds of the permutation."""
    constants = round_constants()
    row_0, row_1, row_2 = MDS_MATRIX
    s0, s1, s2 = state[0] + constants[0], state[1] + constants[1], state[2] + constants[2]
    for half_round in range(_ROUNDS):
        exponent = 5 if half_round & 1 else _FIFTH_ROOT
        a, b, c = pow(s0, exponent, FIELD_MODULUS), pow(s1, exponent, FIELD_MODULUS), pow(s2, exponent, FIELD_MODULUS)
        at = _WIDTH * (half_round + 1)
        s0 = (constants[at] + row_0[0] * a + row_0[1] * b + row_0[2] * c) % FIELD_MODULUS
        s1 = (constants[at + 1] + row_1[0] * a + row_1[1] * b + row_1[2] * c) % FIELD_MODULUS
        s2 = (constants[at + 2] + row_2[0] * a + row_2[1] * b + row_2[2] * c) % FIELD_MODULUS
    return State(s0, s1, s2)


def sponge(elements: Sequence[int]) -> State:
    """Absorb field elements in pairs, padded with the element 1; the capacity starts as their count.

    The last ones are kept: one request is hashed when it is shown, signed, checked and found again, and all that is
    hashed here is public.
    """
    return _absorbed(tuple(elements))


@lru_cache(maxsize=256)
def _absorbed(elements: tuple[int, ...]) -> State:
    padded = [*elements, 1] if len(elements) % 2 else list(elements)
    state = State(0, 0, len(elements))
    for first, second in zip(padded[::2], padded[1::2], strict=True):
        state = permute(State(state.first + first, state.second + second, state.capacity))
    return state


def bytes_to_elements(data: bytes, bit_length: int | None = None) -> list[int]:
    """Cut bytes (bits highest first) into pieces of 253 bits, the first bit of a piece being the lowest of its element.

    `bit_length`, where given, extends the data with zero bits.
    """
    bits = int.from_bytes(reverse_bits_of_bytes(data), "little")
    length = 8 * len(data) if bit_length is None else bit_length
    mask = (1 << _ELEMENT_BITS) - 1
    return [(bits >> offset) & mask for offset in range(0, length, _ELEMENT_BITS)]


def rescue_hash_tx_message(message: bytes) -> bytes:
    """Return the 32-byte hash of a transaction message, which is what musig signs.

    Raises ValueError for more than 92 bytes.
    """
    if len(message) > MAX_TX_MESSAGE_BYTES:
        raise ValueError(f"a transaction message has at most {MAX_TX_MESSAGE_BYTES} bytes")
    return sponge(bytes_to_elements(message, 8 * MAX_TX_MESSAGE_BYTES)).first.to_bytes(32, "little")


def rescue_hash_orders(data: bytes) -> bytes:
    """Return the 31-byte hash of exactly 178 bytes (bits of each byte reversed, as the original prints them).

    Raises ValueError for another length.
    """
    if len(data) != ORDERS_BYTES:
        raise ValueError(f"this hash takes exactly {ORDERS_BYTES} bytes")
    low_bits = sponge(bytes_to_elements(data)).first & ((1 << 248) - 1)
    return reverse_bits_of_bytes(low_bits.to_bytes(31, "little"))


def reverse_bits_of_bytes(data: bytes) -> bytes:
    """Return the bytes in the same order, each with its eight bits reversed."""
    return data.translate(_reversed_bytes())


@lru_cache(maxsize=1)
def _reversed_bytes() -> bytes:
    return bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))
