"""API Gateway, POST /chatwork: what somebody wrote in a room; Chatwork sends it once, and waits for an answer."""

from norikae import ear_wiring
from norikae.chat.ears import chatwork
from norikae.chat.ears.hear import hear


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Prove it, keep it, answer at once."""
    return hear(chatwork, ear_wiring.ports(), event)
