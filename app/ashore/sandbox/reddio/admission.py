"""Whether the operator takes a request. Every check is real; the order decides which code a client sees.

What is not checked here, as on the real exchange, is whether the funds are there: that fails later, by the record.
"""

from __future__ import annotations

from collections.abc import Callable

from ashore.crypto.stark import Signature, verify
from ashore.sandbox.reddio.book import Book
from ashore.sandbox.reddio.catalogue import Catalogue, TokenContract
from ashore.sandbox.reddio.journal import RequestRow, Way
from ashore.sandbox.reddio.requests import PlainRequest, RequestError, SignedRequest
from ashore.systems.reddio.codec import NEVER_EXPIRES, Asset, ErrorCode, Transfer, is_expired, message_hash
from ashore.systems.reddio.codec.limits import MAX_AMOUNT


class Admission:
    """Checks requests and takes them in.

    Args:
        catalogue: the assets that are known.
        book: layer 2.
        now: unix seconds.
    """

    def __init__(self, catalogue: Catalogue, book: Book, now: Callable[[], float]) -> None:
        self._catalogue = catalogue
        self._book = book
        self._now = now

    def submit_signed(self, request: SignedRequest, way: Way) -> int:
        """Take a withdrawal to an address, or a transfer, in; its sequence id.

        Raises:
            RequestError: with the code of the first check that fails. Nothing is changed, but a signature that comes
                again is counted (13).
        """
        self._check_asset(request)
        vaults = (
            self._book.vault(request.stark_key, request.asset_id),
            self._book.vault(request.receiver, request.asset_id),
        )
        if vaults != (request.vault_id, request.receiver_vault_id):
            raise RequestError(ErrorCode.FAILED_TO_GENERATE_VAULT_ID, "vault id does not belong to its owner")
        _check_amount(request.amount)
        self._check_nonce(request)
        if is_expired(request.expiration, int(self._now())):
            raise RequestError(ErrorCode.INVALID_PARAM, "expiration_timestamp is in the past")
        transfer = Transfer(
            asset_id=request.asset_id,
            receiver=request.receiver,
            sender_vault_id=request.vault_id,
            receiver_vault_id=request.receiver_vault_id,
            amount=request.amount,
            nonce=request.nonce,
            expiration_hours=request.expiration,
        )
        if not verify(request.stark_key, message_hash(transfer), Signature(request.r, request.s)):
            raise RequestError(ErrorCode.INVALID_SIGNATURE, "invalid signature")
        return self._take(
            RequestRow(
                sequence_id=self._book.next_sequence_id(),
                way=way,
                owner_key=request.stark_key,
                receiver=request.receiver,
                asset_id=request.asset_id,
                quanta=request.amount,
                vault_id=request.vault_id,
                receiver_vault_id=request.receiver_vault_id,
                nonce=request.nonce,
                expiration=request.expiration,
                r=request.r,
                s=request.s,
                received=int(self._now()),
            )
        )

    def submit_plain(self, request: PlainRequest) -> int:
        """Take a withdrawal to the Stark key itself in, which nobody signs; its sequence id. Again is again.

        Raises:
            RequestError: as `submit_signed`.
        """
        contract = self._catalogue.contract(request.contract)
        if contract is None:
            raise RequestError(ErrorCode.NO_SUCH_CONTRACT, "no such contract")
        asset = self._asset_of(contract, request.token_id)
        _check_amount(request.amount)
        asset_id = asset.asset_id
        if asset_id not in self._book.holdings(request.stark_key):
            raise RequestError(ErrorCode.NO_SUCH_ACCOUNT_ID, "no such account")
        vault = self._book.open_vault(request.stark_key, asset_id)
        return self._take(
            RequestRow(
                sequence_id=self._book.next_sequence_id(),
                way=Way.WITHDRAWAL,
                owner_key=request.stark_key,
                receiver=request.stark_key,
                asset_id=asset_id,
                quanta=request.amount,
                vault_id=vault,
                receiver_vault_id=vault,
                nonce=-1,
                expiration=NEVER_EXPIRES,
                r=0,
                s=0,
                received=int(self._now()),
            )
        )

    def _take(self, row: RequestRow) -> int:
        self._book.take(row)
        return row.sequence_id

    def _check_asset(self, request: SignedRequest) -> None:
        known = self._catalogue.find(request.asset_id)
        if known is None:
            raise RequestError(ErrorCode.NO_SUCH_ASSET_ID, "no such asset id")
        contract, asset = known
        # Neither is signed, and some clients send neither; what they do send may not contradict the asset.
        if request.contract not in (None, contract.address):
            raise RequestError(ErrorCode.NO_SUCH_CONTRACT, "contract_address is not that of the asset")
        if request.token_id not in (None, asset.token_id):
            raise RequestError(ErrorCode.TOKEN_ID_INVALID, "token_id is not that of the asset")

    def _check_nonce(self, request: SignedRequest) -> None:
        expected = self._book.nonce(request.stark_key)
        if request.nonce < expected:
            known = self._book.by_signature(request.r, request.s)
            if known is not None and known.owner_key == request.stark_key:
                self._book.count_duplicate(known)
            raise RequestError(ErrorCode.DUPLICATE_TRANSACTION, "nonce was used")
        if request.nonce > expected:
            raise RequestError(ErrorCode.INVALID_PARAM, f"nonce should be {expected}")

    def _asset_of(self, contract: TokenContract, token_id: int | None) -> Asset:
        if contract.kind.is_fungible:
            return contract.asset()
        if token_id is None:
            raise RequestError(ErrorCode.TOKEN_ID_MISSING, "token_id is missing")
        for _, asset in self._catalogue.of_contract(contract):
            if asset.token_id == token_id:
                return asset
        raise RequestError(ErrorCode.NO_SUCH_TOKEN, "no such token")


def _check_amount(amount: int) -> None:
    if not 1 <= amount <= MAX_AMOUNT:
        raise RequestError(ErrorCode.AMOUNT_INVALID, "amount is invalid")
