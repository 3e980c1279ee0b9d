"""The hashes that tie a state update to its proof, and a Stark key to an address.

Source: starkware-libs/starkex-contracts, tag StarkExchange-v4.5: `UpdateState.sol`, `GpsFactRegistryAdapter`,
`StateTransition`'s `getTransitionFact`, `Users.sol`.
"""

from collections.abc import Sequence

from ashore.crypto.keccak import keccak256
from ashore.crypto.stark import ORDER, public_point, sign
from ashore.systems.reddio.codec.assets import ADDRESS_BYTES, WORD
from ashore.systems.reddio.codec.errors import CodecError

_WORD_LIMIT = 1 << 256
_TAIL_WORDS = 2


def state_transition_fact(public_input: Sequence[int]) -> bytes:
    """Return the fact of a public input, as `LogStateTransitionFact` names it. Raises CodecError.

    The last two words are hash and size of the data on the chain; they are hashed apart from the others.
    """
    if len(public_input) < _TAIL_WORDS:
        raise CodecError("The state update is shorter than its header.")
    words, (data_hash, data_size) = public_input[:-_TAIL_WORDS], public_input[-_TAIL_WORDS:]
    main = keccak256(b"".join(_word(value) for value in words))
    whole = keccak256(main + _word(len(words)) + _word(data_hash) + _word(len(words) + data_size))
    return _word((int.from_bytes(whole, "big") + 1) % _WORD_LIMIT)


def verifier_fact(program_hash: int, fact: bytes) -> bytes:
    """Return what a verifier's registry is asked for with `isValid`: the fact as the result of one program."""
    if len(fact) != WORD:
        raise CodecError("A fact has 32 bytes.")
    return keccak256(_word(program_hash) + fact)


def registration_hash(address: bytes, stark_key: int) -> int:
    """Return what a Stark key signs to be tied to an Ethereum address (20 bytes). Raises CodecError."""
    if len(address) != ADDRESS_BYTES:
        raise CodecError("An address has 20 bytes.")
    return int.from_bytes(keccak256(b"UserRegistration:" + address + _word(stark_key)), "big") % ORDER


def registration_signature(private_key: int, address: bytes) -> bytes:
    """Return the 96 bytes that `registerEthAddress` takes: r, s, and the y coordinate of the Stark key.

    Raises ValueError for a private key out of range, and for the one hash in 2^55 that is too large to be signed.
    """
    point = public_point(private_key)
    r, s = sign(private_key, registration_hash(address, point.x))
    return _word(r) + _word(s) + _word(point.y)


def _word(value: int) -> bytes:
    if not 0 <= value < _WORD_LIMIT:
        raise CodecError("A number does not fit its word.")
    return value.to_bytes(WORD, "big")
