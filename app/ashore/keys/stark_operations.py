"""What the signer process does with Stark keys: lists them, signs with them, ties one to its account's address."""

from collections.abc import Callable, Mapping, Sequence

from ashore.domain.addresses import parse_evm_address
from ashore.keys.errors import Locked, Refused
from ashore.keys.external_accounts import ExternalAccounts
from ashore.keys.external_stark import ExternalStarkKeys
from ashore.keys.key_ring import KeyRing
from ashore.keys.protocol import STARK_KEY_KIND, fault
from ashore.keys.reading import Reading
from ashore.keys.request_arguments import Arguments
from ashore.keys.stark_keys import StarkKeys, StarkRequest, StarkRules
from ashore.keys.vault import Vault

Answer = dict[str, object]


class StarkOperations:
    """Knows the Stark keys between `open` and `close`; without rules there are none.

    Args:
        rules: what there is to know of the system with Stark keys, and its reader for `STARK_KEY_KIND`.
        read_request: that reader.
        ensure_ready: waits until the heavy libraries are imported.
    """

    def __init__(
        self,
        rules: StarkRules | None,
        read_request: Callable[[Mapping[str, object]], Reading] | None,
        ensure_ready: Callable[[], None],
    ) -> None:
        self._rules = rules
        self._requests = () if rules is None or read_request is None else _requests(rules, read_request)
        self._ensure_ready = ensure_ready
        self._ring: KeyRing | None = None
        self._external: ExternalAccounts | None = None
        self._sealed: ExternalStarkKeys | None = None
        self._keys: StarkKeys | None = None

    def open(self, ring: KeyRing, vault: Vault, external: ExternalAccounts) -> None:
        """Take the keys of a vault that was unlocked. Nothing is derived yet."""
        self._ring = ring
        self._external = external
        self._sealed = ExternalStarkKeys(vault, external)
        self._keys = StarkKeys(self._requests, self._signatures)

    def close(self) -> None:
        """Wipe every Stark key."""
        if self._keys is not None:
            self._keys.close()
        self._ring = self._keys = self._external = self._sealed = None

    def all(self) -> Mapping[str, Callable[[Arguments], Answer]]:
        """Every operation by its name in a request."""
        return {
            "stark-keys": self._list,
            "stark-registration": self._registration,
            "stark-external-keep": self._keep,
        }

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

    def sign_elsewhere(self, index: int, reading: Reading) -> Answer:
        """Sign for an account of another wallet what needs no Ethereum key. Raises Locked, Refused, SignerFault."""
        address = self._address(index)
        if reading.stark_key is None or reading.texts or reading.typed_data is not None:
            raise Refused("Ashore has no part in signing this for an account of another wallet.")
        self.require_own(index, reading)
        signature = None if reading.l2_message is None else self.sign(index, reading)
        return {"address": address, "identifier": reading.identifier, "ethereum": [], "l2": signature}

    def forget(self, index: int, address: str) -> None:
        """Delete what is sealed for an account of another wallet (checksummed address). Raises VaultError."""
        if self._sealed is not None and self._keys is not None:
            self._keys.forget(index)
            self._sealed.forget(address)

    def _keep(self, arguments: Arguments) -> Answer:
        """Seal what another wallet signed twice for a Stark key."""
        index, chain_id, type_name = arguments.integer("account"), arguments.integer("chain_id"), arguments.text("name")
        first, second = arguments.text("first"), arguments.text("second")
        arguments.end()
        keys, sealed = self._open_keys(), self._sealed
        prefix = f"{chain_id}:{type_name}"
        request = next((one for one in self._requests if one.prefix == prefix), None)
        if sealed is None or request is None:
            raise Refused("There are no Stark keys for this network.")
        self._ensure_ready()
        sealed.keep(index, request, tuple(one for one in self._requests if one is not request), first, second)
        keys.forget(index)
        return {}

    def _list(self, arguments: Arguments) -> Answer:
        index, chain_id = arguments.integer("account"), arguments.integer("chain_id")
        arguments.end()
        keys = self._open_keys().listed(index, chain_id)
        return {"keys": [{"name": key.name, "stark_key": f"{key.stark_key:#x}"} for key in keys]}

    def _registration(self, arguments: Arguments) -> Answer:
        index, name = arguments.integer("account"), arguments.text("key")
        arguments.end()
        keys, rules = self._open_keys(), self._rules
        if rules is None:
            raise Refused("There are no Stark keys for this network.")
        address = self._address(index)
        raw = parse_evm_address(address)
        stark_key, signature = keys.registration(index, name, lambda key: rules.registration_hash(raw, key))
        return {"address": address, "stark_key": f"{stark_key:#x}", "signature": "0x" + signature.hex()}

    def _open_keys(self) -> StarkKeys:
        if self._keys is None:
            raise Locked("The vault is locked.", "Unlock it with its password.")
        return self._keys

    def _address(self, index: int) -> str:
        if self._ring is None or self._external is None:
            raise Locked("The vault is locked.", "Unlock it with its password.")
        return self._external.get(index).address if index < 0 else self._ring.account(index).address

    def _signatures(self, index: int, requests: Sequence[StarkRequest]) -> list[bytes | None]:
        """Sign twice: of an account whose signatures differ, the key would be lost with this process."""
        if self._ring is None or self._sealed is None:
            raise fault()
        if index < 0:
            return [self._sealed.signature(index, request) for request in requests]
        twice = self._ring.sign_all_typed_data(index, [request.typed_data for request in (*requests, *requests)])
        first: list[bytes | None] = [*twice[: len(requests)]]
        if first != twice[len(requests) :]:
            raise Refused("The account signs the same text in two ways, and so has no lasting Stark key.")
        return first


def _requests(rules: StarkRules, read_request: Callable[[Mapping[str, object]], Reading]) -> tuple[StarkRequest, ...]:
    readings = [read_request(preimage) for preimage in rules.preimages]
    return tuple(
        StarkRequest(int(each.fields["chain_id"]), f"{each.fields['chain_id']}:{each.fields['type_name']}", typed_data)
        for each in readings
        if (typed_data := each.typed_data) is not None
    )
