"""What a transaction's gas has cost: from the receipts of its block, under a header on which the endpoints agree.

A receipt's proof holds what all transactions up to it used together (Yellow Paper, 4.3.1), so the whole block is
rebuilt. The price of a unit follows from the block's base fee and the signed transaction (EIP-1559).
"""

from __future__ import annotations

from dataclasses import dataclass

from ashore.domain.errors import AshoreError
from ashore.ethereum import blocks
from ashore.ethereum.blocks import ProvenBlock
from ashore.ethereum.errors import BadAnswer, NoAgreement
from ashore.ethereum.headers import Header
from ashore.ethereum.quorum import Quorum
from ashore.ethereum.transactions import UnsignedTransaction, transaction_hash


@dataclass(frozen=True, slots=True)
class Spent:
    """What a block did with a transaction.

    `gas` in units, `price` in wei for each, `document` the stored proof of the receipt; `agreeing` of `asked` endpoints
    agree on the header.
    """

    header: Header
    tx_hash: str
    succeeded: bool
    gas: int
    price: int
    agreeing: int
    asked: int
    document: str

    @property
    def cost(self) -> int:
        """In wei."""
        return self.gas * self.price


async def spent_by(quorum: Quorum, raw: bytes, block_number: int, block_hash: str) -> Spent:
    """Prove what the signed transaction `raw` spent in that block. Raises NoAgreement where nobody can show it there.

    Some rollups charge for the data they write to Ethereum beside the gas; no receipt's trie value holds that.
    """
    agreement = await quorum.header_at(block_number)
    header = agreement.required()
    if header.hash != block_hash:
        raise NoAgreement(f"The endpoints agree on another block {block_number}.")
    notes: list[str] = []
    for endpoint in sorted(quorum.endpoints, key=lambda each: each.name not in agreement.agreeing):
        try:
            proven = await blocks.prove(await blocks.fetch(endpoint, header))
            return _spent(proven, raw, len(agreement.agreeing), agreement.asked)
        except AshoreError as error:
            notes.append(f"{endpoint.name}: {error.sentence}")
    raise NoAgreement(f"No endpoint can prove what block {block_number} contains.", "; ".join(notes))


def _spent(proven: ProvenBlock, raw: bytes, agreeing: int, asked: int) -> Spent:
    tx_hash = transaction_hash(raw)
    index = next((n for n, transaction in enumerate(proven.transactions) if transaction.hash == tx_hash), None)
    if index is None:
        raise BadAnswer("The transaction is not in the block.")
    before = proven.receipts[index - 1].cumulative_gas if index else 0
    signed, base = UnsignedTransaction.of_signed(raw), proven.header.base_fee or 0
    _name, document = proven.document(index)
    return Spent(
        header=proven.header,
        tx_hash=tx_hash,
        succeeded=bool(proven.receipts[index].succeeded),
        gas=proven.receipts[index].cumulative_gas - before,
        price=min(signed.max_fee, base + signed.tip),
        agreeing=agreeing,
        asked=asked,
        document=document,
    )
