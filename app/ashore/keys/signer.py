"""The window's side of the signer: starts the process, asks it, and takes it away again.

No key is ever here. Passwords and recovery phrases pass through as byte arrays that the caller wipes.
"""

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from ashore.keys import protocol
from ashore.keys.errors import Locked, SignerGone
from ashore.keys.reading import Reading
from ashore.keys.signer_child import SignerChild, gone
from ashore.keys.transactions import TRANSACTION_KIND

DEFAULT_TIMEOUTS: Mapping[str, float] = MappingProxyType(
    {"unlock": 90.0, "create": 90.0, "accounts": 30.0, "read": 15.0, "sign": 30.0}
    | {"stark-keys": 30.0, "stark-registration": 15.0, "stark-external-keep": 30.0}
    | {"keep": 15.0, "rewrite": 15.0, "show": 15.0, "listed": 15.0, "forget": 15.0}
    | {f"external-{operation}": 30.0 for operation in ("keep", "list", "forget", "verify", "sign")}
)
"""Seconds by operation. Unlocking waits for Argon2id, which a slow machine may take long for."""

SEALED_NOTE = "sealed-note"
"""The kind of record that holds a bearer’s secret: one that is given up once it was used."""

_KEPT_VARIABLES = frozenset(
    {
        "PATH",
        "PYTHONPATH",
        "PYTHONSAFEPATH",
        "PYTHONHOME",
        "VIRTUAL_ENV",
        "LD_LIBRARY_PATH",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
    }
    | {"SYSTEMROOT", "TEMP", "TMP", "TMPDIR"}
)


def minimal_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return only the variables that Python needs to start: no proxies, no display, no tokens."""
    return {name: value for name, value in environment.items() if name.upper() in _KEPT_VARIABLES}


@dataclass(frozen=True, slots=True)
class Unlocked:
    """An open vault: its id (32 hexadecimal digits) and the network that it was made for."""

    vault_id: str
    network: str


@dataclass(frozen=True, slots=True)
class SignerAccount:
    """An account's public side; `address` is checksummed, both layer-2 values are hexadecimal with 0x."""

    index: int
    path: str
    address: str
    l2_pub_key: str
    l2_pub_key_hash: str


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What the signer read, and the digests that it would sign: one per text, then the typed data's."""

    reading: Reading
    digests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layer2Signature:
    """zkLink's musig signature: `pub_key` with 0x, `signature` 128 hexadecimal digits without."""

    pub_key: str
    signature: str


@dataclass(frozen=True, slots=True)
class StarkKeyView:
    """A Stark key: `name` is "<chain id>:<type name>:<derivation>", `stark_key` 0x and hex digits without padding."""

    name: str
    stark_key: str


@dataclass(frozen=True, slots=True)
class StarkSignature:
    """A signature on the STARK curve; all three are 0x and hex digits without padding."""

    stark_key: str
    r: str
    s: str


@dataclass(frozen=True, slots=True)
class Signed:
    """Signatures of one preimage.

    Attributes:
        address: the account that signed, checksummed.
        identifier: of the reading.
        ethereum: 65-byte signatures as 0x and 130 digits, v 27 or 28: of each text, then of the typed data.
        l2: the layer-2 signature where the protocol has one.
        transaction: the raw signed transaction as 0x and digits, for "ethereum.transaction" only.
    """

    address: str
    identifier: str
    ethereum: tuple[str, ...]
    l2: Layer2Signature | StarkSignature | None
    transaction: str | None

    def as_mapping(self) -> dict[str, object]:
        """Return the same as plain values, "l2" as a mapping of the signature's own fields, or None."""
        return {
            "address": self.address,
            "identifier": self.identifier,
            "ethereum": list(self.ethereum),
            "l2": None if self.l2 is None else asdict(self.l2),
            "transaction": self.transaction,
        }


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """A secret of the vault that is no key, without the secret; `meta` says what it is for."""

    record_id: str
    kind: str
    meta: Mapping[str, str]


class Signer:
    """Asks the signer process. Requests go one after the other; a process that died is started again, locked.

    Every method but `lock` and `aclose` raises `SignerGone` if the process ends or does not answer in time, and the
    error that the signer gave otherwise: always a `KeysError`, `Refused` for a preimage that it cannot read.

    Args:
        command: starts the program in the role of signer.
        environment: the window's variables; the process is given a few of them only.
        timeouts: seconds by operation.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        timeouts: Mapping[str, float] = DEFAULT_TIMEOUTS,
    ) -> None:
        self._command = tuple(command)
        self._environment = minimal_environment(environment)
        self._timeouts = timeouts
        self._turn = asyncio.Lock()
        self._child: SignerChild | None = None
        self._unlocked = False
        self._locks = 0

    @property
    def unlocked(self) -> bool:
        """Whether the process lives and has the keys, as far as is known here."""
        return self._unlocked and self._child is not None and self._child.alive

    @property
    def process_id(self) -> int | None:
        """The process's number while it runs."""
        return self._child.process_id if self._child is not None and self._child.alive else None

    async def start(self) -> None:
        """Start the process, so that unlocking is quick later. Does nothing if it runs."""
        locks = self._locks
        async with self._turn:
            await self._living_child(locks)

    async def unlock(self, vault: Path, password: bytearray) -> Unlocked:
        """Open a vault (an absolute path) and take its recovery phrase. Raises VaultError, such as WrongPassword."""
        return await self._open("unlock", {"vault": str(vault), "password": password.decode("utf-8")})

    async def create(
        self, vault: Path, password: bytearray, mnemonic: bytearray | None, *, network: str, fast_kdf: bool = False
    ) -> Unlocked:
        """Make a vault with a recovery phrase in it, and unlock it.

        Args:
            vault: an absolute path where nothing is yet.
            password: UTF-8.
            mnemonic: the phrase, or None for the public practice phrase.
            network: what the vault is for, such as "sandbox" or "mainnet"; kept with the phrase.
            fast_kdf: weak, quick protection, for practice vaults only.

        Raises:
            MnemonicInvalid: with the places of unknown words.
            Refused: the public phrase or the weak protection on "mainnet".
            VaultError: the file cannot be made.
        """
        arguments = {
            "vault": str(vault),
            "password": password.decode("utf-8"),
            "mnemonic": "public-test" if mnemonic is None else mnemonic.decode("utf-8"),
            "kdf": "fast" if fast_kdf else "standard",
            "network": network,
        }
        return await self._open("create", arguments)

    async def accounts(self, first: int = 0, count: int = 1) -> tuple[SignerAccount, ...]:
        """Return `count` (1 to 50) accounts from number `first` on. Raises Locked."""
        self._require_unlocked()
        result = await self._request("accounts", {"first": first, "count": count})
        with expected_shape():
            return tuple(SignerAccount(**item) for item in result["accounts"])

    async def read(self, kind: str, preimage: Mapping[str, object]) -> ReadBack:
        """Return what the signer reads in a preimage; needs no keys. Raises Refused."""
        result = await self._request("read", {"kind": kind, "preimage": dict(preimage)})
        with expected_shape():
            message, stark_key = result["l2_message"], result["stark_key"]
            reading = Reading(
                kind=result["kind"],
                fields=MappingProxyType(dict(result["fields"])),
                identifier=result["identifier"],
                texts=tuple(result["texts"]),
                typed_data=result["typed_data"],
                l2_message=None if message is None else bytes.fromhex(message),
                stark_key=None if stark_key is None else int(stark_key, 16),
                key_name=result["key_name"],
            )
            return ReadBack(reading, tuple(result["digests"]))

    async def sign(self, kind: str, preimage: Mapping[str, object], account: int, expect: Mapping[str, str]) -> Signed:
        """Sign a preimage with account number `account`.

        `expect` is every field that the review showed; the signer refuses if any field that it reads is missing
        there or differs. Raises Locked, Refused.
        """
        self._require_unlocked()
        arguments = {"kind": kind, "preimage": dict(preimage), "account": account, "expect": dict(expect)}
        return signed_from(await self._request("sign", arguments))

    async def sign_transaction(self, unsigned: bytes, account: int, expect: Mapping[str, str]) -> Signed:
        """Sign an unsigned EIP-1559 transaction (type byte and RLP); see `sign`."""
        return await self.sign(TRANSACTION_KIND, {"unsigned": "0x" + unsigned.hex()}, account, expect)

    async def stark_keys(self, account: int, chain_id: int) -> tuple[StarkKeyView, ...]:
        """Return the different Stark keys of an account, the standard one of the chain first. Raises Locked, Refused.

        All are derived at the first call: 18 names, six or a few more keys.
        """
        self._require_unlocked()
        result = await self._request("stark-keys", {"account": account, "chain_id": chain_id})
        with expected_shape():
            return tuple(StarkKeyView(**item) for item in result["keys"])

    async def stark_registration(self, account: int, key_name: str) -> tuple[str, str]:
        """Return a Stark key and the 96 bytes (0x and digits) that tie it to the account's own address on Ethereum.

        Raises Locked, Refused where the account has no key of that name.
        """
        self._require_unlocked()
        result = await self._request("stark-registration", {"account": account, "key": key_name})
        with expected_shape():
            return str(result["stark_key"]), str(result["signature"])

    async def keep(self, kind: str, secret: str, meta: Mapping[str, str]) -> str:
        """Seal a secret that is no key ("service-credential", "sealed-note") in the vault; returns its record id.

        `meta` is small and sealed with it. Raises Locked, Refused for another kind, VaultError.
        """
        self._require_unlocked()
        result = await self._request("keep", {"kind": kind, "secret": secret, "meta": dict(meta)})
        with expected_shape():
            return str(result["record"])

    async def rewrite(self, record_id: str, secret: str, meta: Mapping[str, str]) -> None:
        """Put another secret in the place of one that `keep` sealed: after a crash there is the one or the other.

        Raises Locked, RecordMissing, VaultError.
        """
        self._require_unlocked()
        await self._request("rewrite", {"record": record_id, "secret": secret, "meta": dict(meta)})

    async def show(self, record_id: str) -> str:
        """Return the secret that `keep` sealed. Raises Locked, RecordMissing, VaultError."""
        self._require_unlocked()
        result = await self._request("show", {"record": record_id})
        with expected_shape():
            return str(result["secret"])

    async def sealed(self) -> tuple[SealedRecord, ...]:
        """List what `keep` sealed, without the secrets. Raises Locked, VaultError."""
        self._require_unlocked()
        result = await self._request("listed", {})
        with expected_shape():
            return tuple(SealedRecord(r["record"], r["kind"], MappingProxyType(r["meta"])) for r in result["records"])

    async def forget(self, record_id: str) -> None:
        """Delete what `keep` sealed, for good. Raises Locked, RecordMissing, VaultError."""
        self._require_unlocked()
        await self._request("forget", {"record": record_id})

    async def perform(self, operation: str, arguments: Mapping[str, object]) -> dict[str, Any]:
        """Ask for an operation by name, for those that speak a part of the protocol of their own. Raises Locked."""
        self._require_unlocked()
        return await self._request(operation, arguments)

    async def lock(self) -> None:
        """End the process, and with it every copy of a key. A request under way fails with `Locked`."""
        self._locks += 1
        self._unlocked = False
        child, self._child = self._child, None
        if child is not None:
            await child.end(_locked_meanwhile())

    async def aclose(self) -> None:
        """The same as `lock`, at the end of the program."""
        await self.lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def _require_unlocked(self) -> None:
        if not self.unlocked:
            raise Locked("The vault is locked.", "Unlock it with its password.")

    async def _open(self, operation: str, arguments: Mapping[str, object]) -> Unlocked:
        result = await self._request(operation, arguments)
        with expected_shape():
            opened = Unlocked(result["vault_id"], result["network"])
        self._unlocked = True
        return opened

    async def _request(self, operation: str, arguments: Mapping[str, object]) -> dict[str, Any]:
        locks = self._locks
        async with self._turn:
            child = await self._living_child(locks)
            try:
                async with asyncio.timeout(self._timeouts[operation]):
                    return await child.ask({"op": operation, **arguments})
            except TimeoutError:
                late = SignerGone(f"The signer did not answer in time ({operation}) and was ended.", "Unlock again.")
                await child.end(late)
                raise late from None

    async def _living_child(self, locks: int) -> SignerChild:
        """Return a process that runs, for a request made after `locks` lockings: a later one cancels the request."""
        if locks != self._locks:
            raise _locked_meanwhile()
        if self._child is not None and self._child.alive:
            return self._child
        self._unlocked = False
        if self._child is not None:
            await self._child.end(gone())
        child = await SignerChild.start(self._command, self._environment)
        if locks != self._locks:
            await child.end(_locked_meanwhile())
            raise _locked_meanwhile()
        self._child = child
        return child


def _locked_meanwhile() -> Locked:
    return Locked("The vault was locked meanwhile.", "Unlock it with its password.")


def signed_from(result: Mapping[str, Any]) -> Signed:
    """Read the answer to a request for a signature. Raises SignerFault."""
    with expected_shape():
        l2 = result["l2"]
        return Signed(
            address=result["address"],
            identifier=result["identifier"],
            ethereum=tuple(result["ethereum"]),
            l2=None if l2 is None else StarkSignature(**l2) if "stark_key" in l2 else Layer2Signature(**l2),
            transaction=result.get("transaction"),
        )


@contextlib.contextmanager
def expected_shape() -> Iterator[None]:
    """Turn what is not in an answer of the signer as agreed into a SignerFault."""
    try:
        yield
    except (KeyError, TypeError, ValueError):
        raise protocol.fault() from None
