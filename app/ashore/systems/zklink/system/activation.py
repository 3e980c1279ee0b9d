"""Activation: registering the wallet's layer-2 key for an account (ChangePubKey), the first or in place of another.

Sources: zkLink SDK `change_pubkey.rs`, npm zklink-js-sdk `signChangePubKey` (profile v2). The published client of
zkLinkProtocol/dex-simple-demo signs a fee of zero; what an operator asks otherwise is not published, so that the fee
of a withdrawal is offered where zero was refused.
"""

from dataclasses import dataclass

from ashore.domain.errors import AshoreError
from ashore.systems.base import Action, Draft, Leg, Offer, Quote
from ashore.systems.zklink.codec import FEE
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.system.check_fee import parsed_fee, suggested_fee
from ashore.systems.zklink.system.check_place import MAX_NONCE, judge_sub_account, judge_token
from ashore.systems.zklink.system.judgement import Judgement, money
from ashore.systems.zklink.system.offer import SubAccountOffer, TokenOffer, ZkLinkOffer

CHARGED = "charged"
"""The draft's field that is filled where zkLink took no change of key without a fee."""
OLD_KEY = "old_key"
"""The detail that names the key that was registered before; missing where there was none."""
WHAT = "This wallet’s key"
MOST_TIMES = 10
"""From how many times a withdrawal's fee a fee is refused: nobody means to pay that."""

REPLACES = (
    "Another layer-2 key is registered for this account. Replacing it ends what uses the old one: another wallet, a "
    "trading program or an interface key can no longer sign for this account."
)
"""What is said before a registered key is replaced."""


FEE_NOTES = {True: "kept by zkLink", False: "zkLink usually registers a key free of charge"}
"""What is said beside a fee, by whether there is one."""


@dataclass(frozen=True, slots=True)
class ActivationOffer(Offer):
    """An account whose key can be registered, as the operator reports it."""

    account: ZkLinkOffer

    @property
    def replaces(self) -> bool:
        """Whether another key is registered now."""
        return self.account.active

    def tokens(self, sub_account: int) -> list[TokenOffer]:
        """The tokens that could pay a fee, what the sub-account has most of first."""
        sub = self.account.sub_accounts.get(sub_account)
        balances = sub.balances if sub is not None else {}
        return sorted(self.account.tokens.values(), key=lambda token: (-balances.get(token.id, 0), token.id))


@dataclass(frozen=True, slots=True)
class ActivationQuote(Quote):
    """A judged activation: what pays the fee, and how much (18 decimals). None where the draft does not say yet."""

    sub_account_id: int
    fee_token: int | None
    fee: int | None

    @property
    def action(self) -> Action:
        """It activates."""
        return Action.ACTIVATE


def activation_offer(account: ZkLinkOffer) -> ActivationOffer:
    """What registering the wallet's own key takes. Raises AshoreError where there is nothing to register."""
    if account.key_chain is None:
        raise AshoreError("This account needs no activation.", "Open the form again.")
    return ActivationOffer(account.source, account.opened_at, account)


def judge_activation(deployment: Deployment, offer: ActivationOffer, draft: Draft) -> ActivationQuote:
    """Judge a draft with the fields `sub_account`, `fee_token`, `fee` (empty for the usual) and `charged`."""
    account = offer.account
    found = Judgement(deployment, account, draft, {})
    _account(found)
    sub = judge_sub_account(found)
    token = judge_token(found, "fee_token", "token for the fee")
    fee = _fee(found, offer, token)
    _covered(found, sub, token, fee)
    return ActivationQuote(
        offer=offer,
        draft=draft,
        problems=found.problems,
        legs=_legs(fee, token),
        receive=WHAT,
        destination=f"zkLink account {account.account_id}",
        usually="It is done as soon as zkLink has carried it out on layer 2.",
        sub_account_id=sub.id if sub else 0,
        fee_token=token.id if token else None,
        fee=fee,
    )


def _account(found: Judgement) -> None:
    """Whether this wallet can register the key at all."""
    account = found.offer
    chain = account.chains.get(account.key_chain) if account.key_chain is not None else None
    if chain is None:
        sentence = "zkLink wants the key registered by way of a chain that Ashore does not know."
        found.block("account", sentence, "Update Ashore, or register the key with another wallet.")
    elif chain.problem:
        found.block("account", chain.problem)
    if account.account_nonce > MAX_NONCE:
        found.block("account", "zkLink names a nonce that it could not take itself.", "Try again later.")


def _legs(fee: int | None, token: TokenOffer | None) -> tuple[Leg, ...]:
    if fee is None or token is None:
        return ()
    return (
        Leg("Fee", fee_words(fee, token), FEE_NOTES[bool(fee)]),
        Leg("Withdrawn", "nothing", "your balance stays on layer 2"),
    )


def fee_words(fee: int, token: TokenOffer) -> str:
    """What the change of key costs."""
    return money(fee, token) if fee else "none"


def _fee(found: Judgement, offer: ActivationOffer, token: TokenOffer | None) -> int | None:
    """The fee in 18 decimals of the token: what was typed, else none, or a withdrawal's where none was refused."""
    text = found.draft.text("fee").strip(" ")
    chain = offer.account.key_chain
    if token is None or chain is None:
        return None
    suggested = suggested_fee(offer.account, chain, token.id)
    if not text and not found.draft.text(CHARGED):
        return 0
    if not text:
        if suggested is None:
            found.block("fee", f"zkLink does not tell its fee in {token.symbol}.", "Enter a fee, or choose another.")
        else:
            found.hint("fee", "zkLink took no change of key without a fee; this is what a withdrawal costs.")
        return suggested
    fee = parsed_fee(found, text)
    if fee is None:
        return None
    if not 0 <= fee <= FEE.max_value or not FEE.is_packable(fee):
        found.block("fee", "zkLink cannot write this fee exactly.", "Use fewer digits, like 1.6.")
        return None
    if suggested is not None and fee >= MOST_TIMES * suggested > 0:
        times = fee // suggested
        found.block("fee", f"That is {times} times what a withdrawal costs.", "Leave the field empty for the usual.")
    return fee


def _covered(found: Judgement, sub: SubAccountOffer | None, token: TokenOffer | None, fee: int | None) -> None:
    if sub is None or token is None or not fee:
        return
    held = sub.balances.get(token.id, 0)
    if fee > held:
        sentence = f"Sub-account {sub.id} holds {money(held, token)}, and the fee is {money(fee, token)}."
        found.block("fee_token", sentence, "Choose another token, or deposit first.")
