"""``services/proxy``: the API server asks a Service on behalf of whoever may, and hands its answer on.

Sources: ``pkg/registry/core/service/storage/storage.go`` (ResourceLocation), ``pkg/registry/core/rest/proxy.go``,
``k8s.io/apiserver/pkg/endpoints/filters/authentication.go`` (the Authorization header ends at the API server) and
``k8s.io/apimachinery/pkg/util/net/port_split.go`` (SplitSchemeNamePort). The proxy does not check certificates.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from local.kubernetes import errors
from local.kubernetes.objects import Json, labels_of
from local.kubernetes.subresources import Call
from local.kubernetes.wire import Answer

_SCHEMES = {"", "http", "https"}
_MOST_PARTS = 3
_SEGMENTS_BEFORE = 8


@dataclass(frozen=True)
class Asked:
    """What arrives at a pod behind a Service.

    Args:
        scheme: http or https.
        port: the name of the Service's port.
        method: the HTTP method.
        target: path and query, as the Service sees them.
        headers: without Authorization.
        body: the bytes of the request.
    """

    scheme: str
    port: str
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


Backend = Callable[[Asked], Answer]
"""What the pods behind a Service answer."""


def proxy(call: Call) -> Answer:
    """The answer of a Service's pods.

    Raises:
        ApiError: 400 for a name that is no Service, 404 without the Service, 503 without the port or a ready pod, 501
            when nobody in this world plays the Service.
    """
    scheme, name, port = _split(call.asked.name)
    namespace = call.asked.namespace
    service = call.api.get("services", name, namespace)
    port_name = _port_name(service, port)
    pods = _pods(call, service)
    if not pods:
        raise _unavailable(f'no endpoints available for service "{name}"')
    ports = {one.get("name", "") for one in service["spec"].get("ports") or ()}
    if port_name not in ports or not any(_is_ready(pod) for pod in pods):
        raise _unavailable(f'no endpoints available for service "{call.asked.name}"')
    backend: Backend | None = call.api.backends.get((namespace, name))
    if backend is None:
        raise errors.outside(f"a request to the Service {namespace}/{name}, which nobody plays")
    headers = {name: value for name, value in call.request.headers.items() if name != "Authorization"}
    target = _target(call.request.target)
    return backend(Asked(scheme or "http", port_name, call.request.method, target, headers, call.request.body))


def _split(asked: str) -> tuple[str, str, str]:
    """``name``, ``name:port`` or ``scheme:name:port``."""
    parts = asked.split(":")
    scheme, name, port = parts if len(parts) == _MOST_PARTS else ("", *parts, "")[:_MOST_PARTS]
    if len(parts) > _MOST_PARTS or not name or scheme not in _SCHEMES:
        raise errors.bad_request(f'invalid service request "{asked}"')
    return scheme, name, port


def _port_name(service: Json, port: str) -> str:
    """A port's name; a number is looked up among the Service's ports."""
    if not port.isdigit():
        return port
    for one in service["spec"].get("ports") or ():
        if one["port"] == int(port):
            return str(one.get("name", ""))
    raise _unavailable(f'no service port {port} found for service "{service["metadata"]["name"]}"')


def _pods(call: Call, service: Json) -> list[Json]:
    """The running pods that the Service selects, ready or not."""
    selector: dict[str, str] = service["spec"].get("selector") or {}
    if not selector:
        return []
    found = call.api.list("pods", call.asked.namespace)
    return [pod for pod in found if selector.items() <= labels_of(pod).items() and "podIP" in pod.get("status", {})]


def _is_ready(pod: Json) -> bool:
    if "deletionTimestamp" in pod["metadata"]:
        return False
    conditions = pod["status"].get("conditions") or ()
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def _target(target: str) -> str:
    """What follows ``/api/v1/namespaces/…/services/…/proxy``; an empty path is ``/``."""
    path, question, query = target.partition("?")
    rest = path.split("/", _SEGMENTS_BEFORE)[_SEGMENTS_BEFORE:]
    return "/" + "".join(rest) + question + query


def _unavailable(message: str) -> errors.ApiError:
    return errors.ApiError(503, "ServiceUnavailable", message)
