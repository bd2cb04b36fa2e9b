"""Lists, whole or page by page; later pages show the objects as they were when the first one was made.

Source: ``k8s.io/apiserver/pkg/storage/continue.go`` and ``etcd3/errors.go``.
"""

import base64
import binascii
import json
from dataclasses import dataclass

from local.kubernetes import errors, versions
from local.kubernetes.errors import ApiError
from local.kubernetes.objects import Json
from local.kubernetes.resources import Resource
from local.kubernetes.selectors import field_test, label_test
from local.kubernetes.store import Key, Store

_TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without "
    "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. "
    "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or "
    "deleted between the time the first chunk was returned and now may show up in the list."
)


@dataclass(frozen=True)
class Page:
    """Some objects, the revision they are of, and where the next page begins ("" at the end)."""

    items: list[Json]
    revision: int
    token: str
    remaining: int


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
    passes, has_field = label_test(labels), field_test(kind.name, fields)
    revision, start = _read(store, token) if token else (store.revision, ("", ""))
    rows = store.scan_at(kind.name, revision) if revision < store.revision else list(store.scan(kind.name))
    found = [
        (key, stored)
        for key, stored in rows
        if (not namespace or key[0] == namespace) and key > start and passes(stored.body) and has_field(stored.body)
    ]
    here = found[:limit] if limit else found
    more = len(found) - len(here)
    items = [versions.view(kind, stored.copy(), version) for _, stored in here]
    return Page(items, revision, _token(revision, here[-1][0]) if more else "", more)


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
