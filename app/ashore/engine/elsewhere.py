"""Accounts whose Ethereum key is in another wallet: kept by their layer-2 key, and signed for with what is pasted."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from ashore.domain.addresses import AddressError, checksum, lookalike, parse_evm_address
from ashore.domain.errors import AshoreError
from ashore.domain.pasted_secrets import secret_words
from ashore.domain.untrusted import hidden_characters, plain
from ashore.engine.parts import Parts
from ashore.engine.views import Account, Review
from ashore.keys.external_signer import ExternalSigner, ExternalSignerAccount
from ashore.keys.signer import Signed
from ashore.net.errors import NetError
from ashore.systems.base import Plan, Problem, Severity, SigningRequest
from ashore.systems.zklink.codec.texts import KEY_DERIVATION_TEXT
from ashore.systems.zklink.system.offer import ZkLinkQuote

LABEL_MAX = 40
UNNAMED = "Other wallet"


class OtherWallets:
    """The list of accounts that sign elsewhere: `wallet.elsewhere`."""

    key_text = KEY_DERIVATION_TEXT
    """What the other wallet signs once. Its signature makes the layer-2 key, and is a secret."""

    def __init__(self, parts: Parts, own: Callable[[], Sequence[Account]], changed: Callable[[], None]) -> None:
        """`own` are the accounts of the recovery phrase; `changed` hears of every account that comes or goes."""
        self._parts = parts
        self._signer = ExternalSigner(parts.signer)
        self._own = own
        self._changed = changed
        self._accounts: tuple[Account, ...] = ()

    def accounts(self) -> tuple[Account, ...]:
        """They, as they were when the vault was last open."""
        return self._accounts

    async def restore(self) -> None:
        """Read them from the open vault. Raises KeysError."""
        self._accounts = tuple(_view(account) for account in await self._signer.accounts())

    def address_problem(self, text: str) -> Problem | None:
        """What is wrong with the address of an account to be added, or worth knowing."""
        if not text.strip():
            return Problem("Enter the address of the account.", "Your other wallet shows it.")
        try:
            address = parse_evm_address(text)
        except AddressError as error:
            return Problem(error.sentence, error.advice)
        known = [(account, bytes.fromhex(account.address[2:])) for account in (*self._own(), *self._accounts)]
        for account, raw in known:
            if raw == address and account.elsewhere:
                return Problem(f"{account.label} is this account already.")
            if raw == address:
                return Problem(f"This is {account.label}: Ashore holds its key.", "No other wallet has to sign for it.")
        withdrawn = [bytes.fromhex(each[2:]) for each in self._parts.journal.recipients() if len(each) == 42]
        if any(lookalike(address, other) for other in [*(raw for _, raw in known), *withdrawn]):
            return Problem(
                "This looks like an address that you know, and is another one.",
                "Compare every character with what your other wallet shows.",
                Severity.WARNS,
            )
        return None

    def label_problem(self, text: str) -> Problem | None:
        """What is wrong with a name. None is needed."""
        name = text.strip()
        if (secret := secret_words(name)) is not None:
            return Problem(*secret)
        if hidden_characters(name):
            return Problem("The name holds a character that cannot be seen.", "Type it instead of pasting it.")
        if len(name) > LABEL_MAX:
            return Problem(f"A name has at most {LABEL_MAX} characters.")
        if name.casefold() in {account.label.casefold() for account in (*self._own(), *self._accounts)}:
            return Problem("Another account has this name.", "Enter one that tells them apart.")
        return None

    async def add(self, address: str, label: str, key_signature: str) -> Account:
        """Have the signer check the signature of the key text, and seal the key that it makes.

        Raises AshoreError: the address or the name, Refused for the signature, VaultError. Nothing is kept then.
        """
        for problem in (self.address_problem(address), self.label_problem(label)):
            if problem is not None and problem.severity is Severity.BLOCKS:
                raise AshoreError(problem.sentence, problem.advice)
        shown = checksum(parse_evm_address(address))
        kept = _view(await self._signer.keep(shown, plain(label.strip(), LABEL_MAX) or self._unnamed(), key_signature))
        self._accounts = (*self._accounts, kept)
        self._changed()
        return kept

    async def remove(self, account: Account) -> None:
        """Delete an account's layer-2 key. Raises AshoreError while a withdrawal of it is under way; KeysError."""
        if any(state.terms.account == account.address.lower() for state in self._parts.ledger.open):
            raise AshoreError(
                "A withdrawal of this account is still under way. Nothing was removed.",
                "Remove it when the money has arrived.",
            )
        await self._signer.forget(account.index, account.address)
        self._accounts = tuple(each for each in self._accounts if each.index != account.index)
        self._changed()

    def _unnamed(self) -> str:
        taken = {account.label for account in self._accounts}
        names = (UNNAMED if number == 1 else f"{UNNAMED} {number}" for number in range(1, len(taken) + 2))
        return next(name for name in names if name not in taken)


class SigningElsewhere:
    """Reviews whose Ethereum signature another wallet makes."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._signer = ExternalSigner(parts.signer)

    async def check(self, review: Review, signature: str) -> Review:
        """The review together with a pasted signature, which the signer checked. Nothing is signed or sent.

        Raises Refused, saying what the text is instead; KeysError.
        """
        request = _request(review.plan)
        await self._signer.verify(request.kind, request.preimage, request.account_index, request.expect, signature)
        return replace(review, pasted=signature)

    async def sign(self, review: Review) -> Signed:
        """Both signatures: the pasted one, checked again, and layer 2's. Raises AshoreError."""
        if not review.pasted:
            raise AshoreError(
                "The signature of your other wallet is missing. Nothing was sent.", "Paste it below the text."
            )
        request = _request(review.plan)
        if isinstance(review.quote, ZkLinkQuote):
            await self._refuse_outdated(review.quote)
        return await self._signer.sign(
            request.kind, request.preimage, request.account_index, request.expect, review.pasted
        )

    async def _refuse_outdated(self, before: ZkLinkQuote) -> None:
        """Signing elsewhere takes its time: what was reviewed must still be what zkLink would take."""
        system = self._parts.systems[before.offer.source.profile]
        try:
            now = await system.quote(await system.open(before.offer.source), before.draft)
        except NetError:
            return  # who cannot be asked is told in any case, and the answer decides
        blocking = next((p for p in now.problems.values() if p.severity is Severity.BLOCKS), None)
        if blocking is not None:
            raise AshoreError(f"Since you began, something has changed. {blocking.sentence} Nothing was sent.", _AGAIN)
        if isinstance(now, ZkLinkQuote) and now.nonce != before.nonce:
            raise AshoreError(
                f"zkLink has taken another request of this account meanwhile: number {before.nonce} is used. "
                "Nothing was sent.",
                _AGAIN,
            )


_AGAIN = "Go back, review it again, and have the new text signed."


def signs_elsewhere(plan: Plan) -> str:
    """The checksummed address whose wallet has to sign; empty where the vault's own key does."""
    request = plan.request
    external = isinstance(request, SigningRequest) and request.account_index < 0
    return checksum(bytes.fromhex(plan.terms.account[2:])) if external else ""


def _request(plan: Plan) -> SigningRequest:
    assert isinstance(plan.request, SigningRequest), "nothing is signed for it"
    return plan.request


def _view(account: ExternalSignerAccount) -> Account:
    return Account(account.index, account.address, account.label, account.l2_pub_key_hash, elsewhere=True)
