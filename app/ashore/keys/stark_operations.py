"""What the signer process does with Stark keys: lists them, signs with them, ties one to its account's address."""

from collections.abc import Callable, Mapping

from ashore.domain.addresses import parse_evm_address
from ashore.keys.errors import Locked, Refused
from ashore.keys.key_ring import KeyRing
from ashore.keys.protocol import STARK_KEY_KIND, fault
from ashore.keys.reading import Reading
from ashore.keys.request_arguments import Arguments
from ashore.keys.stark_keys import StarkKeys, StarkRequest, StarkRules

Answer = dict[str, object]


class StarkOperations:
    """Knows the Stark keys between `open` and `close`; without rules there are none.

    Args:
        rules: what there is to know of the system with Stark keys, and its reader for `STARK_KEY_KIND`.
        read_request: that reader.
    """

    def __init__(
        self, rules: StarkRules | None, read_request: Callable[[Mapping[str, object]], Reading] | None
    ) -> None:
        self._rules = rules
        self._requests = () if rules is None or read_request is None else _requests(rules, read_request)
        self._ring: KeyRing | None = None
        self._keys: StarkKeys | None = None

    def open(self, ring: KeyRing) -> None:
        """Take the keys of a vault that was unlocked. Nothing is derived yet."""
        self._ring = ring
        self._keys = StarkKeys(self._requests, self._signature)

    def close(self) -> None:
        """Wipe every Stark key."""
        if self._keys is not None:
            self._keys.close()
        self._ring = self._keys = None

    def all(self) -> Mapping[str, Callable[[Arguments], Answer]]:
        """Every operation by its name in a request."""
        return {"stark-keys": self._list, "stark-registration": self._registration}

    def gives_a_key(self, reading: Reading) -> bool:
        """Whether whoever holds the signature of this holds a Stark key."""
        if reading.typed_data is None:
            return False
        return reading.kind == STARK_KEY_KIND or any(reading.typed_data == one.typed_data for one in self._requests)

    def require_own(self, index: int, reading: Reading) -> None:
        """Refuse a request of a Stark key that is not the account's. Raises Locked, Refused."""
        if reading.stark_key is not None:
            self._open_keys().require_own(index, reading.stark_key, reading.key_name)

    def sign(self, index: int, reading: Reading) -> Answer:
        """Sign the message hash of a reading. Raises Locked, Refused, SignerFault."""
        if reading.l2_message is None or reading.stark_key is None or not reading.key_name:
            raise fault()
        self.require_own(index, reading)
        signature = self._open_keys().sign(index, reading.key_name, int.from_bytes(reading.l2_message, "big"))
        return {"stark_key": f"{reading.stark_key:#x}", "r": f"{signature.r:#x}", "s": f"{signature.s:#x}"}

    def _list(self, arguments: Arguments) -> Answer:
        index, chain_id = arguments.integer("account"), arguments.integer("chain_id")
        arguments.end()
        keys = self._open_keys().listed(index, chain_id)
        return {"keys": [{"name": key.name, "stark_key": f"{key.stark_key:#x}"} for key in keys]}

    def _registration(self, arguments: Arguments) -> Answer:
        index, name = arguments.integer("account"), arguments.text("key")
        arguments.end()
        keys, rules = self._open_keys(), self._rules
        if rules is None or self._ring is None:
            raise Refused("There are no Stark keys for this network.")
        address = self._ring.account(index).address
        raw = parse_evm_address(address)
        stark_key, signature = keys.registration(index, name, lambda key: rules.registration_hash(raw, key))
        return {"address": address, "stark_key": f"{stark_key:#x}", "signature": "0x" + signature.hex()}

    def _open_keys(self) -> StarkKeys:
        if self._keys is None:
            raise Locked("The vault is locked.", "Unlock it with its password.")
        return self._keys

    def _signature(self, index: int, request: StarkRequest) -> bytes | None:
        """Sign twice: of an account whose signatures differ, the key would be lost with this process."""
        if self._ring is None:
            raise fault()
        first = self._ring.sign_typed_data(index, request.typed_data)
        if self._ring.sign_typed_data(index, request.typed_data) != first:
            raise Refused("The account signs the same text in two ways, and so has no lasting Stark key.")
        return first


def _requests(rules: StarkRules, read_request: Callable[[Mapping[str, object]], Reading]) -> tuple[StarkRequest, ...]:
    readings = [read_request(preimage) for preimage in rules.preimages]
    return tuple(
        StarkRequest(int(each.fields["chain_id"]), f"{each.fields['chain_id']}:{each.fields['type_name']}", typed_data)
        for each in readings
        if (typed_data := each.typed_data) is not None
    )
