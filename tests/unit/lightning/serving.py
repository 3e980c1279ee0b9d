"""Real HTTP servers on loopback that behave like the user's wallets, and the clock and requests of these tests."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import socket
import ssl
import traceback
from collections.abc import AsyncIterator

import uvicorn

from ashore.lightning.backends import InvoiceRequest
from ashore.net.http import HttpClient
from ashore.net.pacing import SystemClock
from ashore.sandbox.asgi import App, Receive, Scope, Send, read_body, send_body, send_json, wait_for_disconnect

NODE_ID = "02" + "ab" * 32
# Base64url of an authenticator and of "=7&method=invoice|method=waitanyinvoice|...": a rune that can only receive.
RUNE_AUTHENTICATOR = bytes(range(100, 132))
API_KEY = "5eC7e7invoice0key0a1b2c3d4e5f6a7"
ADMIN_KEY = "5eC7e7admin00key0f7e6d5c4b3a2918"
REFERENCE = "5b0c7a3e-1111-4222-8333-944455556666"
REQUEST = InvoiceRequest(REFERENCE, 21_000, "Prize of the fair", 3_600)
INVOICE_TEXT = "lnbcrt210n1pj4hqpqpp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqf"


class FastClock:
    """A clock whose sleeps take no time but their turn."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0.001)


class StandingClock(FastClock):
    """A clock on which a wait of a second or more never ends: what comes all the same was pushed."""

    async def sleep(self, seconds: float) -> None:
        if seconds >= 1:
            await asyncio.Event().wait()
        await super().sleep(seconds)


def new_http(tls: ssl.SSLContext | None = None) -> HttpClient:
    """The wallet's own client, on the machine's clock."""
    return HttpClient(SystemClock(), random.Random(1), tls=tls)


@contextlib.asynccontextmanager
async def serving(app: App, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Serve `app` on a free port of loopback and give its address."""
    # asyncio spares the wait for acknowledgements only where the socket says that it is TCP.
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, lifespan="off", ws="none", log_config=None, access_log=False, timeout_graceful_shutdown=1
    )
    config.load()
    config.ssl = tls
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    # Without its main loop the server needs no signals, and no tenth of a second to notice that it is over.
    await server.startup(sockets=[listener])
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        await server.shutdown(sockets=[listener])


class Wallet:
    """What both kinds of server share: overridden answers, and a list of what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, object]]] = []
        self.instead: dict[str, App] = {}
        """Answers by the last part of a path, given instead of the right ones."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        body = await read_body(receive)
        path = str(scope["path"])
        content = json.loads(body) if body else {}
        self.asked.append((scope["method"], path, content))
        for end, app in self.instead.items():
            if path.endswith(end):
                await app(scope, receive, send)
                return
        await self.answer(scope["method"], path, headers, content, receive, send)

    async def answer(self, method, path, headers, content, receive, send) -> None:
        raise AssertionError(path)

    def count(self, end: str) -> int:
        """How often a path with that end was asked."""
        return sum(path.endswith(end) for _, path, _ in self.asked)


class Node(Wallet):
    """A Core Lightning node behind clnrest, as far as a receiving wallet sees it."""

    def __init__(self, rune: str) -> None:
        super().__init__()
        self.rune = rune
        self.allowed: set[str] | None = None
        self.invoices: dict[str, dict[str, object]] = {}
        self.paid: list[dict[str, object]] = []
        self.info: dict[str, object] = {"id": NODE_ID, "alias": "HARBOUR", "network": "regtest", "version": "v26.06.6"}
        self.channels: list[dict[str, object]] = []
        self.warnings: dict[str, str] = {}
        self.most_waiting = 0
        self._waiting = 0
        self._news = asyncio.Condition()

    async def pay(self, label: str, received_msat: int | None = None) -> None:
        """Settle an invoice and wake whoever waits."""
        invoice = self.invoices[label]
        self.paid.append(invoice)
        invoice |= {
            "status": "paid",
            "pay_index": len(self.paid),
            "amount_received_msat": received_msat or invoice["amount_msat"],
            "paid_at": 1_790_000_000,
            "payment_preimage": "00" * 32,
        }
        async with self._news:
            self._news.notify_all()

    async def answer(self, method, path, headers, content, receive, send) -> None:
        name = path.removeprefix("/v1/")
        if method != "POST":
            await send_json(send, 405, {"code": -1, "message": "method not allowed"})
        elif "rune" not in headers:
            await send_json(send, 403, {"code": 1501, "message": "Not authorized: Missing rune"})
        elif headers["rune"] != self.rune:
            await send_json(send, 403, {"code": 1501, "message": "Not authorized: Not derived from master"})
        elif self.allowed is not None and name not in self.allowed:
            await send_json(send, 401, {"code": 1502, "message": "Not permitted: method is not equal to " + name})
        elif name == "waitanyinvoice":
            await self._wait(content, receive, send)
        else:
            await getattr(self, "_" + name)(content, send)

    async def _getinfo(self, _content, send) -> None:
        await send_json(send, 201, self.info)

    async def _listpeerchannels(self, _content, send) -> None:
        await send_json(send, 201, {"channels": self.channels})

    async def _invoice(self, content, send) -> None:
        label = content["label"]
        if label in self.invoices:
            await send_json(send, 500, {"code": 900, "message": f"Duplicate label '{label}'"})
            return
        number = len(self.invoices) + 1
        self.invoices[label] = {
            "label": label,
            "bolt11": f"{INVOICE_TEXT}{number}",
            "payment_hash": hash_of(number),
            "amount_msat": content["amount_msat"],
            "description": content["description"],
            "status": "unpaid",
            "expires_at": 1_790_003_600,
        }
        answer = {key: self.invoices[label][key] for key in ("bolt11", "payment_hash", "expires_at")}
        await send_json(send, 201, answer | self.warnings)

    async def _listinvoices(self, content, send) -> None:
        (key, value), *others = content.items()
        assert not others
        await send_json(send, 201, {"invoices": [one for one in self.invoices.values() if one[key] == value]})

    async def _wait(self, content, receive, send) -> None:
        self._waiting += 1
        self.most_waiting = max(self.most_waiting, self._waiting)
        gone = asyncio.create_task(wait_for_disconnect(receive))
        waiting = asyncio.create_task(self._next(content["lastpay_index"]))
        await asyncio.wait({gone, waiting}, timeout=content["timeout"] or 0.02, return_when=asyncio.FIRST_COMPLETED)
        found = waiting.result() if waiting.done() else None
        left = gone.done()
        self._waiting -= 1
        for task in (gone, waiting):
            task.cancel()
        await asyncio.gather(gone, waiting, return_exceptions=True)
        if left:
            return
        if found is None:
            await send_json(send, 500, {"code": 904, "message": "Timed out while waiting for invoice to be paid"})
        else:
            await send_json(send, 201, found)

    async def _next(self, after):
        async with self._news:
            await self._news.wait_for(lambda: len(self.paid) > after)
            return self.paid[after]


class LnbitsServer(Wallet):
    """An LNbits server with one wallet, as far as a receiving wallet sees it (1.6.2, as measured)."""

    def __init__(self) -> None:
        super().__init__()
        self.payments: dict[str, dict[str, object]] = {}

    async def answer(self, method, path, headers, content, receive, send) -> None:
        key = headers.get("x-api-key")
        if key not in {API_KEY, ADMIN_KEY}:
            await send_json(send, 404, {"detail": "Wallet not found."})
        elif (method, path) == ("GET", "/api/v1/wallet"):
            wallet = {"name": "Till", "balance": 1_000}
            await send_json(send, 200, wallet | ({"id": "8f3b"} if key == ADMIN_KEY else {}))
        elif (method, path) == ("POST", "/api/v1/payments"):
            assert content["out"] is False
            number = len(self.payments) + 1
            payment = {
                "payment_hash": hash_of(number),
                "bolt11": f"{INVOICE_TEXT}{number}",
                "amount": int(content["amount"]) * 1_000,
                "memo": content["memo"],
                "expiry": "2026-11-21T04:00:00",
                "status": "pending",
            }
            self.payments[hash_of(number)] = payment
            await send_json(send, 201, payment)
        elif method == "GET" and path.startswith("/api/v1/payments/"):
            payment = self.payments.get(path.rpartition("/")[2])
            if payment is None:
                await send_json(send, 404, {"detail": "Payment does not exist."})
            else:
                await send_json(send, 200, told(payment))
        else:
            await send_json(send, 404, {"detail": "Not Found"})


def told(payment: dict[str, object]) -> dict[str, object]:
    """What LNbits says about a payment: the preimage is there all along, and the status goes away when it is paid."""
    paid = payment["status"] == "success"
    answer = {"paid": paid, "preimage": "ab" * 32, "details": payment}
    return answer | ({"status": None} if paid else {"status": "pending"})


def hash_of(number: int) -> str:
    """The payment hash of the invoice of that number."""
    return f"{number:064x}"


def saying(body: object, status: int = 201, headers: tuple[tuple[bytes, bytes], ...] = ()) -> App:
    """Answer so: bytes as they are, all else as JSON."""

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        await send_body(send, status, raw, headers=headers)

    return app


def silent() -> App:
    """Never answer."""

    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        await wait_for_disconnect(receive)

    return app


def everything_in(error: BaseException) -> str:
    """All that a log could show of an error and of those that hang on it."""
    told = ["".join(traceback.format_exception(error))]
    seen: BaseException | None = error
    while seen is not None:
        told += [repr(seen), str(seen), repr(vars(seen))]
        seen = seen.__cause__ or seen.__context__
    return "\n".join(told)
