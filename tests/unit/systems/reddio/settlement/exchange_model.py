"""A model of the exchange: what its contract logs, block by block, with the real encodings; and a wallet that looks.

The model is the truth that the wallet's picture is compared with.
"""

from __future__ import annotations

import copy
import itertools
from dataclasses import dataclass, field
from pathlib import Path

from ashore.crypto.abi import encode_call
from ashore.crypto.event_logs import encode_event
from ashore.domain import events as ev
from ashore.domain.evidence import Level
from ashore.domain.folding import fold
from ashore.domain.moves import MoveKind
from ashore.domain.observations import BlockObserved, BlockRef, BlocksTakenBack, ChainHealth, LogEntry, Observation
from ashore.domain.withdrawal import LAST_STAGE, Withdrawal
from ashore.store.database import Database
from ashore.store.keep import Keep
from ashore.systems.claiming.fates import Fates
from ashore.systems.claiming.receipts import Receipts
from ashore.systems.reddio.codec import Asset
from ashore.systems.reddio.codec.l1 import events
from ashore.systems.reddio.codec.l1.calls import UPDATE_STATE
from ashore.systems.reddio.codec.l1.facts import state_transition_fact
from ashore.systems.reddio.codec.l1.public_input import Modification, PublicInput, Roots, encode_public_input
from ashore.systems.reddio.settlement.book import Book
from ashore.systems.reddio.settlement.interpreter import Interpreter
from ashore.systems.reddio.system.tracks import CLAIM, CLAIMED, WITHDRAWAL
from unit.systems.reddio.reddio_bench import DEPLOYMENT, OWN

CHAIN = DEPLOYMENT.chain.name
OPERATOR = "0x" + "0b" * 20
START = 1_700_000_000


def log(declaration: str, *values: object, at: tuple[int, int], tx: str, to: str = "", data: str = "") -> LogEntry:
    """A log of the exchange as a contract writes it; `at` is its log index and that of its transaction."""
    topics, body = encode_event(declaration, values)  # type: ignore[arg-type]
    return LogEntry(
        address=DEPLOYMENT.contract,
        topics=tuple("0x" + topic.hex() for topic in topics),
        data="0x" + body.hex(),
        log_index=at[0],
        tx_index=at[1],
        tx_hash=tx,
        tx_to=to,
        tx_input=data,
    )


@dataclass
class Exchange:
    """What the contract keeps, and the blocks that it made."""

    pending: dict[tuple[int, int], int] = field(default_factory=dict)
    sequence: int = 0
    blocks: list[BlockObserved] = field(default_factory=list)
    fork: int = 0
    _before: list[Exchange] = field(default_factory=list)

    def block(self, *logs: LogEntry, level: Level = Level.PROVEN) -> BlockObserved:
        """The next block, with these logs."""
        number = len(self.blocks) + 1
        ref = BlockRef(CHAIN, number, f"0x{self.fork:02x}{number:062x}", START + 12 * number)
        agreeing = 3 if level >= Level.PROVEN else 1
        observed = BlockObserved(ref, level, logs, agreeing, 3, {0: f"p{ref.hash}"}, {f"p{ref.hash}": "{}"})
        self.blocks.append(observed)
        return observed

    def remember(self) -> None:
        """Keep what is now, so that a reorganisation can come back to it."""
        self._before.append(copy.deepcopy(self, {id(self._before): []}))

    def reorganised(self, depth: int) -> BlocksTakenBack:
        """Forget the last blocks, as other ones take their places."""
        depth = min(depth, len(self._before))
        gone = [b.block.hash for b in self.blocks[len(self.blocks) - depth :]] if depth else []
        if depth:
            kept = self._before[-depth]
            self.pending, self.sequence, self.blocks = dict(kept.pending), kept.sequence, list(kept.blocks)
            del self._before[-depth:]
        self.fork += 1
        return BlocksTakenBack(CHAIN, tuple(gone), len(self.blocks))

    def update(
        self,
        *withdrawals: tuple[int, Asset, int],
        lies: bool = False,
        by_way: bool = False,
        level: Level = Level.PROVEN,
    ) -> BlockObserved:
        """A state update: owner key, asset and quanta of each withdrawal. `lies`: the calldata says something else."""
        self.remember()
        self.sequence += 1
        changes = tuple(Modification(owner, asset.asset_id, 7, -quanta) for owner, asset, quanta in withdrawals)
        if lies:
            changes = ()
        roots = Roots(self.sequence, 0, 0), Roots(self.sequence + 1, 0, 0)
        words = encode_public_input(PublicInput(1, *roots, 4194303, (31, 31, 63), changes, 0, 0))
        fact = state_transition_fact(words)
        data = "0x" + encode_call(UPDATE_STATE, (words, (self.sequence, self.sequence - 1))).hex()
        tx = f"0x{self.fork:02x}{self.sequence:062x}"
        to = OPERATOR if by_way else DEPLOYMENT.contract
        indices = itertools.count()

        def one(declaration: str, *values: object) -> LogEntry:
            return log(declaration, *values, at=(next(indices), 0), tx=tx, to=to, data=data)

        logs = [
            one(events.STATE_TRANSITION_FACT, fact),
            one(events.ROOT_UPDATE, self.sequence, self.sequence, self.sequence + 1, 0, 0),
        ]
        for owner, asset, quanta in withdrawals:
            place = owner, asset.asset_id
            self.pending[place] = self.pending.get(place, 0) + quanta
            if asset.kind.is_fungible:
                logs.append(one(events.WITHDRAWAL_ALLOWED, owner, asset.asset_id, quanta * asset.quantum, quanta))
            elif asset.kind.is_mintable:
                logs.append(one(events.MINTABLE_WITHDRAWAL_ALLOWED, owner, asset.asset_id, quanta))
            else:
                logs.append(one(events.NFT_WITHDRAWAL_ALLOWED, owner, asset.asset_id))
                logs.append(one(events.ASSET_WITHDRAWAL_ALLOWED, owner, asset.asset_id, quanta))
        return self.block(*logs, level=level)

    def claim(self, owner: int, asset: Asset, tx: str, recipient: bytes | None = None) -> BlockObserved:
        """Somebody claims all that waits there; `recipient` is who gets it, the owner where it is missing."""
        self.remember()
        quanta = self.pending.pop((owner, asset.asset_id), 0)
        to = recipient or owner.to_bytes(20, "big")
        one: tuple[object, ...]
        if asset.kind.is_fungible:
            declaration = events.WITHDRAWAL_PERFORMED
            one = owner, asset.asset_id, quanta * asset.quantum, quanta, to
        elif asset.kind.is_mintable:
            declaration = events.MINT_WITHDRAWAL_PERFORMED
            one = owner, asset.asset_type, quanta, quanta, asset.asset_id
        else:
            declaration = events.NFT_WITHDRAWAL_PERFORMED
            one = owner, asset.asset_type, asset.token_id or 0, asset.asset_id, to
        return self.block(log(declaration, *one, at=(0, 0), tx=tx, to=DEPLOYMENT.contract))

    def empty(self) -> BlockObserved:
        """A block without anything of the exchange."""
        self.remember()
        return self.block()


def terms(owner: int, asset: Asset, quanta: int, nonce: int, track: str = str(WITHDRAWAL.ref)) -> ev.Terms:
    """What a withdrawal to an owner key is for."""
    base = quanta * asset.quantum
    return ev.Terms(
        system="Reddio",
        network="sandbox",
        profile=DEPLOYMENT.id,
        track=track,
        account=OWN,
        symbol="ETH" if asset.kind.is_fungible else f"PUNK #{asset.token_id}",
        decimals=18 if asset.kind.is_fungible else 0,
        amount=base,
        fee=0,
        recipient=f"0x{owner:040x}",
        destination=CHAIN,
        receive_symbol="ETH",
        details={
            LAST_STAGE: CLAIMED,
            "owner_key": str(owner),
            "asset_id": str(asset.asset_id),
            "asset_type": str(asset.asset_type),
            "quanta": str(quanta),
            "quantum": str(asset.quantum),
            "nonce": str(nonce),
            "token_id": "" if asset.token_id is None else str(asset.token_id),
            "kind": str(asset.kind),
        },
    )


class Wallet:
    """Folds what the interpreter says, as the ledger does; its book survives `reopen`."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(folder / "book.sqlite")
        self.events: list[ev.Event] = []
        self.reopen()

    def close(self) -> None:
        """Let go of its file."""
        self.database.close()

    def reopen(self) -> None:
        """As after closing the wallet."""
        self.book = Book(Keep(self.database), DEPLOYMENT.id)
        fates = Fates({}, Receipts({}, Keep(self.database), lambda: 1))
        self.interpreter = Interpreter(DEPLOYMENT, self.book, (), fates, lambda: 1)

    def request(self, owner: int, asset: Asset, quanta: int, *extra: ev.Event, accepted: bool = True) -> str:
        """A withdrawal that Reddio took, or of which nobody knows whether it did."""
        number = sum(isinstance(event, ev.WithdrawalStarted) for event in self.events)
        name = f"w{number}"
        self._began(name, terms(owner, asset, quanta, number), MoveKind.REQUEST, f"0x{number:064x}", accepted)
        self.events += extra
        return name

    def claims(self, owner: int, asset: Asset, quanta: int, tx: str, accepted: bool = True) -> str:
        """A claim by a transaction of one's own."""
        number = sum(isinstance(event, ev.WithdrawalStarted) for event in self.events)
        name = f"c{number}"
        self._began(name, terms(owner, asset, quanta, number, str(CLAIM.ref)), MoveKind.CLAIM, tx, accepted)
        return name

    def _began(self, name: str, about: ev.Terms, kind: MoveKind, locator: str, accepted: bool) -> None:
        move = f"m{name}"
        self.events += [
            ev.WithdrawalStarted(name, about),
            ev.MoveIntended(name, move, kind, DEPLOYMENT.id, locator, "{}", "scope", int(about.details["nonce"])),
            ev.MoveSending(name, move),
            *([ev.MoveAccepted(name, move)] if accepted else []),
        ]

    @property
    def states(self) -> list[Withdrawal]:
        """All of them, as folded."""
        names = dict.fromkeys(event.withdrawal for event in self.events)
        return [self.state(name) for name in names]

    def state(self, name: str) -> Withdrawal:
        """One of them."""
        told = [event for event in self.events if event.withdrawal == name]
        order = {n: at for at, n in enumerate(dict.fromkeys(event.withdrawal for event in self.events))}
        found = fold(ev.Recorded(seq, 1000 + order[name], event) for seq, event in enumerate(told, 1))
        assert found is not None
        return found

    async def sees(self, *observations: Observation) -> list[ev.Event]:
        """Interpret in order; what follows is written."""
        written: list[ev.Event] = []
        for observation in observations:
            found = list(await self.interpreter.interpret(observation, self.states))
            self.events += found
            written += found
        return written

    async def health(self, head: int, agreeing: int = 3) -> list[ev.Event]:
        """A look that found nothing but where the chain is."""
        return await self.sees(ChainHealth(CHAIN, agreeing, 3, head, 0))
