"""Role-based access control: who may do what, and nobody grants what they do not hold.

Source: ``plugin/pkg/auth/authorizer/rbac``, ``pkg/registry/rbac/validation/rule.go`` (ConfirmNoEscalation) and
``component-helpers/auth/rbac/validation`` (Covers).
"""

import json
from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

from local.kubernetes import errors
from local.kubernetes.objects import Json, labels_of
from local.kubernetes.resources import Resource
from local.kubernetes.selectors import matches
from local.kubernetes.users import MASTERS, User

if TYPE_CHECKING:
    from local.kubernetes.api import ApiServer

GROUP = "rbac.authorization.k8s.io"
ROLES, CLUSTER_ROLES = f"roles.{GROUP}", f"clusterroles.{GROUP}"
BINDINGS, CLUSTER_BINDINGS = f"rolebindings.{GROUP}", f"clusterrolebindings.{GROUP}"


def allows(api: "ApiServer", user: User, verb: str, resource: str, namespace: str, name: str) -> bool:
    """Whether one of the user's rules names the verb, the resource (``plural.group/subresource``) and the object."""
    base, _, subresource = resource.partition("/")
    plural, _, group = base.partition(".")
    asked = f"{plural}/{subresource}" if subresource else plural
    wanted = {"verbs": [verb], "apiGroups": [group], "resources": [asked], "resourceNames": [name] if name else []}
    return any(_covers(rule, wanted) for rule in rules_of(api, user, namespace))


def allows_path(api: "ApiServer", user: User, verb: str, path: str) -> bool:
    """Whether one of the user's cluster-wide rules names a path that is no resource, such as ``/readyz``."""
    wanted = {"verbs": [verb], "nonResourceURLs": [path]}
    return MASTERS in user.groups or any(_covers(rule, wanted) for rule in rules_of(api, user, ""))


def rules_of(api: "ApiServer", user: User, namespace: str) -> Iterator[Json]:
    """The rules of all bindings that name the user, one of its groups, or the service account it is."""
    for _, stored in api.store.scan(CLUSTER_BINDINGS):
        if _names(stored.body, user, ""):
            yield from _referred(api, stored.body["roleRef"], "")
    if not namespace:
        return
    for key, stored in api.store.scan(BINDINGS):
        if key[0] == namespace and _names(stored.body, user, namespace):
            yield from _referred(api, stored.body["roleRef"], namespace)


def _names(binding: Json, user: User, namespace: str) -> bool:
    for subject in binding.get("subjects") or []:
        match subject["kind"]:
            case "User" if subject["name"] == user.name:
                return True
            case "Group" if subject["name"] in user.groups:
                return True
            case "ServiceAccount":
                home = subject.get("namespace") or namespace
                if home and user.name == f"system:serviceaccount:{home}:{subject['name']}":
                    return True
    return False


def _referred(api: "ApiServer", reference: Json, namespace: str) -> list[Json]:
    if reference["kind"] == "Role":
        stored = api.store.read(ROLES, (namespace, reference["name"]))
    else:
        stored = api.store.read(CLUSTER_ROLES, ("", reference["name"]))
    return _rules(api, stored.body) if stored else []


def _rules(api: "ApiServer", role: Json) -> list[Json]:
    """The role's rules; an aggregated ClusterRole has those of the roles that its selectors match."""
    rules: list[Json] = role.get("rules") or []
    selectors = (role.get("aggregationRule") or {}).get("clusterRoleSelectors") or []
    if not selectors:
        return rules
    others = [stored.body for _, stored in api.store.scan(CLUSTER_ROLES) if stored.body is not role]
    found = [other for other in others if any(matches(each, labels_of(other)) for each in selectors)]
    return rules + [rule for other in found for rule in other.get("rules") or []]


def _covers(rule: Json, wanted: Json) -> bool:
    """Whether a rule grants a single right (each list of ``wanted`` has at most one entry)."""
    if not _has(rule, "verbs", wanted["verbs"][0]):
        return False
    if "nonResourceURLs" in wanted:
        path = wanted["nonResourceURLs"][0]
        patterns = rule.get("nonResourceURLs") or []
        return any(each in {"*", path} or (each.endswith("*") and path.startswith(each[:-1])) for each in patterns)
    asked: str = wanted["resources"][0]
    resources = rule.get("resources") or []
    starred = f"*/{asked.partition('/')[2]}" if "/" in asked else "*"
    if not ({"*", asked, starred} & set(resources)) or not _has(rule, "apiGroups", wanted["apiGroups"][0]):
        return False
    names = rule.get("resourceNames") or []
    return not names or (bool(wanted["resourceNames"]) and wanted["resourceNames"][0] in names)


def _has(rule: Json, member: str, value: str) -> bool:
    held = rule.get(member) or []
    return "*" in held or value in held


def check_escalation(api: "ApiServer", kind: Resource, new: Json, user: User, old: Json | None = None) -> None:
    """403 when a (Cluster)Role or a binding would grant what its author neither holds nor may ``escalate`` or ``bind``.

    Raises:
        ApiError: 403; 404 for a binding to a role that does not exist and that the author may not ``bind``.
    """
    if MASTERS in user.groups:
        return
    name, namespace = new["metadata"]["name"], new["metadata"].get("namespace", "")
    if kind.name in {ROLES, CLUSTER_ROLES}:
        rules = new.get("rules") or []
        unchanged = old is not None and (old.get("rules") or []) == rules
        if unchanged or allows(api, user, "escalate", kind.name, namespace, name):
            return
    elif kind.name in {BINDINGS, CLUSTER_BINDINGS}:
        reference = new["roleRef"]
        target = ROLES if reference["kind"] == "Role" else CLUSTER_ROLES
        unchanged = old is not None and old.get("subjects") == new.get("subjects")
        if unchanged or allows(api, user, "bind", target, namespace, reference["name"]):
            return
        place = namespace if target == ROLES else ""
        rules = _rules(api, api.stored(api.catalog.named(target), (place, reference["name"])).body)
    else:
        return
    missing = _missing(list(rules_of(api, user, namespace)), rules)
    if missing:
        groups = " ".join(json.dumps(group) for group in user.groups)
        why = f'user "{user.name}" (groups=[{groups}]) is attempting to grant RBAC permissions not currently held:\n'
        raise errors.forbidden(kind.name, name, why + "\n".join(sorted(missing)))


def _missing(held: list[Json], wanted: list[Json]) -> set[str]:
    return {
        _spoken(single) for rule in wanted for single in _singles(rule) if not any(_covers(h, single) for h in held)
    }


def _singles(rule: Json) -> Iterator[Json]:
    for verb, path in product(rule.get("verbs") or [], rule.get("nonResourceURLs") or []):
        yield {"verbs": [verb], "nonResourceURLs": [path]}
    names = [[name] for name in rule.get("resourceNames") or []] or [[]]
    members = (rule.get("verbs") or [], rule.get("apiGroups") or [], rule.get("resources") or [], names)
    for verb, group, resource, name in product(*members):
        yield {"verbs": [verb], "apiGroups": [group], "resources": [resource], "resourceNames": name}


def _spoken(rule: Json) -> str:
    """The rule as ``rbacv1helpers.CompactString`` writes it."""
    told = []
    for member, title in (
        ("apiGroups", "APIGroups"),
        ("resources", "Resources"),
        ("nonResourceURLs", "NonResourceURLs"),
        ("resourceNames", "ResourceNames"),
        ("verbs", "Verbs"),
    ):
        if rule.get(member):
            told.append(f"{title}:[{' '.join(json.dumps(value) for value in rule[member])}]")
    return "{" + ", ".join(told) + "}"


def refusal(user: User, verb: str, resource: str, namespace: str, name: str) -> errors.ApiError:
    """403 in the words of a request that no rule allows.

    Source: ``k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/errors.go`` (forbiddenMessage).
    """
    base, _, subresource = resource.partition("/")
    plural, _, group = base.partition(".")
    asked = f"{plural}/{subresource}" if subresource else plural
    where = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
    why = f'User "{user.name}" cannot {verb} resource "{asked}" in API group "{group}" {where}'
    return errors.forbidden(base, name, why)


def path_refusal(user: User, verb: str, path: str) -> errors.ApiError:
    """403 for a path that is no resource."""
    return errors.ApiError(403, "Forbidden", f'forbidden: User "{user.name}" cannot {verb} path "{path}"')
