"""A receipt is signed by its own account and no other: in the signer process, or by a wallet elsewhere."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from eth_account import Account as EthereumAccount
from eth_account.messages import encode_defunct

from ashore.domain.errors import AshoreError
from ashore.domain.receipt import Receipt
from ashore.domain.receipt_signature import SignatureVerdict, receipt_signer, signature_verdict, text_of
from ashore.engine.receipt_signing import sign_by_vault, sign_elsewhere
from ashore.engine.views import Account
from ashore.keys.derivation import PUBLIC_TEST_MNEMONIC
from ashore.keys.errors import Locked, Refused, SecretPasted
from ashore.keys.external_signer import ExternalSigner
from ashore.keys.sealing import FAST_COST
from ashore.keys.signer import Signer
from ashore.keys.vault import NewRecord, Vault
from ashore.systems.zklink.codec.texts import KEY_DERIVATION_TEXT
from unit.domain.receipts import ACCOUNT, RECEIPT
from unit.keys.test_signer import COMMAND
from unit.keys.vault_support import PASSWORD, counted_randomness, python_path

KEY = "0x" + "11" * 32
ADDRESS = EthereumAccount.from_key(KEY).address
OWN = Account(0, ACCOUNT, "Account 1", "")
THEIRS = replace(RECEIPT, terms=replace(RECEIPT.terms, account=ADDRESS.lower()))


def by_wallet(text: str, key: str = KEY) -> str:
    return "0x" + bytes(EthereumAccount.sign_message(encode_defunct(text=text), key).signature).hex()


@pytest.fixture(scope="module")
def kept_vault(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("receipts") / "own.vault"
    record = NewRecord("eth-mnemonic", PUBLIC_TEST_MNEMONIC.encode(), {"network": "sandbox"})
    Vault.create(path, PASSWORD, randomness=counted_randomness(b"r"), cost=FAST_COST, records=[record]).close()
    return path


@pytest.fixture
async def signer(kept_vault: Path, tmp_path: Path) -> AsyncIterator[Signer]:
    own = Path(shutil.copy(kept_vault, tmp_path / "own.vault"))
    async with Signer(COMMAND, python_path()) as started:
        await started.unlock(own, bytearray(PASSWORD))
        yield started


async def elsewhere(signer: Signer) -> Account:
    kept = await ExternalSigner(signer).keep(ADDRESS, "Ledger", by_wallet(KEY_DERIVATION_TEXT))
    return Account(kept.index, kept.address, kept.label, kept.l2_pub_key_hash, elsewhere=True)


class TestByTheVault:
    async def test_the_account_that_it_is_about(self, signer: Signer) -> None:
        signed = await sign_by_vault(signer, RECEIPT, OWN)
        assert receipt_signer(signed) == ACCOUNT
        assert replace(signed, signature=None) == RECEIPT

    @pytest.mark.parametrize("receipt", [THEIRS, replace(RECEIPT, terms=replace(RECEIPT.terms, account=""))])
    async def test_no_other_account(self, signer: Signer, receipt: Receipt) -> None:
        with pytest.raises(AshoreError, match="not about Account 1"):
            await sign_by_vault(signer, receipt, OWN)

    async def test_a_number_that_is_another_accounts(self, signer: Signer) -> None:
        with pytest.raises(AshoreError, match="not added"):
            await sign_by_vault(signer, RECEIPT, replace(OWN, index=1))

    async def test_not_while_locked(self, signer: Signer) -> None:
        await signer.lock()
        with pytest.raises(Locked):
            await sign_by_vault(signer, RECEIPT, OWN)

    async def test_words_that_cannot_be_signed(self, signer: Signer) -> None:
        with pytest.raises(AshoreError, match="cannot be put into words"):
            await sign_by_vault(signer, replace(RECEIPT, status="a\nb"), OWN)


class TestElsewhere:
    async def test_what_the_other_wallet_shows_is_taken_in_every_spelling(self, signer: Signer) -> None:
        account, good = await elsewhere(signer), by_wallet(text_of(THEIRS))
        low_v = f"{good[:130]}{int(good[130:], 16) - 27:02x}"
        for pasted in (good, f'  "{good[2:].upper()}" ', low_v):
            signed = await sign_elsewhere(signer, THEIRS, account, pasted)
            assert signature_verdict(signed) is SignatureVerdict.ACCOUNT
            assert signed.signature is not None
            assert signed.signature.signature == good

    async def test_another_signature_is_refused_with_what_it_is(self, signer: Signer) -> None:
        account, text = await elsewhere(signer), text_of(THEIRS)
        for pasted, said in (
            (by_wallet(text + "\n"), "line break"),
            (by_wallet(text_of(replace(THEIRS, made_at=0))), "not a signature of"),
            (by_wallet(text, "0x" + "22" * 32), "not a signature of"),
            ("0x12", "too short"),
        ):
            with pytest.raises(Refused, match=said):
                await sign_elsewhere(signer, THEIRS, account, pasted)

    async def test_the_signature_that_makes_a_key_never_gets_into_a_receipt(self, signer: Signer) -> None:
        account = await elsewhere(signer)
        with pytest.raises(SecretPasted):
            await sign_elsewhere(signer, THEIRS, account, by_wallet(KEY_DERIVATION_TEXT))

    async def test_each_way_is_for_its_own_accounts(self, signer: Signer) -> None:
        account = await elsewhere(signer)
        with pytest.raises(AshoreError, match="signs in another wallet"):
            await sign_by_vault(signer, THEIRS, account)
        with pytest.raises(AshoreError, match="holds the key"):
            await sign_elsewhere(signer, RECEIPT, OWN, by_wallet(text_of(RECEIPT)))
        with pytest.raises(AshoreError, match="not about Ledger"):
            await sign_elsewhere(signer, RECEIPT, account, by_wallet(text_of(RECEIPT)))
