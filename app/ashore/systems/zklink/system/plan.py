"""From a ready quote to what is signed, from what was signed to what is sent."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from ashore.domain.addresses import checksum
from ashore.domain.amounts import display_units, format_units, rescale, rescale_down, without_dust
from ashore.domain.errors import AshoreError
from ashore.domain.events import Terms
from ashore.domain.moves import MoveKind, SignedMove
from ashore.domain.stages import Track
from ashore.domain.withdrawal import LAST_STAGE, PRIMARY
from ashore.keys.reading import Reading
from ashore.systems.base import Plan, ReviewLine, Severity, SigningRequest
from ashore.systems.zklink.codec import Withdraw, decode_core, encode_core, layer1_signature_to_json, withdraw_to_json
from ashore.systems.zklink.codec.fast import RATIO_UNIT, ratio_percent, received_of
from ashore.systems.zklink.codec.profiles import Profile
from ashore.systems.zklink.codec.reading import WITHDRAW_KIND
from ashore.systems.zklink.deployment import Deployment, PinnedToken
from ashore.systems.zklink.system.offer import L2_DECIMALS, ZkLinkOffer, ZkLinkQuote
from ashore.systems.zklink.system.tracks import PAID, track_for

NO_BROKER = (
    "No broker has to pay in advance. If none does, the whole amount comes the normal way, and as late as a normal one."
)


DUE_TEXT, COST_TEXT, COST_NOTE = "advance.due", "advance.cost", "advance.cost-note"
"""Details of a fast withdrawal in words: what a broker pays, what all of it costs, and to whom that goes."""


class NotReady(AshoreError):
    """A quote that still has problems was to be signed."""


def withdraw_of(quote: ZkLinkQuote, dialect: Profile, ts: int) -> Withdraw:
    """The transaction that a ready quote asks for; `ts` in unix seconds. Raises NotReady.

    That it shall be fast is said by the flag and the ratio in v2, by the ratio alone elsewhere, where the flag is
    withdrawToL1.
    """
    chosen = (
        quote.chain_id,
        quote.source_token,
        quote.target_token,
        quote.amount,
        quote.fee,
        quote.nonce,
        quote.ratio if quote.fast else 0,
    )
    if not quote.ready or quote.recipient is None or any(value is None for value in chosen):
        raise NotReady("The form is not complete yet.", "Correct the fields that are marked.")
    chain, source, target, amount, fee, nonce, ratio = (int(value) for value in chosen if value is not None)
    return Withdraw(
        to_chain_id=chain,
        account_id=quote.account_id,
        sub_account_id=quote.sub_account_id,
        to=quote.recipient,
        l2_source_token=source,
        l1_target_token=target,
        amount=amount,
        fee=fee,
        nonce=nonce,
        flag=int(quote.fast and dialect is Profile.V2),
        withdraw_fee_ratio=ratio,
        ts=ts,
    )


def signed_fields(dialect: Profile, tx: Withdraw, symbol: str) -> dict[str, str]:
    """Every field as a signer reads it; `symbol` is that of the source token."""
    return {
        "to_chain_id": str(tx.to_chain_id),
        "account_id": str(tx.account_id),
        "sub_account_id": str(tx.sub_account_id),
        "to": "0x" + tx.to.hex(),
        "l2_source_token": str(tx.l2_source_token),
        "l1_target_token": str(tx.l1_target_token),
        "amount": str(tx.amount),
        "fee": str(tx.fee),
        "nonce": str(tx.nonce),
        "flag": str(tx.flag),
        "withdraw_fee_ratio": str(tx.withdraw_fee_ratio),
        "ts": str(tx.ts),
        "call_data": "" if tx.call_data is None else "0x" + tx.call_data.hex(),
        "symbol": symbol,
        "profile": str(dialect),
    }


def amount_text_of(tx: Withdraw, target: PinnedToken) -> str:
    """What can be paid out of what is withdrawn, with its unit."""
    whole = without_dust(tx.amount, L2_DECIMALS, target.decimals[tx.to_chain_id])
    return f"{format_units(whole, L2_DECIMALS, least_fraction=2)} {target.symbol}"


def terms_of(deployment: Deployment, tx: Withdraw, track: Track, account: str, words: Mapping[str, str]) -> Terms:
    """What a withdrawal is about. `account` is its sender's address, empty where it is not known; `words` are further
    details."""
    source, target = deployment.tokens[tx.l2_source_token], deployment.tokens[tx.l1_target_token]
    chain = deployment.chains[tx.to_chain_id]
    return Terms(
        system="zkLink",
        network=deployment.network,
        profile=deployment.id,
        track=str(track.ref),
        account=account,
        symbol=source.symbol,
        decimals=L2_DECIMALS,
        amount=tx.amount,
        fee=tx.fee,
        recipient="0x" + tx.to.hex(),
        destination=chain.name,
        receive_symbol=target.symbol,
        details={
            LAST_STAGE: PAID,
            "amount.text": amount_text_of(tx, target),
            "chain_id": str(tx.to_chain_id),
            "account_id": str(tx.account_id),
            "sub_account_id": str(tx.sub_account_id),
            "source_token": str(tx.l2_source_token),
            "target_token": str(tx.l1_target_token),
            "nonce": str(tx.nonce),
            "ts": str(tx.ts),
            "flag": str(tx.flag),
            "ratio": str(tx.withdraw_fee_ratio),
            **words,
            **({} if chain.id == deployment.primary else {PRIMARY: deployment.chains[deployment.primary].name}),
        },
    )


def plan_of(deployment: Deployment, quote: ZkLinkQuote, ts: int) -> Plan:
    """Decide what would be signed. Raises NotReady."""
    tx = withdraw_of(quote, deployment.dialect, ts)
    offer = quote.offer
    assert isinstance(offer, ZkLinkOffer)
    source, target = deployment.tokens[tx.l2_source_token], deployment.tokens[tx.l1_target_token]
    chain = deployment.chains[tx.to_chain_id]
    amount_text = amount_text_of(tx, target)
    expect = signed_fields(deployment.dialect, tx, source.symbol)
    track = track_for(at_home=chain.id == deployment.primary, fast=quote.fast)
    terms = terms_of(deployment, tx, track, offer.address, advance_words(expect, deployment) if quote.fast else {})
    warned = [str(p) for p in quote.problems.values() if p.severity is Severity.WARNS]
    return Plan(
        profile=deployment.id,
        kind=MoveKind.REQUEST,
        request=SigningRequest(
            WITHDRAW_KIND,
            {
                "profile": str(deployment.dialect),
                "core": encode_core(tx).hex(),
                "symbol": source.symbol,
                "call_data": None,
            },
            offer.source.account_index,
            expect,
        ),
        terms=terms,
        confirm=f"Withdraw {amount_text} to {chain.name}",
        warnings=(*warned, *([NO_BROKER] if quote.fast else []), "It cannot be cancelled after this."),
    )


def review_lines(deployment: Deployment, plan: Plan, reading: Reading) -> tuple[ReviewLine, ...]:
    """What the signer read, in words. Names come from the pinned profile, values from the reading alone.

    Only the account's address is the plan's: no signed byte holds it, the signature itself shows whose it is.
    """
    read = reading.fields
    source = deployment.tokens[int(read["l2_source_token"])]
    target = deployment.tokens[int(read["l1_target_token"])]
    chain = deployment.chains[int(read["to_chain_id"])]
    amount, fee = int(read["amount"]), int(read["fee"])
    taken = f"{display_units(amount + fee, L2_DECIMALS)} {source.symbol}"
    same = source.id == target.id

    def signed(*names: str) -> tuple[tuple[str, str], ...]:
        return tuple((name, read[name] or "none") for name in names)

    advance = advance_words(read, deployment) if is_fast(read) else {}
    whole = f"{display_units(amount, L2_DECIMALS)} {target.symbol}"
    due = [
        ReviewLine("Arrives exactly", text, f"if a broker pays in advance; {whole} if none does", reckoned=True)
        for text in (advance.get(DUE_TEXT),)
        if text
    ]
    share = signed("withdraw_fee_ratio")
    return (
        *due,
        ReviewLine(
            "Amount",
            whole,
            f"paid out on {chain.name}",
            signed=signed("amount"),
        ),
        ReviewLine("To chain", chain.name, signed=signed("to_chain_id")),
        ReviewLine("Recipient", checksum(bytes.fromhex(read["to"][2:])), monospace=True),
        ReviewLine("Fee", f"{display_units(fee, L2_DECIMALS)} {source.symbol}", "kept by zkLink", signed=signed("fee")),
        ReviewLine("Taken from your balance", taken, "amount and fee together", reckoned=True),
        *(ReviewLine("Costs you in total", advance[COST_TEXT], advance[COST_NOTE], signed=share) for _ in due),
        ReviewLine(
            "From your account",
            checksum(bytes.fromhex(plan.terms.account[2:])),
            f"{_sub_account(read['sub_account_id'])}; its key signs this",
            monospace=True,
            signed=signed("account_id", "sub_account_id"),
        ),
        ReviewLine(
            "Token",
            source.symbol if same else f"{source.symbol} → {target.symbol}",
            "paid out as it is" if same else f"{source.symbol} on zkLink, paid out as {target.symbol}",
            signed=signed("l2_source_token", "l1_target_token"),
        ),
        ReviewLine(
            "Number of the request",
            read["nonce"],
            "its nonce: zkLink takes each number once, in order",
            signed=signed("nonce"),
        ),
        ReviewLine("Time of the request", time_of(int(read["ts"])), "makes it unique", signed=signed("ts")),
        ReviewLine("Kind", *_kind(read), signed=signed("flag", "withdraw_fee_ratio", "call_data")),
    )


def _sub_account(number: str) -> str:
    return "main sub-account" if number == "0" else f"sub-account {number}"


def time_of(seconds: int) -> str:
    """The time that a request carries, exactly. `seconds` of unix time."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def is_fast(read: Mapping[str, str]) -> bool:
    """Whether signed fields ask for a payment in advance, and for nothing else that is not ordinary."""
    flag = "1" if read["profile"] == Profile.V2 else "0"
    return read["flag"] == flag and 0 < int(read["withdraw_fee_ratio"]) <= RATIO_UNIT and not read["call_data"]


def advance_words(read: Mapping[str, str], deployment: Deployment) -> Mapping[str, str]:
    """What a broker would pay and keep, and all costs as one, from the signed amount, fee and ratio."""
    source, target = (deployment.tokens[int(read[name])] for name in ("l2_source_token", "l1_target_token"))
    decimals = target.decimals[int(read["to_chain_id"])]
    amount, fee, ratio = int(read["amount"]), int(read["fee"]), int(read["withdraw_fee_ratio"])
    received = rescale(received_of(rescale_down(amount, L2_DECIMALS, decimals), ratio), decimals, L2_DECIMALS)
    kept = f"{display_units(amount - received, L2_DECIMALS)} {target.symbol}"
    zklink = f"{display_units(fee, L2_DECIMALS)} {source.symbol}" if fee else "nothing"
    together = f"{display_units(amount - received + fee, L2_DECIMALS)} {source.symbol}"
    apart = f"{kept} and {zklink}" if fee else kept
    return {
        DUE_TEXT: f"{display_units(received, L2_DECIMALS)} {target.symbol}",
        COST_TEXT: together if source.id == target.id else apart,
        COST_NOTE: f"{kept} to the broker ({ratio_percent(ratio)}), {zklink} to zkLink",
    }


def _kind(read: Mapping[str, str]) -> tuple[str, str]:
    """What kind of withdrawal the signed options make it, and what that means."""
    if read["flag"] == "0" and read["withdraw_fee_ratio"] == "0" and not read["call_data"]:
        return "Normal withdrawal", "no fast payout for a further fee, no call attached"
    if is_fast(read):
        share = ratio_percent(int(read["withdraw_fee_ratio"]))
        return "Fast withdrawal", f"a broker may pay it in advance and keep {share} of it; no call attached"
    if read["call_data"]:
        return "With a call attached", "whoever pays it out can have the recipient called; Ashore asks for none"
    if read["flag"] == "1" and read["profile"] != Profile.V2:
        return (
            "On to Ethereum",
            "it does not stay on that chain: a gateway takes it further; Ashore asks for none of it",
        )
    return "With options of its own", "see the signed values; Ashore asks for none of them"


def assemble(
    deployment: Deployment, plan: Plan, reading: Reading, signed: Mapping[str, object], move_id: str
) -> SignedMove:
    """Make the exact parameters of sendTransaction from what the signer returned.

    Raises AshoreError where the signer's answer does not have its form.
    """
    assert isinstance(plan.request, SigningRequest)
    core = bytes.fromhex(str(plan.request.preimage["core"]))
    tx = decode_core(core)
    layer2, ethereum = signed.get("l2"), signed.get("ethereum")
    if not isinstance(layer2, Mapping) or not isinstance(ethereum, list) or len(ethereum) != 1:
        raise AshoreError("The signer's answer is incomplete.", "Nothing was sent. Lock and unlock, then try again.")
    form = withdraw_to_json(
        tx,
        deployment.dialect,
        bytes_of(layer2.get("pub_key")),
        bytes_of(layer2.get("signature")),
        sender=bytes.fromhex(plan.terms.account[2:]),
    )
    params = [form, layer1_signature_to_json(bytes_of(ethereum[0])), None]
    return SignedMove(
        id=move_id,
        kind=plan.kind,
        profile=plan.profile,
        locator=reading.identifier,
        payload=json.dumps(params, separators=(",", ":"), sort_keys=True),
        scope=f"{tx.account_id}/{tx.sub_account_id}",
        nonce=tx.nonce,
    )


def bytes_of(raw: object) -> bytes:
    """Bytes of the signer's hex. Raises ValueError."""
    return bytes.fromhex(str(raw).removeprefix("0x"))
