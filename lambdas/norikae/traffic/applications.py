"""Applications as their teams declare them: the Ingresses of a cluster that share ``norikae.dev/app``.

An Ingress joins by ``norikae.dev/shift: "true"``. Without ``norikae.dev/app`` the owning Argo CD Application names it
(tracking annotation, Argo CD 2.x/3.x docs "Resource Tracking"), so a team that changes nothing else is still moved.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from norikae.duration import duration_seconds
from norikae.environment import GateKind, Owner
from norikae.errors import RefusedError

SHIFTS: dict[str, Literal["auto", "team"]] = {"true": "auto", "auto": "auto", "team": "team"}
"""What ``norikae.dev/shift`` may say; without it, or with ``false``, an Ingress stays where it is."""
STAYS = "false"
PREFIX = "norikae.dev/"
TRACKING = "argocd.argoproj.io/tracking-id"
GATES: tuple[GateKind, ...] = get_args(GateKind)
OWNERS: tuple[Owner, ...] = get_args(Owner)
RESTARTABLE = {"deployment": "deployments.apps", "statefulset": "statefulsets.apps"}
"""What ``norikae.dev/restart-on-blue`` may name, as in ``deployment/ws``."""
WORKLOAD = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
KNOWN = frozenset(
    {
        *("shift", "app", "team", "steps", "bake", "gates", "order", "probe"),
        *("scale", "after", "hold", "owner", "restart-on-blue"),
    }
)


@dataclass(frozen=True, slots=True)
class IngressRef:
    """An Ingress of an application.

    Args:
        namespace: where it is.
        name: its name there.
        load_balancer: DNS name of its load balancer, "" while there is none.
        hosts: the public names that its rules serve.
        services: the Services behind it.
    """

    namespace: str
    name: str
    load_balancer: str
    hosts: tuple[str, ...]
    services: tuple[str, ...] = ()

    @property
    def resources(self) -> tuple[str, ...]:
        """What its target groups are tagged with: ``<namespace>/<ingress>-<service>``, without the port."""
        return tuple(f"{self.namespace}/{self.name}-{service}" for service in self.services)


@dataclass(frozen=True, slots=True)
class Application:
    """What moves together, with the wishes of its team.

    Args:
        name: the application.
        team: who owns it, "" if nobody says.
        hosts: its public names, sorted.
        ingresses: where they are served.
        order: groups with smaller numbers move first.
        steps: the team's own weights, or None.
        bake_seconds: the team's own bake, or None.
        gates: the team's own gates, or None.
        sources: the Argo CD applications that own its Ingresses, sorted.
        probe: the path that proves green, "/" unless the team names one.
        shift: ``auto``, or ``team`` when its own team says when it moves.
        owner: who owns its record sets, or None for what the environment says.
        scale: whether a cluster is made large enough before it gets the traffic.
        after: the applications that move before it.
        hold: whether it starts only when somebody says so.
        restarts: ``<resource>/<namespace>/<name>`` of what is restarted on blue once everything has moved.
    """

    name: str
    team: str
    hosts: tuple[str, ...]
    ingresses: tuple[IngressRef, ...]
    order: int = 0
    steps: tuple[int, ...] | None = None
    bake_seconds: int | None = None
    gates: tuple[GateKind, ...] | None = None
    sources: tuple[str, ...] = ()
    probe: str = "/"
    shift: Literal["auto", "team"] = "auto"
    owner: Owner | None = None
    scale: bool = True
    after: tuple[str, ...] = ()
    hold: bool = False
    restarts: tuple[str, ...] = ()


def find_applications(ingresses: Iterable[Mapping[str, Any]]) -> tuple[Application, ...]:
    """All applications that want to be shifted, by name.

    Args:
        ingresses: the Ingresses of one cluster, as the API server gives them.

    Raises:
        RefusedError: an annotation is unknown or wrong; the text names Ingress, annotation and remedy.
    """
    owned: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for ingress in ingresses:
        if _joins(ingress):
            owned[_application_name(ingress)].append(ingress)
    return tuple(_application(name, owned[name]) for name in sorted(owned))


def _joins(ingress: Mapping[str, Any]) -> bool:
    wish = annotations(ingress).get(PREFIX + "shift") or STAYS
    if wish not in (*SHIFTS, STAYS):
        raise _wrong(ingress, "shift", f"is {wish!r}", f"say one of: {', '.join((*SHIFTS, STAYS))}")
    return wish != STAYS


def annotations(obj: Mapping[str, Any]) -> dict[str, str]:
    """The annotations of an object."""
    return dict(obj["metadata"].get("annotations") or {})


def owner(obj: Mapping[str, Any]) -> str:
    """The Argo CD application that an object comes from; "" when none does."""
    return annotations(obj).get(TRACKING, "").partition(":")[0]


def _application_name(ingress: Mapping[str, Any]) -> str:
    marks = annotations(ingress)
    name = marks.get(PREFIX + "app") or owner(ingress)
    if not name:
        raise _wrong(ingress, "app", "missing, and no Argo CD Application owns the Ingress", "name the application")
    return name


def _application(name: str, ingresses: list[Mapping[str, Any]]) -> Application:
    wishes: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for ingress in ingresses:
        for key, value in _wishes(ingress).items():
            if wishes.setdefault(key, (value, ingress))[0] != value:
                raise _wrong(
                    ingress, key, f"differs between the Ingresses of {name}", "give all of them the same value"
                )
    parsed = {key: _parse(key, value, ingress) for key, (value, ingress) in wishes.items()}
    references = tuple(reference(ingress) for ingress in ingresses)
    hosts = {host for reference in references for host in reference.hosts}
    if not hosts:
        raise _wrong(ingresses[0], "shift", "set, but the Ingress has no rule with a host", "add the public host name")
    return Application(
        name=name,
        team=wishes["team"][0] if "team" in wishes else "",
        hosts=tuple(sorted(hosts)),
        ingresses=references,
        order=parsed.get("order", 0),
        steps=parsed.get("steps"),
        bake_seconds=parsed.get("bake"),
        gates=parsed.get("gates"),
        sources=tuple(sorted({source for ingress in ingresses if (source := owner(ingress))})),
        probe=parsed.get("probe", "/"),
        shift=parsed["shift"],
        owner=parsed.get("owner"),
        scale=parsed.get("scale", True),
        after=parsed.get("after", ()),
        hold=parsed.get("hold", False),
        restarts=tuple(
            f"{RESTARTABLE[kind]}/{ingresses[0]['metadata']['namespace']}/{name}"
            for kind, name in parsed.get("restart-on-blue", ())
        ),
    )


def _wishes(ingress: Mapping[str, Any]) -> dict[str, str]:
    wishes = {key.removeprefix(PREFIX): value for key, value in annotations(ingress).items() if key.startswith(PREFIX)}
    wishes["shift"] = SHIFTS[wishes["shift"]]  # "true" and "auto" are the same wish
    for key in wishes:
        if key not in KNOWN:
            raise _wrong(ingress, key, "is not an annotation of norikae", f"known: {', '.join(sorted(KNOWN))}")
    return wishes


def _parse(key: str, value: str, ingress: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the type follows the key
    try:
        return PARSERS[key](value) if key in PARSERS else value
    except ValueError as error:
        raise _wrong(ingress, key, str(error), "see docs/application-teams.md") from error


def _path(value: str) -> str:
    if not value.startswith("/"):
        raise ValueError(f"{value!r} must be a path that begins with /")
    return value


def _owner_of_names(value: str) -> str:
    if value not in OWNERS:
        raise ValueError(f"{value!r} is none of {', '.join(OWNERS)}")
    return value


def _truth(value: str) -> bool:
    if value not in ("true", "false"):
        raise ValueError(f"{value!r} must be true or false, in quotes")
    return value == "true"


def _names(value: str) -> tuple[str, ...]:
    names = tuple(sorted({name.strip() for name in value.split(",")}))
    if "" in names:
        raise ValueError(f"{value!r} must be names of applications, with commas, such as billing,search")
    return names


def _steps(value: str) -> tuple[int, ...]:
    steps = tuple(int(step) for step in value.split(","))
    if steps != tuple(sorted(set(steps))) or steps[0] < 1 or steps[-1] != 100:  # noqa: PLR2004 - percent
        raise ValueError(f"{value!r} must rise from at least 1 to 100, such as 10,50,100")
    return steps


def _workloads(value: str) -> tuple[tuple[str, str], ...]:
    found = []
    for word in value.split(","):
        kind, slash, name = word.strip().partition("/")
        if not slash or kind not in RESTARTABLE or not WORKLOAD.fullmatch(name):
            kinds = ", ".join(f"{known}/<name>" for known in RESTARTABLE)
            raise ValueError(f"{word.strip()!r} is no workload of the Ingress's namespace; say {kinds}")
        found.append((kind, name))
    return tuple(dict.fromkeys(found))


def _gates(value: str) -> tuple[GateKind, ...]:
    wanted = {gate.strip() for gate in value.split(",")}
    if not wanted <= set(GATES):
        raise ValueError(f"{value!r} names a gate that does not exist; there are: {', '.join(GATES)}")
    return tuple(gate for gate in GATES if gate in wanted)


PARSERS: Mapping[str, Callable[[str], Any]] = {
    "after": _names,
    "bake": duration_seconds,
    "gates": _gates,
    "hold": _truth,
    "order": int,
    "owner": _owner_of_names,
    "probe": _path,
    "restart-on-blue": _workloads,
    "scale": _truth,
    "steps": _steps,
}
"""How the value of an annotation is read; any other is taken as it is."""


def reference(ingress: Mapping[str, Any]) -> IngressRef:
    """An Ingress by what matters to traffic: where it is, where it is served, for which names, from which Services."""
    addresses = ingress.get("status", {}).get("loadBalancer", {}).get("ingress") or [{}]
    return IngressRef(
        namespace=ingress["metadata"]["namespace"],
        name=ingress["metadata"]["name"],
        load_balancer=addresses[0].get("hostname", ""),
        hosts=tuple(sorted({rule["host"] for rule in ingress["spec"].get("rules", []) if rule.get("host")})),
        services=tuple(sorted(_services(ingress["spec"]))),
    )


def _services(spec: Mapping[str, Any]) -> set[str]:
    paths = [path for rule in spec.get("rules", []) for path in (rule.get("http") or {}).get("paths", [])]
    backends = [path["backend"] for path in paths]
    if "defaultBackend" in spec:
        backends.append(spec["defaultBackend"])
    return {backend["service"]["name"] for backend in backends if "service" in backend}


def _wrong(ingress: Mapping[str, Any], key: str, what: str, remedy: str) -> RefusedError:
    where = f"Ingress {ingress['metadata']['namespace']}/{ingress['metadata']['name']}"
    return RefusedError(f"{where}: annotation {PREFIX}{key} {what}; {remedy}")
