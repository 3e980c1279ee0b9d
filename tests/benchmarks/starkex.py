"""How long the mathematics of a Reddio withdrawal takes: in pure Python, beside the native library if it is there."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from tests.benchmarks.table import Figure

from ashore.crypto.stark import Signature, backends, curve, pedersen
from ashore.systems.reddio.codec import Asset, AssetKind, Transfer, message_hash

BATCHES, CALLS = 7, 30
REQUEST_MS = 50.0
"""Three frames of the window: what nobody notices, with no native library anywhere."""

PRIVATE_KEY = 0x17A3442150DB744467EA1D2EA1CF4C437632149964EA7C6F7529759B46AB567
HASH = 2**250 + 12345


def figures() -> list[Figure]:
    """Measure each back end, and one request from its fields to a verified signature."""
    found = [Figure("stark: tables on first use (pure)", _once(_build_tables), "ms")]
    native = backends.native_backend()
    for name, backend in (("pure", backends.PureBackend()), ("native", native)):
        if backend is not None:
            found += _of(name, backend)
    found.append(Figure("stark: a request hashed, signed, verified (pure)", _median(_request), "ms", REQUEST_MS))
    return found


def _of(name: str, backend: backends.Backend) -> list[Figure]:
    stark_key, signature = backend.public_key(PRIVATE_KEY), backend.sign(PRIVATE_KEY, HASH)
    timed: dict[str, Callable[[], object]] = {
        "Pedersen hash": lambda: backend.pedersen_hash(PRIVATE_KEY, HASH),
        "public key": lambda: backend.public_key(PRIVATE_KEY),
        "sign": lambda: backend.sign(PRIVATE_KEY, HASH),
        "verify": lambda: backend.verify(stark_key, HASH, Signature(*signature)),
    }
    return [Figure(f"stark: {what} ({name})", _median(work), "ms") for what, work in timed.items()]


def _request() -> None:
    asset = Asset(AssetKind.ETH, quantum=10**12)
    hashed = message_hash(Transfer(asset.asset_id, 2**159 + 5, 23, 24, 11_000, 7, 4_194_303))
    backend = backends.PureBackend()
    curve.lift.cache_clear()
    assert backend.verify(backend.public_key(PRIVATE_KEY), hashed, backend.sign(PRIVATE_KEY, hashed))


def _build_tables() -> None:
    pedersen.pedersen_hash(1, 2)
    curve.multiply_generator(3)


def _once(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return 1000 * (time.process_time() - began)


def _median(work: Callable[[], object]) -> float:
    """The median of batches, in milliseconds of processor time for each call."""
    times = []
    for _ in range(BATCHES):
        began = time.process_time()
        for _ in range(CALLS):
            work()
        times.append((time.process_time() - began) / CALLS)
    return 1000 * statistics.median(times)
