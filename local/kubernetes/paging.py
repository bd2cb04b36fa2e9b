"""Lists, whole or page by page; later pages show the objects as they were when the first one was made.

Source: ``k8s.io/apiserver/pkg/storage/continue.go`` and ``etcd3/errors.go``.
"""

import base64
import binascii
import json
from dataclasses import dataclass

import msgspec

from local.kubernetes import errors, versions
from local.kubernetes.errors import ApiError
from local.kubernetes.objects import Json, Stored
from local.kubernetes.resources import Resource
from local.kubernetes.selectors import exact, field_test, label_test
from local.kubernetes.store import Key, Store

_TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without "
    "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. "
    "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or "
    "deleted between the time the first chunk was returned and now may show up in the list."
)


@dataclass(frozen=True)
class Page:
    """Some objects, the revision they are of, and where the next page begins ("" at the end).

    Args:
        kind: what is listed.
        version: the API version of the answer; "" for the preferred one.
        rows: the objects as the store keeps them.
        revision: the revision they are of.
        token: where the next page begins.
        remaining: how many objects come behind, as far as that is known without looking at each.
    """

    kind: Resource
    version: str
    rows: list[Stored]
    revision: int
    token: str
    remaining: int

    @property
    def items(self) -> list[Json]:
        """The objects, copied."""
        return [versions.view(self.kind, stored.copy(), self.version) for stored in self.rows]

    def told(self) -> list[Json] | list[msgspec.Raw]:
        """The objects as a list says them on the wire: only custom resources say in each item what they are."""
        return self.items if self.kind.custom else [stored.item() for stored in self.rows]


def page(
    store: Store,
    kind: Resource,
    namespace: str,
    *,
    labels: str,
    fields: str,
    limit: int,
    token: str,
    version: str,
) -> Page:
    """One page; without a limit, everything."""
    versions.check(kind, version)
    passes, has_field = label_test(labels), field_test(kind.name, fields)
    revision, start = _read(store, token) if token else (store.revision, ("", ""))
    node = exact(fields, "spec.nodeName") if kind.name == "pods" else None
    view = store.view(kind.name, revision, namespace=namespace, after=start, node=node)
    found: list[Stored] = []
    last = start
    for at, key in enumerate(view.keys):
        stored = view.read(key)
        if not (passes(stored.body) and has_field(stored.body)):
            continue
        if limit and len(found) == limit:
            return Page(kind, version, found, revision, _token(revision, last), len(view.keys) - at)
        found.append(stored)
        last = key
    return Page(kind, version, found, revision, "", 0)


def _token(revision: int, last: Key) -> str:
    told = {"v": "meta.k8s.io/v1", "rv": revision, "start": list(last)}
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


def _read(store: Store, token: str) -> tuple[int, Key]:
    try:
        told = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        revision, (namespace, name) = int(told["rv"]), told["start"]
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        raise errors.bad_request(f"continue key is not valid: {error}") from error
    if revision < 0:
        return store.revision, (namespace, name)
    if revision < store.forgotten:
        raise _too_old((namespace, name))
    return revision, (namespace, name)


def _too_old(start: Key) -> ApiError:
    """410 with a token that goes on inconsistently, as the real server offers (its revision is -1)."""
    error = errors.expired(_TOO_OLD)
    error.continue_token = _token(-1, start)
    return error
