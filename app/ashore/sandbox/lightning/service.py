"""The practice withdraw service over HTTP: looks, callbacks, redirects, and a page that lists its vouchers (LUD-03)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from ashore.sandbox import asgi
from ashore.sandbox.lightning import bodies, pages
from ashore.sandbox.lightning.cashier import Call, Cashier
from ashore.sandbox.lightning.faults import Fault, Switches
from ashore.sandbox.lightning.offers import balance_number, offer, other_host
from ashore.sandbox.lightning.registry import Registry
from ashore.sandbox.lightning.store import ClaimState
from ashore.sandbox.lightning.vouchers import Place, Style, Voucher

ROOT = "/lnurl"

Sleep = Callable[[float], Awaitable[Any]]


class _NotFoundError(Exception):
    """There is nothing at this address."""


@dataclass(frozen=True, slots=True)
class _Request:
    """A GET with what is needed to answer it. `path` is below the service's own, `query` as it came."""

    path: str
    query: str
    place: Place
    receive: asgi.Receive
    send: asgi.Send

    def get(self, name: str) -> str | None:
        """The value of a parameter."""
        return dict(parse_qsl(self.query, keep_blank_values=True)).get(name)

    def call(self) -> Call:
        """What a callback is given."""
        return Call(self.get("k1") or "", self.get("pr"), self.get("id_unique_hash") or "", self.get("pin"))


@dataclass(frozen=True, slots=True)
class _Looked:
    """What a link leads to: a voucher, with the id of a unique link or the number of a card's tap."""

    voucher: Voucher | None
    link: str = ""
    counter: int | None = None


class WithdrawService:
    """Serves everything below `/lnurl`.

    Args:
        registry: the vouchers and faults.
        cashier: takes invoices.
        sleep: waits in seconds, for faults that delay.
    """

    def __init__(self, registry: Registry, cashier: Cashier, *, sleep: Sleep = asyncio.sleep) -> None:
        self._registry = registry
        self._cashier = cashier
        self._sleep = sleep

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        """Serve one HTTP request."""
        path = str(scope["path"]).removeprefix(ROOT).strip("/")
        request = _Request(path, scope["query_string"].decode("latin-1"), place_of(scope), receive, send)
        try:
            body = await asgi.read_body(receive, 4096)
            if scope["method"] == "POST" and path == "new":
                await self._another(body, send)
            elif scope["method"] == "GET":
                await self._get(request)
            else:
                await asgi.send_json(send, 405, _error("Method not allowed"))
        except _NotFoundError:
            await asgi.send_json(send, 404, _error("Not found"))
        except asgi.BodyTooLargeError:
            await asgi.send_json(send, 413, _error("Payload too large"))
        except asgi.ClientGoneError:
            return

    async def _get(self, request: _Request) -> None:
        match request.path.split("/"):
            case [""]:
                await self._page(request)
            case ["vouchers"]:
                await asgi.send_json(request.send, 200, pages.listing(self._free(), request.place))
            case ["hop", left, *rest] if left in tuple("012345678"):
                await self._hop(int(left), "/".join(rest), request)
            case ["u"] if request.get("q") is None:
                await self._npm_callback(request)
            case ["cb", voucher_id]:
                await self._callback(self._registry.get(voucher_id), request)
            case ["moved", voucher_id]:
                await self._moved_callback(self._registry.get(voucher_id), request)
            case _:
                looked = self._looked_at(request.path, request)
                hops = self._hops(self._registry.switches(looked.voucher))
                if hops:
                    await self._redirect(looked, hops - 1, request.path, request)
                else:
                    await self._look(looked, request)

    # ------------------------------------------------------------------------------------------------- the page

    async def _page(self, request: _Request) -> None:
        shown = [(voucher, self._cashier.uses(voucher)) for voucher in self._registry.all()]
        # Drawing the codes takes some milliseconds each.
        html = await asyncio.to_thread(pages.page, shown, request.place)
        await asgi.send_body(request.send, 200, html.encode(), kind=b"text/html; charset=utf-8", headers=pages.HEADERS)

    def _free(self) -> Iterator[tuple[Voucher, int, str]]:
        """The vouchers that are not used up, the newest first, with their uses left and the link of the next one."""
        for voucher in reversed(self._registry.all()):
            left = voucher.terms.uses - self._cashier.uses(voucher)
            link = next((link for link in voucher.link_ids() if not self._cashier.link_taken(voucher, link)), "")
            if left > 0 and (link or not voucher.terms.unique):
                yield voucher, left, link

    async def _another(self, body: bytes, send: asgi.Send) -> None:
        """Make another voucher like one of the page, and lead back to the page."""
        like = self._registry.get(dict(parse_qsl(body.decode("latin-1"))).get("like", ""))
        try:
            if like is None:
                raise _NotFoundError
            made = self._registry.add(like.terms, like.faults)
        except ValueError:
            raise _NotFoundError from None
        await asgi.send_body(send, 303, b"", headers=[(b"location", f"{ROOT}#{made.id}".encode())])

    # -------------------------------------------------------------------------------------------------- looking

    def _looked_at(self, path: str, request: _Request) -> _Looked:
        match path.split("/"):
            case ["u"]:
                secret = request.get("q")
                found = (one for one in self._registry.all() if one.terms.style is Style.NPM and one.secret == secret)
                return _Looked(next(found, None))
            case ["w", voucher_id]:
                return _Looked(self._registry.get(voucher_id))
            case ["left", voucher_id, secret]:
                return self._balance_of(self._registry.get(voucher_id), secret)
            case ["w", voucher_id, link]:
                return _Looked(self._registry.get(voucher_id), link)
            case ["card", voucher_id]:
                voucher = self._registry.get(voucher_id)
                counter = voucher.counter_of(request.get("p") or "", request.get("c") or "") if voucher else None
                return _Looked(voucher if counter is not None else None, counter=counter)
        raise _NotFoundError

    def _balance_of(self, voucher: Voucher | None, secret: str) -> _Looked:
        """What a balance link leads to: with unique links, to the next one that was not used."""
        if voucher is None or not voucher.terms.balance:
            return _Looked(None)
        if secret != voucher.balance_secret(balance_number(voucher, self._registry.switches(voucher))):
            return _Looked(None)
        free = (link for link in voucher.link_ids() if not self._cashier.link_taken(voucher, link))
        return _Looked(voucher, next(free, ""))

    async def _look(self, looked: _Looked, request: _Request) -> None:
        voucher = looked.voucher
        switches = self._registry.switches(voucher)
        status, value = 200, _error("Withdraw link does not exist.")
        if voucher is None:
            if "u" in request.path.split("/"):
                status, value = 400, _error("Invalid secret")
        elif (reason := self._cannot_look(voucher, looked.link)) is not None:
            self._registry.turned_away(voucher)
            value = _error(reason)
        else:
            voucher = self._registry.looked_at(voucher, counter=looked.counter)
            value = offer(voucher, switches, request.place, looked.link, self._cashier.uses(voucher))
        await self._answer(switches, status, value, Fault.INFO_BODY, request)

    def _cannot_look(self, voucher: Voucher, link: str) -> str | None:
        """Why there is no offer, in the words of LNbits; npm lnurl always makes one."""
        if voucher.burnt and self._registry.switches(voucher).on(Fault.BURNS_ON_LOOK):
            return "Withdraw is spent."
        if voucher.terms.style is Style.NPM or (voucher.terms.balance and self._cashier.spent(voucher)):
            return None
        if self._cashier.spent(voucher):
            return "Withdraw is spent."
        if voucher.terms.unique and not link:
            return "This link requires an id_unique_hash."
        if link and (link not in voucher.link_ids() or self._cashier.link_taken(voucher, link)):
            return "id_unique_hash not found for this link."
        return None

    # ---------------------------------------------------------------------------------------------- redirecting

    @staticmethod
    def _hops(switches: Switches) -> int:
        hops = int(switches.get(Fault.REDIRECTS) or 0)
        elsewhere = switches.on(Fault.REDIRECT_HOST) or switches.on(Fault.REDIRECT_TO)
        return max(hops, 1) if elsewhere else hops

    async def _hop(self, left: int, path: str, request: _Request) -> None:
        looked = self._looked_at(path, request)
        if left:
            await self._redirect(looked, left - 1, path, request)
        else:
            await self._look(looked, request)

    async def _redirect(self, looked: _Looked, left: int, path: str, request: _Request) -> None:
        """Redirect to the hop after which so many are left."""
        switches, place = self._registry.switches(looked.voucher), request.place
        host, target = switches.get(Fault.REDIRECT_HOST), switches.get(Fault.REDIRECT_TO)
        if left == 0 and target is not None:
            await bodies.send_redirect(request.send, str(target))
            return
        if left == 0 and host is not None:
            place = Place(f"http://{other_host(host, place)}", place.root)
        await bodies.send_redirect(request.send, place.url(f"/hop/{left}/{path}{_after(request.query)}"))

    # ------------------------------------------------------------------------------------------------- claiming

    async def _npm_callback(self, request: _Request) -> None:
        k1 = request.get("k1")
        found = (one for one in self._registry.all() if one.terms.style is Style.NPM and one.k1 == k1)
        voucher = next(found, None)
        if voucher is None:
            await self._refuse(400, "Missing secret" if k1 is None else "Invalid secret", request)
        else:
            await self._claim_or_redirect(voucher, request)

    async def _callback(self, voucher: Voucher | None, request: _Request) -> None:
        if voucher is None:
            await self._refuse(200, "withdraw link not found.", request)
        elif voucher.terms.style is Style.NPM:
            raise _NotFoundError
        else:
            await self._claim_or_redirect(voucher, request)

    async def _moved_callback(self, voucher: Voucher | None, request: _Request) -> None:
        """Where a redirected callback leads: one that pays, so that who follows it is found out."""
        if voucher is None or voucher.k1 != request.get("k1"):
            await self._refuse(400, "Invalid secret", request)
        else:
            await self._claim(voucher, request)

    async def _claim_or_redirect(self, voucher: Voucher, request: _Request) -> None:
        target = self._registry.switches(voucher).get(Fault.CALLBACK_REDIRECT)
        if target is None:
            await self._claim(voucher, request)
            return
        moved = request.place.url(f"/moved/{voucher.id}{_after(request.query)}")
        await bodies.send_redirect(request.send, moved if target is True else str(target))

    async def _claim(self, voucher: Voucher, request: _Request) -> None:
        switches = self._registry.switches(voucher)
        reply = self._cashier.claim(voucher, request.call(), switches)
        status, value = reply.status, reply.value
        if reply.claim is not None:
            claim = await self._cashier.resolved(reply.claim)
            if claim.state is ClaimState.FAILED:
                status, value = 200, _error(f"withdraw not working. Payment failed: {claim.answer}")
        if reply.delay:
            await self._sleep(reply.delay)
        if reply.drops:
            await bodies.send_broken_off(request.send)
        else:
            await self._answer(switches, status, value, Fault.CALLBACK_BODY, request)

    async def _refuse(self, status: int, reason: str, request: _Request) -> None:
        self._cashier.refuse_unknown(request.call(), reason)
        await self._answer(self._registry.switches(None), status, _error(reason), Fault.CALLBACK_BODY, request)

    async def _answer(
        self, switches: Switches, status: int, value: Mapping[str, Any], body: Fault, request: _Request
    ) -> None:
        """Send an answer in the form that the faults give it."""
        status = int(switches.get(Fault.HTTP_STATUS) or status)
        word, case = value.get("status"), switches.get(Fault.STATUS_CASE)
        if isinstance(word, str) and case is not None:
            value = {**value, "status": word.lower() if case == "lower" else word.capitalize()}
        broken = switches.get(body)
        if broken is None:
            await bodies.send_object(request.send, status, value)
        else:
            await bodies.send_broken(broken, value, status, request.receive, request.send, self._sleep)


def place_of(scope: asgi.Scope) -> Place:
    """Where the service stands, by the name it was asked under."""
    host = next((value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"host"), "")
    return Place(f"http://{host or '127.0.0.1'}", ROOT)


def _after(query: str) -> str:
    return f"?{query}" if query else ""


def _error(reason: str) -> dict[str, Any]:
    return {"status": "ERROR", "reason": reason}
