"""Waiting for the end of a task, no longer than its time-outs allow."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import simpy

from local.aws.step_functions import errors
from local.aws.step_functions.errors import StateError

if TYPE_CHECKING:
    from local.aws.step_functions.tokens import Waiting
    from local.aws.step_functions.visit import Visit
    from local.kernel import Steps


@dataclass(frozen=True)
class Deadline:
    """When a task has to be done.

    Args:
        seconds: ``TimeoutSeconds`` or its path's value; nothing for AWS's default of 99,999,999.
        heartbeat: ``HeartbeatSeconds`` or its path's value.
        at: the kernel's time at which ``seconds`` are over.
    """

    seconds: float | None
    heartbeat: float | None
    at: float

    @classmethod
    def of(cls, visit: Visit) -> Deadline:
        """The deadline of a task that begins now."""
        data = visit.selected() if {"TimeoutSecondsPath", "HeartbeatSecondsPath"} & visit.state.keys() else None
        seconds = visit.number("TimeoutSeconds", data)
        at = math.inf if seconds is None else visit.run.kernel.env.now + seconds
        return cls(seconds, visit.number("HeartbeatSeconds", data), at)

    def reached(self, visit: Visit, event: simpy.Event) -> Steps:
        """Wait for an event and give its value.

        Raises:
            StateError: ``States.Timeout``.
        """
        if math.isinf(self.at):
            value = yield event
            return value
        yield event | visit.run.timer(self.at - visit.run.kernel.env.now)
        if not event.processed:
            raise StateError(errors.TIMEOUT)
        return event.value

    def answered(self, visit: Visit, waiting: Waiting) -> Steps:
        """Wait for the answer to a task token and give it.

        Raises:
            StateError: ``States.Timeout`` or ``States.HeartbeatTimeout``.
        """
        env = visit.run.kernel.env
        while not waiting.answer.processed:
            until = min(self.at, env.now + (self.heartbeat or math.inf))
            events: list[simpy.Event] = [waiting.answer, waiting.beat]
            if not math.isinf(until):
                events.append(visit.run.timer(until - env.now))
            beat = waiting.beat
            yield simpy.AnyOf(env, events)
            if not waiting.answer.triggered and not beat.triggered:
                raise StateError(errors.TIMEOUT if until >= self.at else errors.HEARTBEAT)
        answer: Any = waiting.answer.value
        return answer
