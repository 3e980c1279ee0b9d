"""Plain words for what LNURL's evidence is made of."""

OFFER, INVOICE, SETTLED = "lnurl.offer", "lnurl.invoice", "lnurl.settled"

KINDS = {
    OFFER: "What the service offered",
    INVOICE: "The invoice",
    SETTLED: "What the wallet that receives says",
}
"""What a piece of evidence is, by its kind."""

NAMES = {"least": "Least", "most": "Most", "description": "In its words", "asked": "You asked for"}
"""What a fact is called, where its own name is not plain enough."""

CHECKED, COMPARED = "checked", "compared"
"""Facts that tell how a piece was checked, and stand where that is told: what Ashore read and compared in an invoice,
and what of it was compared with the wallet's word."""


def how_checked(kind: str, facts: dict[str, str]) -> str:
    """How a piece of LNURL's evidence was checked, in one line; empty for evidence of other systems."""
    if kind == OFFER:
        return "not checked: this is the service’s word"
    if CHECKED in facts:
        return f"by Ashore: {facts[CHECKED]}"
    if COMPARED in facts:
        return f"Ashore compared {facts[COMPARED]}; that it is settled is the wallet’s word"
    return ""
