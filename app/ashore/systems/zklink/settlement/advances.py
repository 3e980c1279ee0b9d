"""Whether somebody paid a withdrawal in advance, and what that changes about its way.

The contract keeps who accepted under a hash of all terms. So an Accept log counts for a withdrawal if, and only if, it
gives that very hash; one that only bears its number is told of, and counts for nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ashore.domain import events as ev
from ashore.domain.amounts import display_units, rescale_down
from ashore.domain.events import Terms
from ashore.domain.evidence import Level
from ashore.domain.withdrawal import LAST_STAGE, RECEIVED, WAY, Withdrawal
from ashore.systems.entries import Entry
from ashore.systems.zklink.codec.fast import ratio_percent, received_of
from ashore.systems.zklink.codec.l1.hashes import WithdrawKey, withdraw_hash_x
from ashore.systems.zklink.codec.profiles import Profile
from ashore.systems.zklink.deployment import Deployment, PinnedToken
from ashore.systems.zklink.settlement.book import Book, Kind
from ashore.systems.zklink.system.offer import L2_DECIMALS
from ashore.systems.zklink.system.tracks import ADVANCED, BY_BROKER, IN_FULL, PAID, is_fast


@dataclass(frozen=True, slots=True)
class Agreed:
    """What was signed, as the contract on the destination counts it: amounts in the token's units there."""

    token: PinnedToken
    contract: str
    decimals: int
    amount: int
    ratio: int
    due: int
    withdraw_hash: str

    def money(self, amount: int) -> str:
        """An amount with its unit."""
        return f"{display_units(amount, self.decimals)} {self.token.symbol}"


def agreed(deployment: Deployment, terms: Terms) -> Agreed:
    """Read what was signed from the terms; the hash is the key of `accepts` on the destination."""
    chain, token = int(terms.details["chain_id"]), deployment.tokens[int(terms.details["target_token"])]
    key = withdraw_key(deployment, terms)
    contract, ratio = token.addresses[chain], key.withdraw_fee_ratio
    named = "0x" + withdraw_hash_x(key, bytes.fromhex(contract[2:])).hex()
    return Agreed(token, contract, token.decimals[chain], key.amount, ratio, received_of(key.amount, ratio), named)


def withdraw_key(deployment: Deployment, terms: Terms) -> WithdrawKey:
    """All terms by which the contract on the destination tells withdrawals apart; the amount in its own units."""
    details = terms.details
    decimals = deployment.tokens[int(details["target_token"])].decimals[int(details["chain_id"])]
    return WithdrawKey(
        int(details["account_id"]),
        int(details["sub_account_id"]),
        int(details["nonce"]),
        bytes.fromhex(terms.recipient[2:]),
        rescale_down(terms.amount, L2_DECIMALS, decimals),
        int(details.get("ratio", "0")),
    )


@dataclass(frozen=True, slots=True)
class Advance:
    """The Accept log of exactly this withdrawal."""

    entry: Entry
    terms: Agreed
    recipient: str

    @property
    def paid(self) -> bool:
        """Whether what was signed for arrived in full."""
        return min(int(self.entry.facts["received"]), int(self.entry.facts["arrived"])) >= self.terms.due

    @property
    def counts(self) -> bool:
        """Whether it is proven, so that the contract will pay nobody else for it."""
        return self.entry.level >= Level.PROVEN

    def facts(self, contract: str) -> Mapping[str, str]:
        """What the window says of it."""
        known, terms = self.entry.facts, self.terms
        return {
            "contract": contract,
            "event": known["event"],
            "broker": known["acceptor"],
            "token contract": terms.contract,
            "paid": f"{terms.money(int(known['arrived']))} to {self.recipient}",
            "signed for": f"{terms.money(terms.due)}; the broker keeps {ratio_percent(terms.ratio)}",
            "withdraw hash": terms.withdraw_hash,
        }


def advance_of(deployment: Deployment, book: Book, state: Withdrawal) -> Advance | None:
    """Return the Accept log that has exactly the terms of `state`; None while there is none."""
    if int(state.terms.details.get("flag", "0")) and deployment.dialect is not Profile.V2:
        return None  # on its way to Ethereum nobody can accept it
    terms = agreed(deployment, state.terms)
    for entry in reversed(_under_its_number(book, state)):
        if entry.facts["withdraw_hash"] == terms.withdraw_hash:
            return Advance(entry, terms, state.terms.recipient)
    return None


def _under_its_number(book: Book, state: Withdrawal) -> list[Entry]:
    details = state.terms.details
    subject = f"{details['account_id']}/{details['sub_account_id']}/{details['nonce']}"
    return book.about(state.terms.destination, Kind.ACCEPTED, subject)


def way_of(state: Withdrawal, advance: Advance | None, *, released: bool) -> Iterator[ev.Event]:
    """Yield which way `state` takes, and with which stage it ends. `released`: the contract owes the recipient."""
    fast = is_fast(state)
    by_broker = advance is not None and advance.counts and advance.paid
    way = BY_BROKER if by_broker else IN_FULL if fast and released else ""
    last, received = PAID, ""
    if by_broker and fast and advance is not None:
        last, received = ADVANCED, advance.terms.money(advance.terms.due)
    for key, value in ((WAY, way), (LAST_STAGE, last), (RECEIVED, received)):
        if state.facts.get(key, "") != value:
            yield ev.FactLearnt(state.id, key, value, state.terms.destination)


def at_odds_with_agreed(
    deployment: Deployment, book: Book, state: Withdrawal, advance: Advance | None
) -> Iterator[ev.Event]:
    """Yield what a broker did that is not what was signed."""
    if not is_fast(state):
        return
    said = found = ""
    if advance is not None and advance.counts and not advance.paid:
        arrived = advance.terms.money(int(advance.entry.facts["arrived"]))
        said = f"The contract on {state.terms.destination} counts this as paid in advance, but {arrived} arrived."
        found = f"You signed for {advance.terms.money(advance.terms.due)}. Ask zkLink for the rest."
    elif advance is None:
        terms = agreed(deployment, state.terms)
        odd = [e for e in _under_its_number(book, state) if e.level >= Level.PROVEN and _is_for(e, state, terms)]
        if odd:
            paid = terms.money(int(odd[-1].facts["arrived"]))
            said = f"Somebody paid {paid} under this withdrawal’s number; you signed for {terms.money(terms.due)}."
            found = "That does not count: what came is yours, and zkLink still pays the whole amount the normal way."
    if said and state.stage(ADVANCED).contradicted != f"{said} {found}":
        yield ev.StageContradicted(state.id, ADVANCED, said, found)


def _is_for(entry: Entry, state: Withdrawal, terms: Agreed) -> bool:
    """Whether it paid the recipient in the token: whoever pays others does not concern this withdrawal."""
    return entry.facts["receiver"] == state.terms.recipient and entry.facts["token"] == terms.contract
