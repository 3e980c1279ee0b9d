"""Offers and invoices for tests of the LNURL system, without a network."""

from ashore.lightning.backends import Identity, Limits, MaySpend
from ashore.systems.base import Source
from ashore.systems.lnurl.codec import (
    AmountRange,
    InvoiceDraft,
    Network,
    Reach,
    WithdrawOffer,
    encode_invoice,
    parse_url,
)
from ashore.systems.lnurl.system.offer import LnurlOffer
from ashore.systems.lnurl.system.receivers import ReceiverOffer

NOW_S = 1_795_000_000
K1 = "c0ffee" * 10
NODE_KEY = bytes(31) + b"\x07"
NODE_ID = "025cbdf0646e5db4eaa398f365f2ea7a0e3d419b7e0330e39ce92bddedcac4f9bc"
IDENTITY = Identity("core_lightning", "ALICE", NODE_ID, "regtest", False, MaySpend.NO, "Your node.")


def receiver(step: int = 1, least: int = 1, most: int | None = 10**12, problem: str = "") -> ReceiverOffer:
    limits = None if problem else Limits(least, most, step, "a forecast")
    return ReceiverOffer("alice", "Alice", "your node Alice", None if problem else IDENTITY, limits, problem)


def offer(least: int = 10_000, most: int = 20_000, pin_limit: int | None = None, **receiver_: object) -> LnurlOffer:
    callback = parse_url("http://127.0.0.1:8080/u?id=7", Reach.PRACTICE)
    service = WithdrawOffer(callback, K1, AmountRange(least, most), "Voucher", pin_limit_msat=pin_limit)
    return LnurlOffer(
        source=Source("lnurl-practice"),
        opened_at=NOW_S * 1000,
        service=service,
        host="127.0.0.1:8080",
        answered_by="127.0.0.1:8080",
        callback_host="127.0.0.1:8080",
        receivers=(receiver(**receiver_),),  # type: ignore[arg-type]
        practice=True,
    )


def invoice(
    amount_msat: int | None,
    *,
    network: Network = Network.REGTEST,
    description: str = "Voucher",
    at: int = NOW_S,
    expiry: int = 3600,
    key: bytes = NODE_KEY,
    payment_hash: bytes = b"\x11" * 32,
) -> str:
    draft = InvoiceDraft(
        network=network,
        amount_msat=amount_msat,
        timestamp=at,
        payment_hash=payment_hash,
        payment_secret=b"\x22" * 32,
        description=description,
        expiry=expiry,
    )
    return encode_invoice(draft, key)
