"""Words for tracks of tests: they name themselves."""

from ashore.domain.stages import TrackWords

WORDS = TrackWords(
    waiting="waiting",
    not_left=("not left", ""),
    unanswered=("unanswered", ""),
    trying_on="trying on",
    asking_on="asking on",
    contradicted=("contradicted", ""),
    failed=("failed", ""),
    landed="{place}: landed",
    final="{amount}: final on {place}",
    seen_by="{source} shows it",
    pace="{median}, {p90}, {samples}",
    pace_unknown="pace unknown",
    second=("nonce {nonce} is open", "wait"),
)
