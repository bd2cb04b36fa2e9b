"""A weight as a bar of text, the same in terminals and in chats."""

WHOLE, BAR = 100, 20


def bar(weight: int, width: int = BAR) -> str:
    """A weight in percent; only the whole is full, and only nothing is empty.

    Args:
        weight: from 0 to 100.
        width: in characters.
    """
    full = round(weight / WHOLE * width)
    if 0 < weight < WHOLE:
        full = min(max(full, 1), width - 1)
    return "█" * full + "░" * (width - full)
