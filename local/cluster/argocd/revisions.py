"""How Applications, operations and results tell of one source or of several: ``revision`` or ``revisions``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.cluster.objects import Json

Revisions = tuple[str, ...]
"""Of each source in its order; "" for the one that the source asks for, nothing at all when all of them do."""


def revisions_in(told: Mapping[str, Any]) -> Revisions:
    """The revisions that an operation asks for, or a status tells of."""
    several = tuple(str(one) for one in told.get("revisions") or ())
    return several or ((str(told["revision"]),) if told.get("revision") else ())


def has_several(app: Mapping[str, Any]) -> bool:
    """Whether an Application has several sources; then its single one is overlooked."""
    return bool(app["spec"].get("sources"))


def with_revisions(app: Mapping[str, Any], revisions: Revisions) -> Json:
    """The members by which a status or a result tells of revisions."""
    if has_several(app):
        return {"revisions": list(revisions)}
    return {"revision": revisions[0] if revisions else ""}


def with_sources(app: Mapping[str, Any]) -> Json:
    """The members by which a status or a result tells of sources."""
    if has_several(app):
        return {"sources": app["spec"]["sources"]}
    return {"source": app["spec"].get("source")}
