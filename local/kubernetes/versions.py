"""One stored object seen in several API versions.

Objects are stored in the preferred version. Versions of one group differ here in name only; where the real schemas
differ in a way that matters, the conversion is refused with 501.
"""

from local.kubernetes import errors, secrets
from local.kubernetes.objects import Json
from local.kubernetes.resources import Resource

_OTHER_SCHEMA = {
    ("horizontalpodautoscalers.autoscaling", "v1"),
    ("horizontalpodautoscalers.autoscaling", "v2beta1"),
}


def view(kind: Resource, obj: Json, version: str) -> Json:
    """The object (it is changed in place) as a client of a version sees it."""
    obj["apiVersion"] = kind.api_version(version)
    if version != kind.versions[0]:
        check(kind, version)
    return obj


def storage(kind: Resource, obj: Json, version: str) -> Json:
    """The object (it is changed in place) as it is stored; 400 when it is of another version or kind than the path."""
    expected = kind.api_version(version)
    if obj.get("apiVersion", expected) != expected:
        told = obj["apiVersion"]
        raise errors.bad_request(
            f"the API version in the data ({told}) does not match the expected API version ({expected})"
        )
    if obj.get("kind", kind.kind) != kind.kind:
        raise errors.bad_request(f'{obj["kind"]} in version "{version}" cannot be handled as a {kind.kind}')
    if version != kind.versions[0]:
        check(kind, version)
    obj["apiVersion"], obj["kind"] = kind.api_version(), kind.kind
    if kind.name == secrets.NAME:
        secrets.decode(obj)
    return obj


def check(kind: Resource, version: str) -> None:
    """501 for a version of a kind whose schema is another one than the stored one's."""
    if version and (kind.name, version) in _OTHER_SCHEMA:
        raise errors.outside(f"conversion of {kind.name} to and from {version}")
