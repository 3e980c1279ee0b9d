"""Fixtures for the vault and the signer."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ashore.keys.derivation import PUBLIC_TEST_MNEMONIC
from ashore.keys.sealing import FAST_COST
from ashore.keys.vault import NewRecord, Vault
from unit.keys.vault_support import PASSWORD, counted_randomness


@pytest.fixture
def randomness() -> Callable[[int], bytes]:
    return counted_randomness()


@pytest.fixture
def vault(tmp_path: Path, randomness: Callable[[int], bytes]) -> Vault:
    """An open vault with one record."""
    return Vault.create(
        tmp_path / "a.vault",
        PASSWORD,
        randomness=randomness,
        cost=FAST_COST,
        records=[NewRecord("sealed-note", b"a secret note", {"about": "nothing"})],
    )


@pytest.fixture(scope="session")
def practice_vault(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vault with the public practice phrase; opened with `PASSWORD`."""
    path = tmp_path_factory.mktemp("practice") / "practice.vault"
    record = NewRecord("eth-mnemonic", PUBLIC_TEST_MNEMONIC.encode(), {"network": "sandbox"})
    Vault.create(path, PASSWORD, randomness=counted_randomness(b"practice"), cost=FAST_COST, records=[record]).close()
    return path
