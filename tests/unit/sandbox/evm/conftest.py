"""A small chain with two funded accounts, and the deployed contracts."""

from collections.abc import Iterator

import pytest

from ashore.sandbox.evm.blocks import Finality
from ashore.sandbox.evm.chain import DevChain
from ashore.sandbox.evm.contracts import ETH_TOKEN, Sender, load_artifact
from unit.sandbox.evm.evm_helpers import OPERATOR_KEY, ManualClock, Network, new_chain
from unit.sandbox.evm.zklink_blocks import StoredBlock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def chain(clock: ManualClock) -> Iterator[DevChain]:
    chain = new_chain(clock=clock, finality=Finality(2, 4))
    yield chain
    chain.close()


@pytest.fixture
def network(chain: DevChain) -> Network:
    genesis = StoredBlock.genesis(811, b"\x01" * 32)
    operator = Sender(chain, OPERATOR_KEY)
    token = operator.deploy(load_artifact("SandboxToken"), "Practice Dollar", "pUSD", 6)
    zklink = operator.deploy(load_artifact("ZkLinkSandbox"), genesis.number, genesis.state_hash)
    operator.transact(zklink, "addToken", 17, token.address, 6)
    operator.transact(zklink, "addToken", 18, ETH_TOKEN, 18)
    operator.transact(token, "mint", zklink.address, 10**12)
    operator.transact(zklink, "depositETH", operator.address.rjust(32, b"\0"), 0, value=10**20)
    return Network(chain, operator, zklink, token, genesis)
