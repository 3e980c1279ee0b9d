"""Any history of requests, state updates, claims, lies and reorganisations, held against a model that is the truth."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ashore.systems.reddio.codec.l1 import events
from ashore.systems.reddio.system.tracks import CLAIMED, UPDATED
from unit.systems.reddio.reddio_bench import ETH
from unit.systems.reddio.settlement.exchange_model import Exchange, Wallet

OWNER = int("5a5ae1d9f1b2c3d4e5f60718293a4b5c6d7e8f90", 16)

_STEP = st.one_of(
    st.tuples(st.just("request"), st.integers(1, 4)),
    st.tuples(st.just("update"), st.integers(1, 3)),
    st.tuples(st.just("strange"), st.integers(1, 4)),
    st.tuples(st.just("lie"), st.integers(1, 4)),
    st.tuples(st.just("claim"), st.just(0)),
    st.tuples(st.just("reorg"), st.integers(1, 3)),
    st.tuples(st.just("reopen"), st.just(0)),
    st.tuples(st.just("empty"), st.just(0)),
)


_DUST_THEN_REORG = [("request", 4), ("strange", 1), ("update", 1), ("reorg", 1)]
_LIE_THEN_TRUTH = [("request", 4), ("lie", 4), ("update", 1)]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_STEP, max_size=14), st.booleans())
@example(_DUST_THEN_REORG, False)
@example(_LIE_THEN_TRUTH, False)
async def test_in_any_order_all_that_is_told_is_so_and_all_that_is_so_is_told(
    steps: list[tuple[str, int]], merge: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder, closing(Wallet(Path(folder))) as wallet:
        exchange = Exchange()
        asked: list[int] = []
        done: list[tuple[int, list[int]]] = []

        async def set_aside(count: int) -> None:
            batch, asked[:] = asked[:count], asked[count:]
            whole = [sum(batch)] if merge and batch else batch
            await wallet.sees(exchange.update(*((OWNER, ETH, quanta) for quanta in whole)))
            done.append((len(exchange.blocks), batch))

        for number, (step, size) in enumerate(steps):
            match step:
                case "request":
                    wallet.request(OWNER, ETH, size)
                    asked.append(size)
                    await wallet.health(len(exchange.blocks))
                case "update":
                    await set_aside(size)
                case "strange":
                    await wallet.sees(exchange.update((OWNER, ETH, size)))
                case "lie":
                    await wallet.sees(exchange.update((OWNER, ETH, size), lies=True))
                case "claim":
                    await wallet.sees(exchange.claim(OWNER, ETH, f"0x{number:02x}"))
                case "reorg":
                    await wallet.sees(exchange.reorganised(size))
                    standing = len(exchange.blocks)
                    asked[:0] = [quanta for height, batch in done if height > standing for quanta in batch]
                    done = [(height, batch) for height, batch in done if height <= standing]
                    await wallet.sees(exchange.empty())
                case "reopen":
                    wallet.reopen()
                case "empty":
                    await wallet.sees(exchange.empty())
            _is_true(exchange, wallet)
            assert asked or all(state.stage(UPDATED).checked() for state in wallet.states)
        await set_aside(len(asked))
        await wallet.sees(exchange.claim(OWNER, ETH, "0xff"))
        _is_true(exchange, wallet)
        assert all(state.stage(UPDATED).checked() and state.stage(CLAIMED).checked() for state in wallet.states)
        written = await wallet.health(len(exchange.blocks))
        assert not [event for event in written if event.name != "fact-learnt"], "a second look finds nothing new"
        wallet.database.close()


def _is_true(exchange: Exchange, wallet: Wallet) -> None:
    """Everything that is told rests on blocks that stand, and the sums are those of the contract."""
    standing = {block.block.hash for block in exchange.blocks}
    set_aside = paid = 0
    for state in wallet.states:
        for view in state.stages.values():
            assert all(piece.block_hash in standing for piece in view.evidence if piece.on_chain)
        set_aside += state.terms.amount // ETH.quantum if state.stage(UPDATED).checked() else 0
        paid += state.terms.amount // ETH.quantum if state.stage(CLAIMED).checked() else 0
        assert state.stage(UPDATED).checked() or not state.stage(CLAIMED).checked()
    allowed, performed = _sums(exchange)
    assert set_aside <= allowed
    assert paid <= performed


def _sums(exchange: Exchange) -> tuple[int, int]:
    told = [
        events.decode_log([bytes.fromhex(t[2:]) for t in one.topics], bytes.fromhex(one.data[2:]))
        for block in exchange.blocks
        for one in block.logs
    ]
    return (
        sum(event.quanta for event in told if isinstance(event, events.WithdrawalAllowed)),
        sum(event.quanta for event in told if isinstance(event, events.WithdrawalPerformed)),
    )
