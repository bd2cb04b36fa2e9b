"""SQS FIFO queue of what people say in chats, proven by the doors; each message comes at least once."""

from handlers.invocation import Answer, Event, invocation
from norikae.chat.answer import answer
from norikae.ports import Ports


@invocation
def handler(ports: Ports, event: Event) -> Answer:
    """Carry them out, and answer those who said them."""
    return answer(ports, event["Records"])
