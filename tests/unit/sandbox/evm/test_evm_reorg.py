"""Reorganisations that drop what others build on, and finality that a restart does not take back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from eth_account import Account

from ashore.sandbox.evm.blocks import Finality
from ashore.sandbox.evm.chain import DevChain
from ashore.sandbox.evm.errors import ChainError
from unit.sandbox.evm.evm_helpers import OPERATOR_KEY, STRANGER, USER_KEY, ManualClock, address_of, new_chain, signed

USER = address_of(USER_KEY)
POOR_KEY = bytes.fromhex("44" * 32)


@pytest.fixture(params=["memory", "file"])
def chain(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DevChain]:
    path = tmp_path / "chain.sqlite" if request.param == "file" else None
    chain = new_chain(path, clock=ManualClock(), finality=Finality(2, 4))
    yield chain
    chain.close()


def test_what_follows_on_a_dropped_transaction_waits_for_it(chain: DevChain) -> None:
    raws = [signed(nonce) for nonce in range(3)]
    sent = [chain.send_raw(raw) for raw in raws]
    chain.reorg(3, drop={sent[0]})
    assert chain.pending_count == 2
    assert [chain.transaction(one) for one in sent] == [None, None, None]
    assert (chain.nonce(USER), chain.balance(STRANGER)) == (0, 0)
    chain.send_raw(raws[0])
    assert chain.pending_count == 0
    assert all(chain.transaction(one) is not None for one in sent)
    assert chain.balance(STRANGER) == 3


def test_what_cannot_be_paid_any_more_is_gone(chain: DevChain) -> None:
    gift = chain.send_raw(signed(0, to=Account.from_key(POOR_KEY).address, value=10**17))
    spent = chain.send_raw(signed(0, key=POOR_KEY))
    kept = chain.send_raw(signed(0, key=OPERATOR_KEY))
    head = chain.reorg(3, drop={gift})
    assert head.number == 4
    assert (chain.transaction(gift), chain.transaction(spent), chain.pending_count) == (None, None, 0)
    place = chain.transaction(kept)
    assert place is not None
    assert place[0].number == 2
    assert place[0].succeeded(place[1])
    assert chain.mine().header.parent_hash == head.hash


def test_a_restart_takes_no_finality_back(tmp_path: Path) -> None:
    path = tmp_path / "chain.sqlite"
    chain = new_chain(path, finality=Finality(0, 0))
    chain.mine(3)
    chain.close()
    chain = new_chain(path, finality=Finality(2, 4))
    assert chain.finalized_number == 3
    with pytest.raises(ChainError, match="finalized"):
        chain.reorg(1)
    chain.close()
