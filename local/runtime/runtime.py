"""Invocations: a worker per function, warm ones used again, virtual time, time-outs and deaths."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from local.runtime.crash import Fate
from local.runtime.flight import Flight, Invocation
from local.runtime.function import Function, unqualified
from local.runtime.network import Network
from local.runtime.outcome import Outcome
from local.runtime.sandbox import zygote

if TYPE_CHECKING:
    from local.aws.identities import Identities
    from local.aws.secrets_extension import SecretsExtension
    from local.kernel import Kernel, Steps
    from local.runtime.crash import Crashes
    from local.runtime.flight import Flying
    from local.runtime.sandbox import Sandbox

COLD_SECONDS = 0.5
"""Virtual time of a cold start: INIT of a Python function with boto3 on about half a vCPU."""
WARM_SECONDS = 0.01
_ROUNDING = 1e-6


class LambdaRuntime:
    """Runs handlers from their bundles.

    Args:
        kernel: the world's clock and lock.
        identities: who gives each role its access key.
        region: such as ``ap-northeast-1``.
        front_url: where handlers find AWS; needed before the first invocation.
        crashes: which invocations die; by default none.
    """

    def __init__(
        self,
        kernel: Kernel,
        *,
        identities: Identities,
        region: str,
        front_url: str = "",
        crashes: Crashes | None = None,
    ) -> None:
        self.front_url = front_url
        self.crashes = crashes
        self.variables: dict[str, str] = {}  # that every function has besides Lambda's and its own
        self.extension: SecretsExtension | None = None
        self.network = Network()
        self.functions: dict[str, Function] = {}
        self.logs: dict[str, list[str]] = defaultdict(list)
        """What each function printed, by its name."""
        self.invocations: list[Invocation] = []
        self._kernel, self._identities, self._region = kernel, identities, region
        self._zygote = zygote()
        self._idle: dict[str, list[Sandbox]] = defaultdict(list)
        self._aloft: set[Sandbox] = set()
        self._count: dict[str, int] = defaultdict(int)
        self._flying = 0

    @property
    def busy(self) -> bool:
        """Whether a handler runs at this moment, so that a call comes from it."""
        return self._flying > 0

    def register(
        self,
        function_arn: str,
        directory: Path,
        handler: str,
        environment: dict[str, str],
        timeout_seconds: float,
        role_arn: str,
        memory: int = 128,
        dead_letter: str = "",
        *,
        extended: bool = False,
    ) -> None:
        """Make a function known, or replace it; the next invocation of a replaced one is a cold start.

        Args:
            function_arn: without a qualifier.
            directory: the unzipped bundle.
            handler: such as ``handlers.workflow.set_weights.handler``.
            environment: the variables of the function's configuration.
            timeout_seconds: of virtual time.
            role_arn: whom its calls act as.
            memory: MiB, shown to the handler and not enforced.
            dead_letter: ARN of the queue or topic for events that no attempt could deliver.
            extended: whether it has the layer of the Parameters and Secrets Lambda Extension.
        """
        path = Path(directory).resolve()
        self.functions[function_arn] = Function(
            function_arn, path, handler, environment, timeout_seconds, role_arn, memory, dead_letter, extended
        )
        self._identities.belongs_to(role_arn, function_arn)
        for sandbox in self._idle.pop(function_arn, []):
            sandbox.kill()

    def invoke(self, function_arn: str, event: Any) -> Steps:
        """Run a handler as a kernel process; others see its end when the time that it spent has passed.

        While it sleeps the world goes on, and it finds what has happened meanwhile; the time that its calls take is
        added up until its next sleep or its end.

        Returns:
            The ``Outcome``.
        """
        flight = self.flight(function_arn, event)
        while True:
            try:
                seconds = next(flight)
            except StopIteration as landed:
                yield self._kernel.spent()
                return landed.value
            self._kernel.elapse(seconds)
            yield self._kernel.spent()

    def call(self, function_arn: str, event: Any) -> Outcome:
        """Run a handler at once, also its sleeps; the time that it spent is left with the kernel.

        The caller holds the world's lock.

        Raises:
            HungError: the process has said nothing for two real minutes.
        """
        flight = self.flight(function_arn, event)
        while True:
            try:
                self._kernel.elapse(next(flight))
            except StopIteration as landed:
                return cast("Outcome", landed.value)

    def flight(self, function_arn: str, event: Any) -> Flying:
        """One invocation under way, and a line about it in the record; whoever asks lets its sleeps pass."""
        function = self.functions.get(unqualified(function_arn))
        if function is None:
            return Outcome(
                error_type="Lambda.ResourceNotFoundException", error_message=f"Function not found: {function_arn}"
            )
        flight = self._begin(function)
        try:
            outcome = yield from self._fly(flight, event)
        finally:
            self._aloft.discard(flight.sandbox)
        self.invocations.append(
            Invocation(
                flight.began,
                function.name,
                flight.request_id,
                flight.cold,
                flight.fate,
                self._kernel.seconds() - flight.began,
                flight.calls,
                outcome.error_type,
            )
        )
        return outcome

    def close(self) -> None:
        """End every process."""
        for sandboxes in self._idle.values():
            for sandbox in sandboxes:
                sandbox.kill()
        for sandbox in self._aloft:
            sandbox.kill()
        self._idle.clear()
        self._aloft.clear()

    def _begin(self, function: Function) -> Flight:
        self._count[function.name] += 1
        fate, call = (Fate.LIVES, 0)
        if self.crashes:
            fate, call = self.crashes.fate(function.name, self._count[function.name])
        idle = self._idle[function.arn]
        cold = not idle
        began = self._kernel.seconds()
        sandbox = self._spawned(function) if cold else idle.pop()
        self._aloft.add(sandbox)
        self._kernel.elapse(COLD_SECONDS if cold else WARM_SECONDS)
        return Flight(function, sandbox, self._kernel.uuid("lambda/requests"), fate, call, began, cold)

    def _spawned(self, function: Function) -> Sandbox:
        environment = self._environment(function)
        sandbox = self._zygote.spawn(function, environment)
        sandbox.token = environment["AWS_SESSION_TOKEN"]
        return sandbox

    def _fly(self, flight: Flight, event: Any) -> Flying:
        if flight.fate is Fate.BEFORE:
            return flight.died()
        started, kernel = self._kernel.seconds(), self._kernel
        order = {
            "event": event,
            "request_id": flight.request_id,
            "now": kernel.now(),
            "deadline": kernel.now() + flight.function.timeout,
            "seed": kernel.stream(f"lambda/{flight.function.name}").getrandbits(64),
        }
        flight.sandbox.send(order)
        while True:
            message = self._message(flight)
            if message and message["kind"] == "sleep":
                left = started + flight.function.timeout - kernel.seconds()
                yield max(0.0, min(message["seconds"], left))
            outcome = self._heard(flight, message, started)
            if outcome is not None:
                return outcome

    def _message(self, flight: Flight) -> dict[str, Any] | None:
        """What a worker says next; the calls that it makes before that are answered meanwhile."""
        self._flying += 1
        try:
            with self._kernel.unlocked():
                return flight.sandbox.receive()
        finally:
            self._flying -= 1

    def _heard(self, flight: Flight, message: dict[str, Any] | None, started: float) -> Outcome | None:
        """Answer a worker's message; an outcome ends the invocation."""
        if message is None:
            return flight.died()
        kind = message["kind"]
        if kind == "log":
            self.logs[flight.function.name].append(message["line"])
            return None
        if self._kernel.seconds() - started >= flight.function.timeout - _ROUNDING:
            return flight.timed_out()
        return self._done(flight, message) if kind == "done" else self._go_on(flight, message)

    def _go_on(self, flight: Flight, message: dict[str, Any]) -> Outcome | None:
        """Let the handler go on at the present instant, unless it is to die after this call."""
        kind = message["kind"]
        if kind == "initialised" and self.extension is not None:
            self.extension.serves(flight.sandbox.token)
        if kind == "answered":
            flight.calls += 1
            if flight.fate is Fate.BETWEEN and flight.calls == flight.fatal_call:
                return flight.died()
        told = self.network.answer(flight.function.name, message, self._kernel.elapse)
        flight.sandbox.send({"now": self._kernel.now(), **told})
        return None

    def _done(self, flight: Flight, message: dict[str, Any]) -> Outcome:
        if flight.fate is not Fate.LIVES:
            return flight.died()
        if message.get("fatal"):
            flight.sandbox.kill()
        else:
            self._idle[flight.function.arn].append(flight.sandbox)
        if "payload" in message:
            return Outcome(json.loads(message["payload"]), request_id=flight.request_id)
        return Outcome(
            None, message["error_type"], message["error_message"], tuple(message["trace"]), flight.request_id
        )

    def _environment(self, function: Function) -> dict[str, str]:
        """All that the handler finds in ``os.environ`` ("Defined runtime environment variables", Lambda guide)."""
        key, number = self._identities.access_key_for(function.role_arn), self._count[function.name]
        token = self._identities.session_token_for(key, number)
        extension = self.extension.opens(function, token) if self.extension and function.extended else {}
        return {
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "PATH": os.defpath,
            "PYTHONHASHSEED": "0",
            "LAMBDA_TASK_ROOT": str(function.directory),
            "_HANDLER": function.handler,
            "AWS_REGION": self._region,
            "AWS_DEFAULT_REGION": self._region,
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": f"{self._kernel.utcnow():%Y/%m/%d}/[$LATEST]{number:032x}",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": self._identities.secret_key_for(key),
            "AWS_SESSION_TOKEN": token,
            "AWS_ENDPOINT_URL": self.front_url,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            **self.variables,
            **function.environment,
            **extension,
        }
