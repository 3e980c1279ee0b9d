"""How an Ethereum account comes to its Stark key: what it signs, and every derivation under which its money may lie.

Source: Reddio's red-js-sdk `keypair.ts` (type name "reddio"), its documentation's own sample ("Reddio"), and the Java,
Go and C# clients; see `ashore.crypto.stark.keys`. Another chain or type name gives another account.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ashore.crypto.stark import Derivation, derive_keys
from ashore.systems.reddio.codec.errors import CodecError

KEY_TEXT = "Generate layer 2 key"
TYPE_NAMES = ("reddio", "Reddio")
CHAIN_IDS = (1, 5, 11155111)
"""Ethereum, and the two test networks that Reddio was on."""


@dataclass(frozen=True, slots=True, order=True)
class KeyRequest:
    """Which typed data was signed for a key: the chain's number and the name of the type."""

    chain_id: int
    type_name: str = TYPE_NAMES[0]

    def __post_init__(self) -> None:
        if self.chain_id not in CHAIN_IDS or self.type_name not in TYPE_NAMES:
            raise CodecError("No client of Reddio makes its key in this way.")


@dataclass(frozen=True, slots=True, order=True)
class KnownDerivation:
    """One account of an Ethereum key: what was signed, and what was made of the signature."""

    request: KeyRequest
    derivation: Derivation = Derivation.STANDARD

    @property
    def name(self) -> str:
        """The derivation as a text, such as "1:reddio:standard"."""
        return f"{self.request.chain_id}:{self.request.type_name}:{self.derivation}"


def read_key_name(raw: object) -> KnownDerivation:
    """Return the derivation of a name. Raises CodecError for a name that is not exactly one of them."""
    known = _NAMES.get(raw) if isinstance(raw, str) else None
    if known is None:
        raise CodecError("No client of Reddio makes its key in this way.")
    return known


def key_typed_data(request: KeyRequest) -> dict[str, object]:
    """Return the EIP-712 typed data whose signature is the seed of a Stark key."""
    return {
        "types": {
            "EIP712Domain": [{"name": "chainId", "type": "uint256"}],
            request.type_name: [{"name": "contents", "type": "string"}],
        },
        "primaryType": request.type_name,
        "domain": {"chainId": request.chain_id},
        "message": {"contents": KEY_TEXT},
    }


def key_requests(chain_id: int) -> Iterator[KeyRequest]:
    """Yield everything that an account may have signed, the chain at hand and the usual type name first."""
    for chain in sorted(CHAIN_IDS, key=lambda known: known != chain_id):
        for type_name in TYPE_NAMES:
            yield KeyRequest(chain, type_name)


def private_keys(request: KeyRequest, signature: bytes) -> dict[KnownDerivation, int]:
    """Return the different private keys that clients make of one signature (65 bytes), the right one first.

    Raises CodecError for another length.
    """
    try:
        keys = derive_keys(signature)
    except ValueError as error:
        raise CodecError("An Ethereum signature has 65 bytes.") from error
    return {KnownDerivation(request, derivation): key.private_key for derivation, key in keys.items()}


_NAMES = {
    known.name: known
    for chain_id in CHAIN_IDS
    for type_name in TYPE_NAMES
    for derivation in Derivation
    for known in (KnownDerivation(KeyRequest(chain_id, type_name), derivation),)
}
