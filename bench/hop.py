"""An SQS queue with the pollers of an event source mapping: up to ten messages each, without a window."""

from __future__ import annotations

import json
import queue
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

BATCH = 10
POLLERS = 5
"""Batches at once to begin with (Lambda guide, "Using Lambda with Amazon SQS", scaling)."""

Message = dict[str, Any]


class Hop:
    """Messages to whoever handles them, again and again until they do not fail.

    Args:
        handle: what a function does with a batch; its answer, with ``batchItemFailures``.
        failures: gets what it raised; a poller ends with it.
        seconds: gets how long each batch took.
    """

    def __init__(
        self,
        handle: Callable[[Sequence[Message]], dict[str, Any]],
        failures: list[BaseException],
        seconds: list[float],
    ) -> None:
        self._handle, self._failures, self._seconds = handle, failures, seconds
        self._lock = threading.Lock()
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._count = self._handled = 0
        for _ in range(POLLERS):
            threading.Thread(target=self._poll, daemon=True).start()

    def send(self, body: object, *, after_seconds: float = 0) -> None:
        """One message."""
        with self._lock:
            self._count += 1
            number = self._count
        message = {"messageId": f"m-{number}", "body": body if isinstance(body, str) else json.dumps(body)}
        if after_seconds:
            timer = threading.Timer(after_seconds, self._messages.put, (message,))
            timer.daemon = True
            timer.start()
        else:
            self._messages.put(message)

    def is_idle(self) -> bool:
        """Whether every message was handled; one that is only sent later counts as not."""
        return self._handled == self._count

    def _poll(self) -> None:
        while True:
            batch = [self._messages.get()]
            while len(batch) < BATCH:
                try:
                    batch.append(self._messages.get_nowait())
                except queue.Empty:
                    break
            began = time.time()
            try:
                failed = {one["itemIdentifier"] for one in self._handle(batch)["batchItemFailures"]}
            except BaseException as error:  # noqa: BLE001 - a thread has nobody to raise to
                self._failures.append(error)
                return
            self._seconds.append(time.time() - began)
            for one in batch:
                if one["messageId"] in failed:
                    self._messages.put(one)
            with self._lock:
                self._handled += len(batch) - len(failed)
