"""API Gateway, POST /slack: a slash command or a pressed button; Slack waits three seconds and sends it again."""

from norikae import ear_wiring
from norikae.chat.ears import slack
from norikae.chat.ears.hear import hear


def handler(event: dict[str, object], _context: object) -> dict[str, object]:
    """Prove it, keep it, answer at once."""
    return hear(slack, ear_wiring.ports(), event)
