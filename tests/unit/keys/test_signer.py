"""The signer as it really runs: its own process, asked over pipes."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ashore.keys import derivation, frames
from ashore.keys.errors import KeysError, Locked, MnemonicInvalid, Refused, SignerGone, WrongPassword
from ashore.keys.signer import Signer, minimal_environment
from unit.keys.test_signer_session import ADDRESS, WITHDRAW
from unit.keys.vault_support import PASSWORD, python_path

COMMAND = (sys.executable, "-m", "ashore", "--role", "signer")
WITHOUT_NETWORK = (
    sys.executable,
    "-c",
    "import os, sys\n"
    "sys.addaudithook(lambda event, _: os._exit(9) if event.startswith('socket.') else None)\n"
    "from ashore import signer_role\n"
    "sys.exit(signer_role.main())",
)


def scripted(lines: str) -> tuple[str, ...]:
    """A process that says it is ready and then misbehaves; `ask` waits for a request."""
    start = (
        "import json, os, sys, time\n"
        "def say(content):\n"
        "    body = json.dumps(content).encode()\n"
        "    os.write(1, len(body).to_bytes(4, 'big') + body)\n"
        "def ask():\n"
        "    return json.loads(os.read(0, 10**6)[4:])\n"
    )
    return (sys.executable, "-c", start + lines)


@pytest.fixture
async def signer() -> AsyncIterator[Signer]:
    async with Signer(COMMAND, python_path()) as started:
        yield started


def alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


class TestRoundTrip:
    async def test_unlock_read_sign_lock_without_a_network(self, practice_vault: Path) -> None:
        async with Signer(WITHOUT_NETWORK, python_path()) as signer:
            unlocked = await signer.unlock(practice_vault, bytearray(PASSWORD))
            assert unlocked.network == "sandbox"
            (account,) = await signer.accounts()
            assert account.address == ADDRESS
            read = await signer.read("zklink.withdraw", WITHDRAW)
            assert read.reading.l2_message
            signed = await signer.sign("zklink.withdraw", WITHDRAW, 0, read.reading.fields)
            assert signed.identifier == read.reading.identifier
            assert signed.l2 is not None
            assert signed.l2.pub_key == account.l2_pub_key
            assert signed.as_mapping()["ethereum"] == list(signed.ethereum)
            process_id = signer.process_id
            assert process_id is not None
            await signer.lock()
            assert not alive(process_id)
            assert not signer.unlocked

    async def test_create_then_unlock_again(self, signer: Signer, tmp_path: Path) -> None:
        path = tmp_path / "new.vault"
        made = await signer.create(path, bytearray(b"pw"), None, network="sandbox", fast_kdf=True)
        await signer.lock()
        with pytest.raises(WrongPassword):
            await signer.unlock(path, bytearray(b"other"))
        assert not signer.unlocked
        assert await signer.unlock(path, bytearray(b"pw")) == made

    async def test_errors_arrive_as_themselves(self, signer: Signer, practice_vault: Path, tmp_path: Path) -> None:
        with pytest.raises(Locked):
            await signer.accounts()
        with pytest.raises(Refused, match="no known kind"):
            await signer.read("zklink.withdraw", {**WITHDRAW, "profile": "unheard-of"})
        with pytest.raises(MnemonicInvalid) as caught:
            await signer.create(tmp_path / "v", bytearray(b"pw"), bytearray(b"abandon " * 11 + b"abuot"), network="x")
        assert caught.value.positions == (12,)
        await signer.unlock(practice_vault, bytearray(PASSWORD))
        with pytest.raises(Refused):
            await signer.sign("zklink.withdraw", WITHDRAW, 0, {"amount": "7703369011"})

    async def test_a_transaction(self, signer: Signer, practice_vault: Path) -> None:
        from eth_account import Account

        from ashore.crypto import rlp

        unsigned = b"\x02" + rlp.encode(
            [b"\x01", b"", b"\x01", b"\x02", b"\x52\x08", bytes(19) + b"\x01", b"", b"", []]
        )
        await signer.unlock(practice_vault, bytearray(PASSWORD))
        read = await signer.read("ethereum.transaction", {"unsigned": "0x" + unsigned.hex()})
        signed = await signer.sign_transaction(unsigned, 0, read.reading.fields)
        assert signed.transaction is not None
        assert Account.recover_transaction(signed.transaction) == ADDRESS

    async def test_many_at_once_are_answered_each_with_its_own(self, signer: Signer, practice_vault: Path) -> None:
        await signer.unlock(practice_vault, bytearray(PASSWORD))
        answers = await asyncio.gather(*(signer.accounts(first) for first in range(8)))
        assert [account.index for (account,) in answers] == list(range(8))

    async def test_an_abandoned_request_does_not_disturb_the_next(self, signer: Signer, practice_vault: Path) -> None:
        await signer.unlock(practice_vault, bytearray(PASSWORD))
        abandoned = asyncio.create_task(signer.accounts(0, 50))
        await asyncio.sleep(0)
        abandoned.cancel()
        with pytest.raises(asyncio.CancelledError):
            await abandoned
        (account,) = await signer.accounts(1)
        assert account.index == 1


class TestDeath:
    async def test_a_killed_signer_is_locked_and_starts_again(self, signer: Signer, practice_vault: Path) -> None:
        await signer.unlock(practice_vault, bytearray(PASSWORD))
        assert signer.process_id is not None
        asking = asyncio.create_task(signer.accounts(0, 50))
        await asyncio.sleep(0)
        os.kill(signer.process_id, signal.SIGKILL)
        with pytest.raises(SignerGone):
            await asking
        with pytest.raises(Locked):
            await signer.accounts()
        await signer.unlock(practice_vault, bytearray(PASSWORD))
        assert (await signer.accounts())[0].address == ADDRESS

    @pytest.mark.parametrize(
        "behaviour",
        [
            "say({'ready': 1}); ask(); sys.exit(0)",
            "say({'ready': 1}); ask(); os.kill(os.getpid(), 9)",
            "say({'ready': 1}); ask(); os.write(1, b'\\xff' * 64); time.sleep(60)",
            "say({'ready': 1}); ask(); os.write(1, b'\\0\\0\\0\\2[]'); time.sleep(60)",
            "say({'ready': 1}); ask(); os.write(1, b'\\0\\0\\0\\xffhalf'); sys.exit(1)",
            "say({'ready': 2}); time.sleep(60)",
            "print('Traceback', flush=True); time.sleep(60)",
            "sys.exit(3)",
        ],
    )
    async def test_a_signer_that_breaks_off(self, behaviour: str) -> None:
        async with Signer(scripted(behaviour), python_path()) as signer:
            with pytest.raises(SignerGone):
                await signer.read("zklink.withdraw", WITHDRAW)

    async def test_a_signer_that_does_not_answer_is_ended(self) -> None:
        silent = scripted("say({'ready': 1})\nwhile True: time.sleep(60)")
        async with Signer(silent, python_path(), timeouts={"read": 0.1}) as signer:
            await signer.start()
            process_id = signer.process_id
            assert process_id is not None
            with pytest.raises(SignerGone, match="in time"):
                await signer.read("zklink.withdraw", WITHDRAW)
            assert not alive(process_id)

    @pytest.mark.parametrize(
        "reply",
        [
            "'result': 1",
            "'result': {}",
            "'error': 1",
            "'error': {'kind': 'KeyboardInterrupt', 'sentence': '', 'advice': ''}",
            "'x': 1",
        ],
    )
    async def test_answers_of_another_shape(self, reply: str) -> None:
        strange = "say({'ready': 1})\nwhile True: say({'id': ask()['id'], " + reply + "})"
        async with Signer(scripted(strange), python_path()) as signer:
            with pytest.raises(KeysError):
                await signer.read("zklink.withdraw", WITHDRAW)

    async def test_no_such_program(self) -> None:
        with pytest.raises(SignerGone, match="started"):
            await Signer(["/nonexistent/ashore"], {}).start()

    async def test_locking_stops_an_unlocking_under_way(self, signer: Signer, practice_vault: Path) -> None:
        unlocking = asyncio.create_task(signer.unlock(practice_vault, bytearray(PASSWORD)))
        queued = asyncio.create_task(signer.unlock(practice_vault, bytearray(PASSWORD)))
        await asyncio.sleep(0)
        await signer.lock()
        results = await asyncio.gather(unlocking, queued, return_exceptions=True)
        assert [type(outcome) for outcome in results] == [Locked, Locked]
        assert signer.process_id is None
        assert not signer.unlocked

    async def test_locking_twice_and_unstarted(self, signer: Signer) -> None:
        await signer.lock()
        await signer.start()
        await signer.lock()
        await signer.lock()


class RawSigner:
    """The process without the window's side, to see every byte."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self.seen = bytearray()

    def send(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        body = frames.read(self.process.stdout)  # type: ignore[arg-type]
        assert body is not None
        self.seen += body
        return frames.decode(body)

    def ask(self, **request: object) -> dict[str, Any]:
        self.send(bytes(frames.encode({"id": 1, **request})))
        return self.receive()


@contextmanager
def raw_signer() -> Iterator[RawSigner]:
    environment = minimal_environment(python_path())
    with subprocess.Popen(
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        running = RawSigner(process)
        try:
            assert running.receive() == {"ready": 1}
            yield running
        finally:
            process.kill()


class TestProcess:
    def test_no_secret_leaves_it(self, practice_vault: Path, tmp_path: Path) -> None:
        seed = derivation.seed_from_mnemonic(derivation.PUBLIC_TEST_MNEMONIC.encode())
        secrets = [b"test test", b"junk", PASSWORD, seed.hex().encode(), b"hunter2", b"zebra"]
        with raw_signer() as running:
            running.ask(op="unlock", vault=str(practice_vault), password="hunter2")
            running.ask(op="unlock", vault=str(practice_vault), password=PASSWORD.decode(), hunter2="hunter2")
            running.ask(op="unlock", vault=str(practice_vault), password=PASSWORD.decode())
            running.ask(
                op="create",
                vault=str(practice_vault),
                password="hunter2",
                mnemonic="zebra " * 12,
                kdf="fast",
                network="x",
            )
            running.ask(
                op="create",
                vault=str(tmp_path / "v"),
                password="hunter2",
                mnemonic="zebra zebraa " * 6,
                kdf="fast",
                network="x",
            )
            running.ask(op="hunter2", password={"hunter2": "zebra"})
            running.send(b"\x00\x00\x00\x09{hunter2}")
            running.receive()
            running.ask(op="accounts", first=0, count=3)
            fields = running.ask(op="read", kind="zklink.withdraw", preimage=WITHDRAW)["result"]["fields"]
            signing = {"op": "sign", "kind": "zklink.withdraw", "preimage": WITHDRAW}
            assert "result" in running.ask(**signing, account=0, expect=fields)
            running.ask(**signing, account=0, expect={})
            running.ask(**signing, account="hunter2", expect=fields)
            assert running.process.stdin is not None
            running.process.stdin.close()
            assert running.process.wait() == 0
            assert running.process.stderr is not None
            assert running.process.stderr.read() == b""
        for index in range(3):
            key = derivation.account_key(seed, index)
            secrets += [bytes(key), key.hex().encode()]
        from ashore.keys.key_ring import KeyRing
        from ashore.systems.zklink.codec import KEY_DERIVATION_TEXT

        layer2 = KeyRing(seed, KEY_DERIVATION_TEXT).account(0).layer2
        assert layer2.public_key.hex().encode() in running.seen
        secrets.append(layer2.private_key.hex().encode())
        for secret in secrets:
            assert secret not in running.seen

    def test_it_ends_with_its_input_at_any_time(self) -> None:
        with raw_signer() as running:
            assert running.process.stdin is not None
            running.process.stdin.close()
            assert running.process.wait() == 0

    def test_ctrl_c_is_the_windows_affair(self) -> None:
        with raw_signer() as running:
            running.process.send_signal(signal.SIGINT)
            assert running.ask(op="accounts", first=0, count=1)["error"]["kind"] == "Locked"

    def test_a_frame_over_the_limit_ends_it(self) -> None:
        with raw_signer() as running:
            running.send((frames.FRAME_MAX_BYTES + 1).to_bytes(4, "big"))
            assert running.process.wait() == 2

    def test_garbage_is_answered_and_forgotten(self) -> None:
        with raw_signer() as running:
            for body in (b"", b"\xff" * 50, b"[]", b"[" * 100_000, json.dumps({"id": "x", "op": []}).encode()):
                running.send(len(body).to_bytes(4, "big") + body)
                assert running.receive()["error"]["kind"] == "RequestInvalid"
            assert running.ask(op="lock") == {"id": 1, "result": {}}

    @pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
    def test_no_core_dump_and_a_bare_environment(self) -> None:
        with raw_signer() as running:
            proc = Path("/proc") / str(running.process.pid)
            limits = (proc / "limits").read_text()
            assert [line.split()[4:6] for line in limits.splitlines() if "core" in line] == [["0", "0"]]
            names = {
                entry.partition(b"=")[0].decode() for entry in (proc / "environ").read_bytes().split(b"\0") if entry
            }
            assert names <= set(minimal_environment(dict.fromkeys(names, "")))

    @pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux'")
    def test_it_cannot_be_traced(self) -> None:
        script = (
            "import ctypes; from ashore.keys import hardening; hardening.harden(); print(ctypes.CDLL(None).prctl(3))"
        )
        done = subprocess.run([sys.executable, "-c", script], env=python_path(), capture_output=True, check=True)
        assert done.stdout.strip() == b"0"


def test_environment_is_cut_down() -> None:
    given = {
        "PATH": "/bin",
        "LANG": "C",
        "HTTPS_PROXY": "x",
        "DISPLAY": ":0",
        "SSH_AUTH_SOCK": "x",
        "PYTHONSTARTUP": "x",
    }
    assert minimal_environment(given) == {"PATH": "/bin", "LANG": "C"}


@pytest.mark.parametrize(
    "modules", ["ashore.keys.signer", "ashore.keys.vault, ashore.keys.derivation", "ashore.signer_role"]
)
def test_nothing_heavy_is_imported_at_the_start(modules: str) -> None:
    heavy = ("eth_account", "nacl", "httpx", "PySide6")
    script = f"import sys, {modules}; sys.exit(any(name in sys.modules for name in {heavy}))"
    assert subprocess.run([sys.executable, "-c", script], env=python_path(), check=False).returncode == 0
