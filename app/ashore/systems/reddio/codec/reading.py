"""How the signer process reads Reddio's preimages: with the decoder, never with what the form said.

A preimage is a plain mapping of names to strings, numbers or None. The asset is told by its contract, and its id is
computed anew: an operator that gives a wrong id gets no signature.
"""

import json
import re
from collections.abc import Mapping

from ashore.crypto.keccak import keccak256
from ashore.domain.addresses import checksum
from ashore.domain.untrusted import hidden_characters
from ashore.keys.reading import Reading, ReadingError
from ashore.systems.reddio.codec.assets import ADDRESS_BYTES, Asset, AssetKind
from ashore.systems.reddio.codec.decoding import decode_core
from ashore.systems.reddio.codec.derivation import (
    CHAIN_IDS,
    KEY_TEXT,
    KeyRequest,
    KnownDerivation,
    key_requests,
    key_typed_data,
    read_key_name,
)
from ashore.systems.reddio.codec.errors import CodecError, FieldProblem
from ashore.systems.reddio.codec.limits import MAX_QUANTUM, MAX_TOKEN_ID
from ashore.systems.reddio.codec.numbers import hex_of, read_integer, read_stark_key
from ashore.systems.reddio.codec.quanta import unquantise
from ashore.systems.reddio.codec.request_reading import read_withdrawal
from ashore.systems.reddio.codec.transfers import CORE_BYTES, WORD, Transfer, encode_core, hash_core
from ashore.systems.reddio.codec.validation import validate_transfer, validate_withdrawal_to

WITHDRAWAL_TO_KIND = "reddio.withdrawal-to"
TRANSFER_KIND = "reddio.transfer"
PLAIN_WITHDRAWAL_KIND = "reddio.plain-withdrawal"
KEY_DERIVATION_KIND = "reddio.key-derivation"
KEY_PREIMAGES: tuple[Mapping[str, object], ...] = tuple(
    {"chain_id": request.chain_id, "type_name": request.type_name} for request in key_requests(CHAIN_IDS[0])
)
"""Everything that an account may have signed for a Stark key, for `read_key_derivation`."""

_ASSET_PARTS = ("asset_kind", "contract", "quantum", "token_id", "token_url")
_MAX_URL_LENGTH = 2048
_LOWER_HEX = re.compile(r"[0-9a-f]*", re.ASCII)


def preimage_of(transfer: Transfer, asset: Asset, key: KnownDerivation | str, stark_key: int) -> dict[str, object]:
    """Return what the signer is asked to sign: the bytes, the asset that they are said to be of, and with which key.

    `key` is the name of the derivation, `stark_key` what it has to give.
    """
    return {
        "key": key if isinstance(key, str) else key.name,
        "stark_key": hex_of(stark_key),
        "core": encode_core(transfer).hex(),
        "asset_kind": str(asset.kind),
        "contract": asset.token.hex(),
        "quantum": str(asset.quantum),
        "token_id": None if asset.token_id is None else str(asset.token_id),
        "token_url": asset.token_url,
    }


def read_withdrawal_to(preimage: Mapping[str, object]) -> Reading:
    """Read a withdrawal to an Ethereum address.

    `preimage` has "core" (192 hex digits), "asset_kind", "contract" (40 hex digits, "" for ETH), "quantum", "token_id"
    (decimal text, None where there is none), "token_url" (of an ERC721MC, else None), "key" (the name of a derivation)
    and "stark_key" (0x and hex digits). Raises ReadingError.
    """
    core, transfer, asset = _read(preimage)
    _refuse_problems(validate_withdrawal_to(transfer))
    receiver = "0x" + transfer.receiver.to_bytes(ADDRESS_BYTES, "big").hex()
    return _reading(WITHDRAWAL_TO_KIND, preimage, core, transfer, asset, receiver)


def read_transfer(preimage: Mapping[str, object]) -> Reading:
    """Read a transfer to another Stark key; `preimage` as for `read_withdrawal_to`. Raises ReadingError."""
    core, transfer, asset = _read(preimage)
    _refuse_problems(validate_transfer(transfer))
    return _reading(TRANSFER_KIND, preimage, core, transfer, asset, hex_of(transfer.receiver))


def read_plain_withdrawal(preimage: Mapping[str, object]) -> Reading:
    """Read a withdrawal to the Stark key itself, which nobody signs; `preimage` is the body of the request.

    It has "contract_address" ("ETH" or a checksummed address), "token_id" (decimal text, "" for none), "stark_key" and
    "amount" (quanta, decimal text), each in its one form. Raises ReadingError.
    """
    try:
        read = read_withdrawal(dict(preimage))
        _stark_key(preimage["stark_key"])
    except CodecError as error:
        raise ReadingError(str(error)) from error
    if read.token_id is not None and (not read.contract or read.amount != 1):
        raise ReadingError("Of an NFT there is exactly one, and it has a contract.")
    fields = {
        "contract_address": checksum(read.contract) if read.contract else "ETH",
        "token_id": "" if read.token_id is None else str(read.token_id),
        "stark_key": hex_of(read.stark_key),
        "amount": str(read.amount),
    }
    if dict(preimage) != fields:
        raise ReadingError("The request has a part that the signer does not know, or one in an unusual form.")
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"))
    return Reading(
        kind=PLAIN_WITHDRAWAL_KIND,
        fields=fields,
        identifier="0x" + keccak256(text.encode()).hex(),
        stark_key=read.stark_key,
    )


def read_key_derivation(preimage: Mapping[str, object]) -> Reading:
    """Read the request for a Stark key's seed; `preimage` has "chain_id" (a number) and "type_name".

    Raises ReadingError for one that no client of Reddio makes.
    """
    if preimage.keys() != {"chain_id", "type_name"}:
        raise ReadingError("The request to sign has a part that the signer does not know.")
    chain_id, type_name = preimage["chain_id"], preimage["type_name"]
    if not isinstance(chain_id, int) or isinstance(chain_id, bool) or not isinstance(type_name, str):
        raise ReadingError("The request to sign names no chain.")
    try:
        request = KeyRequest(chain_id, type_name)
    except CodecError as error:
        raise ReadingError(str(error)) from error
    return Reading(
        kind=KEY_DERIVATION_KIND,
        fields={"text": KEY_TEXT, "chain_id": str(chain_id), "type_name": type_name},
        typed_data=key_typed_data(request),
        identifier="0x" + keccak256(f"{type_name}:{chain_id}:{KEY_TEXT}".encode()).hex(),
    )


def _read(preimage: Mapping[str, object]) -> tuple[bytes, Transfer, Asset]:
    if preimage.keys() != {"core", "key", "stark_key", *_ASSET_PARTS}:
        raise ReadingError("The request to sign has a part that the signer does not know.")
    core = _hex(preimage, "core", CORE_BYTES)
    try:
        transfer, asset = decode_core(core), _asset(preimage)
    except CodecError as error:
        raise ReadingError(str(error)) from error
    if transfer.asset_id != asset.asset_id:
        raise ReadingError("The request to sign is of another asset than it says.")
    if not asset.kind.is_fungible and transfer.amount != 1:
        raise ReadingError("Of an NFT there is exactly one.")
    return core, transfer, asset


def _asset(preimage: Mapping[str, object]) -> Asset:
    kind, url = preimage["asset_kind"], preimage["token_url"]
    if not isinstance(kind, str) or kind not in set(AssetKind):
        raise CodecError("The request to sign names no kind of asset that Reddio has.")
    if url is not None and (not isinstance(url, str) or len(url) > _MAX_URL_LENGTH or hidden_characters(url)):
        raise CodecError("The address of the token's data is not one that can be signed for.")
    token_id = preimage["token_id"]
    return Asset(
        AssetKind(kind),
        _hex(preimage, "contract", 0 if kind == AssetKind.ETH else ADDRESS_BYTES),
        read_integer(preimage["quantum"], "quantum", MAX_QUANTUM),
        None if token_id is None else read_integer(token_id, "token id", MAX_TOKEN_ID),
        url,
    )


def _reading(
    kind: str, preimage: Mapping[str, object], core: bytes, transfer: Transfer, asset: Asset, receiver: str
) -> Reading:
    key_name, stark_key = _key(preimage)
    if transfer.receiver == stark_key:
        raise ReadingError("The receiver is the account itself: nothing would move.")
    hashed = hash_core(core).to_bytes(WORD, "big")
    return Reading(
        kind=kind,
        fields={
            "receiver": receiver,
            "asset_id": hex_of(transfer.asset_id),
            "asset_kind": str(asset.kind),
            "contract": "0x" + asset.token.hex() if asset.token else "",
            "quantum": str(asset.quantum),
            "token_id": "" if asset.token_id is None else str(asset.token_id),
            "token_url": asset.token_url or "",
            "amount": str(unquantise(transfer.amount, asset.quantum)),
            "amount_quanta": str(transfer.amount),
            "sender_vault_id": str(transfer.sender_vault_id),
            "receiver_vault_id": str(transfer.receiver_vault_id),
            "nonce": str(transfer.nonce),
            "expiration_hours": str(transfer.expiration_hours),
            "stark_key": hex_of(stark_key),
            "key": key_name,
        },
        l2_message=hashed,
        identifier="0x" + hashed.hex(),
        stark_key=stark_key,
        key_name=key_name,
    )


def _key(preimage: Mapping[str, object]) -> tuple[str, int]:
    try:
        return read_key_name(preimage["key"]).name, _stark_key(preimage["stark_key"])
    except CodecError as error:
        raise ReadingError(str(error)) from error


def _stark_key(raw: object) -> int:
    """In its one form: what is reviewed as text must not have a second."""
    stark_key = read_stark_key(raw)
    if raw != hex_of(stark_key):
        raise CodecError("The Stark key is not written in its usual form.")
    return stark_key


def _refuse_problems(problems: list[FieldProblem]) -> None:
    if problems:
        raise ReadingError(problems[0].sentence)


def _hex(preimage: Mapping[str, object], name: str, length: int) -> bytes:
    value = preimage[name]
    if not isinstance(value, str) or len(value) != 2 * length or not _LOWER_HEX.fullmatch(value):
        raise ReadingError(f'The part "{name}" of the request to sign is not {length} bytes of lower-case hex.')
    return bytes.fromhex(value)
