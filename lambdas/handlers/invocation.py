"""What every handler shares: the world for one invocation, and one log line about it."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from aws_lambda_powertools import Logger

from norikae import wiring
from norikae.errors import NorikaeError
from norikae.ports import Ports

Event = dict[str, Any]
Answer = dict[str, Any]

logger = Logger(service="norikae")


def invocation(act: Callable[[Ports, Event], Answer]) -> Callable[[Event, Any], Answer]:
    """A Lambda handler from a function of the world and the event.

    The log line names the run, as far as the event or the answer tells it, and what was answered or raised; an error
    keeps its class, because the state machine's Retry and Catch go by the class's name.
    """

    @wraps(act)
    def handler(event: Event, _context: object) -> Answer:
        keys = {"state": act.__module__.rpartition(".")[2], **_subject(event)}
        try:
            answer = act(wiring.ports(), event)
        except NorikaeError as error:
            logger.warning("raised", extra={**keys, "error": type(error).__name__, "text": str(error)})
            raise
        told = {"run": answer.get("run", keys.get("run")), **_words(answer)}
        logger.info("answered", extra={**keys, **told})
        return answer

    return handler


def _subject(event: Mapping[str, Any]) -> dict[str, Any]:
    inner: Mapping[str, Any] = next(
        (event[key] for key in ("request", "state") if isinstance(event.get(key), Mapping)), {}
    )
    known = {**inner, **event}
    return {key: known[key] for key in ("run", "application", "cluster", "weight", "command") if key in known}


def _words(answer: Mapping[str, Any]) -> dict[str, Any]:
    words = ("next", "waiting_for", "outcome", "ignored", "failed", "unmarked", "carried")
    return {key: answer[key] for key in words if key in answer}
