"""Commands said to the function Operator command by Lambda's Invoke, with a proof of who says them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import boto3
from botocore import exceptions
from botocore.config import Config

from norikae import errors
from norikae.adapters.aws.calls import translate
from norikae.adapters.aws.commander import UNKNOWN, asked, heard

if TYPE_CHECKING:
    from cli.target import Target
    from norikae.commands.ports import Callers, Commander

CONNECT_SECONDS = 5.0
ATTEMPTS = 3
"""Of a question. A command that changes something is sent once, and the person says whether to say it again."""
NO_SUCH = "ResourceNotFoundException"
NOT_PERMITTED = frozenset({"AccessDenied", "AccessDeniedException"})
NOT_KNOWN = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "InvalidSignatureException",
     "SignatureDoesNotMatch", "UnrecognizedClientException"}
)  # fmt: skip
"""Codes of credentials that AWS does not accept (Lambda and STS API references, "Common Errors")."""
WITHOUT_CREDENTIALS = (
    exceptions.CredentialRetrievalError,
    exceptions.LoginError,
    exceptions.NoCredentialsError,
    exceptions.PartialCredentialsError,
    exceptions.SSOError,
    exceptions.TokenRetrievalError,
)


def reach(target: Target, *, changes: bool, patience: float) -> Commander:
    """The function of an environment.

    Args:
        target: where it is.
        changes: whether what will be said changes anything; it is sent only once then.
        patience: seconds to wait for an answer.

    Raises:
        BadRequestError: the AWS configuration has no such profile, or no region.
    """
    from norikae.adapters.aws.callers import StsCallers  # noqa: PLC0415 - whoever brings their own proof needs no STS

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=patience,
        retries={"mode": "standard", "total_max_attempts": 1 if changes else ATTEMPTS},
    )
    if target.world:
        os.environ["AWS_ENDPOINT_URL"] = target.world  # which the proof's own client reads, too
    try:
        session = boto3.Session(profile_name=target.profile or None, region_name=target.region or None)
        client = session.client("lambda", config=config)
    except exceptions.ProfileNotFound as error:
        raise errors.BadRequestError(f"profile: {error}; aws configure list-profiles") from error
    except exceptions.NoRegionError as error:
        raise errors.BadRequestError("region: say which, with --region or AWS_REGION") from error
    except ValueError as error:  # botocore's, for an endpoint that is no URL
        raise errors.BadRequestError(f"world: {error}") from error
    return InvokedCommander(client, target, StsCallers(session, target.environment))


class InvokedCommander:
    """The function on the other side of Lambda's Invoke.

    Args:
        client: boto3's of Lambda.
        target: where it is.
        callers: proves who says it.
    """

    def __init__(self, client: Any, target: Target, callers: Callers) -> None:  # noqa: ANN401 - boto3 has no types
        self._client, self._target, self._callers = client, target, callers

    def carry_out(self, command: dict[str, Any]) -> dict[str, Any]:
        """The function's answer.

        Raises:
            NorikaeError: what the function raised, by name; or why it could not be asked, with what to do.
            TimeoutError: no answer came in time.
        """
        target = self._target
        try:
            told = asked(self._client, target.function, self._callers, command)
        except errors.CredentialsExpiredError as error:
            raise _without_credentials(target, str(error)) from error
        except WITHOUT_CREDENTIALS as error:
            raise _without_credentials(target, str(error)) from error
        except exceptions.ReadTimeoutError as error:
            raise TimeoutError(f"{target.function} has not answered in time; {UNKNOWN}") from error
        except (exceptions.BotoCoreError, exceptions.ClientError) as error:
            raise _refused(target, error) from error
        return heard(target.function, told)


def _refused(target: Target, error: Exception) -> errors.NorikaeError:
    """Why AWS did not let the function be asked."""
    said = error.response.get("Error", {}) if isinstance(error, exceptions.ClientError) else {}
    code, text = said.get("Code", ""), said.get("Message", "")
    if code == NO_SUCH:
        return errors.UnreachableError(
            f"there is no function {target.function} in {target.place}; is {target.environment!r} the environment, "
            "and is that where it is deployed? (--environment, --region, --profile)"
        )
    if code in NOT_PERMITTED:
        return errors.ForbiddenError(
            f"IAM lets you not invoke {target.function}: lambda:InvokeFunction is missing: {text}"
        )
    if code in NOT_KNOWN:
        return _without_credentials(target, text)
    translated = translate("lambda:Invoke", error, {})
    if isinstance(translated, errors.UnreachableError):
        return errors.UnreachableError(f"{target.place} cannot be reached: {error}")
    return translated


def _without_credentials(target: Target, text: str) -> errors.CredentialsExpiredError:
    profile = f" --profile {target.profile}" if target.profile else ""
    remedy = f"aws sso login{profile}, or name a profile with --profile or AWS_PROFILE"
    return errors.CredentialsExpiredError(f"AWS does not know who you are ({text.rstrip('.')}): {remedy}")
