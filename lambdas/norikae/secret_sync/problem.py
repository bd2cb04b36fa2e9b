"""Why a secret cannot be carried to anybody, in words and with the remedy."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from norikae.errors import NotFoundError
from norikae.secret_sync.reference import foreign_account
from norikae.secret_sync.secret import ARN, SUFFIX

if TYPE_CHECKING:
    from norikae.environment import Environment
    from norikae.errors import PermanentError
    from norikae.secret_sync.secret import Described


def names_of(reference: str) -> frozenset[str]:
    """The names that a reference may mean: an ARN ends with a suffix, or with something that looks like one.

    Args:
        reference: a name or an ARN.
    """
    found = ARN.fullmatch(reference)
    return frozenset({found["name"], SUFFIX.sub("", found["name"])}) if found else frozenset({reference})


def before_the_call(environment: Environment, reference: str) -> str:
    """Why Secrets Manager is not even asked about a secret; "" when it is.

    Args:
        environment: the environment file.
        reference: a name or an ARN.
    """
    if problem := foreign_account(reference, environment.account, environment.region):
        return f"{reference} {problem}"
    if not any(environment.secret_sync.holds(name) for name in names_of(reference)):
        return not_held(reference)
    return ""


def not_held(name: str) -> str:
    """That norikae may not read a secret."""
    return (
        f"{name} is not among secret_sync.secrets of the environment file, so norikae may not read it; add its name "
        "there and deploy"
    )


def after_the_call(environment: Environment, secret: Described) -> str:
    """Why a secret that is known cannot be carried; "" when it can.

    Args:
        environment: the environment file.
        secret: what is known of it.
    """
    if not environment.secret_sync.holds(secret.name):
        return not_held(secret.name)
    if secret.deleted_at is not None:
        at = datetime.fromtimestamp(int(secret.deleted_at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return (
            f"{secret.name} was marked for deletion at {at}; what the clusters have stays as it is. Restore it (aws "
            f"secretsmanager restore-secret --secret-id {secret.arn}), or delete what declares it"
        )
    if not secret.current:
        return f"no version of {secret.name} has the label AWSCURRENT; store a value in it"
    return ""


def of_error(reference: str, error: PermanentError) -> str:
    """What a refusal of Secrets Manager means.

    One who may see a secret by ``name-??????`` alone is denied, and not told that there is none (the ARN of a request
    that finds nothing has no suffix; Service Authorization Reference, "AWS Secrets Manager").

    Args:
        reference: a name or an ARN.
        error: what it said; never a value.
    """
    if isinstance(error, NotFoundError):
        return f"{error}: what the clusters have stays as it is. Create it, or correct or delete what names {reference}"
    return (
        f"Secrets Manager refuses {reference}: {error}; there is none of that name, or its resource policy and its "
        "KMS key have to allow norikae"
    )
