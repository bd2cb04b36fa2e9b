"""What a request asks for, read from its method, path and query.

Source: ``k8s.io/apiserver/pkg/endpoints/request/requestinfo.go``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from local.kubernetes import errors

_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch"}
_OF_NAMESPACES = {"status", "finalize"}
_SHORTEST_RESOURCE_PATH = 2


@dataclass(frozen=True)
class Route:
    """One request.

    Args:
        verb: get, list, watch, create, update, patch, delete or deletecollection; for paths the method in lower case.
        path: the path, without query.
        group: the API group ("" for the core).
        version: the API version.
        plural: the resource; "" when the path is no resource.
        namespace: "" for all namespaces and for cluster-wide resources.
        name: "" for collections.
        subresource: such as "status".
        query: the query parameters, the last value of each.
    """

    verb: str
    path: str
    group: str = ""
    version: str = ""
    plural: str = ""
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    query: Mapping[str, str] | None = None

    @property
    def resource(self) -> str:
        """``plural.group``."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def asked(self) -> str:
        """The resource with its subresource, as RBAC names it."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource

    def option(self, name: str, default: str = "") -> str:
        """A query parameter."""
        return (self.query or {}).get(name, default)

    def flag(self, name: str) -> bool:
        """A query parameter that is true or false."""
        return self.option(name) in {"true", "1"}

    def number(self, name: str) -> int | None:
        """A query parameter that is a number; 400 when it is none."""
        text = self.option(name)
        if not text:
            return None
        if not text.lstrip("-").isdigit():
            raise errors.bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax')
        return int(text)

    @property
    def dry_run(self) -> bool:
        """Whether nothing may be stored; 422 for anything but ``All``."""
        asked = self.option("dryRun")
        if asked not in {"", "All"}:
            why = f'Unsupported value: "{asked}": supported values: "All"'
            kind = {"create": "CreateOptions", "patch": "PatchOptions", "update": "UpdateOptions"}
            cause = errors.Cause("FieldValueNotSupported", why, "dryRun")
            raise errors.invalid(f"{kind.get(self.verb, 'DeleteOptions')}.meta.k8s.io", "", [cause])
        return asked == "All"


def route(method: str, target: str) -> Route:
    """Read a request line."""
    split = urlsplit(target)
    query = {name: values[-1] for name, values in parse_qs(split.query, keep_blank_values=True).items()}
    parts = [unquote(part) for part in split.path.strip("/").split("/")]
    if parts[0] == "api" and len(parts) > _SHORTEST_RESOURCE_PATH:
        group, version, rest = "", parts[1], parts[2:]
    elif parts[0] == "apis" and len(parts) > _SHORTEST_RESOURCE_PATH + 1:
        group, version, rest = parts[1], parts[2], parts[3:]
    else:
        return Route(method.lower(), split.path, query=query)
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > _SHORTEST_RESOURCE_PATH and rest[2] not in _OF_NAMESPACES:
        namespace, rest = rest[1], rest[2:]
    plural, name, subresource = (*rest, "", "")[:3]
    verb = _VERBS.get(method) or _read_or_delete(method, name, query)
    name = name or _name_selected(verb, query)
    return Route(verb, split.path, group, version, plural, namespace, name, subresource, query)


def _read_or_delete(method: str, name: str, query: Mapping[str, str]) -> str:
    if method == "DELETE":
        return "delete" if name else "deletecollection"
    if method != "GET":
        raise errors.method_not_allowed()
    if query.get("watch") in {"true", "1"}:
        return "watch"
    return "get" if name else "list"


def _name_selected(verb: str, query: Mapping[str, str]) -> str:
    """A list of the one object ``metadata.name=x`` is allowed to who may only see that object."""
    field, _, value = query.get("fieldSelector", "").partition("=")
    return value if verb in {"list", "watch", "deletecollection"} and field == "metadata.name" else ""
