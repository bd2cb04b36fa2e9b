"""Signing keys from the AWS Parameters and Secrets Lambda Extension, which keeps them in memory beside the function.

It answers as ``GetSecretValue`` does on ``/secretsmanager/get`` (Secrets Manager guide, "Use AWS Secrets Manager
secrets in AWS Lambda functions"); no AWS client is loaded for it.
"""

from __future__ import annotations

import http.client
import json
from urllib.parse import quote

from norikae.errors import SettingsError, UnreachableError

TYPE_CHECKING = False  # the module typing costs a third of what an ear may take before a request is proven
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

PORT = "2773"
"""Where the extension listens unless the stack says otherwise."""
SECONDS = 0.9
"""How long one step of the conversation may take; a chat waits three seconds for everything."""
LONGEST = 512 * 1024
"""An answer in bytes: a secret has 64 KiB, and JSON may write six characters for one."""
OK = 200


def signing_key(door: str, field: str, variables: Mapping[str, str]) -> str:
    """What a chat's secret has under a key.

    Args:
        door: the chat's name in NORIKAE_CHATS.
        field: the key in the secret's JSON.
        variables: of the process: NORIKAE_CHATS, AWS_SESSION_TOKEN, PARAMETERS_SECRETS_EXTENSION_HTTP_PORT.

    Raises:
        SettingsError: NORIKAE_CHATS does not name the secret, or the secret does not have the key.
        UnreachableError: the extension did not answer with a secret.
    """
    secret = _secret(door, variables.get("NORIKAE_CHATS", ""))
    port = variables.get("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT") or PORT
    if not port.isascii() or not port.isdigit():
        raise SettingsError("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: it is no number; leave it out for 2773")
    answer = _ask(int(port), secret, variables.get("AWS_SESSION_TOKEN", ""))
    found = _object(_object(answer).get("SecretString")).get(field)
    if not isinstance(found, str) or not found.strip():
        raise SettingsError(f"{secret}: it has no {field}; put the chat's own there, as JSON")
    return found


def _secret(door: str, chats: str) -> str:
    arn = _object(chats).get(door)
    if not isinstance(arn, str) or not arn:
        raise SettingsError(f"NORIKAE_CHATS: it names no secret of {door}; the stack writes it from notify.{door}")
    return arn


def _ask(port: int, secret: str, token: str) -> bytes:
    """The extension's answer; what it said instead of one is not repeated, for it may have what it should not."""
    path = f"/secretsmanager/get?secretId={quote(secret, safe='')}"
    connection = http.client.HTTPConnection("localhost", port, timeout=SECONDS)
    try:
        connection.request("GET", path, headers={"X-Aws-Parameters-Secrets-Token": token})
        response = connection.getresponse()
        status, body = response.status, response.read(LONGEST)
    except (OSError, http.client.HTTPException, ValueError, OverflowError) as error:
        why = type(error).__name__
        raise UnreachableError(f"{secret}: the extension on port {port} did not answer ({why})") from None
    finally:
        connection.close()
    if status != OK:
        raise UnreachableError(f"{secret}: the extension on port {port} answered {status}; may the function read it?")
    return body


def _object(text: Any) -> dict[str, Any]:
    """A JSON object, or an empty one; a parser's error would repeat what it could not read."""
    try:
        found = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
