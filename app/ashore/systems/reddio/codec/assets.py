"""What an asset is on StarkEx: its type, its id, and how a claim names it.

Source: starkware-libs/starkex-contracts `TokenRegister.sol` and `TokenAssetData.sol`, Reddio's `starkex-utils/asset`.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from ashore.crypto.abi import decode, encode, parse_types
from ashore.crypto.keccak import keccak256
from ashore.systems.reddio.codec.errors import CodecError
from ashore.systems.reddio.codec.limits import MAX_QUANTUM, MAX_TOKEN_ID

ADDRESS_BYTES = 20
WORD = 32
SELECTOR_BYTES = 4
MAX_BLOB_BYTES = 4096

_MASK_250 = (1 << 250) - 1
_MASK_240 = (1 << 240) - 1
_MINTABLE_FLAG = 1 << 250
_BLOB_WITH_URL = parse_types("uint256,bytes")


class AssetKind(StrEnum):
    """The kinds of Reddio's API, by their names there."""

    ETH = "ETH"
    ERC20 = "ERC20"
    ERC721 = "ERC721"
    ERC721M = "ERC721M"
    """Minted on Ethereum by the claim; its blob is the token id."""
    ERC721MC = "ERC721MC"
    """Minted by the claim with an address of its own data; its blob is token id and URL."""

    @property
    def is_fungible(self) -> bool:
        """Whether it has amounts; the others are single tokens with an id."""
        return self in (AssetKind.ETH, AssetKind.ERC20)

    @property
    def is_mintable(self) -> bool:
        """Whether the claim makes the token rather than hands it over."""
        return self in (AssetKind.ERC721M, AssetKind.ERC721MC)


_SELECTORS = {
    AssetKind.ETH: bytes.fromhex("8322fff2"),
    AssetKind.ERC20: bytes.fromhex("f47261b0"),
    AssetKind.ERC721: bytes.fromhex("02571792"),
    AssetKind.ERC721M: bytes.fromhex("b8b86672"),
    AssetKind.ERC721MC: bytes.fromhex("b8b86672"),
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One asset: ETH, a token in one quantum, or one NFT. Raises CodecError where the parts do not fit each other.

    Attributes:
        token: the contract's 20-byte address, b"" for ETH.
        quantum: base units per quantum, 1 for NFTs.
        token_id: of an NFT, 0 to 2^256-1; None for what has amounts.
        token_url: of an ERC721MC alone, in UTF-8 when encoded.
        asset_type: the number under which contract and quantum are registered.
        asset_id: the number that vaults, transfers and pending withdrawals are kept by.
    """

    kind: AssetKind
    token: bytes = b""
    quantum: int = 1
    token_id: int | None = None
    token_url: str | None = None
    asset_type: int = field(init=False, repr=False, compare=False)
    asset_id: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.token) != (0 if self.kind is AssetKind.ETH else ADDRESS_BYTES):
            raise CodecError("ETH has no contract, and every token has one of 20 bytes.")
        if not 1 <= self.quantum <= MAX_QUANTUM or (not self.kind.is_fungible and self.quantum != 1):
            raise CodecError("The quantum of this asset is not one that StarkEx registers.")
        if (self.token_id is None) is not self.kind.is_fungible:
            raise CodecError("An NFT has a token id, and nothing else has.")
        if self.token_id is not None and not 0 <= self.token_id <= MAX_TOKEN_ID:
            raise CodecError("A token id is between 0 and 2^256 - 1.")
        if (self.token_url is None) is (self.kind is AssetKind.ERC721MC):
            raise CodecError("An ERC721MC has the address of its data, and nothing else has.")
        try:
            blob = self.mint_blob
        except UnicodeEncodeError as error:
            raise CodecError("The address of the token's data is not text.") from error
        if len(blob) > MAX_BLOB_BYTES:
            raise CodecError("The data to mint from is too long.")
        # Hashes of thousands of assets are compared: each is made once.
        number = asset_type(self.kind, self.token, self.quantum)
        object.__setattr__(self, "asset_type", number)
        object.__setattr__(self, "asset_id", self._id_of(number, blob))

    def _id_of(self, number: int, blob: bytes) -> int:
        if self.kind.is_fungible:
            return number
        return mintable_asset_id(number, blob) if blob else nft_asset_id(number, self.token_id or 0)

    @property
    def mint_blob(self) -> bytes:
        """What a claim hands to the contract that mints; b"" for what is not mintable."""
        if not self.kind.is_mintable or self.token_id is None:
            return b""
        if self.token_url is None:
            return minimal_bytes(self.token_id)
        return encode(_BLOB_WITH_URL, (self.token_id, self.token_url.encode()))


def asset_info(kind: AssetKind, token: bytes) -> bytes:
    """Return what the contract keeps for `getAssetInfo`: a selector and, except for ETH, the address as a word."""
    return _SELECTORS[kind] + (token.rjust(WORD, b"\0") if token else b"")


def read_asset_info(info: bytes) -> tuple[AssetKind, bytes]:
    """Return kind and contract of an asset info; what mints is read as ERC721M. Raises CodecError."""
    token = info[-ADDRESS_BYTES:] if len(info) == SELECTOR_BYTES + WORD else b""
    for kind in (AssetKind.ETH, AssetKind.ERC20, AssetKind.ERC721, AssetKind.ERC721M):
        if bool(token) is (kind is not AssetKind.ETH) and asset_info(kind, token) == info:
            return kind, token
    raise CodecError("This is not an asset that Reddio knows.")


def read_mint_blob(blob: bytes) -> tuple[int, str | None]:
    """Return token id and URL of a mint blob, the URL None where the blob is a plain token id. Raises CodecError."""
    if 0 < len(blob) <= WORD:
        token_id = int.from_bytes(blob, "big")
        if minimal_bytes(token_id) == blob:
            return token_id, None
    elif len(blob) <= MAX_BLOB_BYTES:
        number, url = decode(_BLOB_WITH_URL, blob)
        if isinstance(number, int) and isinstance(url, bytes) and encode(_BLOB_WITH_URL, (number, url)) == blob:
            try:
                return number, url.decode()
            except UnicodeDecodeError as error:
                raise CodecError("The address in the data to mint from is not text.") from error
    raise CodecError("This is not data that Reddio mints from.")


def asset_type(kind: AssetKind, token: bytes, quantum: int) -> int:
    """Return the asset type of a contract in a quantum. One token may be registered in several quanta."""
    return _hash(asset_info(kind, token) + quantum.to_bytes(WORD, "big")) & _MASK_250


def nft_asset_id(kind: int, token_id: int) -> int:
    """Return the asset id of one ERC-721 token of an asset type."""
    return _hash(b"NFT:" + kind.to_bytes(WORD, "big") + token_id.to_bytes(WORD, "big")) & _MASK_250


def mintable_asset_id(kind: int, blob: bytes) -> int:
    """Return the asset id of a token that is yet to be minted from a blob."""
    return _hash(b"MINTABLE:" + kind.to_bytes(WORD, "big") + keccak256(blob)) & _MASK_240 | _MINTABLE_FLAG


def minimal_bytes(number: int) -> bytes:
    """Return big-endian bytes without leading zeros; zero is one zero byte."""
    return number.to_bytes(max(1, (number.bit_length() + 7) // 8), "big")


def _hash(data: bytes) -> int:
    return int.from_bytes(keccak256(data), "big")
