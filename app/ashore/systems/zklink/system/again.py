"""A withdrawal that was refused, quoted again: what is different now is marked beside its field."""

from collections.abc import Mapping

from ashore.domain.events import Terms
from ashore.systems.base import Problem, Severity
from ashore.systems.zklink.system.judgement import money
from ashore.systems.zklink.system.offer import ZkLinkOffer, ZkLinkQuote

RESERVE = "208"


def differences(before: Terms, code: str, quote: ZkLinkQuote) -> Mapping[str, Problem]:
    """What `quote` has otherwise than the refused withdrawal of these terms, by field; `code` is why it was refused.

    Only where chain, token and sub-account are still the same, and nobody wrote a value of their own.
    """
    details, offer = before.details, quote.offer
    assert isinstance(offer, ZkLinkOffer)
    same = (str(quote.chain_id), str(quote.source_token), str(quote.sub_account_id)) == tuple(
        details.get(name, "") for name in ("chain_id", "source_token", "sub_account_id")
    )
    if not same or quote.source_token is None or quote.chain_id is None:
        return {}
    found: dict[str, Problem] = {}
    if quote.fee is not None and quote.fee != before.fee and not quote.draft.text("fee").strip(" "):
        token = offer.tokens[quote.source_token]
        sentence = (
            f"zkLink asks for {money(quote.fee, token)} now; the request before offered {money(before.fee, token)}."
        )
        found["fee"] = Problem(sentence, severity=Severity.WARNS)
    old_nonce = details.get("nonce", "")
    if quote.nonce is not None and str(quote.nonce) != old_nonce and not quote.draft.text("nonce").strip(" "):
        found["nonce"] = Problem(f"The request before had {old_nonce}.", severity=Severity.NOTES)
    if code == RESERVE and str(quote.amount) == str(before.amount) and quote.ready:
        chain = offer.chains[quote.chain_id].name
        sentence = f"{chain} could not pay this amount before; by zkLink’s word it can now."
        found["chain"] = Problem(sentence, severity=Severity.NOTES)
    return found
