"""The Stark keys of unlocked accounts, in the signer process only: derived when asked for, kept until the lock.

A Stark key is made from the account's signature of typed data, and clients have made it in many ways: every one of
them has a name, "<chain id>:<type name>:<derivation>", such as "1:reddio:standard".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ashore.crypto import stark
from ashore.crypto.stark.backends import Backend, PureBackend, native_backend
from ashore.keys.errors import Refused
from ashore.keys.protocol import fault
from ashore.keys.sealing import wipe

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class StarkRules:
    """What the signer process has to be told of a system with Stark keys.

    Attributes:
        preimages: for the reader of `STARK_KEY_KIND`, everything that accounts may have signed, the likeliest first.
        registration_hash: of a 20-byte address and a Stark key, what the key signs to be tied to the address.
    """

    preimages: tuple[Mapping[str, object], ...]
    registration_hash: Callable[[bytes, int], int]


@dataclass(frozen=True, slots=True)
class StarkRequest:
    """What an account may have signed for a Stark key; `prefix` is "<chain id>:<type name>"."""

    chain_id: int
    prefix: str
    typed_data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class StarkKey:
    """A key by one of its names; `private_key` is 32 bytes, big-endian, wiped by `StarkKeys.close`."""

    name: str
    stark_key: int
    private_key: bytearray = field(repr=False, compare=False)


Signatures = Callable[[int, Sequence[StarkRequest]], Sequence[bytes | None]]
"""Account number and requests to the account's signatures of 65 bytes; None for each that it has not made."""


class StarkKeys:
    """Derives, remembers and uses Stark keys by account number.

    Args:
        requests: everything that accounts may have signed, the likeliest first.
        signatures: makes or finds the signatures of requests.
        mathematics: of the curve; a native library is used where it is installed, and never for verification.
    """

    def __init__(
        self, requests: Sequence[StarkRequest], signatures: Signatures, mathematics: Backend | None = None
    ) -> None:
        self._requests = tuple(requests)
        self._signatures = signatures
        self._mathematics = mathematics or native_backend() or PureBackend()
        self._known: dict[tuple[int, str], dict[str, StarkKey]] = {}

    def __repr__(self) -> str:
        return "<StarkKeys>"

    def listed(self, index: int, chain_id: int) -> tuple[StarkKey, ...]:
        """Return the account's different keys, those of the chain first, each by the likeliest of its names.

        Raises Refused where no client of the chain makes keys.
        """
        if chain_id not in {request.chain_id for request in self._requests}:
            raise Refused("There are no Stark keys for this network.")
        self._derive(index, self._requests)
        found: dict[int, StarkKey] = {}
        for request in sorted(self._requests, key=lambda one: one.chain_id != chain_id):
            for key in self._of(index, request).values():
                found.setdefault(key.stark_key, key)
        return tuple(found.values())

    def named(self, index: int, name: str) -> StarkKey:
        """Return the account's key of that name. Raises Refused where it has none."""
        for request in self._requests:
            if name.startswith(request.prefix + ":") and (key := self._of(index, request).get(name)) is not None:
                return key
        raise Refused("The account has no Stark key of this name. Nothing was signed.")

    def require_own(self, index: int, stark_key: int, name: str) -> None:
        """Refuse a Stark key that is not the account's, or not the one of that name; an empty name stands for any."""
        if name:
            own = self.named(index, name).stark_key == stark_key
        else:
            self._derive(index, self._requests)
            own = any(
                key.stark_key == stark_key for request in self._requests for key in self._of(index, request).values()
            )
        if not own:
            raise Refused("The request is of a Stark key that is not this account's. Nothing was signed.")

    def sign(self, index: int, name: str, message_hash: int) -> stark.Signature:
        """Return the signature of a message hash below 2^251, verified. Raises Refused, SignerFault."""
        key = self.named(index, name)
        signature = self._mathematics.sign(int.from_bytes(key.private_key, "big"), message_hash)
        # A fault while signing could give the key away, and a wrong key would be found out only by the operator.
        if not stark.verify(key.stark_key, message_hash, signature):
            raise fault()
        return signature

    def registration(self, index: int, name: str, hash_of: Callable[[int], int]) -> tuple[int, bytes]:
        """Return a key and the 96 bytes that `registerEthAddress` takes: r, s, and the y coordinate of the key.

        `hash_of` a Stark key is what it signs. Source: StarkEx 4.5 `Users.sol`. Raises Refused, SignerFault.
        """
        key = self.named(index, name)
        point = stark.public_point(int.from_bytes(key.private_key, "big"))
        if point.x != key.stark_key:
            raise fault()
        signature = self.sign(index, name, hash_of(point.x))
        return key.stark_key, b"".join(part.to_bytes(KEY_BYTES, "big") for part in (*signature, point.y))

    def forget(self, index: int) -> None:
        """Wipe what was derived for one account."""
        for known in [each for each in self._known if each[0] == index]:
            _wipe_all(self._known.pop(known))

    def close(self) -> None:
        """Wipe every key. Best effort."""
        for keys in self._known.values():
            _wipe_all(keys)
        self._known.clear()

    def _of(self, index: int, request: StarkRequest) -> Mapping[str, StarkKey]:
        self._derive(index, [request])
        return self._known[index, request.prefix]

    def _derive(self, index: int, requests: Sequence[StarkRequest]) -> None:
        """Make known what is not known yet; all at once, for the account's key has to be derived for each asking."""
        missing = [request for request in requests if (index, request.prefix) not in self._known]
        if not missing:
            return
        for request, signature in zip(missing, self._signatures(index, missing), strict=True):
            derived = {} if signature is None else self._derived(request, signature)
            self._known[index, request.prefix] = derived

    def _derived(self, request: StarkRequest, signature: bytes) -> dict[str, StarkKey]:
        """Every name of the request has its key, though most keys have several names."""
        made: dict[int, StarkKey] = {}
        keys: dict[str, StarkKey] = {}
        for derivation in stark.Derivation:
            private_key = stark.derive_key(signature, derivation).private_key
            name = f"{request.prefix}:{derivation}"
            same = made.get(private_key)
            stark_key = self._mathematics.public_key(private_key) if same is None else same.stark_key
            keys[name] = StarkKey(name, stark_key, bytearray(private_key.to_bytes(KEY_BYTES, "big")))
            made.setdefault(private_key, keys[name])
        return keys


def _wipe_all(keys: Mapping[str, StarkKey]) -> None:
    for key in keys.values():
        wipe(key.private_key)
