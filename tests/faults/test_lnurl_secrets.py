"""Full runs with vouchers, and then a search for every secret of them: log, files, errors, output."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import logging
import random
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ashore.domain.errors import AshoreError
from ashore.engine.compose import Surroundings, compose, practice_client, system_clock
from ashore.engine.compose_lightning import practice_lightning
from ashore.engine.practice import SandboxControl
from ashore.engine.views import ActivityQuery, Change, Topic
from ashore.engine.wallet import Wallet
from ashore.keys.vault import Vault
from ashore.net.pacing import SystemClock
from ashore.systems.base import Draft, Offer
from ashore.systems.lnurl.codec import recognise
from ashore.systems.lnurl.profile import PRACTICE
from ashore.systems.lnurl.system.offer import KEEP_BALANCE, LnurlOffer
from ashore.systems.zklink.deployment import deployment_from_json
from faults.processes import ANSWER_S, Sandbox

PATIENCE_S = 60.0
LEAST_SECRET = 12


class Hearer(logging.Handler):
    """Keeps every record of every logger as it is, before anything redacts it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.getMessage()} {record.args!r} {record.__dict__.get('exc_text')!r}")
        if record.exc_info:
            self.lines.append("".join(traceback.format_exception(*record.exc_info)))


@pytest.fixture(scope="module", autouse=True)
def warm_starts() -> None:
    """What the processes print is looked at: they are the usual ones."""


@pytest.fixture
def log() -> Iterator[Hearer]:
    hearer, root = Hearer(), logging.getLogger()
    before = root.level
    root.addHandler(hearer)
    root.setLevel(logging.DEBUG)
    yield hearer
    root.removeHandler(hearer)
    root.setLevel(before)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with (tmp_path / "network.log").open("wb") as output:
        made = Sandbox(output)
    yield made
    made.close()


def secrets_of(sandbox: Sandbox) -> set[str]:
    """Whatever lets somebody take money, in every form in which it may have been written down."""
    told = sandbox.control("lightning")
    rune = json.loads(_asked(sandbox, "GET", "/profile", {}))["lightning"]["rune"]
    listed = json.loads(_asked(sandbox, "POST", "/cln/v1/listinvoices", {"Rune": rune}))
    found = {rune, told["admin_rune"], *(row["bolt11"] for row in listed["invoices"])}
    for voucher in told["vouchers"]:
        found |= {voucher["k1"], voucher["balance_link"], voucher["balance_link"].rpartition("/")[2]}
        for links in (voucher, *voucher["links"]):
            found |= {links["url"], links["lnurl"], links["url"].rpartition("/")[2]}
            found |= {piece for piece in links["url"].replace("=", "/").split("/") if len(piece) >= 20}
    return {form for secret in found for form in (secret, secret.lower()) if len(form) >= LEAST_SECRET}


def _asked(sandbox: Sandbox, method: str, path: str, headers: dict[str, str]) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=ANSWER_S)
    with contextlib.closing(connection):
        connection.request(method, path, "{}" if method == "POST" else None, headers)
        return connection.getresponse().read()


def leaks(place: str, content: bytes | str, secrets: set[str]) -> list[str]:
    """Which secrets stand in a content, whatever their case; described by their beginning."""
    text = (content.decode("latin-1") if isinstance(content, bytes) else content).lower()
    return [f"{place}: {secret[:16]}…" for secret in secrets if secret.lower() in text]


def vouchers_of_every_kind(sandbox: Sandbox) -> list[dict[str, Any]]:
    """One for each way; services that quote the secret where they can."""
    made: list[dict[str, Any]] = []
    ways: tuple[dict[str, Any], ...] = (
        {},
        {"drops_after_paying": True},
        {"callback_body": "html"},
        {"pays_after": 3},
        {"callback_query": "token=abcdefghijklmnopqrstuvwx"},
    )
    for style in ("npm", "lnbits"):
        for faults in ways:
            made.append(sandbox.control("voucher", title=f"Gift {len(made)}", style=style, faults=faults))
        chatty = sandbox.control("voucher", style=style)
        words = f"No luck with {chatty['k1']} at {chatty['url']}"
        quoting = {"error_but_pays": words, "fields": {"defaultDescription": f"Secret: {chatty['k1']} {chatty['url']}"}}
        sandbox.control("faults", lightning={"vouchers": {chatty["id"]: quoting}})
        made.append(chatty)
    return made


def purses(sandbox: Sandbox) -> list[dict[str, Any]]:
    """Vouchers with a balance: one that answers well, ones that do not, and one that quotes its link (LUD-14)."""
    terms: dict[str, Any] = {"uses": 3, "balance": True}
    made = [
        sandbox.control("voucher", title="Well", **terms, faults={"new_balance_link": True}),
        sandbox.control("voucher", title="Silent", style="lnbits", **terms),
        sandbox.control("voucher", title="Firm", style="lnbits", **terms),
        sandbox.control("voucher", title="Dropping", style="lnbits", **terms),
    ]
    chatty = sandbox.control("voucher", title="Chatty", **terms)
    link = chatty["balance_link"]
    words = f"See {link} and {link.rpartition('/')[2]}"
    quoting = {"fields": {"defaultDescription": words}, "error_but_pays": words}
    sandbox.control("faults", lightning={"vouchers": {chatty["id"]: quoting}})
    return [*made, chatty]


def spoil_looks(sandbox: Sandbox, vouchers: list[dict[str, Any]]) -> None:
    """From now on they answer otherwise to who looks again."""
    silent, firm, dropping = ({"info_body": "torn"}, {"preset": "login"}, {"omit": ["balanceCheck"]})
    faults = {v["id"]: f for v, f in zip(vouchers[1:4], (silent, firm, dropping), strict=True)}
    sandbox.control("faults", lightning={"vouchers": faults})


class Run:
    """The whole wallet in this process, its signer and the practice network in theirs."""

    def __init__(self, wallet: Wallet) -> None:
        self.wallet = wallet
        self.errors: list[BaseException] = []
        self.shown: list[str] = []
        self.links: set[str] = set()
        self._moved = asyncio.Event()
        wallet.subscribe(self._hear)

    def _hear(self, change: Change) -> None:
        if change.topic is Topic.WITHDRAWAL:
            self._moved.set()

    async def claim(self, link: str, **fields: str) -> None:
        """Withdraw; errors are kept."""
        try:
            offer = await self.wallet.open_link(PRACTICE.id, link)
            self.note(offer)
            quote = await self.wallet.quote(offer, Draft({"amount": "15", **fields}))
            review = await self.wallet.review(quote)
            self.shown.append(f"{offer!r} {quote!r} {review!r}")
            await self.wallet.confirm(review)
        except AshoreError as error:
            self.errors.append(error)

    def note(self, offer: Offer) -> None:
        """Remember a balance link: it is a secret from the moment at which a service names it."""
        assert isinstance(offer, LnurlOffer)
        link = offer.service.balance_check
        self.links |= set() if link is None else {link.text, link.text.rpartition("/")[2]}

    async def look_again(self) -> None:
        """Ask every kept link once; errors are kept."""
        assert self.wallet.balances is not None
        for kept in self.wallet.balances.listed():
            try:
                offer = await self.wallet.balances.look(kept.id)
                self.note(offer)
                self.shown.append(repr(offer))
            except AshoreError as error:
                self.errors.append(error)
        self.shown.append(repr(self.wallet.balances.listed()))

    async def take_up(self) -> None:
        """Go on with everything that was opened, as far as the page shows it."""
        assert self.wallet.opened is not None
        for entry in self.wallet.opened.listed():
            offer = await self.wallet.opened.go_on(entry.id)
            self.shown.append(f"{entry!r} {offer!r} {offer.description} {offer.host} {self.wallet.opened!r}")

    async def until_nothing_is_open(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while self.wallet.open_count():
                self._moved.clear()
                await self._moved.wait()

    def told(self) -> str:
        """Everything that the pages would show, and the values behind them."""
        rows = self.wallet.activity(ActivityQuery(), None, 100).rows
        voyages = [self.wallet.voyage(row.id) for row in rows]
        return f"{rows!r} {voyages!r} {self.wallet.operator_notes()!r} {self.shown!r}"

    async def receipts(self) -> list[bytes]:
        """The files that somebody else would be given."""
        made, rows = self.wallet.receipts, self.wallet.activity(ActivityQuery(), None, 100).rows
        return [await made.written(await made.make(row.id)) for row in rows]


async def test_no_secret_of_a_full_run_is_anywhere(tmp_path: Path, sandbox: Sandbox, log: Hearer) -> None:
    folder = tmp_path / "wallet"
    folder.mkdir()
    around = Surroundings(practice_client(), system_clock(), SystemClock())
    control = SandboxControl(around.http, sandbox.url, "")
    profile = await control.profile()
    wallet = compose(
        deployment_from_json(profile, sandbox.url),
        folder / "journal.sqlite3",
        folder / "vault.ashore",
        around,
        control,
        practice_lightning(profile, sandbox.url),
    )
    await wallet.start()
    run = Run(wallet)
    vouchers = vouchers_of_every_kind(sandbox)
    for voucher in vouchers:
        await run.claim(voucher["lnurl"])
        if voucher is vouchers[3]:
            await run.claim(voucher["lnurl"])  # while the first claim of it is open
    kept = purses(sandbox)
    for voucher in kept:
        await run.claim(voucher["lnurl"], **{KEEP_BALANCE: "yes"})
    spoil_looks(sandbox, kept)
    assert wallet.balances is not None
    assert len(wallet.balances.listed()) == 5
    while_open = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert "journal.sqlite3-wal" in while_open, "the write-ahead log is looked at too"
    await run.until_nothing_is_open()
    for _ in range(2):
        await run.look_again()
    assert len(wallet.balances.listed()) == 4
    for voucher in vouchers:
        await run.claim(voucher["url"])  # spent: the service says so
    await run.claim("lightning:" + vouchers[0]["lnurl"].replace("1", "b"))
    await run.claim(vouchers[0]["url"].replace("http", "https"))
    sandbox.control("faults", lightning={"node": {"wrong_amount": 12_000}})
    await run.claim(sandbox.control("voucher")["lnurl"])
    sandbox.control("faults", lightning={"node": {"wrong_amount": None, "down": True}})
    await run.claim(sandbox.control("voucher")["lnurl"])
    sandbox.control("faults", lightning={"node": {"down": None}})
    await wallet.lock()
    await run.claim(sandbox.control("voucher")["lnurl"])
    burns = sandbox.control("voucher", title="Burns", faults={"burns_on_look": True})
    assert wallet.opened is not None
    assert wallet.opened.listed() == (), "over a lock nothing of it is told"
    secrets = secrets_of(sandbox) | run.links
    assert len(run.links) >= 2 * (5 + 2), "each answer named another one where the service does so"
    told = run.told()
    await wallet.unlock(bytearray(b"practice"))
    await wallet.tidy_vault()
    run.note(await wallet.open_link(PRACTICE.id, burns["lnurl"]))
    await run.take_up()
    await wallet.lock()
    await wallet.unlock(bytearray(b"practice"))
    await run.take_up()
    told += run.told()
    receipts = await run.receipts()
    opened, rests = wallet.opened.listed(), wallet.opened.rests()
    while_opened = {path.name: path.read_bytes() for path in folder.iterdir()}
    still_open = wallet.open_count()
    await wallet.aclose()

    assert len(secrets) > 2 * len(vouchers)
    assert len(run.errors) >= len(vouchers) // 2 + 4
    found = leaks("what is shown", told, secrets)
    for name, content in while_open.items():
        found += leaks(f"{name} while open", content, secrets)
    for name, content in while_opened.items():
        found += leaks(f"{name} with what was opened", content, secrets)
    for path in folder.iterdir():
        found += leaks(path.name, path.read_bytes(), secrets)
    assert len(receipts) > len(vouchers)
    found += leaks("the receipts", b"\n".join(receipts), secrets)
    for error in run.errors:
        text = "".join(traceback.format_exception(error))
        found += leaks("an error", f"{text} {error!r} {error.args!r}", secrets)
    for line in log.lines:
        found += leaks("the log", line, secrets)
    assert not found, "\n".join(sorted(set(found)))
    with contextlib.closing(Vault.open(folder / "vault.ashore", b"practice", randomness=random.randbytes)) as vault:
        notes = [record for record in vault.list() if record.meta.get("for")]
        kept_open = [record for record in vault.list() if record.meta.get("use") == "opened"]
        unopened = [record for record in vault.list() if record.meta.get("use") == "unopened"]
        for record in kept_open + unopened:
            found += leaks("a description", repr(record), secrets)
        balances = [vault.get(record.record_id) for record in vault.list() if record.kind == "service-credential"]
    assert len(notes) == still_open < len(vouchers), "what has ended leaves no secret behind"
    assert not found, "\n".join(sorted(set(found)))
    assert len(opened) >= 4
    assert len(kept_open) == len(opened) + len(rests) + still_open, "what is not known to be withdrawn stays sealed"
    assert unopened, "and so do the links of those whose service said no, or did not answer"
    assert sum(bytes(secret).count(b'"link"') for secret in balances) == 4, "only what is kept on purpose stays sealed"


def test_no_secret_is_in_what_the_processes_print(tmp_path: Path, sandbox: Sandbox) -> None:
    vouchers = vouchers_of_every_kind(sandbox)
    commands = [{"op": "claim", "link": voucher["lnurl"], "fields": {"amount": "15"}} for voucher in vouchers]
    commands += [{"op": "settled"}, commands[6], {"op": "claim", "link": "lnurl1nonsense", "fields": {}}]
    commands += [{"op": "states"}, {"op": "quit"}]
    ended = subprocess.run(
        [sys.executable, "-m", "ashore", "--data-dir", str(tmp_path / "wallet"), "--headless", "--url", sandbox.url],
        input="".join(json.dumps(command) + "\n" for command in commands).encode(),
        capture_output=True,
        timeout=PATIENCE_S,
        check=True,
    )
    answers = [json.loads(line) for line in ended.stdout.splitlines()]
    assert sum("withdrawal" in answer for answer in answers) == len(vouchers)
    assert {state["status"] for state in answers[-1]["states"]} == {"final"}
    secrets = secrets_of(sandbox)
    found = leaks("output", ended.stdout, secrets) + leaks("complaints", ended.stderr, secrets)
    found += leaks("the network's complaints", (tmp_path / "network.log").read_bytes(), secrets)
    for path in (tmp_path / "wallet").rglob("*"):
        if path.is_file():
            found += leaks(path.name, path.read_bytes(), secrets)
    assert not found, "\n".join(sorted(set(found)))


def test_the_search_finds_what_is_there() -> None:
    assert leaks("x", b"..K1Secret-k1secret..", {"k1secret-k1s"})
    assert leaks("x", "nothing here", {"k1secret-k1s"}) == []
    assert recognise("lnurl1nonsense", PRACTICE.reach).url is None
