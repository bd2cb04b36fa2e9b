"""The command line of a container, as far as a manifest shows it: flags, variables, and what neither tells.

Source: github.com/kubernetes-sigs/external-dns, ``pkg/apis/externaldns/types.go`` (``--flag value`` may be
``EXTERNAL_DNS_FLAG=value``), and kingpin's ``envar.go``: a flag wins over its variable, several values are lines.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

VARIABLE = "EXTERNAL_DNS_"
_REFERENCE = re.compile(r"\$(\$)?\(([A-Za-z0-9_.-]+)\)")
_SHELLS = ("sh", "bash", "ash", "dash")


@dataclass(frozen=True, slots=True)
class Flags:
    """What a program was started with.

    Args:
        values: by flag without dashes; a switch without a value has the value "".
        hidden: flags that are set to something that the manifest does not show, with where it comes from.
        sources: where flags of any name may come from, unseen.
    """

    values: Mapping[str, tuple[str, ...]]
    hidden: Mapping[str, str]
    sources: tuple[str, ...] = ()

    def last(self, name: str, default: str = "") -> str:
        """The value in force of a flag that has one."""
        return (self.values.get(name) or (default,))[-1]

    def every(self, name: str) -> tuple[str, ...]:
        """The values of a flag that may be repeated, without empty ones."""
        return tuple(value for value in self.values.get(name, ()) if value)

    def is_on(self, name: str) -> bool:
        """Whether a switch that is off by default is on."""
        return name in self.values and self.values[name][-1].lower() in {"", "true", "1"}

    def unseen(self, names: Sequence[str]) -> tuple[str, ...]:
        """Why some flags cannot be read, in words; empty when all can."""
        hidden = (f"--{name} comes from {self.hidden[name]}" for name in names if name in self.hidden)
        return (*hidden, *(f"flags may come from {source}" for source in self.sources))


def flags_of(container: Mapping[str, Any]) -> Flags:
    """The flags of a container, from its arguments and its variables."""
    variables, secret = _variables(container)
    sources = [f"envFrom ({_named(source)})" for source in container.get("envFrom") or ()]
    values: defaultdict[str, list[str]] = defaultdict(list)
    hidden: dict[str, str] = {}
    command = [str(part) for part in container.get("command") or ()]
    if command and command[0].rpartition("/")[2] in _SHELLS:
        sources.append("a shell command")
    for name, value in _pairs([*command[1:], *map(str, container.get("args") or ())]):
        if name.startswith("@"):
            sources.append(f"the file {name[1:]}")
            continue
        unknown = [used for _, used in _REFERENCE.findall(value) if used in secret]
        if unknown:
            hidden[name] = secret[unknown[0]]
        else:
            values[name].append(_expanded(value, variables))
    for variable in sorted({*variables, *secret}):
        name = variable.removeprefix(VARIABLE).lower().replace("_", "-")
        if not variable.startswith(VARIABLE) or name in values or name in hidden:
            continue
        if variable in secret:
            hidden[name] = secret[variable]
        elif variables[variable]:
            values[name] = re.split(r"\r?\n", variables[variable].removesuffix("\n"))
    return Flags({name: tuple(found) for name, found in values.items()}, hidden, tuple(sources))


def _variables(container: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Variables with their values, and those whose value is kept elsewhere, with where."""
    variables: dict[str, str] = {}
    secret: dict[str, str] = {}
    for entry in container.get("env") or ():
        if "valueFrom" in entry:
            secret[entry["name"]] = _named(entry["valueFrom"])
        else:
            variables[entry["name"]] = _expanded(str(entry.get("value") or ""), variables)
    return variables, secret


def _named(source: Mapping[str, Any]) -> str:
    kind = next(iter(source), "nowhere")
    return f"{kind} {source.get(kind, {}).get('name', '')}".strip() if isinstance(source.get(kind), dict) else kind


def _pairs(arguments: Sequence[str]) -> Iterator[tuple[str, str]]:
    """``--a=b``, ``--a b``, ``--a`` and ``--no-a`` as flag and value."""
    for index, argument in enumerate(arguments):
        if argument.startswith("@"):
            yield argument, ""
        if not argument.startswith("--"):
            continue
        name, given, value = argument[2:].partition("=")
        following = arguments[index + 1] if index + 1 < len(arguments) else "--"
        if name.startswith("no-"):
            yield name[3:], "false"
        elif given or following.startswith(("--", "@")):
            yield name, value
        else:
            yield name, following


def _expanded(text: str, variables: Mapping[str, str]) -> str:
    """``$(NAME)`` replaced as the kubelet does: an unknown name stays as it is, ``$$(NAME)`` is not a reference."""

    def replaced(found: re.Match[str]) -> str:
        return found[0][1:] if found[1] else variables.get(found[2], found[0])

    return _REFERENCE.sub(replaced, text)
