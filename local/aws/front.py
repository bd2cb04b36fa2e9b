"""The one door to AWS: every call of a handler passes here, is checked, judged, timed, recorded and answered."""

from __future__ import annotations

import logging
import traceback
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from botocore.config import Config

from local.aws import presigned, protocol
from local.aws.direct import answer_directly
from local.aws.facts import WorldFacts
from local.aws.iam import Authority, UnmodelledPolicyError
from local.aws.loopback import HttpAnswer, Loopback
from local.aws.models import session
from local.aws.moto_backend import MotoBackend
from local.aws.protocol import Credential
from local.aws.simulator import AwsError, Principal
from local.aws.sts import StsSimulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from local.aws.identities import Identities
    from local.aws.loopback import HttpRequest
    from local.aws.protocol import Operation
    from local.aws.simulator import Simulator
    from local.kernel import Kernel

_LOG = logging.getLogger(__name__)

NOBODY, ANYBODY = Principal.actor("nobody"), ""
"""Who calls without credentials, and the key that such a call names."""
LATENCY = 0.02
"""Seconds of virtual time that a call costs its caller; within the usual range of a regional AWS API."""


@dataclass(slots=True)
class Call:
    """One call as it was made."""

    time: float
    principal: Principal
    service: str
    operation: str
    params: dict[str, Any]
    error_code: str | None = None
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with a call.

    Attributes:
        error: answered instead of the effect (a throttle, an outage), unless ``after``.
        after: the effect happens, and only then the call fails.
        lose_answer: the connection closes instead of an answer.
    """

    error: AwsError | None = None
    after: bool = False
    lose_answer: bool = False

    @classmethod
    def throttled(cls) -> Fault:
        """The call is refused by a rate limit, before its effect."""
        return cls(AwsError("ThrottlingException", "Rate exceeded", 400))

    @classmethod
    def executed_then_lost(cls) -> Fault:
        """The call has its effect, but the caller never learns it."""
        return cls(after=True, lose_answer=True)


@dataclass(slots=True)
class _Outcome:
    result: dict[str, Any] | AwsError | HttpAnswer
    lost: bool = False
    operation: Operation | None = field(default=None)


class Front:
    """AWS on loopback.

    Args:
        kernel: the clock, and the lock under which each request is answered.
        simulators: our own services; all others are moto's.
        identities: who holds which access key.
        account: the account of everything.
        region: the region of everything.
    """

    def __init__(
        self, kernel: Kernel, simulators: Iterable[Simulator], identities: Identities, account: str, region: str
    ) -> None:
        self.calls: list[Call] = []
        self.faults: list[Callable[[Call], Fault | None]] = []
        """Asked before each call that is valid and permitted; the first that answers decides."""
        self.on_call: list[Callable[[Call, str], None]] = []
        """Told "before" and "after" the effect of each call; ``call.principal.access_key`` tells whose it is."""
        self.failures: list[str] = []
        """Tracebacks of defects in the world itself; a test that finds one here has found a bug of ours or of moto."""
        self._kernel = kernel
        self._identities = identities
        self._region = region
        self._session = session()
        self.moto = MotoBackend(kernel, account)
        self._simulators: dict[str, Simulator] = {s.service: s for s in (StsSimulator(identities), *simulators)}
        facts = WorldFacts(self._simulators)
        self._authority = Authority(account, region, facts, identities.function_of)
        self._loopback = Loopback(self._answer)
        self._clients: list[Any] = []
        self.url = ""

    def start(self) -> str:
        """The endpoint URL, once calls are answered there."""
        self.url = self._loopback.start()
        return self.url

    def stop(self) -> None:
        """No call is answered any more, and moto forgets everything."""
        for client in self._clients:
            client.close()
        self._loopback.stop()
        self.moto.reset()

    def client(self, service: str, role_arn: str | None = None, *, directly: bool = False) -> Any:
        """A boto3 client of the front, for the operator and for tests while the kernel does not run.

        Args:
            service: botocore's name of the service.
            role_arn: the role that calls; by default the operator, whom IAM does not judge.
            directly: without a socket, which only costs time when nobody tests it.
        """
        key = self._identities.access_key_for(role_arn) if role_arn else self._identities.admin.access_key
        client = self._session.client(
            service,
            endpoint_url=self.url,
            region_name=self._region,
            aws_access_key_id=key,
            aws_secret_access_key=self._identities.secret_key_for(key),
            config=Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=60),
        )
        if directly:
            answer_directly(client, self._answer)
        self._clients.append(client)
        return client

    def permits(self, role_arn: str, action: str, resource: str) -> bool:
        """Whether a role's policies let AWS do something with it; for simulators that act as a role of their own."""
        return self._authority.permits(role_arn, action, resource)

    def _answer(self, request: HttpRequest) -> HttpAnswer:
        with self._kernel.lock:
            request_id = self._kernel.uuid("front/request-ids")
            try:
                outcome = self._handle(request)
                answer = self._serialized(request, outcome, request_id)
            except Exception as error:  # noqa: BLE001 - the server would only hang up, and nobody would know why
                outcome = _Outcome(self._broken("the front", error))
                answer = self._serialized(request, outcome, request_id)
            answer.headers["Date"] = format_datetime(datetime.fromtimestamp(int(self._kernel.now()), UTC), usegmt=True)
            answer.lost = answer.lost or outcome.lost
            return answer

    def _serialized(self, request: HttpRequest, outcome: _Outcome, request_id: str) -> HttpAnswer:
        if isinstance(outcome.result, HttpAnswer):
            return outcome.result
        if outcome.operation:
            return protocol.answer(outcome.operation, outcome.result, request_id)
        if isinstance(outcome.result, AwsError):
            return protocol.plain_error(request, outcome.result, request_id)
        raise TypeError("only a refusal can come before the operation is known")

    def _handle(self, request: HttpRequest) -> _Outcome:
        signed = protocol.credential(request)
        if signed is None and protocol.needs_no_signature(request):
            signed = Credential(ANYBODY, self._region, "sts")
        if signed is None:
            return _Outcome(AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403))
        try:
            principal = NOBODY if signed.access_key == ANYBODY else self._identities.principal_of(signed.access_key)
        except KeyError:
            text = "The security token included in the request is invalid."
            return _Outcome(AwsError("UnrecognizedClientException", text, 403))
        if signed.region != self._region and signed.region not in _GLOBAL_REGIONS:
            return _Outcome(_unmodelled(f"the embedded world is in {self._region}, not in {signed.region}"))
        return self._parsed(request, signed, principal)

    def _parsed(self, request: HttpRequest, signed: Credential, principal: Principal) -> _Outcome:
        operation: Operation | None = None
        try:
            operation = protocol.parse(signed.service, request)
            call = Call(self._kernel.now(), principal, operation.service, operation.name, operation.params)
            self.calls.append(call)
            forged = presigned.refusal(request, self._identities, call.time)
            if forged is not None:
                call.error_code = forged.code
                return _Outcome(forged, operation=operation)
            return self._judged(request, operation, call)
        except protocol.InvalidParametersError as error:
            operation = error.operation
            refused = Call(self._kernel.now(), principal, operation.service, operation.name, operation.params)
            refused.error_code = error.refusal.code
            self.calls.append(refused)
            return _Outcome(error.refusal, operation=operation)
        except AwsError as error:
            return _Outcome(error, operation=operation)

    def _judged(self, request: HttpRequest, operation: Operation, call: Call) -> _Outcome:
        try:
            if call.principal.arn != self._identities.admin.arn:
                self._kernel.elapse(LATENCY)  # the operator's own calls are outside of the simulated time
                self._authority.authorize(call.principal, operation)
        except AwsError as error:
            call.error_code = error.code
            return _Outcome(error, operation=operation)
        except UnmodelledPolicyError as error:
            call.error_code = "NotImplemented"
            return _Outcome(_unmodelled(str(error)), operation=operation)
        for hook in self.on_call:
            hook(call, "before")
        fault = next((f for f in (ask(call) for ask in self.faults) if f is not None), None)
        if fault and not fault.after:
            outcome = _Outcome(fault.error or _unmodelled("a fault without an error"), fault.lose_answer)
        else:
            outcome = _Outcome(self._performed(request, operation, call.principal))
            if fault:
                outcome = _Outcome(fault.error or outcome.result, fault.lose_answer)
        outcome.operation = operation
        call.lost = outcome.lost
        call.error_code = _error_code(outcome.result)
        for hook in self.on_call:
            hook(call, "after")
        return outcome

    def _performed(
        self, request: HttpRequest, operation: Operation, principal: Principal
    ) -> dict[str, Any] | AwsError | HttpAnswer:
        simulator = self._simulators.get(operation.service)
        method = simulator.operation(operation.name) if simulator else None
        if simulator and not method and not simulator.falls_through:
            return _unmodelled(f"the embedded world has no {operation.service}:{operation.name}")
        try:
            if simulator and method:
                with simulator.as_caller(principal):
                    return method(**operation.params) or {}
            if simulator:
                simulator.screen(operation.name, operation.params)
        except AwsError as error:
            return error
        except Exception as error:  # noqa: BLE001 - a defect of ours must reach the caller, not only this thread
            return self._broken(f"{operation.service}:{operation.name}", error)
        if operation.service == "iam":
            self._authority.forget()
        try:
            return self.moto.answer(request)
        except Exception as error:  # noqa: BLE001 - moto raises NotImplementedError and worse
            return self._broken(f"{operation.service}:{operation.name}", error)

    def _broken(self, what: str, error: Exception) -> AwsError:
        self.failures.append("".join(traceback.format_exception(error)))
        _LOG.error("%s failed in the embedded world", what, exc_info=error)
        return _unmodelled(f"{what} failed in the embedded world: {error!r}")


_GLOBAL_REGIONS = frozenset({"us-east-1", "aws-global"})
"""Route 53, IAM and other global services are signed for these."""


def _unmodelled(text: str) -> AwsError:
    return AwsError("NotImplemented", text, 501)


def _error_code(result: dict[str, Any] | AwsError | HttpAnswer) -> str | None:
    if isinstance(result, AwsError):
        return result.code
    if isinstance(result, HttpAnswer) and result.status >= 400:  # noqa: PLR2004 - the first HTTP error class
        return protocol.error_code(result)
    return None
