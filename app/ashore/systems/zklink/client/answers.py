"""Reading an operator's answers: every value bounded and typed, whatever shape it came in.

Source: zkLinkProtocol/zklink_sdk `provider/src/response.rs`; the published examples and clients differ in
hex or decimal ids, and in microseconds, seconds or ISO times.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ashore.domain.errors import AshoreError
from ashore.domain.untrusted import plain

MAX_U128 = (1 << 128) - 1
MAX_ITEMS = 4096


class BadAnswer(AshoreError):
    """The operator answered something that does not have the form it must have."""

    def __init__(self, what: str) -> None:
        super().__init__(f"zkLink's answer about {what} does not have the form it must have.", "Try again later.")


@dataclass(frozen=True, slots=True)
class ChainInfo:
    """A chain as the operator lists it."""

    id: int
    evm_chain_id: int
    main_contract: str
    gas_token: int


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """A token as the operator lists it: L1 address and decimals per chain id; `price` in 10**-18 US dollars.

    `fast` are the chains on which a broker may pay it in advance.
    """

    id: int
    symbol: str
    chains: Mapping[int, tuple[str, int]]
    price: int
    fast: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class AccountInfo:
    """An account as the operator knows it."""

    id: int
    address: str
    nonce: int
    pub_key_hash: str
    sub_account_nonces: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class TransactionInfo:
    """What the operator says became of a transaction. `block` is 0 while it is in none."""

    hash: str
    executed: bool
    success: bool
    fail_reason: str
    block: int


@dataclass(frozen=True, slots=True)
class BlockProgress:
    """The highest layer-2 blocks that the operator calls made, committed and executed on L1."""

    last: int
    committed: int
    verified: int


@dataclass(frozen=True, slots=True)
class BlockOnChain:
    """L1 transactions that the operator names for a block, by chain id."""

    committed: Mapping[int, str]
    proved: Mapping[int, str]
    verified: Mapping[int, str]


def chains(raw: object) -> list[ChainInfo]:
    """Read getSupportChains."""
    found = []
    for item in _items(raw, "its chains"):
        data = _object(item, "its chains")
        found.append(
            ChainInfo(
                integer(data.get("chainId"), "a chain", 255),
                integer(data.get("layerOneChainId"), "a chain"),
                hexadecimal(data.get("mainContract"), "a chain", 20, 32),
                integer(data.get("gasTokenId") or 0, "a chain", 65535),
            )
        )
    return found


def tokens(raw: object) -> list[TokenInfo]:
    """Read getSupportTokens."""
    found = []
    for item in list(_object(raw, "its tokens").values())[:MAX_ITEMS]:
        data = _object(item, "a token")
        per_chain = {}
        fast = set()
        for entry in _object(data.get("chains"), "a token").values():
            chain = _object(entry, "a token")
            number = integer(chain.get("chainId"), "a token", 255)
            address = hexadecimal(chain.get("address"), "a token", 20, 32)
            per_chain[number] = (address, integer(chain.get("decimals"), "a token", 36))
            if chain.get("fastWithdraw") is True:
                fast.add(number)
        symbol = plain(data.get("symbol"), 24)
        number = integer(data.get("id"), "a token", 65535)
        found.append(TokenInfo(number, symbol, per_chain, _price(data), frozenset(fast)))
    return found


def account(raw: object) -> AccountInfo:
    """Read getAccount."""
    data = _object(raw, "the account")
    nonces = _object(data.get("subAccountNonces") or {}, "the account")
    return AccountInfo(
        integer(data.get("id"), "the account", 2**32 - 1),
        hexadecimal(data.get("address"), "the account", 20, 32),
        integer(data.get("nonce"), "the account", 2**32 - 1),
        hexadecimal(data.get("pubKeyHash"), "the account", 20),
        {integer(k, "the account", 255): integer(v, "the account", 2**32 - 1) for k, v in nonces.items()},
    )


def balances(raw: object) -> dict[int, dict[int, int]]:
    """Read getAccountBalances: sub-account id -> token id -> 18-decimal units."""
    result: dict[int, dict[int, int]] = {}
    for sub, per_token in list(_object(raw, "the balances").items())[:256]:
        result[integer(sub, "the balances", 255)] = {
            integer(token, "the balances", 65535): integer(value, "the balances", MAX_U128)
            for token, value in list(_object(per_token, "the balances").items())[:MAX_ITEMS]
        }
    return result


def reserve(raw: object) -> dict[int, int]:
    """Read getTokenReserve: chain id -> 18-decimal units that can be paid out there."""
    data = _object(raw, "its reserves")
    return {integer(k, "its reserves", 255): integer(v, "its reserves", MAX_U128) for k, v in data.items()}


def transaction(raw: object) -> TransactionInfo:
    """Read getTransactionByHash."""
    data = _object(raw, "the transaction")
    receipt = _object(data.get("receipt") or {}, "the transaction")
    return TransactionInfo(
        hexadecimal(data.get("txHash"), "the transaction", 32),
        receipt.get("executed") is True,
        receipt.get("success") is True,
        plain(receipt.get("failReason") or ""),
        integer(receipt.get("block") or 0, "the transaction", 2**32 - 1),
    )


@dataclass(frozen=True, slots=True)
class ToldTransaction:
    """A transaction as the operator tells it, `form` in JSON as it was sent: nothing of it is believed yet."""

    info: TransactionInfo
    form: Mapping[str, object]


def told_transaction(raw: object) -> ToldTransaction:
    """Read getTransactionByHash with the transaction itself."""
    return ToldTransaction(transaction(raw), _object(_object(raw, "the transaction").get("tx"), "the transaction"))


@dataclass(frozen=True, slots=True)
class Listed:
    """A transaction in an account's history. `carried_out`: by the operator's word it took effect, and so its nonce."""

    hash: str
    nonce: int
    sub_account: int
    carried_out: bool


def history(raw: object) -> list[Listed]:
    """Read getAccountTransactionHistory."""
    found = []
    for item in _items(_object(raw, "the history").get("pageData"), "the history"):
        data = _object(item, "the history")
        inner = _object(data.get("tx") or {}, "the history")
        nonce = data.get("nonce") if data.get("nonce") is not None else inner.get("nonce")
        receipt = _object(data.get("txReceipt") or {}, "the history")
        found.append(
            Listed(
                hexadecimal(data.get("txHash"), "the history", 32),
                integer(nonce, "the history", 2**32 - 1),
                integer(inner.get("subAccountId") or 0, "the history", 255),
                receipt.get("executed") is True and receipt.get("success") is True,
            )
        )
    return found


def progress(raw: object) -> BlockProgress:
    """Read getLatestBlockNumber."""
    data = _object(raw, "its blocks")
    last, committed, verified = (
        integer(data.get(key), "its blocks", 2**32 - 1) for key in ("lastBlockNumber", "committed", "verified")
    )
    return BlockProgress(last, committed, verified)


def block_on_chain(raw: object) -> BlockOnChain:
    """Read getBlockOnChainByNumber."""
    data = _object(raw, "a block")

    def hashes(key: str) -> dict[int, str]:
        result = {}
        for item in _items(data.get(key) or [], "a block"):
            entry = _object(item, "a block")
            if entry.get("txHash"):
                chain = integer(entry.get("chainId"), "a block", 255)
                result[chain] = hexadecimal(entry.get("txHash"), "a block", 32)
        return result

    return BlockOnChain(hashes("committed"), hashes("proved"), hashes("verified"))


def integer(raw: object, what: str, highest: int = 2**256 - 1) -> int:
    """Read a non-negative integer given as a number, decimal text or 0x hex. Raises BadAnswer."""
    value: int | None = None
    if isinstance(raw, int) and not isinstance(raw, bool):
        value = raw
    elif isinstance(raw, str) and raw.isascii() and len(raw) <= 80:
        if raw.isdigit():
            value = int(raw)
        elif raw[:2] == "0x" and raw[2:].isalnum():
            try:
                value = int(raw, 16)
            except ValueError as error:
                raise BadAnswer(what) from error
    if value is None or not 0 <= value <= highest:
        raise BadAnswer(what)
    return value


def hexadecimal(raw: object, what: str, *lengths: int) -> str:
    """Read hex of one of the given byte lengths and return it in lower case with 0x. Raises BadAnswer."""
    if not isinstance(raw, str) or len(raw) > 2 * max(lengths) + 2:
        raise BadAnswer(what)
    digits = raw[2:] if raw[:2] in ("0x", "0X") else raw
    try:
        data = bytes.fromhex(digits)
    except ValueError as error:
        raise BadAnswer(what) from error
    if len(data) not in lengths or len(digits) != 2 * len(data):
        raise BadAnswer(what)
    return "0x" + data.hex()


def _price(data: Mapping[str, object]) -> int:
    text = str(data.get("usdPrice") or "0")
    whole, _, fraction = text.partition(".")
    if len(text) > 40 or not (whole + fraction).isascii() or not (whole + fraction or "x").isdigit():
        return 0
    return int(whole or "0") * 10**18 + int((fraction or "0")[:18].ljust(18, "0"))


def _object(raw: object, what: str) -> dict[str, object]:
    if not isinstance(raw, dict) or len(raw) > MAX_ITEMS:
        raise BadAnswer(what)
    return raw


def _items(raw: object, what: str) -> list[object]:
    if not isinstance(raw, list) or len(raw) > MAX_ITEMS:
        raise BadAnswer(what)
    return raw
