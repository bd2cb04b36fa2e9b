"""Which differences are as they should be, and why: names, the run's pin, the application's own word, the rules."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from norikae.cluster.ports import Json
    from norikae.compare.difference import Difference
    from norikae.compare.fields import Change
    from norikae.compare.objects import Identity
    from norikae.environment import Differences, ExpectedDifference

BY_NAME = "the clusters' names differ"
PINNED = "until green is handed over norikae pins it to this commit, and nothing on it syncs by itself"
IGNORED = "the application ignores it (spec.ignoreDifferences)"


def with_rules(differences: Iterable[Difference], rules: Differences) -> list[Difference]:
    """The differences with the reasons of the environment file, and with the budget of deletions spent or not.

    Objects that green may lack by a rule are not counted. When the rest is within the budget, all of it is expected;
    when it is not, none of it is, because nobody can say which of them were meant.

    Args:
        differences: as they were found.
        rules: ``argocd.differences`` of the environment.
    """
    judged = [_by_rule(one, rules.expected) if one.is_unexpected else one for one in differences]
    deletions = [one for one in judged if one.is_deletion and one.is_unexpected]
    if not deletions or len(deletions) > rules.deletions:
        return judged
    why = f"green may lack {rules.deletions} objects of blue (argocd.differences.deletions)"
    return [
        msgspec.structs.replace(one, expected=why) if one.is_deletion and one.is_unexpected else one for one in judged
    ]


def is_pin(identity: Identity, change: Change, revision: str) -> bool:
    """Whether a field of a child application is what norikae makes of it for the time of the run."""
    is_application = (identity.group, identity.kind) == ("argoproj.io", "Application")
    return is_application and (change.green == revision or change.path[:3] == ("spec", "syncPolicy", "automated"))


def is_ignored(app: Json, identity: Identity, path: Sequence[str]) -> bool:
    """Whether the application itself leaves a field to others (Argo CD docs, "Diff Customization").

    Only JSON pointers are understood; fields that are named by ``jqPathExpressions`` or by their managers need a rule
    in the environment file.
    """
    rules = app.get("spec", {}).get("ignoreDifferences") or ()
    return any(
        _covers(_steps(pointer), path)
        for rule in rules
        if _is_about(rule, identity)
        for pointer in rule.get("jsonPointers") or ()
    )


def _by_rule(difference: Difference, rules: Iterable[ExpectedDifference]) -> Difference:
    for rule in rules:
        values = ((rule.kind, difference.kind), (rule.name, difference.name), (rule.path, difference.path))
        if all(fnmatchcase(value, pattern) for pattern, value in values):
            return msgspec.structs.replace(difference, expected=rule.why)
    return difference


def _is_about(rule: dict[str, Any], identity: Identity) -> bool:
    wanted = (
        (rule.get("group") or "", identity.group),
        (rule.get("kind") or "", identity.kind),
        (rule.get("name") or "*", identity.name),
        (rule.get("namespace") or "*", identity.namespace),
    )
    return all(fnmatchcase(value, pattern) for pattern, value in wanted)


def _steps(pointer: str) -> list[str]:
    """The steps of a JSON pointer (RFC 6901)."""
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _covers(steps: Sequence[str], path: Sequence[str]) -> bool:
    """Whether a path leads to where the pointer does or into it; positions in lists are not told apart from names."""
    return len(steps) <= len(path) and all(
        step in ("*", part) or step.isdigit() for step, part in zip(steps, path, strict=False)
    )
