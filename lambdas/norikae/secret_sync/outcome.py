"""What became of one target in one look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from norikae.errors import NorikaeError
    from norikae.secret_sync.target import Target

News = Literal["", "secret-refused", "secret-edited", "secret-deleted"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a target stands after the look.

    Args:
        cluster: where.
        target: what.
        state: ``current``, ``edited`` by hand which stays so, ``waiting`` for its operator, ``observed`` (nobody waits
            for it), ``refused`` until a person changes something, or ``failed``: not now, by ``error``.
        reason: why, with the remedy; never anything of a value.
        news: what people have to hear, "" for nothing.
        secret: the Kubernetes Secret (or ``class:<name>``) whose consumers may have to be restarted; "" for none.
        version: the version that it has, "" when that is not known.
        wrote: whether this look wrote it.
        error: why it could not be done now.
    """

    cluster: str
    target: Target
    state: Literal["current", "edited", "waiting", "observed", "refused", "failed"]
    reason: str = ""
    news: News = ""
    secret: str = ""
    version: str = ""
    wrote: bool = False
    error: NorikaeError | None = None

    @classmethod
    def refused(cls, cluster: str, target: Target, reason: str, news: News = "secret-refused") -> Outcome:
        """A person has to change something."""
        return cls(cluster, target, "refused", reason, news)

    @classmethod
    def failed(cls, cluster: str, target: Target, error: NorikaeError) -> Outcome:
        """Its messages come again."""
        return cls(cluster, target, "failed", f"{type(error).__name__}: {error}", error=error)
