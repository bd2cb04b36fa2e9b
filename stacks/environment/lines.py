"""YAML with the line of every key and the text of every scalar, so that a mistake can say where it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

PLAIN_TAGS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")

Path = tuple[str | int, ...]
"""The way to a value: keys and places in lists."""


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong in a file.

    Args:
        line: counted from 1.
        path: the field.
        wrong: what is wrong.
        right: what would be right.
    """

    line: int
    path: Path
    wrong: str
    right: str

    @property
    def field(self) -> str:
        """The field as people write it, such as ``clusters.node_groups[0].name``."""
        text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path)
        return text.lstrip(".") or "(the whole file)"

    def __str__(self) -> str:
        return f"{self.line}: {self.field}: {self.wrong}; {self.right}"


@dataclass
class Document:
    """What a file says, where it says it, and what already went wrong while it was read."""

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    texts: dict[Path, str] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of a value, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def mistake(self, path: Path, wrong: str, right: str) -> None:
        """Note a mistake, once."""
        found = Mistake(self.line(path), path, wrong, right)
        if found not in self.mistakes:
            self.mistakes.append(found)


def read(text: str) -> Document:
    """The document in a YAML text; anchors and merge keys are fine, tags other than YAML's own are not."""
    document = Document()
    loader = yaml.SafeLoader(text)
    try:
        root = loader.get_single_node()
        if root is not None:
            document.value = _Reader(loader, document).value(root, (), ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        wrong = " ".join(str(part) for part in (error.context, error.problem) if part)
        document.mistakes.append(Mistake(line, (), f"is not YAML: {wrong}", "mend this line or the one before it"))
    finally:
        loader.dispose()
    return document


@dataclass
class _Reader:
    loader: yaml.SafeLoader
    document: Document

    def value(self, node: yaml.Node, path: Path, around: tuple[int, ...]) -> Any:  # noqa: ANN401 - any YAML value
        self.document.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in around:
            self.document.mistake(path, "is an anchor that contains itself", "write the value out")
            return None
        inside = (*around, id(node))
        if not isinstance(node, yaml.ScalarNode) and node.tag not in PLAIN_TAGS:
            self.document.mistake(path, f"has the tag {node.tag}", "remove the tag")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, inside)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, place), inside) for place, item in enumerate(node.value)]
        self.document.texts[path] = node.value
        return self.loader.construct_object(node)

    def _mapping(self, node: yaml.MappingNode, path: Path, around: tuple[int, ...]) -> dict[str, Any]:
        self._find_duplicates(node, path)
        self.loader.flatten_mapping(node)
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node, path)
            self.document.lines[*path, key] = key_node.start_mark.line + 1
            values[key] = self.value(value_node, (*path, key), around)
        return values

    def _key(self, node: yaml.Node, path: Path) -> str:
        key = self.loader.construct_object(node) if isinstance(node, yaml.ScalarNode) else None
        if isinstance(key, str):
            return key
        text = node.value if isinstance(node, yaml.ScalarNode) else "?"
        self.document.lines[*path, text] = node.start_mark.line + 1
        self.document.mistake((*path, text), f"is read as {_kind(key)}, not as a text", f'write the key as "{text}"')
        return str(text)

    def _find_duplicates(self, node: yaml.MappingNode, path: Path) -> None:
        first: dict[str, int] = {}
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                continue
            key, line = key_node.value, key_node.start_mark.line + 1
            if key in first:
                wrong = f"is written twice, first in line {first[key]}"
                self.document.mistakes.append(Mistake(line, (*path, key), wrong, "keep one of the two"))
            first.setdefault(key, line)


def _kind(value: object) -> str:
    kinds = {bool: "yes or no", int: "a number", float: "a number", type(None): "nothing"}
    return kinds.get(type(value), "something else")
