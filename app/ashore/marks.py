"""The mark of a stage as one character, for whoever reads lines of text."""

from ashore.domain.withdrawal import Mark

MARKS = {
    Mark.AWAITED: "◌",
    Mark.REPORTED: "○",
    Mark.SEEN: "◐",
    Mark.PROVEN: "●",
    Mark.IRREVERSIBLE: "◉",
    Mark.TAKEN_BACK: "↶",
    Mark.UNKNOWN: "?",
    Mark.FAILED: "✕",
    Mark.NOT_APPLICABLE: "–",
    Mark.NOT_REACHED: "·",
}
