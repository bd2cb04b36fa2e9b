"""What has to hold between several keys of an environment file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec
import yaml

from norikae.argocd.home import CLUSTER
from norikae.cluster.processors import processor_of
from norikae.cluster.verification import refused_objects
from norikae.environment import Dns, Shift
from norikae.traffic.history import too_long
from stacks.environment import roles
from stacks.environment.gate_rules import GATE_RULES
from stacks.environment.interruption_rules import INTERRUPTION_RULES
from stacks.environment.lines import Path
from stacks.environment.notify_rules import NOTIFY_RULES
from stacks.environment.schema import complete, duration_text, types_schema
from stacks.environment.shift_rules import SHIFT_RULES
from stacks.environment.window_rules import WINDOW_RULES

if TYPE_CHECKING:
    from pathlib import Path as FilePath

    from stacks.environment.lines import Document

NEEDED_ADDONS = ("vpc-cni", "kube-proxy", "coredns")
FEWEST_ZONES = 2
PATIENCE = (
    (("shift", "bake"), ("shift", "poll")),
    (("soak", "duration"), ("soak", "poll")),
    (("decommission", "deadline"), ("soak", "poll")),
    (("clusters", "build_deadline"), ("clusters", "poll")),
    (("clusters", "delete_deadline"), ("clusters", "poll")),
    (("argocd", "sync_deadline"), ("argocd", "poll")),
    (("argocd", "application_deadline"), ("argocd", "poll")),
    (("dns", "propagation_deadline"), ("dns", "propagation_poll")),
)
"""How long something goes on, and how often it is looked at meanwhile."""


@dataclass
class Values:
    """The completed values of a document whose types are right, at least where a rule looks."""

    document: Document
    file: FilePath
    values: Any

    def __call__(self, *path: str | int) -> Any:  # noqa: ANN401 - any value of the file
        """The value at a path."""
        found = self.values
        for part in path:
            found = found[part]
        return found

    def mistake(self, path: Path, wrong: str, right: str) -> None:
        """Note a mistake."""
        self.document.mistake(path, wrong, right)


Rule = tuple[tuple[Path, ...], Callable[[Values], None]]


def check(document: Document, file: FilePath) -> None:
    """Note every mistake that the rules know of; a rule whose keys are wrong themselves is left out.

    Args:
        document: the document, with durations in seconds.
        file: the file, to which other files are relative.
    """
    schema = types_schema()
    wrong = [mistake.path for mistake in document.mistakes]
    if () in wrong or not isinstance(document.value, dict):
        return
    values = Values(document, file, complete(document.value, schema, schema["$defs"]))
    for paths, rule in _rules():
        if not any(_touches(path, mistake) for path in paths for mistake in wrong):
            rule(values)


def _touches(path: Path, mistake: Path) -> bool:
    shorter = min(len(path), len(mistake))
    return path[:shorter] == mistake[:shorter]


def _rules() -> list[Rule]:
    rules: list[Rule] = [
        ((("shift", "steps"),), _steps_rise_to_100),
        ((("shift",), ("dns",)), _shift_fits_into_its_history),
        ((("shift", "gates"),), lambda values: _once(values, ("shift", "gates"))),
        ((("shift", "background"),), lambda values: _once(values, ("shift", "background"))),
        *GATE_RULES,
        *SHIFT_RULES,
        *INTERRUPTION_RULES,
        *WINDOW_RULES,
        *NOTIFY_RULES,
        ((("clusters", "node_groups"),), _sizes_fit),
        ((("clusters", "node_groups"),), _group_names_differ),
        ((("clusters", "node_groups"),), _one_processor),
        ((("clusters", "node_groups"),), _only_of_self_managed_groups),
        ((("clusters", "endpoint"),), _endpoint_is_reachable),
        ((("clusters", "addons"),), lambda values: _once(values, ("clusters", "addons"))),
        ((("clusters", "addons"),), _addons_are_enough),
        ((("clusters", "pod_identity"), ("clusters", "addons")), roles.pod_identity_has_its_agent),
        ((("clusters", "pod_identity"),), roles.one_role_per_service_account),
        ((("clusters", "irsa_roles"),), lambda values: _once(values, ("clusters", "irsa_roles"))),
        ((("clusters", "irsa_roles"), ("clusters", "pod_identity"), ("account",)), roles.roles_are_of_the_account),
        ((("clusters", "adopt"), ("clusters", "prefix"), ("clusters", "version")), _blue_is_not_green),
        ((("network", "subnets"), ("network", "controller_subnets")), _controller_subnets_are_known),
        ((("network", "subnets"),), _two_zones),
        ((("argocd", "install"),), _install_is_a_file),
        ((("verify", "jobs"),), _verification_is_jobs),
        ((("argocd", "differences"),), _rules_say_what_they_expect),
        ((("argocd", "platform"),), lambda values: _once(values, ("argocd", "platform"))),
        ((("argocd", "mode"), ("argocd", "hub"), ("argocd", "root"), ("argocd", "repository_secret")), _hub_is_whole),
    ]
    for whole, part in PATIENCE:
        rules.append(((whole, part), _longer_than(whole, part)))
    return rules


def _steps_rise_to_100(values: Values) -> None:
    steps = values("shift", "steps")
    for place, (before, after) in enumerate(pairwise(steps), start=1):
        if after <= before:
            wrong = f"is {after} after {before}"
            values.mistake(("shift", "steps", place), wrong, "each step must be higher than the one before it")
    if steps[-1] != 100:  # noqa: PLR2004 - percent
        values.mistake(("shift", "steps"), f"ends with {steps[-1]}", "the last step must be 100")


def _sizes_fit(values: Values) -> None:
    for place, group in enumerate(values("clusters", "node_groups")):
        if group["min_size"] > group["max_size"]:
            wrong = f"is {group['min_size']}, above max_size {group['max_size']}"
            values.mistake(("clusters", "node_groups", place, "min_size"), wrong, "lower it or raise max_size")


def _group_names_differ(values: Values) -> None:
    names = [group["name"] for group in values("clusters", "node_groups")]
    for place, name in enumerate(names):
        if name in names[:place]:
            path: Path = ("clusters", "node_groups", place, "name")
            values.mistake(path, f'is "{name}", as another group', "give every node group its own name")


def _one_processor(values: Values) -> None:
    """A group has one image, which is for one processor."""
    for place, group in enumerate(values("clusters", "node_groups")):
        first, *others = group["instances"]
        for instance in others:
            if processor_of(instance) != processor_of(first):
                wrong = f"has {first} ({processor_of(first)}) and {instance} ({processor_of(instance)})"
                path: Path = ("clusters", "node_groups", place, "instances")
                values.mistake(path, wrong, "make two groups: one image cannot serve both processors")


def _only_of_self_managed_groups(values: Values) -> None:
    for place, group in enumerate(values("clusters", "node_groups")):
        for key in ("spot", "kubelet"):
            if group["kind"] == "managed" and group[key]:
                right = "take it out, or make the group self-managed"
                values.mistake(("clusters", "node_groups", place, key), "is set for a managed group", right)


def _endpoint_is_reachable(values: Values) -> None:
    endpoint = values("clusters", "endpoint")
    if not endpoint["private"]:
        values.mistake(("clusters", "endpoint", "private"), "is false", "norikae's functions need it: make it true")
    if endpoint["public"] and not endpoint["public_cidrs"]:
        right = "list the addresses that may use it; all of the Internet is 0.0.0.0/0"
        values.mistake(("clusters", "endpoint", "public_cidrs"), "is empty with a public endpoint", right)
    if endpoint["public_cidrs"] and not endpoint["public"]:
        right = "make clusters.endpoint.public true, or take them out"
        values.mistake(("clusters", "endpoint", "public_cidrs"), "is set, but the endpoint is not public", right)


def _rules_say_what_they_expect(values: Values) -> None:
    """A rule for everything would let every difference through, and nobody would read a diff again."""
    for place, rule in enumerate(values("argocd", "differences", "expected")):
        if all(set(rule[key]) <= {"*"} for key in ("kind", "name", "path")):
            path: Path = ("argocd", "differences", "expected", place)
            values.mistake(path, "expects every difference", "name kind, name or path; or set approvals.sync: never")


def _once(values: Values, path: Path) -> None:
    for name, count in Counter(values(*path)).items():
        if count > 1:
            values.mistake(path, f"has {name} {count} times", "name it once")


def _addons_are_enough(values: Values) -> None:
    missing = [name for name in NEEDED_ADDONS if name not in values("clusters", "addons")]
    if missing:
        wrong = f"has no {', '.join(missing)}"
        values.mistake(("clusters", "addons"), wrong, "add it: pods have no network or names without these three")


def _blue_is_not_green(values: Values) -> None:
    stem = f"{values('clusters', 'prefix')}-{values('clusters', 'version').replace('.', '-')}"
    adopt = values("clusters", "adopt")
    if re.fullmatch(rf"{re.escape(stem)}-[a-z]", adopt):
        right = "name the cluster that serves today, or raise version"
        values.mistake(("clusters", "adopt"), f"is {adopt}, as the new cluster would be called", right)


def _controller_subnets_are_known(values: Values) -> None:
    known = values("network", "subnets")
    for place, subnet in enumerate(values("network", "controller_subnets")):
        if subnet not in known:
            right = f"choose among network.subnets: {', '.join(known)}"
            values.mistake(("network", "controller_subnets", place), f"is {subnet}, which is no subnet here", right)


def _two_zones(values: Values) -> None:
    zones = set(values("network", "subnets").values())
    if len(zones) < FEWEST_ZONES:
        wrong = f"lie in one zone only: {', '.join(sorted(zones))}"
        values.mistake(("network", "subnets"), wrong, "EKS and ALBs need subnets in at least two zones")


def _install_is_a_file(values: Values) -> None:
    manifest = values.file.parent / values("argocd", "install")
    if not manifest.is_file():
        right = f"render the manifest to {manifest}, or mend the path; it is relative to {values.file.name}"
        values.mistake(("argocd", "install"), f"is {values('argocd', 'install')}, which is not a file", right)


def _verification_is_jobs(values: Values) -> None:
    told = values("verify", "jobs")
    if not told:
        return
    manifest = values.file.parent / told
    if not manifest.is_file():
        right = f"write the Jobs to {manifest}, or mend the path; it is relative to {values.file.name}"
        values.mistake(("verify", "jobs"), f"is {told}, which is not a file", right)
        return
    try:
        objects = [obj for obj in yaml.safe_load_all(manifest.read_text(encoding="utf-8")) if obj]
    except yaml.YAMLError as error:
        values.mistake(("verify", "jobs"), f"is {told}, which is not YAML: {' '.join(str(error).split())}", "mend it")
        return
    for wrong in refused_objects(objects) or ([] if objects else ["it is empty"]):
        values.mistake(("verify", "jobs"), f"is {told}: {wrong}", "put plain Jobs there, each with its own name")


def _hub_is_whole(values: Values) -> None:
    argocd = values("argocd")
    if argocd["mode"] != "hub":
        if argocd["hub"] is not None:
            values.mistake(("argocd", "hub"), "is given, but mode is in-cluster", "set mode: hub, or leave it out")
        return
    if argocd["hub"] is None:
        values.mistake(("argocd", "mode"), "is hub, but there is no hub", "give hub: {cluster, role, token_secret}")
    if CLUSTER not in argocd["root"]:
        wrong = f"is {argocd['root']}, which all clusters of the hub would share"
        values.mistake(("argocd", "root"), wrong, f"put {CLUSTER} into it, such as root-{CLUSTER}")
    for place, name in enumerate(argocd["platform"]):
        if CLUSTER not in name:
            wrong = f"is {name}, which all clusters of the hub would share"
            values.mistake(("argocd", "platform", place), wrong, f"put {CLUSTER} into it")
    if argocd["repository_secret"]:
        values.mistake(("argocd", "repository_secret"), "is given", "leave it out: a hub has credentials of its own")


def _shift_fits_into_its_history(values: Values) -> None:
    shift, dns = msgspec.convert(values("shift"), Shift), msgspec.convert(values("dns"), Dns)
    if wrong := too_long(shift, dns, steps=len(shift.steps), bake_seconds=shift.bake):
        right = "make it shorter, take fewer steps, or raise shift.poll"
        values.mistake(("shift", "bake"), f"is too long: {wrong}", right)


def _longer_than(whole: Path, part: Path) -> Callable[[Values], None]:
    def rule(values: Values) -> None:
        long, short = values(*whole), values(*part)
        if short < 1:
            values.mistake(part, "is 0s", "it must be at least 1s")
        if long < short:
            wrong = f"is {duration_text(long)}, shorter than {'.'.join(map(str, part))} {duration_text(short)}"
            values.mistake(whole, wrong, "make it at least as long, or look more often")

    return rule
