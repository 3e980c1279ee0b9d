"""Shared by the tests of vault and signer."""

import hashlib
import itertools
import os
from collections.abc import Callable
from pathlib import Path

from ashore.keys.vault import Vault

PASSWORD = b"correct horse battery staple"


def counted_randomness(label: bytes = b"") -> Callable[[int], bytes]:
    """Randomness that repeats from run to run: the n-th call hashes n."""
    numbers = itertools.count()
    return lambda length: hashlib.shake_256(label + b"%d" % next(numbers)).digest(length)


def python_path() -> dict[str, str]:
    """The environment for a child process that imports the product from its source."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3] / "app")}


def reopened(path: Path, password: bytes = PASSWORD) -> Vault:
    """Open a vault once more, as another program would."""
    return Vault.open(path, password, randomness=counted_randomness(b"reopened"))
