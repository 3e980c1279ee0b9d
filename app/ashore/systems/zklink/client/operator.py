"""The calls of zkLink's node that a withdrawing wallet needs (JSON-RPC 2.0, positional parameters).

Source: zkLinkProtocol/zklink_sdk `provider/src/rpc.rs`; docs.zk.link, developer/api-and-sdk/json-rpc.
"""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from ashore.domain.errors import AshoreError
from ashore.net.errors import HttpStatus, RpcError, Unanswered
from ashore.net.jsonrpc import MAX_BATCH, Call, JsonRpcClient
from ashore.systems.zklink.client import answers

EFFECTFUL = frozenset({"sendTransaction"})
TRANSACTION_NOT_FOUND = 203
HISTORY_PAGE = 100

_T = TypeVar("_T")


class OperatorClient:
    """One operator's node. Every method raises what `JsonRpcClient` raises, and BadAnswer."""

    def __init__(self, rpc: JsonRpcClient) -> None:
        self._rpc = rpc
        self._batches = True

    @property
    def host(self) -> str:
        """The node's host, for sentences."""
        return self._rpc.host

    async def chains(self) -> list[answers.ChainInfo]:
        """getSupportChains."""
        return answers.chains(await self._rpc.call("getSupportChains"))

    async def tokens(self) -> list[answers.TokenInfo]:
        """getSupportTokens."""
        return answers.tokens(await self._rpc.call("getSupportTokens"))

    async def account(self, address_or_id: str | int) -> answers.AccountInfo:
        """getAccount. RpcError 201 where there is none."""
        return answers.account(await self._rpc.call("getAccount", [address_or_id]))

    async def change_pubkey_chain(self) -> int:
        """getChangePubkeyChainId: the zkLink id of the chain that a change of key names."""
        return answers.integer(await self._rpc.call("getChangePubkeyChainId"), "the chain of its keys", 255)

    async def balances(self, account_id: int) -> dict[int, dict[int, int]]:
        """getAccountBalances of all sub-accounts."""
        return answers.balances(await self._rpc.call("getAccountBalances", [account_id, None]))

    async def reserves(self, tokens: Sequence[int], *, of_usd: bool = False) -> dict[int, dict[int, int]]:
        """getTokenReserve for each token: what each chain can pay out. A token the node refuses is left out.

        `of_usd` asks for the payout of the virtual USD as that stablecoin (the call's `mapping`).
        """
        replies = await self._many([Call("getTokenReserve", (token, of_usd)) for token in tokens])
        return {
            token: answers.reserve(reply)
            for token, reply in zip(tokens, replies, strict=True)
            if not isinstance(reply, RpcError)
        }

    async def send(self, params: Sequence[object]) -> str:
        """sendTransaction: sent once, never repeated here. Returns the hash that the node answers with."""
        return answers.hexadecimal(await self._rpc.call("sendTransaction", params), "the request", 32)

    async def transaction(self, tx_hash: str) -> answers.TransactionInfo | None:
        """getTransactionByHash. None where the node says it does not know the hash."""
        (found,) = await self.transactions([tx_hash])
        if isinstance(found, AshoreError):
            raise found
        return found

    async def transactions(self, hashes: Sequence[str]) -> list[answers.TransactionInfo | AshoreError | None]:
        """getTransactionByHash for several hashes, in their order; for each alone what is wrong with its answer."""
        replies = await self._many([Call("getTransactionByHash", (h, False)) for h in hashes])
        return [_found(reply, h) for reply, h in zip(replies, hashes, strict=True)]

    async def told(self, tx_hash: str) -> answers.ToldTransaction | None:
        """getTransactionByHash with the transaction itself. None where the node says it does not know the hash."""
        try:
            reply = await self._rpc.call("getTransactionByHash", [tx_hash, False])
        except RpcError as error:
            if error.code == TRANSACTION_NOT_FOUND:
                return None
            raise
        if reply is None:
            return None
        found = answers.told_transaction(reply)
        if found.info.hash != tx_hash:
            raise answers.BadAnswer("the transaction")
        return found

    async def withdrawals_of(self, address: str) -> list[answers.Listed]:
        """getAccountTransactionHistory, newest page: an account's withdrawals."""
        return answers.history(
            await self._rpc.call("getAccountTransactionHistory", ["Withdraw", address, 0, HISTORY_PAGE])
        )

    async def progress(self) -> answers.BlockProgress:
        """getLatestBlockNumber."""
        return answers.progress(await self._rpc.call("getLatestBlockNumber"))

    async def blocks_on_chain(self, numbers: Sequence[int]) -> dict[int, answers.BlockOnChain]:
        """getBlockOnChainByNumber for several blocks; a block the node refuses is left out."""
        replies = await self._many([Call("getBlockOnChainByNumber", (n,)) for n in numbers])
        return {
            n: answers.block_on_chain(reply)
            for n, reply in zip(numbers, replies, strict=True)
            if not isinstance(reply, RpcError)
        }

    async def _many(self, calls: Sequence[Call]) -> list[object]:
        """In batches where the node takes batches, else one call after the other."""
        if not self._batches or len(calls) < 2:
            return await self._singly(calls)
        try:
            return [reply for some in _pieces(calls) for reply in await self._rpc.batch(some)]
        except (HttpStatus, Unanswered):
            replies = await self._singly(calls)
            self._batches = False  # it answers each alone, and not all together
            return replies

    async def _singly(self, calls: Sequence[Call]) -> list[object]:
        replies: list[object] = []
        for call in calls:
            try:
                replies.append(await self._rpc.call(call.method, call.params))
            except RpcError as error:
                replies.append(error)
        return replies


def _pieces(calls: Sequence[Call]) -> Iterator[Sequence[Call]]:
    return (calls[start : start + MAX_BATCH] for start in range(0, len(calls), MAX_BATCH))


def _found(reply: object, tx_hash: str) -> answers.TransactionInfo | AshoreError | None:
    if isinstance(reply, RpcError):
        return None if reply.code == TRANSACTION_NOT_FOUND else reply
    if reply is None:
        return None
    try:
        info = answers.transaction(reply)
    except answers.BadAnswer as error:
        return error
    return info if info.hash == tx_hash else answers.BadAnswer("the transaction")
