"""ExternalSecrets of External Secrets Operator: which secrets they name, and how their operator is made to fetch.

Facts (external-secrets/external-secrets): ``pkg/controllers/externalsecret/externalsecret_controller.go`` refreshes
when the object's generation, labels or annotations are not those of the last success, so any new annotation makes it
fetch. Since 0.11 nothing refreshes a Periodic one whose refreshInterval is 0 (issues #4167 and #4447); CreatedOnce and
an immutable target never refresh. ``pkg/provider/aws/secretsmanager`` reads ``<prefix><key>`` with the stage
AWSCURRENT, or ``version`` as a stage, or as an id after ``uuid/``; ``metadataPolicy: Fetch`` reads tags, no value.
A ClusterExternalSecret takes annotations that it does not know away from its ExternalSecrets
(``pkg/controllers/clusterexternalsecret``). ``force-sync`` is also what Argo CD's own action "refresh" writes
(argoproj/argo-cd, ``resource_customizations/external-secrets.io/ExternalSecret/actions/refresh/action.lua``): what Git
does not have is no difference there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.secret_sync.asked import asking, asks_of, is_fetched, ready
from norikae.secret_sync.garbage import readable
from norikae.secret_sync.target import Standing, Target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from norikae.secret_sync.ports import Shelf
    from norikae.secret_sync.secret import Described
    from norikae.secret_sync.target import Json, Kind

    Stores = Mapping[tuple[str, str], Json]

KIND: Kind = "externalsecrets.external-secrets.io"
CURRENT, BY_ID = "AWSCURRENT", "uuid/"


def targets(shelf: Shelf, *, account: str = "", region: str = "") -> list[Target]:
    """The ExternalSecrets of a cluster that name secrets of an account and a region, with problems.

    ``Target.versions`` has only references that are pinned, with the version's id or the stage that pins them.

    Args:
        shelf: the cluster.
        account: the account's id; "" for any. A store that assumes a role of another one reads there.
        region: the region; "" for any.
    """
    declared = shelf.declared(KIND)
    if not declared:
        return []

    def ours(store: Json) -> Json | None:
        return store if _is_ours(store, account, region) else None

    namespaced = readable(ours, shelf.declared("secretstores.external-secrets.io"))
    wide = readable(ours, shelf.declared("clustersecretstores.external-secrets.io"))
    stores = {("SecretStore", _place(one)): one for one in namespaced}
    stores |= {("ClusterSecretStore", one["metadata"]["name"]): one for one in wide}
    return readable(lambda obj: _target(obj, stores), declared)


def standing_of(target: Target, secret: Described) -> Standing:
    """How an ExternalSecret stands towards the current version of a secret, from its status and what it was asked.

    Args:
        target: one of ``targets``.
        secret: as DescribeSecret gives it.
    """
    references = [one for one in target.secrets if secret.is_meant_by(one)]
    if target.problem:
        return Standing("refused", target.problem)
    if not references:
        return Standing("observed", f"{target} finds its secrets by a rule (dataFrom.find), so nobody knows which")
    if owner := _cluster_wide_owner(target.object):
        return Standing(
            "observed",
            f"{target} is written by ClusterExternalSecret {owner}, which takes annotations away, so nobody can ask it "
            "and see that it is done; its refreshInterval brings the version. Declare a SecretSync, or ExternalSecrets "
            "of their own, where seconds count",
        )
    pinned = {target.versions.get(one, "") for one in references}
    if "" not in pinned and pinned != {secret.current}:
        return Standing(
            "observed",
            f"{target} pins remoteRef.version of {secret.name} to {', '.join(sorted(pinned))};"
            " take version away and it follows AWSCURRENT",
        )
    return Standing("current") if pinned == {secret.current} else _asked(target, secret)


def _asked(target: Target, secret: Described) -> Standing:
    ask = asks_of(target.object).get(secret.arn)
    if ask is None or ask.version != secret.current:
        return Standing("behind", f"External Secrets was not asked for version {secret.current} yet")
    if is_fetched(target.object, ask):
        return Standing("current")
    status, reason = ready(target.object)
    why = f"Ready is {status}, {reason}" if status else "it has no condition Ready yet"
    return Standing("waiting", f"External Secrets was asked for version {secret.current} and is not done: {why}")


def nudge(target: Target, secret: Described, *, now: float) -> Json | None:
    """The merge patch that makes External Secrets fetch at once; None when it would not, or has nothing to fetch.

    One that is waited for may be asked again: External Secrets waits longer after each failure, but not after this.

    Args:
        target: one of ``targets``.
        secret: as DescribeSecret gives it.
        now: the instant, in seconds since the epoch.
    """
    if standing_of(target, secret).state not in {"behind", "waiting"}:
        return None
    return asking(target.object, secret, target.secrets, now=now)


def _target(obj: Json, stores: Stores) -> Target | None:
    entries = list(_entries(obj, stores))
    if not entries:
        return None
    named: dict[str, set[str]] = {}
    for reference, version in entries:
        if reference:
            named.setdefault(reference, set()).add(version)
    metadata = obj["metadata"]
    return Target(
        KIND,
        metadata["namespace"],
        metadata["name"],
        tuple(sorted(named)),
        metadata["resourceVersion"],
        generation=metadata.get("generation", 0),
        versions={one: ", ".join(sorted(pins)) for one, pins in named.items() if "" not in pins},
        problem=_problem(obj),
        object=obj,
    )


def _entries(obj: Json, stores: Stores) -> Iterator[tuple[str, str]]:
    """Reference and pin ("" for AWSCURRENT) of everything that comes from a store of ours; "" for what a rule finds."""
    spec = obj["spec"]
    parts = [(one, one.get("remoteRef")) for one in spec.get("data") or ()]
    parts += [(one, one.get("extract")) for one in spec.get("dataFrom") or ()]
    for part, remote in parts:
        store = _store(part, obj, stores)
        if store is None:
            continue
        if remote and remote.get("metadataPolicy") != "Fetch":
            version = str(remote.get("version") or CURRENT)
            prefix = store["spec"]["provider"]["aws"].get("prefix") or ""
            yield f"{prefix}{remote['key']}", "" if version == CURRENT else version.removeprefix(BY_ID)
        elif part.get("find"):
            yield "", ""


def _store(part: Json, obj: Json, stores: Stores) -> Json | None:
    source = part.get("sourceRef") or {}
    if source.get("generatorRef"):
        return None
    wanted = source.get("storeRef") or obj["spec"].get("secretStoreRef") or {}
    kind, name = wanted.get("kind") or "SecretStore", wanted.get("name", "")
    return stores.get((kind, name if kind == "ClusterSecretStore" else f"{obj['metadata']['namespace']}/{name}"))


def _is_ours(store: Json, account: str, region: str) -> bool:
    provider = (store["spec"].get("provider") or {}).get("aws") or {}
    # ``additionalRoles`` are assumed one after the other before ``role`` (apis/externalsecrets).
    role = str(provider.get("role") or (provider.get("additionalRoles") or [""])[-1])
    return (
        provider.get("service") == "SecretsManager"
        and region in {"", provider.get("region")}
        and (not account or not role or role.split(":")[4:5] == [account])
    )


def _cluster_wide_owner(obj: Json) -> str:
    owners = obj["metadata"].get("ownerReferences") or ()
    return next((str(one.get("name", "")) for one in owners if one.get("kind") == "ClusterExternalSecret"), "")


def _problem(obj: Json) -> str:
    spec, where = obj["spec"], f"ExternalSecret {_place(obj)}"
    policy = spec.get("refreshPolicy") or "Periodic"
    if (spec.get("target") or {}).get("immutable"):
        return f"{where} has target.immutable: true, so its Secret can never change; take it away"
    if policy == "CreatedOnce":
        return (
            f"{where} has refreshPolicy: CreatedOnce, so External Secrets never fetches again; say OnChange, "
            "then it fetches when norikae asks and never else"
        )
    if policy == "Periodic" and _is_zero(spec.get("refreshInterval", "1h")):
        return (
            f"{where} has refreshInterval: 0, and since 0.11 External Secrets does not even fetch when it is asked; "
            "say refreshPolicy: OnChange, or, where it does not know that, a long refreshInterval such as 8760h"
        )
    return ""


def _is_zero(duration: object) -> bool:
    """Whether a Go duration such as ``0``, ``0s`` or ``0h0m`` is none, or less."""
    text = str(duration)
    return text.startswith("-") or not any(digit in text for digit in "123456789")


def _place(obj: Json) -> str:
    return f"{obj['metadata']['namespace']}/{obj['metadata']['name']}"
