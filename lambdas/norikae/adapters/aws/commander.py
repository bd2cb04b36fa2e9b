"""Commands said to the function Operator command by Lambda's Invoke, with a proof of who says them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore import exceptions
from botocore.config import Config

from norikae import errors
from norikae.adapters.aws.calls import translate

if TYPE_CHECKING:
    from norikae.commands.ports import Callers

UNKNOWN = "whether it took effect is unknown: ask for the status"
ONCE = Config(connect_timeout=3, read_timeout=65, retries={"mode": "standard", "total_max_attempts": 1})
"""For a client that says commands: it waits longer than the function may take, and sends nothing twice."""


class LambdaCommander:
    """``Commander`` over Lambda.

    Args:
        client: boto3's of Lambda, with ``ONCE``.
        function: the name of the function.
        callers: proves who says it.
    """

    def __init__(self, client: Any, function: str, callers: Callers) -> None:
        self._client, self._function, self._callers = client, function, callers

    def carry_out(self, command: dict[str, Any]) -> dict[str, Any]:
        """The function's answer.

        Raises:
            NorikaeError: what the function raised, by name; or why it could not be asked.
        """
        try:
            told = asked(self._client, self._function, self._callers, command)
        except (exceptions.BotoCoreError, exceptions.ClientError) as error:
            translated = translate("lambda:Invoke", error, {})
            if isinstance(translated, errors.UnreachableError):
                raise errors.UnreachableError(
                    f"{self._function} cannot be reached ({type(error).__name__}); {UNKNOWN}"
                ) from error
            raise translated from error
        return heard(self._function, told)


Told = tuple[bool, dict[str, Any]]
"""Whether the function failed, and what it answered or raised."""


def asked(client: Any, function: str, callers: Callers, command: dict[str, Any]) -> Told:
    """What the function tells about one command, said with a proof of who asks.

    Args:
        client: boto3's of Lambda.
        function: the name of the function.
        callers: proves who says it.
        command: as JSON, without a proof.

    Raises:
        CredentialsExpiredError: there is nothing to prove with who asks.
        BotoCoreError: botocore's own, and ClientError, when the function could not be asked.
    """
    proof = callers.prove()
    payload = json.dumps({**command, **({"proof": proof} if proof else {})}).encode()
    answer = client.invoke(FunctionName=function, Payload=payload)
    return "FunctionError" in answer, json.loads(answer["Payload"].read() or b"{}")


def heard(function: str, told: Told) -> dict[str, Any]:
    """The function's answer.

    Args:
        function: its name.
        told: by it.

    Raises:
        NorikaeError: what the function raised, by name.
    """
    failed, answer = told
    if failed:
        raise _raised(function, answer)
    return answer


def _raised(function: str, told: dict[str, Any]) -> errors.NorikaeError:
    """What the function raised, as its own class where it is one of norikae's."""
    name, text = str(told.get("errorType", "")), str(told.get("errorMessage", ""))
    kind = getattr(errors, name, None)
    if kind is errors.AwsRefusedError:
        return errors.PermanentError(text)
    if isinstance(kind, type) and issubclass(kind, errors.NorikaeError):
        return kind(text)
    if not name or name.startswith(("Runtime.", "Sandbox.")):
        return errors.UnreachableError(f"{function} broke off ({name or 'Unhandled'}: {text}); {UNKNOWN}")
    return errors.PermanentError(f"{function} failed: {name}: {text}; its log group has the rest")
