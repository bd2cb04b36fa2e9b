"""The permissions that calls of Secrets Manager need.

Source: Service Authorization Reference, "AWS Secrets Manager".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.aws.iam.conditions import TAGS, UnmodelledPolicyError

if TYPE_CHECKING:
    from local.aws.iam.conditions import Context
    from local.aws.iam.demands import Derived, Place
    from local.aws.protocol import Operation

_OF_NO_SECRET = frozenset({"ListSecrets", "GetRandomPassword", "BatchGetSecretValue"})
_OF_ITS_OWN = "secretsmanager:resourcetag"


def secretsmanager(operation: Operation, place: Place) -> Derived:
    """The action on a secret; one that is not there is judged by its name, with some suffix."""
    params, action = operation.params, f"secretsmanager:{operation.name}"
    if operation.name in _OF_NO_SECRET:
        return [(action, "*", {})]
    if "SecretId" not in params:
        raise UnmodelledPolicyError(f"the embedded world cannot judge permissions for {action}")
    reference = params["SecretId"]
    absent = reference if reference.startswith("arn:") else place.arn("secretsmanager", f"secret:{reference}-aaaaaa")
    arn = place.facts.secret(reference) or absent
    context: Context = {family: [] for family in TAGS}
    for key, value in (place.facts.tags(arn) or {}).items():
        context |= {f"aws:resourcetag/{key.lower()}": [value], f"{_OF_ITS_OWN}/{key.lower()}": [value]}
    stage = params.get("VersionStage")
    context["secretsmanager:versionstage"] = [stage] if stage else []
    return [(action, arn, context)]
