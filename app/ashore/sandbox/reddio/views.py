"""Answers to questions, in the shapes that Reddio's documentation shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from ashore.domain.addresses import checksum
from ashore.domain.amounts import format_units
from ashore.sandbox.reddio.book import Book
from ashore.sandbox.reddio.catalogue import Catalogue, TokenContract
from ashore.sandbox.reddio.faults import Faults, Switch
from ashore.sandbox.reddio.journal import RequestRow, Way
from ashore.sandbox.reddio.requests import ADDRESS_LIMIT, RequestError, hex_number, read_address, read_key
from ashore.sandbox.reddio.stages import RecordType, Status
from ashore.systems.reddio.codec import ErrorCode, asset_info, hex_of

Query = Mapping[str, str]
Item = TypeVar("Item")
_PAGE, _MOST = 10, 100
_MOST_KEYS = 20
_KINDS = ("ETH", "ERC20", "ERC20M", "ERC721", "ERC721M", "ERC721MC", "MINTABLE_ERC721")
_RECORD_TYPES = {
    Way.TRANSFER: RecordType.TRANSFER,
    Way.WITHDRAWAL_TO: RecordType.WITHDRAW,
    Way.WITHDRAWAL: RecordType.WITHDRAW,
    Way.FULL_WITHDRAWAL: RecordType.FULL_WITHDRAW,
}


class Exchange(Protocol):
    """What the contract on Ethereum tells."""

    def pending(self, owner_key: int, asset_id: int) -> int:
        """Quanta that an owner may claim."""

    def registered(self, stark_key: int) -> int:
        """The address as a number that a Stark key is registered for; 0 for none."""


class Views:
    """Reads layer 2 and the contract.

    Args:
        is_on_l1: whether the state update with a request is mined.
        contract: the exchange's address.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        book: Book,
        faults: Faults,
        exchange: Exchange,
        is_on_l1: Callable[[RequestRow], bool],
        contract: bytes,
    ) -> None:
        self._catalogue = catalogue
        self._book = book
        self._faults = faults
        self._exchange = exchange
        self._is_on_l1 = is_on_l1
        self._contract = contract

    # ------------------------------------------------------------------------------------------------- contracts

    def contract_info(self, query: Query) -> dict[str, Any]:
        """GET /v1/contract_info."""
        contract = self._find_contract(query.get("contract_address", ""), query.get("type"))
        tokens = [key for key, _ in self._catalogue.of_contract(contract)]
        shown = {
            "contract_address": contract.shown_address,
            "type": contract.kind.value,
            "count": len(tokens),
            "name": contract.name,
            "symbol": contract.symbol,
            "total_supply": str(self._book.total(tokens[0]) if contract.kind.is_fungible else len(tokens)),
            "asset_type": self._faults.text(Switch.WRONG_ASSET_TYPE, hex_of(contract.asset_type ^ 1))
            or hex_of(contract.asset_type),
            "asset_info": "0x" + asset_info(contract.kind, contract.address).hex(),
            "contract_uuid": f"00000000-0000-4000-8000-{contract.asset_type % 16**12:012x}",
            "metadata_url": contract.base_uri or None,
        }
        return shown | self._units(contract)

    def asset_id(self, query: Query) -> dict[str, str]:
        """GET /v1/assetid."""
        contract = self._find_contract(query.get("contract_address", ""), query.get("type"))
        if contract.kind.is_fungible:
            return {"asset_id": hex_of(contract.asset().asset_id)}
        token_id = query.get("token_id", "")
        if not token_id:
            raise RequestError(ErrorCode.TOKEN_ID_MISSING, "token_id is missing")
        for asset_id, asset in self._catalogue.of_contract(contract):
            if str(asset.token_id) == token_id:
                return {"asset_id": hex_of(asset_id)}
        raise RequestError(ErrorCode.NO_SUCH_TOKEN, "no such token")

    def starkex_contracts(self, _query: Query) -> dict[str, str]:
        """GET /v1/starkex/contracts."""
        here = checksum(self._contract)
        return {"mainnet": here, "testnet": here, "sepolia": here}

    # ---------------------------------------------------------------------------------------- vaults and balances

    def vaults(self, query: Query) -> dict[str, list[str]]:
        """GET /v1/vaults: the vaults of several owners of an asset; those that are missing are opened."""
        asset_id = hex_number(query.get("asset_id"), "asset_id")
        if self._catalogue.find(asset_id) is None:
            raise RequestError(ErrorCode.NO_SUCH_ASSET_ID, "no such asset id")
        keys = [read_key(one.strip()) for one in query.get("stark_keys", "").split(",")]
        if len(keys) > _MOST_KEYS:
            raise RequestError(ErrorCode.INVALID_PARAM, "too many stark_keys")
        found = [self._book.open_vault(key, asset_id) for key in keys]
        if self._faults.on(Switch.WRONG_VAULT):
            found = [self._book.open_vault(self._nobody, asset_id) for _ in found]
        return {"vault_ids": [str(vault) for vault in found]}

    @property
    def _nobody(self) -> int:
        return int.from_bytes(self._contract, "big")

    def nonce(self, query: Query) -> dict[str, int]:
        """GET /v1/nonce."""
        nonce = self._book.nonce(read_key(query.get("stark_key")))
        if self._faults.on(Switch.WRONG_NONCE):
            nonce += 1 if nonce == 0 else -1
        return {"nonce": nonce}

    def balance(self, query: Query) -> dict[str, Any]:
        """GET /v1/balance."""
        owner, asset_id = read_key(query.get("stark_key")), hex_number(query.get("asset_id"), "asset_id")
        if self._catalogue.find(asset_id) is None:
            raise RequestError(ErrorCode.NO_SUCH_ASSET_ID, "no such asset id")
        return self._balance(owner, asset_id, self._book.leaving_of(owner, self._is_on_l1))

    def balances(self, query: Query) -> dict[str, Any]:
        """GET /v1/balances: asset by asset, in pages."""
        owner = read_key(query.get("stark_key"))
        leaving = self._book.leaving_of(owner, self._is_on_l1)
        wanted = [asset_id for asset_id in self._book.holdings(owner) if self._fits(asset_id, query)]
        return _page(wanted, query, lambda asset_id: self._balance(owner, asset_id, leaving))

    def balances_by_contract(self, query: Query, version: int) -> list[dict[str, Any]]:
        """GET /v2/balances and /v3/balances: contract by contract."""
        owner = read_key(query.get("stark_key"))
        leaving = self._book.leaving_of(owner, self._is_on_l1)
        groups: dict[TokenContract, list[int]] = {}
        for asset_id in self._book.holdings(owner):
            if self._fits(asset_id, query):
                groups.setdefault(self._catalogue[asset_id][0], []).append(asset_id)
        return [
            self._balance(owner, asset_ids[0], leaving)
            if contract.kind.is_fungible
            else self._collection(owner, contract, asset_ids, leaving, version)
            for contract, asset_ids in groups.items()
        ]

    def _balance(self, owner: int, asset_id: int, leaving: Counter[int]) -> dict[str, Any]:
        contract, asset = self._catalogue[asset_id]
        available = self._book.available(owner, asset_id)
        shown = self._amounts(contract, available, leaving[asset_id]) | {"asset_id": hex_of(asset_id)}
        if asset.token_id is not None:
            shown |= {"token_id": str(asset.token_id), "base_uri": contract.base_uri}
        return shown

    def _collection(
        self, owner: int, contract: TokenContract, asset_ids: Iterable[int], leaving: Counter[int], version: int
    ) -> dict[str, Any]:
        here = [key for key in asset_ids if self._book.available(owner, key) > 0]
        gone = [key for key in asset_ids if leaving[key]]
        shown = self._amounts(contract, len(here), len(gone))
        if version < 3:
            return shown | {"available_token_ids": [str(self._catalogue[key][1].token_id) for key in here]}
        return shown | {
            "available_tokens": [self._token(key) for key in here],
            "frozen_tokens": [],
            "withdraw_frozen_tokens": [self._token(key) for key in gone],
        }

    def _token(self, asset_id: int) -> dict[str, Any]:
        contract, asset = self._catalogue[asset_id]
        return {
            "token_id": str(asset.token_id),
            "token_uri": contract.token_uri(asset),
            "asset_id": hex_of(asset_id),
        }

    def _amounts(self, contract: TokenContract, available: int, leaving: int) -> dict[str, Any]:
        values = {"": available, "_frozen": 0, "_withdraw": leaving}
        displays = {name: _display(contract, quanta) for name, quanta in values.items()}
        return {
            "contract_address": contract.shown_address,
            "balance_available": available,
            "balance_frozen": 0,
            "withdraw_frozen": leaving,
            "type": contract.kind.value,
            "symbol": contract.symbol,
            "display_value": displays[""],
            "display_frozen": displays["_frozen"],
            "display_withdraw": displays["_withdraw"],
            "available": displays[""],
            "frozen": displays["_frozen"],
            "withdraw": displays["_withdraw"],
            **self._units(contract),
        }

    def _units(self, contract: TokenContract) -> dict[str, Any]:
        decimals = self._faults.text(Switch.WRONG_DECIMALS, str(contract.decimals + 6)) or str(contract.decimals)
        quantum = self._faults.text(Switch.WRONG_QUANTUM, str(contract.quantum * 10)) or str(contract.quantum)
        if self._faults.on(Switch.QUANTUM_AS_TEXT):
            return {"decimals": decimals, "quantum": quantum}
        return {"decimals": int(decimals), "quantum": int(quantum)}

    def _fits(self, asset_id: int, query: Query) -> bool:
        contract = self._catalogue[asset_id][0]
        address = query.get("contract_address", "").lower()
        return address in ("", contract.shown_address) and query.get("type", "") in ("", contract.kind.value)

    def _find_contract(self, address: str, kind: str | None) -> TokenContract:
        if not address:
            raise RequestError(ErrorCode.CONTRACT_ADDRESS_MISSING, "contract_address is missing")
        if kind is not None and kind not in _KINDS:
            raise RequestError(ErrorCode.NO_SUCH_CONTRACT_TYPE, "no such contract type")
        for contract in self._catalogue.contracts:
            if contract.shown_address == address.lower():
                found = self._catalogue.contract(contract.address, kind)
                if found is not None:
                    return found
        raise RequestError(ErrorCode.NO_SUCH_CONTRACT, "no such contract")

    # --------------------------------------------------------------------------------------------------- records

    def record(self, query: Query) -> list[dict[str, Any]]:
        """GET /v1/record: one record, or two of a transfer between two users."""
        owner = read_key(query.get("stark_key"))
        row = self._row(query)
        if owner not in (row.owner_key, row.receiver):
            raise RequestError(ErrorCode.INVALID_PARAM, "no such record")
        return self._records_of(row)

    def record_by_signature(self, query: Query) -> list[dict[str, Any]]:
        """GET /v1/record/by/signature: empty where there is none."""
        r, s = (hex_number(query.get(name), name, 1 << 256) for name in ("r", "s"))
        row = self._book.by_signature(r, s)
        return [] if row is None else self._records_of(row)

    def records(self, query: Query) -> dict[str, Any]:
        """GET /v1/records: the newest first, in pages."""
        owner = read_key(query.get("stark_key"))
        wanted_type, address = query.get("record_type", "0"), query.get("contract_address", "").lower()
        only = {one for one in query.get("sequence_ids", "").split(",") if one}
        rows = [
            row
            for row in reversed(self._book.requests.values())
            if owner in (row.owner_key, row.receiver if row.way is Way.TRANSFER else row.owner_key)
            and wanted_type in ("", "0", str(_RECORD_TYPES[row.way].value))
            and address in ("", self._catalogue[row.asset_id][0].shown_address)
            and (not only or str(row.sequence_id) in only)
        ]
        return _page(rows, query, lambda row: self._record(row, owner))

    def transaction(self, query: Query) -> list[dict[str, Any]]:
        """GET /v1/txn, by which Reddio's explorer asks."""
        return self._records_of(self._row(query))

    def _row(self, query: Query) -> RequestRow:
        sequence_id = query.get("sequence_id", "")
        row = self._book.requests.get(int(sequence_id)) if sequence_id.isdecimal() and len(sequence_id) < 19 else None
        if row is None:
            raise RequestError(ErrorCode.INVALID_PARAM, "no such record")
        return row

    def _records_of(self, row: RequestRow) -> list[dict[str, Any]]:
        owners = [row.owner_key, row.receiver] if row.way is Way.TRANSFER else [row.owner_key]
        return [self._record(row, owner) for owner in dict.fromkeys(owners)]

    def _record(self, row: RequestRow, owner: int) -> dict[str, Any]:
        contract, asset = self._catalogue[row.asset_id]
        quanta = int(self._faults.text(Switch.WRONG_AMOUNT, str(row.quanta + 1)) or row.quanta)
        status = self.status(row)
        shown = {
            "amount": str(quanta),
            "asset_id": hex_of(row.asset_id),
            "asset_name": contract.symbol,
            "asset_type": contract.kind.value,
            "contract_address": contract.shown_address,
            "display_value": _display(contract, quanta),
            "record_type": _RECORD_TYPES[row.way].value,
            "sequence_id": row.sequence_id,
            "stark_key": hex_of(owner),
            "status": status.value,
            "time": row.received,
            "token_id": "" if asset.token_id is None else str(asset.token_id),
            "from": hex_of(row.owner_key),
            "to": self._faults.text(Switch.WRONG_RECEIVER, "0x" + "5a" * 20) or _shown_key(row.receiver),
            "chain_status": status.value,
        }
        return shown | ({"resp": row.resp} if row.resp else {})

    def status(self, row: RequestRow) -> Status:
        """What the API says of a request."""
        in_force = row.status in (Status.ACCEPTED, Status.ON_LAYER_2)
        on_l1 = in_force and (self._faults.on(Switch.LIE_ON_L1) or self._is_on_l1(row))
        return Status.ON_LAYER_1 if on_l1 else row.status

    # ------------------------------------------------------------------------------------------------- claimable

    def claimable(self, query: Query) -> list[dict[str, Any]]:
        """GET /v1/withdrawal/status: what the contract would pay to an address now, asset by asset."""
        if query.get("stage") != "withdrawarea":
            raise RequestError(ErrorCode.INVALID_PARAM, "stage is invalid")
        address = read_address(query.get("ethaddress"))
        found: dict[tuple[int, int], list[int]] = {}
        for row in self._book.leaving():
            key = row.receiver
            if key == address or (key >= ADDRESS_LIMIT and self._exchange.registered(key) == address):
                found.setdefault((key, row.asset_id), []).append(row.sequence_id)
        told = []
        for (key, asset_id), sequence_ids in found.items():
            quanta = self._exchange.pending(key, asset_id)
            if self._faults.on(Switch.LIE_CLAIMABLE):
                quanta = quanta or sum(self._book.requests[one].quanta for one in sequence_ids)
            if quanta:
                told.append(self._claim(asset_id, quanta, sequence_ids))
        return told

    def _claim(self, asset_id: int, quanta: int, sequence_ids: Sequence[int]) -> dict[str, Any]:
        contract, asset = self._catalogue[asset_id]
        return {
            "contract_address": contract.shown_address,
            "asset_id": hex_of(asset_id),
            "asset_type": hex_of(contract.asset_type),
            "token_id": "" if asset.token_id is None else str(asset.token_id),
            "token_uri": contract.token_uri(asset),
            "type": contract.kind.value,
            "symbol": contract.symbol,
            "display_value": _display(contract, quanta),
            "amount": quanta,
            "sequence_ids": list(sequence_ids),
        }


def _display(contract: TokenContract, quanta: int) -> str:
    return format_units(quanta * contract.quantum, contract.decimals)


def _shown_key(key: int) -> str:
    return checksum(key.to_bytes(20, "big")) if key < ADDRESS_LIMIT else hex_of(key)


def _page(items: Sequence[Item], query: Query, shown: Callable[[Item], dict[str, Any]]) -> dict[str, Any]:
    size, page = _number(query, "limit", _PAGE, _MOST), _number(query, "page", 1, 10**6)
    part = items[(page - 1) * size : page * size]
    return {
        "list": [shown(item) for item in part],
        "total": len(items),
        "current_page": page,
        "page_size": size,
        "total_page": -(-len(items) // size),
    }


def _number(query: Query, name: str, default: int, highest: int) -> int:
    raw = query.get(name, "")
    if not raw:
        return default
    if not raw.isdecimal() or len(raw) > 9 or int(raw) < 1:
        raise RequestError(ErrorCode.INVALID_PARAM, f"{name} is invalid")
    return min(int(raw), highest)
