"""Which payout paid which withdrawal. The contract keeps one balance per owner and token, so payouts can merge.

Each payout log is spent once: on the withdrawal of exactly its amount that was released first, or else first in,
first out. What was spent on what is kept in the book, under the block of the payout, so that both fall together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ashore.domain.amounts import display_units, rescale
from ashore.domain.evidence import Level
from ashore.domain.withdrawal import Withdrawal
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.settlement.book import Book, Entry, Kind
from ashore.systems.zklink.system.offer import L2_DECIMALS


@dataclass(frozen=True, slots=True)
class Payout:
    """The payout that completed a withdrawal, and what to say about it."""

    entry: Entry
    facts: Mapping[str, str]


def payout_of(deployment: Deployment, book: Book, state: Withdrawal, released: Entry) -> Payout | None:
    """Return the payout that paid `state`, spending it if it was not spent yet; None while there is none."""
    details = state.terms.details
    chain = deployment.chains[int(details["chain_id"])]
    token = deployment.tokens[int(details["target_token"])]
    decimals = token.decimals[chain.id]
    owed = rescale(state.terms.amount, L2_DECIMALS, decimals)
    payouts = book.about(chain.name, Kind.PAYOUT, f"{token.id}/{state.terms.recipient}")
    parts = {_place(e): int(e.facts["amount"]) for e in book.about(chain.name, Kind.SPENT, state.id)}
    missing = owed - sum(parts.values())
    if missing:
        fresh = []
        for payout, part in _choose(book, payouts, released, missing):
            parts[_place(payout)] = parts.get(_place(payout), 0) + part
            facts = {"amount": str(parts[_place(payout)])}
            fresh.append(replace(payout, kind=Kind.SPENT, subject=state.id, facts=facts))
        if min([released.level, *(entry.level for entry in fresh)]) >= Level.PROVEN:
            # What only one endpoint shows is never spent: it would stay so when it proves false.
            book.add(fresh, {})
    paid_by = [p for p in payouts if _place(p) in parts]
    if not paid_by or sum(parts[_place(p)] for p in paid_by) != owed:
        return None
    last = paid_by[-1]
    amount, part = int(last.facts["amount"]), parts[_place(last)]
    facts = {
        "contract": chain.main_contract,
        "token contract": token.addresses[chain.id],
        "event": f"Withdrawal({token.id}, {amount})",
        "paid": f"{display_units(amount, decimals)} {token.symbol} to {state.terms.recipient}",
    }
    if amount != part:
        facts["of which yours here"] = f"{display_units(part, decimals)} {token.symbol}"
    if part != owed:
        facts["together with"] = ", ".join(f"log {p.log_index} of block {p.block_number}" for p in paid_by[:-1])
    level = min([released.level, *(p.level for p in paid_by)])
    return Payout(replace(last, level=level), facts)


def _place(entry: Entry) -> tuple[str, int]:
    return entry.block_hash, entry.log_index


def _choose(book: Book, payouts: list[Entry], released: Entry, owed: int) -> list[tuple[Entry, int]]:
    """Choose unspent payouts after the release: one of exactly the amount, else the oldest that add up to it."""
    used: dict[tuple[int, int], int] = {}
    for spent in book.of(released.chain, Kind.SPENT):
        used[spent.position] = used.get(spent.position, 0) + int(spent.facts["amount"])
    free = [(p, int(p.facts["amount"]) - used.get(p.position, 0)) for p in payouts if p.position > released.position]
    for payout, rest in free:
        if rest == owed and int(payout.facts["amount"]) == owed:
            return [(payout, owed)]
    chosen: list[tuple[Entry, int]] = []
    missing = owed
    for payout, rest in free:
        part = min(rest, missing)
        if part > 0:
            chosen.append((payout, part))
            missing -= part
        if missing == 0:
            return chosen
    return []
