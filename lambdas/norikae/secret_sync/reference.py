"""How a declaration names a secret: by its name, or by an ARN of this account and region."""

from __future__ import annotations

import re

from norikae.secret_sync.secret import ARN

_NAME = re.compile(r"[A-Za-z0-9/_+=.@-]{1,512}")


def misnamed(reference: str) -> str:
    """Why nothing in Secrets Manager can be meant, with the remedy; "" when something can.

    Args:
        reference: as somebody wrote it.

    Source: Secrets Manager API reference, CreateSecret (Name).
    """
    if not reference:
        return "is empty; write the name or the ARN of a secret in Secrets Manager"
    if reference.startswith("arn:"):
        found = ARN.fullmatch(reference)
        is_right = found is not None and _NAME.fullmatch(found["name"]) is not None
        return "" if is_right else "is an ARN, but not of a secret; write arn:aws:secretsmanager:..., or its name"
    if not _NAME.fullmatch(reference):
        return "is no name of a secret; names have letters, digits and /_+=.@- only, at most 512"
    return ""


def foreign_account(reference: str, account: str, region: str) -> str:
    """Why a secret is not carried from where its ARN says it is, with the remedy; "" when it is at home here.

    A name, too, is looked up here. To be called before the first call: DescribeSecret would ask this region.

    Args:
        reference: a name or an ARN.
        account: the environment's.
        region: the environment's.
    """
    found = ARN.fullmatch(reference)
    if found is None or (found["account"], found["region"]) == (account, region):
        return ""
    return (
        f"is a secret of account {found['account']} in {found['region']}; norikae carries those of account {account} in"
        f" {region} only: replicate it to {region}, or copy it to this account, and name that one"
    )
