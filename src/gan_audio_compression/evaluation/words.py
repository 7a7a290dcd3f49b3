"""Words for people to read."""


def counted(number: int, noun: str) -> str:
    """Return a number and what is counted, such as "1 speaker" or "3 speakers"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
