"""The hash under which a contract keeps a withdrawal that it does not add to a balance.

With a call attached it is kept in `pendingWithdrawWithCalls`, on its way to Ethereum in `pendingL1Withdraws`; what
becomes of it is logged with that hash (zkLinkProtocol/zklink-contracts, branches main, zkex_mainnet, apex_mainnet).
"""

from collections.abc import Mapping

from ashore.domain.amounts import display_units
from ashore.domain.evidence import Level
from ashore.domain.withdrawal import Withdrawal
from ashore.systems.entries import Entry
from ashore.systems.zklink.codec.l1.hashes import withdraw_with_call_hash
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.settlement.advances import agreed, withdraw_key
from ashore.systems.zklink.settlement.book import Book, Kind
from ashore.systems.zklink.system.followed_tracks import goes_onwards, has_call
from ashore.systems.zklink.system.following import CALL_HASH

CALLED, SET_ASIDE, SENT_ON = "WithdrawalCall", "WithdrawalPendingL1", "WithdrawalL1"
"""Names of the logs."""

LOGGED = frozenset({CALLED, SET_ASIDE, SENT_ON})


def own_hash(deployment: Deployment, state: Withdrawal) -> str:
    """The hash (0x, lower case), empty where the contract adds the withdrawal to its owner's balance."""
    terms = state.terms
    if goes_onwards(state):
        return agreed(deployment, terms).withdraw_hash
    if not has_call(state):
        return ""
    token = agreed(deployment, terms).contract
    call_hash = bytes.fromhex(terms.details[CALL_HASH][2:])
    return "0x" + withdraw_with_call_hash(withdraw_key(deployment, terms), bytes.fromhex(token[2:]), call_hash).hex()


def set_aside(
    deployment: Deployment, book: Book, state: Withdrawal, executed: Entry
) -> tuple[Mapping[str, str], Level] | None:
    """What shows that the executed batch set the money aside under the withdrawal's hash; None where nothing does.

    For a call there is no log: the execution of the batch itself does it, and its storage can be proven.
    """
    named = own_hash(deployment, state)
    if has_call(state):
        return {"kept as": f"pendingWithdrawWithCalls[{named}]"}, executed.level
    logs = book.about(state.terms.destination, Kind.SET_ASIDE, named)
    if not logs:
        return None
    first = logs[0]
    return {"credited": f"{SET_ASIDE}({named}), log {first.log_index} of block {first.block_number}"}, first.level


def let_go(deployment: Deployment, book: Book, state: Withdrawal) -> tuple[Entry, Mapping[str, str], str] | None:
    """The log that says that the money left the contract, what it says, and its name; None while there is none."""
    named, there = own_hash(deployment, state), state.terms.destination
    kind, log = (Kind.SENT_ON, SENT_ON) if goes_onwards(state) else (Kind.CALLED, CALLED)
    entries = book.about(there, kind, named)
    if not entries:
        return None
    terms = agreed(deployment, state.terms)
    sum_ = f"{display_units(terms.amount, terms.decimals)} {terms.token.symbol}"
    where = "to the gateway" if goes_onwards(state) else f"for {state.terms.recipient}, or with its call"
    facts = {
        "contract": deployment.chain_named(there).main_contract,
        "event": f"{log}({named})",
        "paid" if has_call(state) else "handed over": f"{sum_} {where}",
    }
    return entries[0], facts, log
