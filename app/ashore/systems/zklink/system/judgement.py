"""What is known of a draft while it is judged, and how it is said."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ashore.domain.amounts import display_units
from ashore.domain.untrusted import plain
from ashore.systems.base import Draft, Problem, Severity
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.system.offer import L2_DECIMALS, ChainOffer, SubAccountOffer, TokenOffer, ZkLinkOffer


@dataclass
class Judgement:
    """What is known of a draft so far. One instance judges one draft."""

    deployment: Deployment
    offer: ZkLinkOffer
    draft: Draft
    used: Mapping[str, int]
    problems: dict[str, Problem] = field(default_factory=dict)

    def block(self, name: str, sentence: str, advice: str = "") -> None:
        """Say why the field stops a review; a blocking sentence takes the place of a lighter one."""
        if name not in self.problems or self.problems[name].severity is not Severity.BLOCKS:
            self.problems[name] = Problem(sentence, advice)

    def hint(self, name: str, sentence: str, advice: str = "", severity: Severity = Severity.NOTES) -> None:
        """Say something about the field that does not stop a review."""
        self.problems.setdefault(name, Problem(sentence, advice, severity))

    def number(self, name: str, what: str, highest: int) -> int | None:
        """Read a plain whole number from a field."""
        text = self.draft.text(name).strip(" ")
        if not text:
            self.block(name, f"Enter the {what}.")
        elif not (text.isascii() and text.isdigit()):
            self.block(name, f"The {what} is a whole number, written with the digits 0 to 9.")
        elif len(text.lstrip("0")) > 12 or int(text.lstrip("0") or "0") > highest:
            self.block(name, f"The {what} is at most {highest}.")
        else:
            return int(text.lstrip("0") or "0")  # Python does not read thousands of zeros
        return None


@dataclass(frozen=True, slots=True)
class Choice:
    """What the draft chose, as far as it is clear."""

    sub: SubAccountOffer | None
    source: TokenOffer | None
    target: TokenOffer | None
    chain: ChainOffer | None
    fee: int | None

    @property
    def target_decimals(self) -> int | None:
        """Decimals of the payout on its chain."""
        if self.target is None or self.chain is None:
            return None
        return self.target.decimals.get(self.chain.id)


def money(amount: int, token: TokenOffer) -> str:
    """An amount of 18 decimals with its unit."""
    return f"{display_units(amount, L2_DECIMALS)} {plain(token.symbol, 24)}"
