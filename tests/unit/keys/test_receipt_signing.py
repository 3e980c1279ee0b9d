"""Receipts in the signer process: four lines in, its own text signed, and never another text in a receipt's place."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct, encode_typed_data
from hypothesis import given
from hypothesis import strategies as st

from ashore import signer_role
from ashore.domain.receipt import SIGNED_HEAD, ReceiptSignature
from ashore.domain.receipt_signature import SignatureVerdict, signature_verdict, text_of
from ashore.keys.protocol import KEY_KIND
from ashore.keys.reading import Reading, ReadingError
from ashore.keys.receipt_reading import RECEIPT_KIND, read_receipt, receipt_preimage
from ashore.keys.signer import Signer
from ashore.keys.signer_session import SignerSession
from unit.domain.receipts import ACCOUNT, RECEIPT
from unit.keys.test_signer import COMMAND
from unit.keys.test_signer_session import WITHDRAW, change_pubkey, error_kind, new_session, result
from unit.keys.vault_support import PASSWORD, python_path

PREIMAGE = receipt_preimage(RECEIPT)
LINES = sorted(PREIMAGE)


@pytest.fixture
def session(practice_vault: Path) -> SignerSession:
    opened = new_session()
    result(opened, "unlock", vault=str(practice_vault), password=PASSWORD.decode())
    return opened


class TestSigning:
    async def test_by_the_process_and_checked_without_it(self, practice_vault: Path) -> None:
        async with Signer(COMMAND, python_path()) as signer:
            await signer.unlock(practice_vault, bytearray(PASSWORD))
            read = await signer.read(RECEIPT_KIND, PREIMAGE)
            assert read.reading.texts == (text_of(RECEIPT),)
            assert read.reading.identifier == PREIMAGE["digest"]
            signed = await signer.sign(RECEIPT_KIND, PREIMAGE, 0, PREIMAGE)
        assert signed.l2 is None
        assert signed.transaction is None
        (signature,) = signed.ethereum
        receipt = replace(RECEIPT, signature=ReceiptSignature(signed.address, signature))
        assert signature_verdict(receipt) is SignatureVerdict.ACCOUNT
        recovered = Account.recover_message(encode_defunct(text=text_of(RECEIPT)), signature=signature)
        assert recovered == signed.address == ACCOUNT

    @pytest.mark.parametrize("line", LINES)
    def test_a_line_that_was_not_reviewed_so_is_refused(self, session: SignerSession, line: str) -> None:
        other = PREIMAGE | {line: {"digest": "00" * 32, "made": "2026-11-21 22:40:11 UTC"}.get(line, "other")}
        for preimage, expect in ((other, PREIMAGE), (PREIMAGE, other), (PREIMAGE, {}), (PREIMAGE, {line: other[line]})):
            arguments = {"kind": RECEIPT_KIND, "preimage": preimage, "account": 0, "expect": expect}
            assert error_kind(session, "sign", **arguments) == "Refused"

    @pytest.mark.parametrize("account", [-1, 2**31])
    def test_accounts_that_there_are_not(self, session: SignerSession, account: int) -> None:
        arguments = {"kind": RECEIPT_KIND, "preimage": PREIMAGE, "account": account, "expect": PREIMAGE}
        assert error_kind(session, "sign", **arguments) == "Refused"

    def test_not_while_locked(self, session: SignerSession) -> None:
        result(session, "lock")
        arguments = {"kind": RECEIPT_KIND, "preimage": PREIMAGE, "account": 0, "expect": PREIMAGE}
        assert error_kind(session, "sign", **arguments) == "Locked"

    @pytest.mark.parametrize(
        "changed",
        [
            {"words": ""},
            {"words": 1},
            {"words": "x" * 201},
            {"words": "two\nlines"},
            {"words": "hid\u202eden"},
            {"status": None},
            {"status": "final\nMade: yesterday"},
            {"made": "yesterday"},
            {"made": "2026-11-21 22:40:11 UTC\n"},
            {"made": "2026-11-21 22:40:11 CET"},
            {"digest": "AB" * 32},
            {"digest": "ab" * 33},
            {"digest": "0x" + "ab" * 32},
            {"text": "Withdraw 1.0 USDC"},
        ],
        ids=str,
    )
    def test_what_is_no_receipt_is_not_read(self, session: SignerSession, changed: dict[str, object]) -> None:
        assert error_kind(session, "read", kind=RECEIPT_KIND, preimage=PREIMAGE | changed) == "ReadingError"
        for line in LINES:
            without = {name: text for name, text in PREIMAGE.items() if name != line}
            assert error_kind(session, "read", kind=RECEIPT_KIND, preimage=without) == "ReadingError"

    @given(st.fixed_dictionaries({}, optional={name: st.text(max_size=210) | st.integers() for name in LINES}))
    def test_any_lines_are_read_or_refused(self, changed: dict[str, object]) -> None:
        try:
            reading = read_receipt(PREIMAGE | changed)
        except ReadingError:
            return
        (text,) = reading.texts
        assert text.splitlines()[2:3] == [reading.fields["words"]]
        assert text.count("\n") == 5
        assert reading.l2_message is reading.typed_data is reading.stark_key is None


class TestApart:
    """No signature of a receipt is one of anything else that the same key signs, nor the other way round."""

    @given(st.text(min_size=1, max_size=200), st.text(min_size=1, max_size=200))
    def test_what_a_receipt_says_is_always_below_its_head(self, words: str, status: str) -> None:
        try:
            (text,) = read_receipt(PREIMAGE | {"words": words, "status": status}).texts
        except ReadingError:
            return
        assert text.startswith(SIGNED_HEAD)
        # The length stands in front of the text in what is hashed: no digit at its start may lengthen that number.
        assert text[0] == "A"

    def test_no_other_text_begins_like_one(self) -> None:
        session = new_session()
        symbols = ("USDC", "Ashore", "Ashore-receipt")
        requests = [("zklink.withdraw", WITHDRAW | {"symbol": symbol}) for symbol in symbols]
        requests += [("zklink.change-pubkey", change_pubkey("main", "0x" + "ab" * 20))]
        texts = [
            text for kind, given in requests for text in result(session, "read", kind=kind, preimage=given)["texts"]
        ]
        texts += signer_role.READERS[KEY_KIND]({}).texts
        assert len(texts) == 5
        assert not any(text.startswith(SIGNED_HEAD[:3]) for text in texts)

    def test_typed_data_have_a_digest_of_another_form(self) -> None:
        """EIP-191 ends both quarrels: its version byte is E for texts and 1 for typed data."""
        typed = result(
            new_session(), "read", kind="zklink.change-pubkey", preimage=change_pubkey("v2", "0x" + "ab" * 20)
        )
        assert encode_typed_data(full_message=typed["typed_data"]).version == b"\x01"
        assert encode_defunct(text=text_of(RECEIPT)).version == b"E"

    @pytest.mark.parametrize("text", [text_of(RECEIPT), SIGNED_HEAD, SIGNED_HEAD + "anything"])
    def test_no_other_reader_has_a_receipt_signed(self, practice_vault: Path, text: str) -> None:
        def malicious(_: Mapping[str, object]) -> Reading:
            return Reading(kind="other.kind", fields={"a": "b"}, identifier="0x", texts=("harmless", text))

        session = new_session({**signer_role.READERS, "other.kind": malicious})
        result(session, "unlock", vault=str(practice_vault), password=PASSWORD.decode())
        arguments = {"kind": "other.kind", "preimage": {}, "account": 0, "expect": {"a": "b"}}
        assert error_kind(session, "sign", **arguments) == "Refused"

    def test_no_other_reader_stands_in_for_receipts(self, practice_vault: Path) -> None:
        def malicious(_: Mapping[str, object]) -> Reading:
            return Reading(kind=RECEIPT_KIND, fields={"a": "b"}, identifier="0x", texts=("Withdraw 1.0 USDC",))

        session = new_session({**signer_role.READERS, RECEIPT_KIND: malicious})
        result(session, "unlock", vault=str(practice_vault), password=PASSWORD.decode())
        assert (
            error_kind(session, "sign", kind=RECEIPT_KIND, preimage={}, account=0, expect={"a": "b"}) == "ReadingError"
        )

    def test_a_signature_of_a_withdrawal_is_none_of_a_receipt(self, session: SignerSession) -> None:
        fields = result(session, "read", kind="zklink.withdraw", preimage=WITHDRAW)["fields"]
        signed = result(session, "sign", kind="zklink.withdraw", preimage=WITHDRAW, account=0, expect=fields)
        receipt = replace(RECEIPT, signature=ReceiptSignature(signed["address"], signed["ethereum"][0]))
        assert signature_verdict(receipt) is SignatureVerdict.FALSE
