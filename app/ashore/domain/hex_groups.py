"""Long hex texts as people read them: in groups, or by their ends. Computes nothing, so the first window may use it."""


def grouped(text: str, size: int = 4) -> str:
    """Return a hex text broken into groups, the prefix with the first: `0x8F3a 12C4 …`."""
    prefix, digits = (text[:2], text[2:]) if text[:2] == "0x" else ("", text)
    groups = [digits[i : i + size] for i in range(0, len(digits), size)]
    return prefix + " ".join(groups)


def shortened(text: str) -> str:
    """Return the first and last groups of a hex text, for places where the full one stands elsewhere."""
    digits = text.removeprefix("0x")
    return text if len(digits) <= 16 else f"0x{digits[:4]} {digits[4:8]} … {digits[-8:-4]} {digits[-4:]}"
