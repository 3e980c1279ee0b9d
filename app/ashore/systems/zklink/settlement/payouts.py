"""Which payout paid which withdrawal. The contract keeps one balance per owner and token, so payouts can merge.

Each payout log is spent once: on the withdrawal of exactly its amount that was released first, or else first in,
first out. What was spent on what is kept in the book, under the block of the payout, so that both fall together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from ashore.domain.amounts import display_units, rescale_down
from ashore.domain.evidence import Level
from ashore.domain.withdrawal import Withdrawal
from ashore.systems.base import Unclaimed
from ashore.systems.entries import Entry
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.settlement.book import Book, Kind
from ashore.systems.zklink.settlement.emptied import emptied_at
from ashore.systems.zklink.settlement.paid_out import TOGETHER
from ashore.systems.zklink.system.offer import L2_DECIMALS
from ashore.systems.zklink.system.tracks import PAID, RELEASED


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
    owed = rescale_down(state.terms.amount, L2_DECIMALS, decimals)
    payouts = book.about(chain.name, Kind.PAYOUT, f"{token.id}/{state.terms.recipient}")
    parts = {_place(e): int(e.facts["amount"]) for e in book.about(chain.name, Kind.SPENT, state.id)}
    missing = owed - sum(parts.values())
    emptied = emptied_at(state)
    if emptied is not None:
        # Nothing was owed after that block: what is paid out later is another's.
        payouts = [payout for payout in payouts if payout.block_number <= emptied]
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
        facts[TOGETHER] = ", ".join(f"log {p.log_index} of block {p.block_number}" for p in paid_by[:-1])
    level = min([released.level, *(p.level for p in paid_by)])
    return Payout(replace(last, level=level), facts)


def _place(entry: Entry) -> tuple[str, int]:
    return entry.block_hash, entry.log_index


@dataclass(frozen=True, slots=True)
class Share:
    """What of a payout is one withdrawal's: `part` of the `whole` that it asked for, in the token's L1 units."""

    withdrawal: str
    started_at: int
    part: int
    whole: int


def shares_of(book: Book, owed: Unclaimed, every: Sequence[Withdrawal]) -> tuple[Share, ...]:
    """Which withdrawals a payout of all that is owed would pay, by the rule by which payouts are told apart.

    What the shares leave was asked for by no withdrawal that this wallet saw released.
    """
    subject = f"{owed.token_id}/{owed.owner}"
    payouts = book.about(owed.chain, Kind.PAYOUT, subject)
    used, shares = _used(book, owed.chain), list[Share]()
    for state in sorted(every, key=lambda w: (w.started_at, int(w.terms.details["nonce"]))):
        released = state.stage(RELEASED).best
        if released is None or not state.stage(RELEASED).checked() or not goes_to(state, owed):
            continue
        if state.stage(PAID).checked():
            continue  # also where no log names the recipient, so that nothing was spent on it
        whole = rescale_down(state.terms.amount, L2_DECIMALS, owed.decimals)
        missing = whole - sum(int(e.facts["amount"]) for e in book.about(owed.chain, Kind.SPENT, state.id))
        since = released.block_number, released.log_index
        free = [*_free(used, payouts, since), (None, owed.amount - sum(share.part for share in shares))]
        exact = missing == owed.amount and not shares
        chosen = [(None, missing)] if exact else _oldest_first(free, missing)
        for payout, part in chosen if missing else ():
            if payout is None:
                shares.append(Share(state.id, state.started_at, part, whole))
            else:
                used[payout.position] = used.get(payout.position, 0) + part
    return tuple(shares)


def goes_to(state: Withdrawal, owed: Unclaimed) -> bool:
    """Whether a withdrawal ends where that money waits."""
    terms = state.terms
    place = terms.destination, terms.recipient, terms.details.get("target_token")
    return place == (owed.chain, owed.owner, str(owed.token_id))


def _choose(book: Book, payouts: list[Entry], released: Entry, owed: int) -> list[tuple[Entry, int]]:
    """Choose unspent payouts after the release: one of exactly the amount, else the oldest that add up to it."""
    free = _free(_used(book, released.chain), payouts, released.position)
    for payout, rest in free:
        if rest == owed and int(payout.facts["amount"]) == owed:
            return [(payout, owed)]
    return _oldest_first(free, owed)


def _used(book: Book, chain: str) -> dict[tuple[int, int], int]:
    """How much of each payout was spent, by its place."""
    used: dict[tuple[int, int], int] = {}
    for spent in book.of(chain, Kind.SPENT):
        used[spent.position] = used.get(spent.position, 0) + int(spent.facts["amount"])
    return used


def _free(
    used: Mapping[tuple[int, int], int], payouts: Sequence[Entry], since: tuple[int, int]
) -> list[tuple[Entry, int]]:
    """What is left of each payout after a place on the chain."""
    return [(p, int(p.facts["amount"]) - used.get(p.position, 0)) for p in payouts if p.position > since]


_P = TypeVar("_P")


def _oldest_first(free: Sequence[tuple[_P, int]], owed: int) -> list[tuple[_P, int]]:
    """The oldest that add up to what is owed; none where they do not."""
    chosen: list[tuple[_P, int]] = []
    missing = owed
    for payout, rest in free:
        part = min(rest, missing)
        if part > 0:
            chosen.append((payout, part))
            missing -= part
        if missing == 0:
            return chosen
    return []
