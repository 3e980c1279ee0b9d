"""A small chain with two funded accounts, and one with the deployed contracts."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ashore.sandbox.evm.blocks import Finality
from ashore.sandbox.evm.chain import DevChain
from ashore.sandbox.evm.contracts import ETH_TOKEN, Contract, Sender, load_artifact
from unit.sandbox.evm.evm_helpers import OPERATOR_KEY, ManualClock, Network, new_chain
from unit.sandbox.evm.zklink_blocks import StoredBlock

GENESIS_BLOCK = StoredBlock.genesis(811, b"\x01" * 32)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def chain(clock: ManualClock) -> Iterator[DevChain]:
    chain = new_chain(clock=clock, finality=Finality(2, 4))
    yield chain
    chain.close()


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Contract, Contract]:
    """A chain's file with the contracts in it; deploying them for every test would take most of the time."""
    path = tmp_path_factory.mktemp("deployed") / "chain.sqlite"
    chain = new_chain(path)
    operator = Sender(chain, OPERATOR_KEY)
    token = operator.deploy(load_artifact("SandboxToken"), "Practice Dollar", "pUSD", 6)
    zklink = operator.deploy(load_artifact("ZkLinkSandbox"), GENESIS_BLOCK.number, GENESIS_BLOCK.state_hash)
    operator.transact(zklink, "addToken", 17, token.address, 6)
    operator.transact(zklink, "addToken", 18, ETH_TOKEN, 18)
    operator.transact(token, "mint", zklink.address, 10**12)
    operator.transact(zklink, "depositETH", operator.address.rjust(32, b"\0"), 0, value=10**20)
    chain.close()
    return path, token, zklink


@pytest.fixture
def network(deployed: tuple[Path, Contract, Contract], tmp_path: Path, clock: ManualClock) -> Iterator[Network]:
    path, token, zklink = deployed
    chain = new_chain(Path(shutil.copy(path, tmp_path)), clock=clock, finality=Finality(2, 4))
    yield Network(chain, Sender(chain, OPERATOR_KEY), zklink, token, GENESIS_BLOCK)
    chain.close()
