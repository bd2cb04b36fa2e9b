"""The Secret that External Secrets writes for an ExternalSecret.

Source: github.com/external-secrets/external-secrets, ``externalsecret_controller.go`` (mutationFunc),
``externalsecret_controller_template.go`` (applyTemplate, setMetadata): without a template the Secret gets the labels
and annotations of its ExternalSecret, whatever they are; keys that somebody else has added stay.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

from local.cluster.objects import controlled_by, controller_of
from local.secrets.fetching import FetchError
from local.secrets.refresh import DATA_HASH, MANAGED, OWNER, digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.cluster.objects import Json

_KEY = re.compile(r"\{\{ ?\.([A-Za-z_][A-Za-z0-9_]*) ?\}\}")


def manager_of(declared: Json) -> str:
    """Its field manager, one for each ExternalSecret."""
    return f"externalsecrets.external-secrets.io/{declared['metadata']['name']}"


def target_name(declared: Json) -> str:
    """The name of the Secret."""
    target = declared["spec"].get("target") or {}
    return str(target.get("name") or declared["metadata"]["name"])


def blueprint(declared: Json, data: Mapping[str, bytes], existing: Json | None) -> Json:
    """The whole Secret, as it is to be from now on.

    Args:
        declared: the ExternalSecret.
        data: what it has fetched.
        existing: the Secret as it is.

    Raises:
        FetchError: a template is outside the model, or the Secret is somebody else's.
    """
    meta, target = declared["metadata"], declared["spec"].get("target") or {}
    template, mine = target.get("template"), _owned_keys(existing, manager_of(declared))
    before = (existing or {}).get("data") or {}
    kept = {key: value for key, value in before.items() if key not in mine}
    encoded = {key: base64.b64encode(raw).decode() for key, raw in _templated(template, data).items()}
    old = (existing or {}).get("metadata") or {}
    labels = {**(old.get("labels") or {}), **_metadata(declared, template, "labels"), MANAGED: "true"}
    annotations = {**(old.get("annotations") or {}), **_metadata(declared, template, "annotations")}
    made = {
        **(existing or {"apiVersion": "v1", "kind": "Secret"}),
        "metadata": {**old, "name": target_name(declared), "namespace": meta["namespace"]},
        "data": {**kept, **encoded},
    }
    if template and template.get("type"):
        made["type"] = template["type"]
    if target.get("immutable"):
        made["immutable"] = True
    if target.get("creationPolicy", "Owner") == "Owner":
        made["metadata"]["ownerReferences"] = _owners(declared, existing)
        labels[OWNER] = digest(f"{meta['namespace']}/{meta['name']}")
    annotations[DATA_HASH] = digest(made["data"])
    made["metadata"] |= {"labels": labels, "annotations": annotations}
    return made


def _owners(declared: Json, existing: Json | None) -> list[Json]:
    controller = controller_of(existing) if existing else None
    if controller and controller["uid"] != declared["metadata"]["uid"]:
        told = f"{controller['kind']} {controller['name']}"
        raise FetchError(f"could not set ExternalSecret controller reference: it is controlled by {told}")
    others = [one for one in (existing or {}).get("metadata", {}).get("ownerReferences") or () if not one["controller"]]
    return [*others, *controlled_by(declared)]


def _metadata(declared: Json, template: Json | None, member: str) -> dict[str, str]:
    if template is None:
        return dict(declared["metadata"].get(member) or {})
    given: dict[str, str] = (template.get("metadata") or {}).get(member) or {}
    if any("{{" in text for text in given.values()):
        raise FetchError(f"the embedded world does not model templates in target.template.metadata.{member}")
    return given


def _templated(template: Json | None, data: Mapping[str, bytes]) -> dict[str, bytes]:
    if template is None or not (template.get("data") or template.get("templateFrom")):
        return dict(data)
    if template.get("templateFrom"):
        raise FetchError("the embedded world does not model target.template.templateFrom")
    made = {key: _filled(key, text, data) for key, text in template["data"].items()}
    return {**data, **made} if template.get("mergePolicy") == "Merge" else made


def _filled(key: str, text: str, data: Mapping[str, bytes]) -> bytes:
    parts = _KEY.split(text)
    if any("{{" in part for part in parts[::2]):
        raise FetchError(f"the embedded world models only {{{{ .key }}}} in target.template.data.{key}")
    missing = [name for name in parts[1::2] if name not in data]
    if missing:
        raise FetchError(f'could not execute template: map has no entry for key "{missing[0]}"')
    return b"".join(data[part] if odd else part.encode() for part, odd in zip(parts, _alternating(parts), strict=True))


def _alternating(parts: list[str]) -> list[bool]:
    return [index % 2 == 1 for index in range(len(parts))]


def _owned_keys(existing: Json | None, manager: str) -> set[str]:
    """The keys of the data that its field manager has written (``getManagedDataKeys``)."""
    entries = ((existing or {}).get("metadata") or {}).get("managedFields") or ()
    fields = [one.get("fieldsV1", {}).get("f:data", {}) for one in entries if one["manager"] == manager]
    return {name.removeprefix("f:") for one in fields for name in one if name != "."}
