"""The signer process: the only place where private keys are, and the only one that imports eth_account.

It takes typed preimages, never digests: each is read by a decoder of its own, and signed only if every field is what
the review said. It talks to the window over standard input and output (see `frames`), opens no connection, writes
nothing to standard error, and ends with its input.
"""

import contextlib
import importlib
import os
import sys
import threading
import warnings
from collections.abc import Callable, Mapping
from io import RawIOBase

from ashore.keys import frames, hardening
from ashore.keys.eth_library import load_eth_account
from ashore.keys.protocol import PROTOCOL_VERSION, fault
from ashore.keys.reading import Reading
from ashore.keys.stark_keys import StarkRules
from ashore.keys.vault import Randomness

Reader = Callable[[Mapping[str, object]], Reading]
"""Reads one kind of preimage. Raises ReadingError for what must not be signed."""


def run(readers: Mapping[str, Reader], stark_rules: StarkRules | None = None) -> int:
    """Be the signer: harden the process, take over its standard streams, and serve until the input ends.

    Returns the exit code: 0 after the end of input, 2 after a frame that was too long.
    """
    hardening.harden()
    warnings.simplefilter("ignore")
    with os.fdopen(os.dup(0), "rb", buffering=0) as stdin, os.fdopen(os.dup(1), "wb", buffering=0) as stdout:
        # Whatever a library might print must neither enter the protocol nor reach a log.
        silence = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(silence, descriptor)
        os.close(silence)
        return serve(readers, stdin, stdout, stark_rules=stark_rules)


def serve(
    readers: Mapping[str, Reader],
    stdin: RawIOBase,
    stdout: RawIOBase,
    *,
    randomness: Randomness = os.urandom,
    stark_rules: StarkRules | None = None,
) -> int:
    """Answer requests until the input ends.

    Args:
        readers: by kind, such as "zklink.withdraw"; "zklink.key-derivation" is the one for the key message.
        stdin: requests, one frame each.
        stdout: "ready" first, then one frame for each request, in their order.
        randomness: for new vaults.
        stark_rules: where there is a system with Stark keys.

    Returns:
        0 after the end of input, 2 after a frame that was too long.
    """
    _send(stdout, {"ready": PROTOCOL_VERSION})
    warm_up = threading.Thread(target=_import_heavy, name="warm-up", daemon=True)
    warm_up.start()

    from ashore.keys.signer_session import SignerSession

    session = SignerSession(readers, randomness, ensure_ready=warm_up.join, stark_rules=stark_rules)
    try:
        return _answer_all(session.answer, stdin, stdout)
    except BrokenPipeError:
        return 0
    finally:
        session.lock()
        # The interpreter must not be taken down in the middle of an import.
        warm_up.join()


def _answer_all(
    answer: Callable[[Mapping[str, object]], dict[str, object]],
    stdin: RawIOBase,
    stdout: RawIOBase,
) -> int:
    while True:
        try:
            body = frames.read(stdin)
        except frames.FrameTooLong:
            return 2
        if body is None:
            return 0
        response: dict[str, object]
        try:
            request = frames.decode(body)
        except frames.FrameError:
            response = {"id": None, "error": {"kind": "RequestInvalid", "sentence": "Not a frame.", "advice": ""}}
        else:
            response = answer(request)
        finally:
            body[:] = bytes(len(body))
        _send(stdout, response)


def _send(stdout: RawIOBase, content: Mapping[str, object]) -> None:
    try:
        frame = frames.encode(content)
    except frames.FrameTooLong:
        from ashore.keys.protocol import describe

        frame = frames.encode({"id": content.get("id"), "error": describe(fault())})
    view = memoryview(frame)
    while view:
        written = stdout.write(view)
        view = view[written or 0 :]
    stdout.flush()


def _import_heavy() -> None:
    recursion_limit = sys.getrecursionlimit()
    # A failure shows itself again, with a proper answer, at the first request that needs the module.
    with contextlib.suppress(ImportError):
        load_eth_account()
        importlib.import_module("nacl.bindings")
    # py_ecc, should it be imported after all, raises it so far that runaway recursion would overflow the stack.
    sys.setrecursionlimit(recursion_limit)
