"""An LNbits with FakeWallet in a process of its own: real but for the money."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from peers import places
from peers.npm_service import HOST, free_port

_START_SECONDS = 90.0
_NOWHERE = "http://127.0.0.1:9"
_EXTENSION = "withdraw"


@dataclass(frozen=True)
class Wallet:
    """A wallet of the server with its two keys."""

    id: str
    admin_key: str
    invoice_key: str


class LNbitsServer:
    """The server, set up by its first user. It can reach nobody: it would ask for prices otherwise.

    `extension` is the folder of its extension for vouchers, of which it gets a copy. Every wallet may make some then.
    """

    def __init__(self, folder: Path, extension: Path | None = None) -> None:
        self.port = free_port()
        self.address = f"http://{HOST}:{self.port}"
        self._folder = folder
        self._extension = extension
        self._process: subprocess.Popen[bytes] | None = None
        self.http = httpx.Client(base_url=self.address, timeout=20, trust_env=False)

    def __enter__(self) -> LNbitsServer:
        packages = next((places.PEERS / "lnbits" / "lib").glob("python3.*/site-packages"))
        for name in ("logs", "extensions", "wasm_extensions"):
            (self._folder / name).mkdir()
        if self._extension is not None:
            shutil.copytree(
                self._extension, self._folder / "extensions" / _EXTENSION, ignore=shutil.ignore_patterns(".git")
            )
        # Not by its own command, which would leave the server behind in a second process.
        command = [str(places.lnbits_python()), "-m", "uvicorn", "lnbits.__main__:app", "--host", HOST]
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [*command, "--port", str(self.port)],
                # It looks for its pages below the folder it is started in.
                cwd=packages,
                env={
                    "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
                    "HOME": str(self._folder),
                    "LNBITS_DATA_FOLDER": str(self._folder),
                    "LNBITS_EXTENSIONS_PATH": str(self._folder),
                    "LNBITS_EXTENSIONS_DEFAULT_INSTALL": "",
                    "LNBITS_USER_DEFAULT_EXTENSIONS": "" if self._extension is None else _EXTENSION,
                    "LNBITS_BACKEND_WALLET_CLASS": "FakeWallet",
                    "LNBITS_ADMIN_UI": "true",
                    "HOST": HOST,
                    "PORT": str(self.port),
                    "LNBITS_RATE_LIMIT_NO": "100000",
                    # Otherwise it looks for a price at every payment.
                    "LNBITS_PRICE_AGGREGATOR_ENABLED": "false",
                    "LNBITS_EXCHANGE_RATE_PROVIDERS": "[]",
                    "HTTP_PROXY": _NOWHERE,
                    "HTTPS_PROXY": _NOWHERE,
                    "NO_PROXY": HOST,
                },
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        try:
            self._wait()
            self._set_up()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def wallet(self, balance_sat: int = 0) -> Wallet:
        """Make a wallet, with this much in it."""
        made = self.http.post("/api/v1/account", json={"name": "a wallet"}).json()
        if balance_sat:
            done = self.http.put("/users/api/v1/balance", json={"id": made["id"], "amount": balance_sat})
            assert done.is_success, done.text
        return Wallet(made["id"], made["adminkey"], made["inkey"])

    def balance_msat(self, wallet: Wallet) -> int:
        """What a wallet holds."""
        balance: int = self.http.get("/api/v1/wallet", headers={"X-Api-Key": wallet.invoice_key}).json()["balance"]
        return balance

    def pay(self, wallet: Wallet, invoice: str) -> None:
        """Pay an invoice out of a wallet."""
        done = self.http.post(
            "/api/v1/payments", headers={"X-Api-Key": wallet.admin_key}, json={"out": True, "bolt11": invoice}
        )
        assert done.is_success, done.text

    def invoice(self, wallet: Wallet, amount_sat: int) -> str:
        """Make an invoice of a wallet."""
        asked = {"out": False, "amount": amount_sat}
        done = self.http.post("/api/v1/payments", headers={"X-Api-Key": wallet.invoice_key}, json=asked)
        assert done.is_success, done.text
        return str(done.json()["bolt11"])

    def invoices(self, wallet: Wallet) -> list[str]:
        """Every invoice of a wallet."""
        done = self.http.get("/api/v1/payments", headers={"X-Api-Key": wallet.invoice_key})
        return [str(payment["bolt11"]) for payment in done.json()]

    def voucher(self, wallet: Wallet, **terms: Any) -> dict[str, Any]:
        """Make a voucher that a wallet pays for: 10 to 20 sat, once, a second apart, unless `terms` say otherwise."""
        asked = {"title": "a voucher", "min_withdrawable": 10, "max_withdrawable": 20, "uses": 1}
        asked |= {"wait_time": 1, "is_unique": False, **terms}
        done = self.http.post(f"/{_EXTENSION}/api/v1/links", headers={"X-Api-Key": wallet.admin_key}, json=asked)
        assert done.is_success, done.text
        told: dict[str, Any] = done.json()
        return told

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        # Connecting is repeated without a pause of its own: each try waits for the server up to its time limit.
        with httpx.Client(
            base_url=self.address, timeout=5, trust_env=False, transport=httpx.HTTPTransport(retries=8)
        ) as patient:
            while True:
                assert self._process is not None
                assert self._process.poll() is None, (self._folder / "log").read_text(errors="replace")[-2_000:]
                assert time.monotonic() < deadline, "LNbits did not start in time"
                try:
                    patient.get("/api/v1/health")
                except httpx.TransportError:
                    continue
                return

    def _set_up(self) -> None:
        person = {"username": "superuser", "password": "a long password", "password_repeat": "a long password"}
        done = self.http.put("/api/v1/auth/first_install", json=person)
        assert done.is_success, done.text
        self.http.headers["Authorization"] = f"Bearer {done.json()['access_token']}"
        self.http.cookies.clear()

    def _stop(self) -> None:
        self.http.close()
        assert self._process is not None
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        with socket.socket() as probe:
            assert probe.connect_ex((HOST, self.port)), "LNbits goes on although its process ended"
