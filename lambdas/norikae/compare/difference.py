"""Differences between green's targets and blue's objects, as they are kept, hashed and judged."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

What = Literal["changed", "only on green", "only on blue", "refused", "not comparable", "note"]
_FIGURES = re.compile(r"\d+(\.\d+)?")


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a person may want to know before a wave is synced.

    Args:
        application: the Argo CD application on green.
        what: ``changed`` (a field), ``only on green`` and ``only on blue`` (a field or, without a path, an object),
            ``refused`` (green's API server would not take the object), ``not comparable`` (blue's object cannot be
            read), ``note`` (nothing is wrong; it could not be looked at).
        kind: of the object.
        name: ``namespace/name`` of the object on green; on blue when only blue has it.
        path: the field, such as ``spec.replicas``; "" for the object itself.
        blue: what lives on blue.
        green: what green would get.
        text: the API server's words, or why there is nothing to compare.
        expected: why it is as it should be; "" when nobody expects it.
    """

    application: str
    what: What
    kind: str
    name: str
    path: str = ""
    blue: Any = None
    green: Any = None
    text: str = ""
    expected: str = ""

    @property
    def is_unexpected(self) -> bool:
        """Whether a person has to know."""
        return self.what != "note" and not self.expected

    @property
    def is_deletion(self) -> bool:
        """Whether green would lack a whole object that blue has."""
        return self.what == "only on blue" and not self.path


def order_of(difference: Difference) -> tuple[str, str, str, str, str]:
    """Differences in the same order whatever order they were found in."""
    return (difference.application, difference.kind, difference.name, difference.path, difference.what)


def hash_of(revision: str, applications: Sequence[str], differences: Iterable[Difference]) -> str:
    """SHA-256 over the commit, the applications and what differs; an approval names it.

    What lives on blue under an expected difference does not count, or an autoscaler there could take an approval back;
    nor do notes, nor the figures in a refusal of the API server, such as the milliseconds that a webhook took.
    """
    counted = [_counted(one) for one in sorted(differences, key=order_of) if one.what != "note"]
    document = {"revision": revision, "applications": list(applications), "differences": counted}
    return hashlib.sha256(msgspec.json.encode(document, order="sorted")).hexdigest()


def _counted(difference: Difference) -> Difference:
    if difference.expected:
        return msgspec.structs.replace(difference, blue=None)
    if difference.text:
        return msgspec.structs.replace(difference, text=_FIGURES.sub("#", difference.text))
    return difference
