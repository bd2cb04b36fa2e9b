"""What subresources answer that are not a view of the object itself: one function for each, in one table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.kubernetes import errors, tokens
from local.kubernetes.routes import Route
from local.kubernetes.users import User
from local.kubernetes.wire import Answer, Request, agent, is_dry_run, json_object, success

if TYPE_CHECKING:
    from local.kubernetes.api import ApiServer


@dataclass(frozen=True)
class Call:
    """An authorised request for a subresource of an API server."""

    api: "ApiServer"
    user: User
    asked: Route
    request: Request


def evict(call: Call) -> Answer:
    """``pods/eviction``."""
    asked = call.asked
    if asked.verb != "create":
        raise errors.method_not_allowed()
    body = json_object(call.request)
    if body.get("apiVersion", "policy/v1") != "policy/v1" or body.get("kind", "Eviction") != "Eviction":
        told = f'no kind "{body.get("kind")}" is registered for version "{body.get("apiVersion")}"'
        raise errors.bad_request(told)
    if (body.get("metadata") or {}).get("name") != asked.name:
        raise errors.bad_request("name in URL does not match name in Eviction object")
    options = body.get("deleteOptions") or {}
    call.api.evict(
        asked.name,
        asked.namespace,
        preconditions=options.get("preconditions"),
        grace_seconds=options.get("gracePeriodSeconds"),
        dry_run=asked.dry_run or is_dry_run(options),
    )
    return Answer(201, success(code=201))


def finalize(call: Call) -> Answer:
    """``namespaces/finalize``."""
    if call.asked.verb != "update":
        raise errors.method_not_allowed()
    if (json_object(call.request).get("spec") or {}).get("finalizers"):
        raise errors.outside("namespaces/finalize that keeps finalizers")
    last = call.api.get("namespaces", call.asked.name)
    call.api.finalize(call.asked.name)
    return Answer(200, last)


def log(call: Call) -> Answer:
    """``pods/log``: what the first container has written; only ``tailLines`` of its options."""
    asked = call.asked
    if asked.verb != "get":
        raise errors.method_not_allowed()
    unknown = set(asked.query or {}) - {"tailLines"}
    if unknown or call.api.read_logs is None:
        raise errors.outside(f"pods/log with {', '.join(sorted(unknown)) or 'no kubelet'}")
    lines = call.api.read_logs(call.api.get("pods", asked.name, asked.namespace)).splitlines(keepends=True)
    last = asked.number("tailLines")
    return Answer(200, "".join(lines if last is None else lines[max(0, len(lines) - last) :]))


def scale(call: Call) -> Answer:
    """``deployments/scale`` and ``statefulsets/scale``: read, or patched by a merge of ``spec.replicas`` alone.

    Source: ``pkg/registry/apps/deployment/storage`` (ScaleREST): every other field of a Scale is the server's.
    """
    asked = call.asked
    if asked.verb not in ("get", "patch"):
        raise errors.outside(f"{asked.verb} of {asked.asked}")
    if asked.verb == "patch":
        if call.request.headers.get("Content-Type", "").partition(";")[0] != "application/merge-patch+json":
            raise errors.outside(f"a patch of {asked.asked} that is no merge patch")
        body = json_object(call.request)
        precondition = {"metadata": meta} if (meta := body.get("metadata")) else {}
        replicas = (body.get("spec") or {}).get("replicas")
        if not isinstance(replicas, int) or replicas < 0:
            raise errors.bad_request("spec.replicas: must be a number of at least 0")
        manager = asked.option("fieldManager") or agent(call.request.headers)
        call.api.patch(
            asked.resource,
            asked.name,
            asked.namespace,
            {**precondition, "spec": {"replicas": replicas}},
            user=call.user,
            manager=manager,
            dry_run=asked.dry_run,
        )
    obj = call.api.get(asked.resource, asked.name, asked.namespace)
    meta = {key: obj["metadata"][key] for key in ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")}
    labels = obj["spec"]["selector"].get("matchLabels") or {}
    return Answer(
        200,
        {
            "kind": "Scale",
            "apiVersion": "autoscaling/v1",
            "metadata": meta,
            "spec": {"replicas": obj["spec"].get("replicas", 1)},
            "status": {
                "replicas": (obj.get("status") or {}).get("replicas", 0),
                "selector": ",".join(f"{key}={value}" for key, value in sorted(labels.items())),
            },
        },
    )


ANSWERS: dict[str, Callable[[Call], Answer]] = {
    "pods/eviction": evict,
    "pods/log": log,
    "namespaces/finalize": finalize,
    "deployments.apps/scale": scale,
    "statefulsets.apps/scale": scale,
    "serviceaccounts/token": tokens.token,
}
"""By resource and subresource, as RBAC names them."""
