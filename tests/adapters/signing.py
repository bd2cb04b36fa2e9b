"""A session of somebody whom the embedded AWS knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.session import Session

if TYPE_CHECKING:
    from local.aws.identities import Identities


def session_of(identities: Identities, key: str, region: str) -> Session:
    """A session that signs with an access key of the embedded IAM."""
    session = Session()
    session.set_credentials(key, identities.secret_key_for(key))
    session.set_config_variable("region", region)
    return session
