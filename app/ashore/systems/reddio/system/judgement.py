"""What is known of a draft while it is judged, and how it is said."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ashore.domain.amounts import display_units
from ashore.systems.base import Draft, Problem, Severity
from ashore.systems.reddio.deployment import Deployment
from ashore.systems.reddio.system.offer import ReddioOffer

WEI_DECIMALS = 18


@dataclass
class Judgement:
    """What is known of a draft so far. One instance judges one draft.

    `used` tells how often a recipient (lower-case hex) was used before; `now` is UTC milliseconds.
    """

    deployment: Deployment
    offer: ReddioOffer
    draft: Draft
    used: Mapping[str, int]
    now: int
    problems: dict[str, Problem] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A field as typed, without blanks around it."""
        return self.draft.text(name).strip()

    def block(self, name: str, sentence: str, advice: str = "") -> None:
        """Say why the field stops a review; a blocking sentence takes the place of a lighter one."""
        if name not in self.problems or self.problems[name].severity is not Severity.BLOCKS:
            self.problems[name] = Problem(sentence, advice)

    def hint(self, name: str, sentence: str, advice: str = "", severity: Severity = Severity.NOTES) -> None:
        """Say something about the field that does not stop a review."""
        self.problems.setdefault(name, Problem(sentence, advice, severity))

    def warn(self, name: str, sentence: str, advice: str = "") -> None:
        """Say something about the field that a person should not overlook, though it does not stop a review."""
        self.hint(name, sentence, advice, Severity.WARNS)


def gas_cost(gas: int, price: int, symbol: str) -> str:
    """What so much gas costs at a price (wei for a unit), rounded up to three digits that count."""
    wei = gas * price
    step = 10 ** max(0, len(str(wei)) - 3)
    return f"{display_units(-(-wei // step) * step, WEI_DECIMALS)} {symbol}"
