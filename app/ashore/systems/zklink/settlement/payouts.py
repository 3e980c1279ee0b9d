"""Which payout paid which withdrawal. The contract keeps one balance per owner and token, so payouts can merge.

Each payout log is spent once: on the withdrawal of exactly its amount that was released first, or else first in,
first out. What was spent on what is kept in the book, under the block of the payout, so that both fall together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ashore.domain.amounts import display_units, rescale
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
    spent = book.about(chain.name, Kind.SPENT, state.id)
    if not spent:
        chosen = _choose(book, payouts, released, owed)
        if not chosen:
            return None
        spent = [replace(p, kind=Kind.SPENT, subject=state.id, facts={"amount": str(part)}) for p, part in chosen]
        book.add(spent, {})
    positions = {entry.position for entry in spent}
    paid_by = [p for p in payouts if p.position in positions]
    if not paid_by:
        return None
    last = paid_by[-1]
    merged = int(last.facts["amount"]) != owed
    facts = {
        "event": f"Withdrawal({token.id}, {last.facts['amount']})",
        "paid": f"{display_units(int(last.facts['amount']), decimals)} {token.symbol} to {state.terms.recipient}",
    }
    if merged:
        facts["of which yours here"] = f"{display_units(owed, decimals)} {token.symbol}"
    return Payout(last, facts)


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
