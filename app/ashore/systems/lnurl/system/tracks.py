"""The ways of an LNURL withdrawal, as data: one with a wallet that Ashore can ask, one that ends out of its sight."""

from dataclasses import replace

from ashore.domain.stages import Milestone, Stage, Track, TrackRef, TrackWords

REQUESTED = "requested"
INVOICED = "invoiced"
HANDED_OVER = "handed-over"
PROVED = "proved"
SETTLED = "settled"
FINAL = "final"

NO_PROOF = "A Lightning payment leaves no public proof. Only the wallet that receives can tell."
AGAIN = "Try again with the same invoice"
_ANYWAY = "If it pays anyway, you will see it here. Otherwise"
_AFTER = "open the link again after {at}, when the invoice has expired."
_SOME_TIME = "open the link again after its invoice has expired (within about 70 minutes)."
OUT_OF_SIGHT = "Ashore cannot see your wallet: look there whether it arrived."

WORDS = TrackWords(
    waiting="A service may take as long as its payment takes, minutes even. You need not do anything.",
    not_left=(
        "Nothing has left yet: the service cannot be reached.",
        "Nothing was withdrawn. Ashore keeps trying with the same invoice.",
    ),
    unanswered=(
        "It is not known yet whether the service pays.",
        "Ashore watches the wallet that receives. Nothing can be paid twice: there is only this one invoice.",
    ),
    trying_on="Ashore tries again with the same invoice.",
    asking_on="Ashore goes on watching for the money, and never makes a second invoice for it.",
    contradicted=("Your wallet and the service differ.", "Look at the stage that is marked."),
    failed=(
        "The service said OK, but never paid.",
        "The invoice has expired, so it cannot be paid any more. Ask the service, or open its link again.",
    ),
    landed="Settled in {place}.",
    final="{amount} settled in {place}.",
    seen_by="{source} shows it",
    pace="Usually {median}, nine of ten within {p90} (last {samples}).",
    pace_unknown="Most services pay within seconds, some take minutes.",
    second=(
        "This voucher is already being withdrawn. Nothing was handed over.",
        "Wait until its outcome is known; you find it under Activity.",
    ),
    said_no=(
        "The service said no.",
        f"It has the invoice, and may pay it all the same while that is good. To ask it once more: “{AGAIN}”.",
    ),
    said_no_until="Being watched until {at}.",
    said_no_for_good=(f"{_ANYWAY} {_AFTER}", f"{_ANYWAY} {_SOME_TIME}"),
    again=AGAIN,
    wished="The same invoice is handed over once more, as you wished.",
    prepared=("Sealed, not handed over yet.", "Ashore hands the invoice over as soon as it can."),
    under_way=(
        "Waiting for the payment.",
        "Nothing to do until it arrives. You can close Ashore; it goes on when you come back.",
    ),
)

SEEN = Track(
    TrackRef("lnurl.seen", 1),
    (
        Stage(
            REQUESTED,
            Milestone.REQUESTED,
            "Requested",
            "The service offered it, and you chose how much.",
            "",
            provable=False,
        ),
        Stage(
            INVOICED,
            Milestone.ACCEPTED,
            "Invoice made",
            "The wallet that receives made an invoice, and Ashore checked it.",
            "",
            provable=False,
        ),
        Stage(
            HANDED_OVER,
            Milestone.COMMITTED,
            "Handed to the service",
            "The service has the invoice and says that it pays. That is a promise, not the money.",
            "The invoice is handed to the service.",
            provable=False,
            passed="The money came, so the service had the invoice; its answer was not seen.",
            despite="It did pay.",
        ),
        Stage(PROVED, Milestone.PROVED, "Proved", "", "", NO_PROOF),
        Stage(
            SETTLED,
            Milestone.VERIFIED,
            "Payment verified",
            "The wallet that receives says that this very invoice, known by its payment hash, is settled.",
            "Ashore watches the wallet that receives.",
            provable=False,
        ),
        Stage(
            FINAL,
            Milestone.FINALIZED,
            "Settled in {chain}",
            "A settled Lightning payment cannot be taken back.",
            "Once the payment is settled there, it is final.",
            provable=False,
        ),
    ),
    WORDS,
    answered=HANDED_OVER,
)


def _out_of_sight(stage: Stage) -> Stage:
    match stage.id:
        case "invoiced":
            return replace(stage, title="Invoice checked", reached="Your wallet’s invoice, pasted here and checked.")
        case "settled":
            return replace(stage, not_applicable=OUT_OF_SIGHT)
        case "final":
            return replace(stage, title="Arrived in your wallet", not_applicable=OUT_OF_SIGHT)
    return stage


UNSEEN = Track(
    TrackRef("lnurl.unseen", 1),
    tuple(_out_of_sight(stage) for stage in SEEN.stages),
    replace(
        WORDS,
        under_way=("The service said OK. Check your wallet.", OUT_OF_SIGHT),
        unanswered=("It is not known whether the service pays. Check your wallet.", OUT_OF_SIGHT),
        said_no_until="",
        said_no=(
            "The service said no. Check your wallet all the same.",
            f"{OUT_OF_SIGHT} If not, ask the service once more: “{AGAIN}”.",
        ),
        said_no_for_good=(f"{OUT_OF_SIGHT} If not, {_AFTER}", f"{OUT_OF_SIGHT} If not, {_SOME_TIME}"),
        asking_on="Only your own wallet can tell.",
    ),
    answered=HANDED_OVER,
)

TRACKS = (SEEN, UNSEEN)
