"""From files in Git to manifests: plain folders, and the Helm charts that substitute values and nothing else.

A chart may use ``{{ .Values.a.b }}``, ``{{ .Release.Name }}`` and ``{{ .Release.Namespace }}``; Helm renders such a
chart to the same text. Everything else that Helm knows raises ``RenderError``, never a wrong manifest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from local.cluster.objects import Json

_ACTION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_VALUE = re.compile(r"^\{\{ ?\.Values((?:\.[A-Za-z_][A-Za-z0-9_]*)+) ?\}\}$")
_RELEASE = re.compile(r"^\{\{ ?\.Release\.(Name|Namespace) ?\}\}$")
_NOT_HERE = "is not modelled by the embedded world"


class RenderError(Exception):
    """Why no manifests came out, in the words in which a person can act on it."""


class _Loader(yaml.CSafeLoader):
    """YAML as Kubernetes reads it: a time is text."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for letter, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def documents(name: str, text: str) -> list[Any]:
    """The non-empty documents of a YAML text.

    Raises:
        RenderError: it is not YAML.
    """
    try:
        found = list(yaml.load_all(text, Loader=_Loader))
    except yaml.YAMLError as error:
        raise RenderError(f"Failed to unmarshal {name!r}: {error}") from error
    return [one for one in found if one is not None]


def render_folder(files: Mapping[str, str], *, recurse: bool) -> list[Json]:
    """The manifests of a plain folder (``source.directory``), file by file in the order of their names.

    Raises:
        RenderError: a file is no manifest, or the folder belongs to a tool that is not modelled.
    """
    for foreign in ("kustomization.yaml", "kustomization.yml", "Kustomization"):
        if foreign in files:
            raise RenderError(f"Kustomize ({foreign}) {_NOT_HERE}")
    names = [name for name in sorted(files) if recurse or "/" not in name]
    jsonnet = [name for name in names if name.endswith((".jsonnet", ".libsonnet"))]
    if jsonnet:
        raise RenderError(f"Jsonnet ({jsonnet[0]}) {_NOT_HERE}")
    return _manifests((name, files[name]) for name in names if name.endswith((".yaml", ".yml", ".json")))


def render_chart(
    files: Mapping[str, str],
    parameters: Iterable[tuple[str, str]],
    value_files: Iterable[str] = (),
    *,
    release: str,
    namespace: str,
) -> list[Json]:
    """The manifests of a chart, as ``helm template --include-crds`` prints them.

    Args:
        files: the chart's files by relative name.
        parameters: ``--set`` values: dotted names and texts.
        value_files: ``--values``: names among the files; a later one wins over an earlier one and the chart's own.
        release: ``.Release.Name``.
        namespace: ``.Release.Namespace``.

    Raises:
        RenderError: the chart uses something that is not modelled, or it is no chart.
    """
    _check_shape(files)
    values = _values(files, value_files, parameters)
    context = {"Name": release, "Namespace": namespace}
    texts = [(name, files[name]) for name in sorted(files) if name.startswith("crds/")]
    templates = [name for name in sorted(files) if name.startswith("templates/") and name.endswith((".yaml", ".yml"))]
    texts += [(name, _substitute(name, files[name], values, context)) for name in templates]
    return _manifests(texts)


def _check_shape(files: Mapping[str, str]) -> None:
    chart = documents("Chart.yaml", files["Chart.yaml"])
    if not chart or not {"apiVersion", "name", "version"} <= set(chart[0]):
        raise RenderError("Error: validation: chart.metadata.version is required")
    if chart[0].get("dependencies"):
        raise RenderError(f"Chart.yaml: dependencies: {_NOT_HERE}")
    for name in files:
        if name.startswith("charts/") or name == "values.schema.json":
            raise RenderError(f"{name}: {_NOT_HERE}")
        if name.startswith("templates/") and not name.endswith((".yaml", ".yml", "NOTES.txt")):
            raise RenderError(f"{name}: only plain YAML templates are modelled; this file {_NOT_HERE}")


def _values(files: Mapping[str, str], value_files: Iterable[str], parameters: Iterable[tuple[str, str]]) -> Json:
    loaded = documents("values.yaml", files.get("values.yaml", ""))
    values: Json = dict(loaded[0]) if loaded else {}
    for name in value_files:
        if name not in files:
            raise RenderError(f"Error: open {name}: no such file or directory")
        for one in documents(name, files[name]):
            values = _laid_over(values, one)
    for name, text in parameters:
        if not re.match(r"^[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z_][A-Za-z0-9_-]*)*$", name):
            raise RenderError(f"--set {name}: list indices and escapes: {_NOT_HERE}")
        _set(values, name.split("."), text)
    return values


def _laid_over(values: Json, more: Json) -> Json:
    """Maps are merged, everything else is replaced, and null takes a value away (Helm docs, "Values Files")."""
    merged = dict(values)
    for key, value in more.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = _laid_over(merged[key], value)
        else:
            merged[key] = value
    return merged


def _set(values: Json, path: list[str], text: str) -> None:
    if len(path) == 1:
        values[path[0]] = text
        return
    inner = values.get(path[0])
    values[path[0]] = dict(inner) if isinstance(inner, dict) else {}
    _set(values[path[0]], path[1:], text)


def _substitute(name: str, text: str, values: Json, release: Mapping[str, str]) -> str:
    def replace(found: re.Match[str]) -> str:
        action = found[0]
        known = _RELEASE.match(action)
        if known:
            return release[known[1]]
        value = _VALUE.match(action)
        if not value:
            raise RenderError(f"{name}: {action}: {_NOT_HERE}; only .Values, .Release.Name and .Release.Namespace are")
        return _text(name, action, _look_up(name, action, values, value[1].split(".")[1:]))

    rendered = _ACTION.sub(replace, text)
    if "{{" in rendered:
        raise RenderError(f"Error: parse error at ({name}): unclosed action")
    return rendered


def _look_up(name: str, action: str, values: Json, path: list[str]) -> object:
    found: object = values
    for part in path:
        if found is None:
            raise RenderError(
                f"template: {name}: executing at <{action}>: nil pointer evaluating interface {{}}.{part}"
            )
        if not isinstance(found, dict):
            raise RenderError(f"template: {name}: executing at <{action}>: can't evaluate field {part}")
        found = found.get(part)
    return found


def _text(name: str, action: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    raise RenderError(f"{name}: {action}: a {type(value).__name__} as text {_NOT_HERE}; substitute its members")


def _manifests(texts: Iterable[tuple[str, str]]) -> list[Json]:
    found: list[Json] = []
    for name, text in texts:
        for one in documents(name, text):
            if not isinstance(one, dict) or "kind" not in one or "apiVersion" not in one:
                raise RenderError(f"Failed to unmarshal {name!r}: Object 'Kind' is missing")
            listed = one.get("items") if one["kind"] == "List" else None
            found.extend(listed if isinstance(listed, list) else [one])
    return found
