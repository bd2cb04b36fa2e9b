"""One request answered: authentication, RBAC, then the verb. Runs under the world's lock; knows no sockets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from local.kubernetes import bootstrap, discovery, errors, mishaps, rbac, services, structural, subresources
from local.kubernetes.objects import Json
from local.kubernetes.resources import Resource
from local.kubernetes.routes import Route, route
from local.kubernetes.subresources import Call
from local.kubernetes.users import User
from local.kubernetes.watching import Watch
from local.kubernetes.wire import (
    Answer,
    Request,
    agent,
    check_accepted,
    check_identity,
    check_name,
    decode,
    delete_options,
    json_object,
    success,
)

if TYPE_CHECKING:
    from local.kubernetes.api import ApiServer

Authenticate = Callable[[str], User | None]

APPLY = "application/apply-patch+yaml"
_PATCHES = {
    "application/merge-patch+json": "merge",
    "application/json-patch+json": "json",
    "application/strategic-merge-patch+json": "strategic",
}
_PATCH_TYPES = ", ".join([*_PATCHES, APPLY])
_NOT_DONE_GROUPS = frozenset({"authentication.k8s.io", "authorization.k8s.io", "events.k8s.io"})
_NOT_DONE_SUBRESOURCES = frozenset(
    {"attach", "binding", "ephemeralcontainers", "exec", "portforward", "proxy", "resize", "scale",
     "approval"}
)  # fmt: skip


@dataclass(frozen=True)
class _Call:
    """An authorised request for a resource that is served."""

    user: User
    asked: Route
    kind: Resource
    request: Request


class Verbs:
    """The wire side of one API server.

    Args:
        api: the server.
        authenticate: the user of a bearer token, or None.
        on_request: called under the lock with each authenticated request, to count it, to let time pass, or to raise
            an ``ApiError`` as a fault.
    """

    def __init__(
        self, api: "ApiServer", authenticate: Authenticate, on_request: Callable[[User, Route], None] | None = None
    ) -> None:
        self._api, self._authenticate, self._on_request = api, authenticate, on_request

    def answer(self, request: Request) -> Answer:
        """The answer to a request; a refusal is an answer too."""
        try:
            return self._answer(request)
        except errors.ApiError as error:
            headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
            return Answer(error.code, error.status(), headers)

    def _answer(self, request: Request) -> Answer:
        asked = route(request.method, request.target)
        mishap = self._api.mishaps.strike(asked)
        if mishap is not None and mishap.kind is not mishaps.Kind.LOST:
            return mishaps.answer(mishap)
        done = self._done(request, asked)
        return done if mishap is None else replace(done, is_lost=True)

    def _done(self, request: Request, asked: Route) -> Answer:
        user = self._user(request.headers)
        if self._on_request is not None:
            self._on_request(user, asked)
        if not asked.plural:
            return self._document(user, asked)
        self._check_allowed(user, asked, asked.verb)
        if asked.asked == "services/proxy":
            return services.proxy(Call(self._api, user, asked, request))
        is_done = asked.asked in subresources.ANSWERS or asked.subresource not in _NOT_DONE_SUBRESOURCES
        if asked.group in _NOT_DONE_GROUPS or not is_done:
            raise errors.outside(f"{asked.verb} of {asked.asked}")
        check_accepted(request.headers)
        kind = self._api.catalog.named(asked.resource, asked.version)
        if kind.namespaced and not asked.namespace and asked.verb not in {"list", "watch"}:
            raise errors.method_not_allowed()
        if asked.namespace and not kind.namespaced:
            raise errors.unknown_resource()
        return self._dispatch(_Call(user, asked, kind, request))

    def _user(self, headers: Mapping[str, str]) -> User:
        scheme, _, token = headers.get("Authorization", "").partition(" ")
        user = self._authenticate(token.strip()) if scheme.lower() == "bearer" and token else None
        if user is None:
            raise errors.unauthorized()
        groups = tuple(group for group in user.groups if group != bootstrap.AUTHENTICATED)
        return self._impersonated(User(user.name, (*groups, bootstrap.AUTHENTICATED)), headers)

    def _impersonated(self, user: User, headers: Mapping[str, str]) -> User:
        """The user and the one group that a request asks to be answered as (``endpoints/filters/impersonation``)."""
        wanted = {"users": headers.get("Impersonate-User", ""), "groups": headers.get("Impersonate-Group", "")}
        if not wanted["users"] and wanted["groups"]:
            text = "Internal error occurred: requested a group without impersonating a user"
            raise errors.ApiError(500, "InternalError", text)
        for resource, name in wanted.items():
            if name and not self._api.authorize(user, "impersonate", resource, "", name):
                raise rbac.refusal(user, "impersonate", resource, "", name)
        if not wanted["users"]:
            return user
        groups = (wanted["groups"],) if wanted["groups"] else ()
        return User(wanted["users"], (*groups, bootstrap.AUTHENTICATED))

    def _check_allowed(self, user: User, asked: Route, verb: str) -> None:
        """403 unless RBAC allows it; what concerns one Namespace object may also be allowed inside that namespace."""
        namespace = asked.namespace or (asked.name if asked.resource == "namespaces" else "")
        if not self._api.authorize(user, verb, asked.asked, namespace, asked.name):
            raise rbac.refusal(user, verb, asked.asked, namespace, asked.name)

    def _document(self, user: User, asked: Route) -> Answer:
        if not rbac.allows_path(self._api, user, asked.verb, asked.path):
            raise rbac.path_refusal(user, asked.verb, asked.path)
        if asked.path in discovery.HEALTH:
            return Answer(200, "ok")
        return Answer(200, discovery.document(self._api, asked.path))

    def _dispatch(self, call: _Call) -> Answer:
        asked, kind = call.asked, call.kind
        if asked.asked in subresources.ANSWERS:
            return subresources.ANSWERS[asked.asked](Call(self._api, call.user, asked, call.request))
        if asked.subresource and not (asked.subresource == "status" and kind.status):
            raise errors.unknown_resource()
        if asked.verb in {"create", "update", "patch"}:
            if asked.option("fieldValidation") == "Strict":
                raise errors.outside("fieldValidation=Strict; built-in kinds have no schemas here")
            if bool(asked.name) is (asked.verb == "create"):
                raise errors.method_not_allowed()
        verbs = {
            "get": self._get,
            "list": self._list,
            "watch": self._watch,
            "create": self._create,
            "update": self._update,
            "patch": self._patch,
            "delete": self._delete,
            "deletecollection": self._delete_collection,
        }
        return verbs[asked.verb](call)

    def _get(self, call: _Call) -> Answer:
        asked = call.asked
        return Answer(200, self._api.get(call.kind.name, asked.name, asked.namespace, version=asked.version))

    def _watch(self, call: _Call) -> Answer:
        if call.asked.flag("sendInitialEvents"):
            raise errors.outside("sendInitialEvents")
        return Answer(200, Watch(self._api, call.kind, call.asked))

    def _list(self, call: _Call) -> Answer:
        asked, kind = call.asked, call.kind
        revision = self._api.store.revision
        if (asked.number("resourceVersion") or 0) > revision:
            message = f"Timeout: Too large resource version: {asked.option('resourceVersion')}, current: {revision}"
            raise errors.ApiError(504, "Timeout", message, details={"retryAfterSeconds": 1}, retry_after=1)
        if asked.option("resourceVersionMatch") == "Exact":
            raise errors.outside("resourceVersionMatch=Exact")
        labels, fields = asked.option("labelSelector"), asked.option("fieldSelector")
        from_cache = asked.option("resourceVersion") == "0" and not asked.option("continue")
        page = self._api.page(
            kind.name,
            asked.namespace,
            labels=labels,
            fields=fields,
            limit=0 if from_cache else asked.number("limit") or 0,  # the watch cache gives whole lists (cacher.go)
            token=asked.option("continue"),
            version=asked.version,
        )
        meta: Json = {"resourceVersion": str(page.revision)}
        if page.token:
            meta["continue"] = page.token
            if not (labels or fields):
                meta["remainingItemCount"] = page.remaining
        told = {"kind": f"{kind.kind}List", "apiVersion": kind.api_version(asked.version)}
        return Answer(200, {**told, "metadata": meta, "items": page.told()})

    def _create(self, call: _Call) -> Answer:
        user, asked, kind, request = call.user, call.asked, call.kind, call.request
        created = self._api.create(
            kind.name,
            json_object(request),
            namespace=asked.namespace,
            user=user,
            manager=asked.option("fieldManager") or agent(request.headers),
            dry_run=asked.dry_run,
            version=asked.version,
        )
        return Answer(201, created)

    def _update(self, call: _Call) -> Answer:
        user, asked, kind, request = call.user, call.asked, call.kind, call.request
        obj = json_object(request)
        check_name(obj, asked)
        updated = self._api.update(
            kind.name,
            obj,
            namespace=asked.namespace,
            user=user,
            manager=asked.option("fieldManager") or agent(request.headers),
            dry_run=asked.dry_run,
            subresource=asked.subresource,
            version=asked.version,
        )
        return Answer(200, updated)

    def _patch(self, call: _Call) -> Answer:
        user, asked, kind, request = call.user, call.asked, call.kind, call.request
        media = request.headers.get("Content-Type", "").partition(";")[0].strip()
        if media == APPLY:
            return self._apply(call)
        if media not in _PATCHES:
            raise errors.unsupported_media_type(_PATCH_TYPES)
        patched = self._api.patch(
            kind.name,
            asked.name,
            asked.namespace,
            decode(request.body),
            kind=_PATCHES[media],
            subresource=asked.subresource,
            user=user,
            manager=asked.option("fieldManager") or agent(request.headers),
            dry_run=asked.dry_run,
            version=asked.version,
        )
        return Answer(200, patched)

    def _apply(self, call: _Call) -> Answer:
        user, asked, kind, request = call.user, call.asked, call.kind, call.request
        obj = json_object(request)
        expected = kind.api_version(asked.version)
        check_identity(obj, asked, kind, expected)
        if stranger := structural.unknown(kind, obj):
            raise errors.untyped(kind.kind, asked.namespace, asked.name, expected, stranger)
        exists = self._api.store.read(kind.name, (asked.namespace, asked.name)) is not None
        if not exists:
            self._check_allowed(user, asked, "create")
        applied = self._api.apply(
            obj,
            manager=asked.option("fieldManager"),
            force=asked.flag("force"),
            dry_run=asked.dry_run,
            user=user,
            subresource=asked.subresource,
        )
        return Answer(200 if exists else 201, applied | {"apiVersion": expected})

    def _delete(self, call: _Call) -> Answer:
        asked, kind, request = call.asked, call.kind, call.request
        options = delete_options(asked, request)
        last = self._api.delete(kind.name, asked.name, asked.namespace, **options)
        if not options["dry_run"] and self._api.store.read(kind.name, (asked.namespace, asked.name)) is not None:
            return Answer(200, last)
        if kind.name == "pods":
            return Answer(200, last)
        details = {"name": asked.name, "group": asked.group, "kind": asked.plural, "uid": last["metadata"]["uid"]}
        return Answer(200, success(details={key: value for key, value in details.items() if value}))

    def _delete_collection(self, call: _Call) -> Answer:
        asked, kind, request = call.asked, call.kind, call.request
        options = delete_options(asked, request)
        listed = self._list(call)
        page = self._api.page(
            kind.name,
            asked.namespace,
            labels=asked.option("labelSelector"),
            fields=asked.option("fieldSelector"),
            limit=asked.number("limit") or 0,
            token=asked.option("continue"),
        )
        for stored in page.rows:
            meta = stored.body["metadata"]
            self._api.delete(kind.name, meta["name"], meta.get("namespace"), **options)
        return listed
