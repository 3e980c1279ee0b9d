"""The root of every error that a person may come to see."""


class AshoreError(Exception):
    """An error that can be shown as it is.

    `sentence` says what happened and what it means for the money; `advice` what to do about it.
    Neither ever holds a secret, nor text of a server that was not passed through `untrusted.plain`.
    """

    def __init__(self, sentence: str, advice: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.sentence} {self.advice}".strip()
