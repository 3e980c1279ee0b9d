"""A receipt to test with, of a withdrawal that has arrived."""

from ashore.domain.events import Terms
from ashore.domain.evidence import Evidence, Level
from ashore.domain.receipt import Receipt, ReceiptMove, ReceiptStage

ACCOUNT = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
RECIPIENT = "0x5a5ae1d9f1b2c3d4e5f60718293a4b5c6d7e8f90"
PAYOUT = Evidence(
    kind="payout",
    level=Level.PROVEN,
    source="Ethereum",
    observed_at=1_700_000_000_000,
    facts={"event": "Withdrawal(17, 25000000)"},
    chain="Ethereum",
    tx_hash="0x" + "ab" * 32,
    block_number=123,
    block_hash="0x" + "cd" * 32,
)
RECEIPT = Receipt(
    made_at=1_700_000_100_000,
    made_by="Ashore 0.1.0",
    withdrawal="decc90b3",
    started_at=1_700_000_000_000,
    status="final",
    headline="The money has arrived, and cannot be taken back.",
    terms=Terms(
        *("zkLink", "practice", "zklink.v2.practice", "zklink.normal@1", ACCOUNT.lower(), "USDC"),
        *(18, 25 * 10**18, 16 * 10**17, RECIPIENT, "Ethereum", "USDC", {"amount.text": "25.00 USDC"}),
    ),
    moves=(ReceiptMove("request", "accepted", "0x" + "12" * 32, 7),),
    stages=(ReceiptStage("paid", "Paid", "proven", "we checked it", "It is paid.", (PAYOUT,)),),
)
NO_WORD_YET = tuple(
    ReceiptStage(name, title, "awaited", "", "")
    for name, title in (
        ("requested", "Requested"),
        ("executed", "Executed on layer 2"),
        ("committed", "Committed"),
        ("proved", "Proved"),
        ("verified", "Verified"),
        ("released", "Released on Ethereum"),
        ("paid", "Paid out on Ethereum"),
    )
)
"""All steps of its way, of which nobody has told anything."""
