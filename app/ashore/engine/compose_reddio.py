"""Puts Reddio together: its API, what its contract shows, and the system behind the seam."""

from collections.abc import Callable

from ashore.domain.moves import SignedMove
from ashore.domain.withdrawal import Status, Withdrawal
from ashore.engine.ledger import Ledger
from ashore.engine.pictures import Pictures
from ashore.engine.views import ProfileInfo
from ashore.ethereum.quorum import Quorum
from ashore.net.http import HttpClient
from ashore.net.strangers import StrangerClient
from ashore.store.journal import Journal
from ashore.store.keep import Keep
from ashore.systems.claiming.fates import Fates
from ashore.systems.claiming.receipts import Receipts
from ashore.systems.reddio.client.api import ReddioClient
from ashore.systems.reddio.deployment import Deployment
from ashore.systems.reddio.settlement.book import Book
from ashore.systems.reddio.settlement.interpreter import Interpreter
from ashore.systems.reddio.settlement.pending import PendingWithdrawals
from ashore.systems.reddio.settlement.pending_slots import PendingSlots
from ashore.systems.reddio.settlement.registered_keys import RegisteredKeys
from ashore.systems.reddio.settlement.verifiers import Verifiers
from ashore.systems.reddio.system.sending import SEQUENCE_ID, Known
from ashore.systems.reddio.system.withdrawals import ReddioSystem

SYSTEM = "Reddio"
"""What terms call the system."""


def reddio_profile(deployment: Deployment) -> ProfileInfo:
    """How the window names it; accounts make their Stark keys for its chain."""
    return ProfileInfo(
        deployment.id,
        SYSTEM,
        deployment.title,
        "from layer 2 to Ethereum, or to another vault",
        deployment.key_chain_id,
    )


def reddio_system(
    deployment: Deployment,
    http: HttpClient,
    keep: Keep,
    quorum: Quorum,
    now: Callable[[], int],
    journal: Journal,
    ledger: Ledger,
) -> ReddioSystem:
    """One deployment behind the seam. `now` gives UTC milliseconds."""
    witnesses = (PendingSlots(deployment, quorum, keep, now), Verifiers(deployment, quorum, now))
    quorums = {deployment.chain.name: quorum}
    fates = Fates(quorums, Receipts(quorums, keep, now))
    interpreter = Interpreter(deployment, Book(keep, deployment.id), witnesses, fates, now)
    client, keys = ReddioClient(http, deployment.api_url), RegisteredKeys(deployment, quorum, keep, now)

    def known(move: SignedMove) -> Known:
        """What was signed for stands in the terms; a number that a withdrawal has is no other one's."""
        of = next((state for state in ledger.open if move.id in state.moves), None)
        numbers = journal.learnt(deployment.id, SEQUENCE_ID, but=of.id if of else "")
        return Known(int(of.terms.details["asset_id"]) if of else None, frozenset(map(int, numbers)))

    def ended(stark_key: str) -> list[Withdrawal]:
        """Requests of a key that a person ended, oldest first."""
        mine = [state for state in ledger.stopped if state.terms.profile == deployment.id]
        of_key = [state for state in mine if state.terms.details.get("stark_key") == stark_key]
        return [state for state in of_key if state.status is Status.ENDED]

    return ReddioSystem(deployment, client, interpreter, keys, quorum, now, journal.recipients, known, ended)


def reddio_purse(
    deployment: Deployment, keep: Keep, quorum: Quorum, ledger: Ledger, now: Callable[[], int]
) -> PendingWithdrawals:
    """What its contract owes, looked for on Ethereum alone. `now` gives UTC milliseconds."""
    return PendingWithdrawals(deployment, quorum, keep, lambda: [state.terms for state in ledger.watched], now)


def practice_pictures() -> Pictures:
    """What shows pictures that tokens bring with them; from a practice network no host is asked for any."""
    return Pictures(StrangerClient(socks=None), only=frozenset())
