"""What a SecretSync asks for, checked beyond what its schema can say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

import msgspec

from norikae.errors import BadRequestError
from norikae.secret_sync.keys import is_key, listed
from norikae.secret_sync.reference import misnamed
from norikae.secret_sync.secret_type import forbidden
from norikae.secret_sync.target import Target
from norikae.secret_sync.template import Template, read_template

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from norikae.secret_sync.target import Json

Format = Literal["json", "text", "binary"]
Nested = Literal["keep", "flatten"]
OnEdit = Literal["", "repair", "report"]
_OBJECT_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LABEL_VALUE = re.compile(r"(?=.{1,63}$)[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_PLACE = re.compile(r" - at `(?:key in )?\$\.?(?P<path>[^`]*)`$")


@dataclass(frozen=True, slots=True)
class Declaration:
    """The checked spec of a SecretSync.

    Args:
        namespace: where it is, and where its Secret is.
        name: its own name.
        secret: the name or ARN of the secret, as it is written there.
        target_name: the name of the Kubernetes Secret.
        type: the Kubernetes Secret's.
        format: what the value is.
        key: where a text or binary value goes.
        nested: what becomes of objects inside the JSON.
        keys: those of the JSON that are taken; None for all, none for templates alone.
        templates: key to template.
        labels: for the Kubernetes Secret.
        take_over: whether a Secret that is there already becomes this one's.
        on_edit: what happens after an edit by hand; "" for what the environment says.
    """

    namespace: str
    name: str
    secret: str
    target_name: str
    type: str = "Opaque"
    format: Format = "json"
    key: str = "value"
    nested: Nested = "keep"
    keys: tuple[str, ...] | None = None
    templates: Mapping[str, Template] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    take_over: bool = False
    on_edit: OnEdit = ""

    def __str__(self) -> str:
        return f"SecretSync {self.namespace}/{self.name}"


class _Into(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    name: str = ""
    type: str = "Opaque"
    labels: dict[str, str] = {}
    take_over: bool = False


class _Spec(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    secret: str
    format: Format = "json"
    key: str | None = None
    nested: Nested | None = None
    keys: tuple[str, ...] | None = None
    templates: dict[str, str] = {}
    target: _Into = _Into()
    on_edit: Literal["repair", "report"] | None = None


def read_declaration(obj: Json) -> Declaration:
    """What a SecretSync asks for; it can be carried out, as far as that can be known without the secret.

    Args:
        obj: the object as the API server has it.

    Raises:
        BadRequestError: it cannot; the text names the object, the field and the remedy.
    """
    metadata = _mapping(obj.get("metadata"))
    namespace, name = str(metadata.get("namespace", "")), str(metadata.get("name", ""))
    spec, problem = _read(obj.get("spec"))
    if spec is not None:
        problem = next(_problems(spec, spec.target.name or name), "")
    if spec is None or problem:
        raise BadRequestError(f"SecretSync {namespace}/{name}: spec{problem}")
    return Declaration(
        namespace=namespace,
        name=name,
        secret=spec.secret,
        target_name=spec.target.name or name,
        type=spec.target.type,
        format=spec.format,
        key=spec.key or "value",
        nested=spec.nested or "keep",
        keys=spec.keys,
        templates={key: read_template(text) for key, text in spec.templates.items()},
        labels=spec.target.labels,
        take_over=spec.target.take_over,
        on_edit=spec.on_edit or "",
    )


def target_of_sync(obj: Json) -> Target:
    """A SecretSync as a target, whatever is in it; what is wrong with it becomes its problem.

    It says that it has a version only while its status is true of what is declared now.

    Args:
        obj: the object as the API server has it.
    """
    metadata, status = _mapping(obj.get("metadata")), _mapping(obj.get("status"))
    secret = str(_mapping(obj.get("spec")).get("secret", ""))
    generation = metadata.get("generation")
    generation = generation if isinstance(generation, int) else 0
    version = str(status.get("versionId", ""))
    is_true = status.get("observedGeneration") == generation and synced(status).get("status") == "True"
    problem = ""
    try:
        read_declaration(obj)
    except BadRequestError as error:
        problem = str(error)
    return Target(
        kind="secretsyncs.norikae.dev",
        namespace=str(metadata.get("namespace", "")),
        name=str(metadata.get("name", "")),
        secrets=() if misnamed(secret) else (secret,),
        resource_version=str(metadata.get("resourceVersion", "")),
        generation=generation,
        versions={secret: version} if secret and version and is_true else {},
        problem=problem,
        object=obj,
    )


def synced(status: Json) -> Json:
    """The condition ``Synced`` of a status; {} when there is none.

    Args:
        status: of a SecretSync.
    """
    conditions = status.get("conditions")
    read = [_mapping(one) for one in conditions] if isinstance(conditions, list) else []
    return next((one for one in read if one.get("type") == "Synced"), {})


def _read(spec: object) -> tuple[_Spec | None, str]:
    """The spec by its form, or the field and what is wrong there."""
    try:
        return msgspec.convert(spec, _Spec), ""
    except msgspec.ValidationError as error:
        text = str(error)
    place = _PLACE.search(text)
    path = place["path"].replace("[...]", "") if place else ""
    missing = re.search(r"(missing required|unknown) field `([^`]+)`", text)
    if missing:
        return None, _dotted(path, missing[2]) + (" is missing" if missing[1] != "unknown" else " is no field of it")
    what = (text[: place.start()] if place else text).replace("`", "").replace(" | null", "")
    choices = _CHOICES.get(path)
    remedy = f"write {' or '.join(choices)}" if choices else "docs/secrets.md says what it takes"
    if what.startswith("Expected str"):
        remedy = "write a text, in quotes"
    return None, f"{_dotted(path)}: {what[:1].lower()}{what[1:]}; {remedy}"


_CHOICES = {"format": get_args(Format), "nested": get_args(Nested), "onEdit": ("repair", "report")}


def _dotted(*names: str) -> str:
    return "".join(f".{name}" for name in names if name)


def _problems(spec: _Spec, target: str) -> Iterator[str]:
    """What is wrong, each beginning with its field."""
    if problem := misnamed(spec.secret):
        yield f".secret {problem}"
    if spec.format == "json" and spec.key is not None:
        yield ".key is for spec.format text or binary; use spec.keys or spec.templates, or change spec.format"
    if spec.format != "json":
        of_json = {"nested": spec.nested, "keys": spec.keys, "templates": spec.templates or None}
        given = [name for name, value in of_json.items() if value is not None]
        yield from (f".{name} is for spec.format json; take it away, or change spec.format" for name in given)
    named = {"key": [spec.key or "value"], "keys": spec.keys or (), "templates": spec.templates}
    for place, keys in named.items():
        wrong = [key for key in keys if not is_key(key)]
        if wrong:
            yield f".{place} has {listed(wrong)}; keys have letters, digits and -._ only, at most 253"
    if spec.keys == () and not spec.templates:
        yield ".keys is empty, so the Secret would be, too; name keys, add spec.templates, or leave it out for all"
    yield from _problems_of_templates(spec.templates)
    yield from _problems_of_target(spec.target, target)


def _problems_of_templates(templates: Mapping[str, str]) -> Iterator[str]:
    for key, text in templates.items():
        try:
            read_template(text)
        except BadRequestError as error:
            yield f".templates.{key} {error}"


def _problems_of_target(target: _Into, name: str) -> Iterator[str]:
    if not _OBJECT_NAME.fullmatch(name):
        yield f".target.name {name[:80]!r} is no name of a Secret; use lower case letters, digits, - and ."
    if problem := forbidden(target.type):
        yield f".target.type {problem}"
    if not target.type:
        yield ".target.type is empty; write Opaque, or leave it out"
    wrong = [key for key, value in target.labels.items() if not _is_label(key, value)]
    if wrong:
        yield f".target.labels has {listed(wrong)}, which Kubernetes does not take as a label; correct key or value"


def _is_label(key: str, value: str) -> bool:
    """Source: apimachinery ``pkg/util/validation/validation.go`` (IsQualifiedName, IsValidLabelValue)."""
    prefix, slash, name = key.rpartition("/")
    is_placed = not slash or _OBJECT_NAME.fullmatch(prefix) is not None
    return is_placed and _LABEL_VALUE.fullmatch(name) is not None and (not value or bool(_LABEL_VALUE.fullmatch(value)))


def _mapping(value: Any) -> Json:  # noqa: ANN401 - whatever the object has there
    return value if isinstance(value, dict) else {}
