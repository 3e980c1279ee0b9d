"""Accounts of other wallets in the whole wallet: nothing is sent but what both signatures are of."""

import json
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from ashore.crypto import musig
from ashore.domain.addresses import checksum
from ashore.domain.errors import AshoreError
from ashore.domain.withdrawal import Status
from ashore.engine.elsewhere import OtherWallets
from ashore.engine.views import Review
from ashore.keys.errors import Refused
from ashore.systems.base import Draft, Severity
from ashore.systems.zklink.system.activation import activation_offer
from ashore.systems.zklink.system.offer import ZkLinkOffer
from unit.engine.test_wallet import PASSWORD, Bench
from unit.systems.zklink.zklink_bench import DEPLOYMENT, OWN, RECIPIENT, draft

KEY = "0x" + "11" * 32
ADDRESS = Account.from_key(KEY).address


def signed(text: str, key: str = KEY) -> str:
    """What the other wallet shows."""
    return "0x" + bytes(Account.sign_message(encode_defunct(text=text), key).signature).hex()


def files(folder: Path) -> list[bytes]:
    """The contents of all of them."""
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


class ElsewhereBench(Bench):
    """The same with an account of another wallet."""

    async def added(self) -> None:
        await self.unlocked()
        kept = await self.wallet.elsewhere.add(ADDRESS, "Ledger", signed(OtherWallets.key_text))
        self.node.answers["getAccount"] = lambda _who: {
            "id": 1045,
            "address": ADDRESS,
            "nonce": 1,
            "pubKeyHash": kept.pub_key_hash,
            "subAccountNonces": {"0": self.nonce},
        }

    async def review_elsewhere(self, **fields: str) -> Review:
        offer = await self.wallet.open(DEPLOYMENT.id, -1)
        found = await self.wallet.review(await self.wallet.quote(offer, draft(**fields)))
        self.expected = found.identifier
        return found


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[ElsewhereBench]:
    made = ElsewhereBench(tmp_path)
    await made.start()
    yield made
    await made.wallet.aclose()
    await made.node.http.aclose()


async def test_a_withdrawal_with_a_pasted_signature(bench: ElsewhereBench) -> None:
    await bench.added()
    review = await bench.review_elsewhere()
    assert review.signs_elsewhere == ADDRESS
    (text,) = review.texts
    with pytest.raises(AshoreError, match=r"signature of your other wallet is missing\. Nothing was sent"):
        await bench.wallet.confirm(review)
    with pytest.raises(Refused, match="it would belong to"):
        await bench.wallet.check_signature(review, signed(text + "."))
    assert bench.wallet.open_count() == 0
    checked = await bench.wallet.check_signature(review, f' "{signed(text)[2:]}" ')
    assert bench.sent == []
    assert bench.wallet.open_count() == 0
    assert signed(text)[2:] not in repr(checked)
    withdrawal = await bench.wallet.confirm(checked)
    await bench.until(lambda: bench.statuses() == [Status.UNDER_WAY])
    ((tx, ethereum, third),) = bench.sent
    assert ethereum == {"type": "EthereumSignature", "signature": signed(text)}
    assert (tx["to"], tx["nonce"], tx["ts"], third) == (RECIPIENT, 7, int(review.reading.fields["ts"]), None)
    message, key = review.reading.l2_message, bytes.fromhex(tx["signature"]["pubKey"].removeprefix("0x"))
    assert musig.verify(key, bytes.fromhex(tx["signature"]["signature"]), message)
    voyage = bench.wallet.voyage(withdrawal)
    assert voyage is not None
    assert voyage.withdrawal.terms.account == ADDRESS.lower()


async def test_what_was_checked_for_one_request_is_of_no_use_for_another(bench: ElsewhereBench) -> None:
    await bench.added()
    one, other = await bench.review_elsewhere(), await bench.review_elsewhere(amount="26")
    for forged in (replace(other, pasted=signed(one.texts[0])), replace(other, pasted="0x")):
        with pytest.raises(Refused):
            await bench.wallet.confirm(forged)
    assert bench.sent == []
    assert bench.wallet.open_count() == 0


async def test_a_number_that_was_used_meanwhile_is_told_before_anything_is_sent(bench: ElsewhereBench) -> None:
    await bench.added()
    review = await bench.review_elsewhere()
    checked = await bench.wallet.check_signature(review, signed(review.texts[0]))
    bench.nonce = 8
    with pytest.raises(AshoreError, match=r"number 7 is used\. Nothing was sent"):
        await bench.wallet.confirm(checked)
    bench.nonce = 7
    bench.node.answers["getAccountBalances"] = lambda _id, _sub: {"0": {"17": "1"}}
    with pytest.raises(AshoreError, match=r"something has changed.* Nothing was sent"):
        await bench.wallet.confirm(checked)
    assert bench.sent == []
    assert bench.wallet.open_count() == 0


async def test_the_same_text_signed_once_serves_a_second_review(bench: ElsewhereBench) -> None:
    """The time of a request is not in the text: who comes back has nothing to sign again."""
    await bench.added()
    first = await bench.review_elsewhere()
    bench.now += 600_000
    second = await bench.review_elsewhere()
    assert first.texts == second.texts
    assert first.identifier != second.identifier
    await bench.wallet.confirm(await bench.wallet.check_signature(second, signed(first.texts[0])))
    await bench.until(lambda: len(bench.sent) == 1)


async def test_the_account_outlasts_a_lock_and_a_restart_and_goes_when_removed(
    bench: ElsewhereBench, tmp_path: Path
) -> None:
    await bench.added()
    known = bench.wallet.accounts()
    assert [(a.index, a.label, a.elsewhere) for a in known][2:] == [(2, "Account 3", False), (-1, "Ledger", True)]
    await bench.wallet.lock()
    assert bench.wallet.accounts() == known
    await bench.wallet.unlock(bytearray(PASSWORD))
    assert bench.wallet.accounts() == known
    review = await bench.review_elsewhere()
    checked = await bench.wallet.check_signature(review, signed(review.texts[0]))
    await bench.wallet.aclose()
    again = bench.wallet = bench._compose()
    await again.start()
    await again.unlock(bytearray(PASSWORD))
    assert again.accounts() == known
    await again.elsewhere.remove(known[-1])
    assert again.accounts() == known[:-1]
    with pytest.raises(AshoreError):
        await again.confirm(checked)
    await again.lock()
    await again.unlock(bytearray(PASSWORD))
    assert again.accounts() == known[:-1]


async def test_an_account_stays_while_a_withdrawal_of_it_is_under_way(bench: ElsewhereBench) -> None:
    await bench.added()
    review = await bench.review_elsewhere()
    await bench.wallet.confirm(await bench.wallet.check_signature(review, signed(review.texts[0])))
    account = bench.wallet.accounts()[-1]
    with pytest.raises(AshoreError, match=r"still under way\. Nothing was removed"):
        await bench.wallet.elsewhere.remove(account)
    assert bench.wallet.accounts()[-1] == account


async def test_what_is_wrong_with_an_address_or_a_name(bench: ElsewhereBench) -> None:
    await bench.added()
    elsewhere = bench.wallet.elsewhere

    def said(address: str) -> str:
        return str(elsewhere.address_problem(address) or "")

    assert "Enter the address of the account" in said(" ")
    assert "40" in said("0x1234")
    assert "capital letters" in said(checksum(bytes.fromhex(OWN[2:])).replace("0xf", "0xF"))
    assert "Account 1: Ashore holds its key" in said(OWN)
    assert "Ledger is this account already" in said(ADDRESS)
    poisoned = ADDRESS[:8] + "00" * 15 + ADDRESS[-4:]
    problem = elsewhere.address_problem(poisoned.lower())
    assert problem is not None
    assert problem.severity is Severity.WARNS
    assert elsewhere.address_problem("0x" + "12" * 20) is None
    for name, words in (("x" * 41, "40 characters"), ("a\u202eb", "cannot be seen"), ("ledger", "has this name")):
        assert words in str(elsewhere.label_problem(name))
        with pytest.raises(AshoreError):
            await elsewhere.add("0x" + "12" * 20, name, "0x")
    assert elsewhere.label_problem("") is None
    key = "0x" + "22" * 32
    unnamed = await elsewhere.add(Account.from_key(key).address, "", signed(elsewhere.key_text, key))
    assert unnamed.label == "Other wallet"


async def test_an_account_that_signs_elsewhere_pays_for_no_claim(bench: ElsewhereBench) -> None:
    await bench.added()
    asked: list[Any] = []

    class Purse:
        async def open_claim(self, _owed: object, payers: list[Any], _watched: object) -> None:
            asked.extend(payers)

    bench.wallet.unclaimed._purses = {"p": Purse()}  # type: ignore[dict-item]
    owed = type("Owed", (), {"profile": "p", "chain": "Harbour"})()
    await bench.wallet.unclaimed.open_claim(owed)
    assert [payer.index for payer in asked] == [0, 1, 2]


async def test_the_key_signature_and_its_key_are_written_nowhere(
    bench: ElsewhereBench, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    material = signed(OtherWallets.key_text)[2:]
    key = musig.private_key_from_material(bytes.fromhex(material)).hex()
    await bench.added()
    with pytest.raises(Refused) as refused:
        await bench.wallet.elsewhere.add("0x" + "12" * 20, "Trezor", material)
    review = await bench.review_elsewhere()
    with pytest.raises(Refused) as also:
        await bench.wallet.check_signature(review, material)
    assert "is a secret" in str(also.value)
    await bench.wallet.confirm(await bench.wallet.check_signature(review, signed(review.texts[0])))
    await bench.until(lambda: len(bench.sent) == 1)
    said = json.dumps([str(refused.value), str(also.value), caplog.text, repr(bench.wallet.accounts()), bench.sent])
    await bench.wallet.aclose()
    contents = files(tmp_path)
    assert len(contents) >= 2
    for secret in (material, key):
        for form in (secret, secret.upper()):
            assert form not in said
            assert not any(form.encode() in content for content in contents)
        assert not any(bytes.fromhex(secret) in content for content in contents)


async def test_an_activation_is_signed_elsewhere_too(bench: ElsewhereBench) -> None:
    await bench.added()
    kept = bench.wallet.accounts()[-1]
    account = bench.node.answers["getAccount"]
    bench.node.answers["getAccount"] = lambda who: {**account(who), "pubKeyHash": "0x" + "00" * 20}
    bench.node.answers["getChangePubkeyChainId"] = lambda: 1
    offer = await bench.wallet.open(DEPLOYMENT.id, -1)
    assert isinstance(offer, ZkLinkOffer)
    entries = Draft({"sub_account": "0", "fee_token": "17"})
    review = await bench.wallet.review(await bench.wallet.quote(activation_offer(offer), entries))
    bench.expected = review.identifier
    (text,) = review.texts
    assert f"PubKeyHash: {kept.pub_key_hash}" in text
    assert review.signs_elsewhere == ADDRESS
    with pytest.raises(AshoreError, match="signature of your other wallet is missing"):
        await bench.wallet.confirm(review)
    await bench.wallet.confirm(await bench.wallet.check_signature(review, signed(text)))
    await bench.until(lambda: len(bench.sent) == 1)
    assert bench.sent[0][0]["ethAuthData"]["ethSignature"] == signed(text)
