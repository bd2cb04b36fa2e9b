"""Every field that a target sets, against the live object: what differs, and whether only the cluster's name does.

A field that the target does not set is none of its business: defaults, and what other controllers write. Lists of
objects are compared by the member that names their elements, as server-side apply does with its list-map keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from norikae.compare.quantity import is_place, same_quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Path = tuple[str, ...]
KEYS = ("name", "key", "containerPort", "port", "mountPath", "devicePath", "topologyKey", "host", "path", "type", "ip")
"""Members that name the elements of lists (Kubernetes API conventions, ``patchMergeKey`` of the core types)."""
SETS = (("metadata", "finalizers"),)
"""Lists whose order says nothing and to which others add (``listType=set``)."""


@dataclass(frozen=True, slots=True)
class Names:
    """What both clusters are called; a value that differs by that alone differs as it should.

    Args:
        blue: the cluster that serves.
        green: the cluster that is built.
    """

    blue: str
    green: str

    def on_blue(self, value: Any) -> Any:  # noqa: ANN401 - any JSON
        """A value of green with blue's name in the place of green's, in texts and in keys, however deep."""
        if isinstance(value, str):
            return value.replace(self.green, self.blue)
        if isinstance(value, dict):
            return {self.on_blue(key): self.on_blue(one) for key, one in value.items()}
        return [self.on_blue(one) for one in value] if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs.

    Args:
        path: where it is; elements of lists by the member that names them, or by their position.
        green: what the target sets; None when blue has something there that the target lacks.
        blue: what lives there; None when nothing does.
        by_name: only the clusters' names make the difference.
    """

    path: Path
    green: Any
    blue: Any
    by_name: bool = False


def changes(green: Any, blue: Any, names: Names, path: Path = ()) -> Iterator[Change]:  # noqa: ANN401 - any JSON
    """The fields that the target sets and that are not so in the live object.

    Args:
        green: the target, or a part of it.
        blue: the live object, or the same part of it.
        names: of the clusters.
        path: where the part is.
    """
    if isinstance(green, dict) and isinstance(blue, dict):
        for key in sorted(green):
            known = key if key in blue else names.on_blue(key)
            if known != key and known in blue:
                yield Change((*path, key), key, known, by_name=True)
            yield from changes(green[key], blue.get(known), names, (*path, key))
    elif isinstance(green, list) and isinstance(blue, list):
        yield from _elements(green, blue, names, path)
    elif not _same(green, blue, path):
        there = names.on_blue(green)
        yield Change(path, green, blue, by_name=there != green and there == blue)


def _elements(green: Sequence[Any], blue: Sequence[Any], names: Names, path: Path) -> Iterator[Change]:
    if path in SETS:
        missing = [one for one in green if one not in blue and names.on_blue(one) not in blue]
        if missing:
            yield Change(path, missing, list(blue))
        return
    key = next((key for key in KEYS if _names_all(key, green) and _names_all(key, blue)), "")
    if key:
        yield from _named_elements(key, green, blue, names, path)
    elif len(green) == len(blue):
        for position, (one, other) in enumerate(zip(green, blue, strict=True)):
            yield from changes(one, other, names, (*path, str(position)))
    else:
        yield Change(path, list(green), list(blue))


def _named_elements(key: str, green: Sequence[Any], blue: Sequence[Any], names: Names, path: Path) -> Iterator[Change]:
    left = {one[key]: one for one in blue}
    for one in green:
        known = one[key] if one[key] in left else names.on_blue(one[key])
        yield from changes(one, left.pop(known, None), names, (*path, str(one[key])))
    for name, one in left.items():
        yield Change((*path, str(name)), None, one)


def _names_all(key: str, elements: Sequence[Any]) -> bool:
    """Whether a member is in every element and never twice the same."""
    values = [one.get(key) if isinstance(one, dict) else None for one in elements]
    are_names = all(isinstance(value, str | int) and not isinstance(value, bool) for value in values)
    return bool(values) and are_names and len(set(values)) == len(values)


def _same(green: Any, blue: Any, path: Path) -> bool:  # noqa: ANN401 - any JSON
    if blue is None:
        return _is_empty(green)  # the API server leaves such members out (``omitempty``)
    if isinstance(green, bool) is not isinstance(blue, bool):
        return False
    return bool(green == blue) or (is_place(path) and same_quantity(green, blue))


def _is_empty(value: Any) -> bool:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return all(_is_empty(one) for one in value.values())
    return value in (None, "", False, 0, [])
