"""The rules of a few kinds: what a manifest most often gets wrong, with the words of the real validation.

Source: ``pkg/apis/{apps,core,networking,policy,rbac,batch,autoscaling}/validation`` and apiextensions' validation.
"""

from collections.abc import Callable, Mapping
from typing import Any

from local.cluster.cron import CronError, parse
from local.kubernetes import secrets
from local.kubernetes.errors import Cause, invalid_value, required
from local.kubernetes.objects import Json
from local.kubernetes.selectors import matches

Rule = Callable[[Json, Json | None], list[Cause]]

_HIGHEST_PORT = 65535


def _go_map(members: Json | None) -> str:
    shown = ", ".join(f'"{key}":"{value}"' for key, value in sorted((members or {}).items()))
    return f"map[string]string{{{shown}}}"


def _value(field: str, shown: str, detail: str) -> Cause:
    return Cause("FieldValueInvalid", f"Invalid value: {shown}: {detail}", field)


def _containers(pod_spec: Json, field: str) -> list[Cause]:
    containers = pod_spec.get("containers")
    if not containers:
        return [required(f"{field}.containers")]
    causes = []
    for index, container in enumerate(containers):
        here = f"{field}.containers[{index}]"
        causes += [required(f"{here}.{member}") for member in ("name", "image") if not container.get(member)]
    names = [container.get("name") for container in containers]
    for index, name in enumerate(names):
        if name in names[:index]:
            causes.append(
                Cause("FieldValueDuplicate", f'Duplicate value: "{name}"', f"{field}.containers[{index}].name")
            )
    return causes


def _pod(new: Json, old: Json | None) -> list[Cause]:
    return [] if old else _containers(new.get("spec") or {}, "spec")


def _workload(new: Json, old: Json | None) -> list[Cause]:
    spec = new.get("spec") or {}
    template = spec.get("template") or {}
    selector, labels = spec.get("selector"), (template.get("metadata") or {}).get("labels")
    causes = []
    if not selector:
        causes.append(required("spec.selector"))
    elif not matches(selector, labels or {}):
        why = "`selector` does not match template `labels`"
        causes.append(_value("spec.template.metadata.labels", _go_map(labels), why))
    if old is not None and selector and (old.get("spec") or {}).get("selector") != selector:
        shown = (
            f"v1.LabelSelector{{MatchLabels:{_go_map(selector.get('matchLabels'))}, "
            "MatchExpressions:[]v1.LabelSelectorRequirement(nil)}"
        )
        causes.append(_value("spec.selector", shown, "field is immutable"))
    replicas = spec.get("replicas", 1)
    if isinstance(replicas, int) and replicas < 0:
        causes.append(invalid_value("spec.replicas", replicas, "must be greater than or equal to 0"))
    return causes + _containers(template.get("spec") or {}, "spec.template.spec")


def _service(new: Json, _old: Json | None) -> list[Cause]:
    spec = new.get("spec") or {}
    ports = spec.get("ports") or []
    if not ports and spec.get("clusterIP") != "None" and spec.get("type") != "ExternalName":
        return [required("spec.ports")]
    causes = []
    for index, port in enumerate(ports):
        here = f"spec.ports[{index}]"
        number = port.get("port", 0)
        if not 1 <= number <= _HIGHEST_PORT:
            causes.append(invalid_value(f"{here}.port", number, f"must be between 1 and {_HIGHEST_PORT}, inclusive"))
        if len(ports) > 1 and not port.get("name"):
            causes.append(required(f"{here}.name"))
    return causes


def _ingress(new: Json, _old: Json | None) -> list[Cause]:
    spec = new.get("spec") or {}
    if not spec.get("rules") and not spec.get("defaultBackend"):
        why = "either `defaultBackend` or `rules` must be specified"
        return [_value("spec", "[]networking.IngressRule(nil)", why)]
    causes = _backend(spec["defaultBackend"], "spec.defaultBackend") if spec.get("defaultBackend") else []
    for number, rule in enumerate(spec.get("rules") or []):
        for index, path in enumerate((rule.get("http") or {}).get("paths") or []):
            here = f"spec.rules[{number}].http.paths[{index}]"
            causes += _path(path, here) + _backend(path.get("backend") or {}, f"{here}.backend")
    return causes


def _path(path: Json, here: str) -> list[Cause]:
    form, text = path.get("pathType"), path.get("path", "")
    if not form:
        return [required(f"{here}.pathType", "pathType must be specified")]
    if form in {"Exact", "Prefix"} and not text.startswith("/"):
        return [invalid_value(f"{here}.path", text, "must be an absolute path")]
    if form not in {"Exact", "Prefix", "ImplementationSpecific"}:
        why = f'Unsupported value: "{form}": supported values: "Exact", "ImplementationSpecific", "Prefix"'
        return [Cause("FieldValueNotSupported", why, f"{here}.pathType")]
    return []


def _backend(backend: Json, here: str) -> list[Cause]:
    if backend.get("resource"):
        return []
    service = backend.get("service") or {}
    causes = [] if service.get("name") else [required(f"{here}.service.name")]
    port = service.get("port") or {}
    if not (port.get("name") or port.get("number")):
        causes.append(required(f"{here}.service.port", "port name or number is required"))
    return causes


def _budget(new: Json, _old: Json | None) -> list[Cause]:
    spec = new.get("spec") or {}
    if "minAvailable" in spec and "maxUnavailable" in spec:
        shown = f"minAvailable={spec['minAvailable']} maxUnavailable={spec['maxUnavailable']}"
        return [_value("spec", shown, "minAvailable and maxUnavailable cannot be both set")]
    return []


def _autoscaler(new: Json, _old: Json | None) -> list[Cause]:
    spec = new.get("spec") or {}
    highest, lowest, target = spec.get("maxReplicas", 0), spec.get("minReplicas", 1), spec.get("scaleTargetRef") or {}
    causes = [required(f"spec.scaleTargetRef.{member}") for member in ("kind", "name") if not target.get(member)]
    if highest < 1:
        causes.append(invalid_value("spec.maxReplicas", highest, "must be greater than 0"))
    elif highest < lowest:
        why = "must be greater than or equal to `minReplicas`"
        causes.append(invalid_value("spec.maxReplicas", highest, why))
    return causes


def _schedule(spec: Json) -> list[Cause]:
    """Source: ``pkg/apis/batch/validation/validation.go`` (validateScheduleFormat, validateTimeZone)."""
    schedule, zone = spec["schedule"], spec.get("timeZone", "")
    if "TZ" in schedule:
        why = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
        return [_value("spec.schedule", f'"{schedule}"', why)]
    try:
        parse(schedule)
    except CronError as error:
        return [_value("spec.schedule", f'"{schedule}"', str(error))]
    if zone.lower() == "local":
        why = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"
        return [_value("spec.timeZone", f'"{zone}"', why)]
    try:
        parse(schedule, zone)
    except CronError as error:
        return [_value("spec.timeZone", f'"{zone}"', str(error))]
    return []


def _cron_job(new: Json, _old: Json | None) -> list[Cause]:
    spec = new.get("spec") or {}
    causes = _schedule(spec) if spec.get("schedule") else [required("spec.schedule")]
    pod = (((spec.get("jobTemplate") or {}).get("spec") or {}).get("template") or {}).get("spec") or {}
    return causes + _containers(pod, "spec.jobTemplate.spec.template.spec")


def _job(new: Json, old: Json | None) -> list[Cause]:
    """Source: ``pkg/apis/batch/validation/validation.go`` (ValidateJobSpec, ValidateJobSpecUpdate)."""
    spec = new.get("spec") or {}
    template = spec.get("template") or {}
    pod = template.get("spec") or {}
    causes = _containers(pod, "spec.template.spec")
    if pod.get("restartPolicy") not in {"OnFailure", "Never"}:
        causes.append(required("spec.template.spec.restartPolicy", 'valid values: "OnFailure", "Never"'))
    for member in ("parallelism", "completions", "backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished"):
        if isinstance(spec.get(member), int) and spec[member] < 0:
            causes.append(invalid_value(f"spec.{member}", spec[member], "must be greater than or equal to 0"))
    if old is not None and old["spec"].get("template") != template and not old["spec"].get("suspend"):
        causes.append(_value("spec.template", "core.PodTemplateSpec{…}", "field is immutable"))
    if old is not None and old["spec"].get("completions") != spec.get("completions"):
        causes.append(invalid_value("spec.completions", spec.get("completions"), "field is immutable"))
    return causes


def _binding(new: Json, old: Json | None, kinds: tuple[str, ...]) -> list[Cause]:
    reference = new.get("roleRef") or {}
    if reference.get("kind") not in kinds:
        shown = ", ".join(f'"{kind}"' for kind in kinds)
        why = f'Unsupported value: "{reference.get("kind", "")}": supported values: {shown}'
        return [Cause("FieldValueNotSupported", why, "roleRef.kind")]
    causes = [] if reference.get("name") else [required("roleRef.name")]
    if old is not None and old["roleRef"] != reference:
        shown = (
            f'rbac.RoleRef{{APIGroup:"{reference.get("apiGroup", "")}", Kind:"{reference["kind"]}", '
            f'Name:"{reference.get("name", "")}"}}'
        )
        causes.append(_value("roleRef", shown, "cannot change roleRef"))
    return causes


def _definition(new: Json, _old: Json | None) -> list[Cause]:
    spec: Mapping[str, Any] = new.get("spec") or {}
    names = spec.get("names") or {}
    missing = [
        required(field)
        for field, value in (
            ("spec.group", spec.get("group")),
            ("spec.scope", spec.get("scope")),
            ("spec.names.plural", names.get("plural")),
            ("spec.names.kind", names.get("kind")),
            ("spec.versions", spec.get("versions")),
        )
        if not value
    ]
    for index, version in enumerate(spec.get("versions") or []):
        needed = ("name", "served", "storage")
        missing += [required(f"spec.versions[{index}].{member}") for member in needed if member not in version]
    if missing:
        return missing
    expected, name = f"{names['plural']}.{spec['group']}", new["metadata"]["name"]
    causes = []
    if name != expected:
        causes.append(invalid_value("metadata.name", name, 'must be spec.names.plural+"."+spec.group'))
    if sum(1 for version in spec["versions"] if version.get("storage")) != 1:
        shown = ", ".join(version["name"] for version in spec["versions"])
        why = "must have exactly one version marked as storage version"
        causes.append(_value("spec.versions", shown, why))
    return causes


RULES: Mapping[str, Rule] = {
    "pods": _pod,
    "secrets": secrets.causes,
    "services": _service,
    "deployments.apps": _workload,
    "replicasets.apps": _workload,
    "statefulsets.apps": _workload,
    "daemonsets.apps": _workload,
    "ingresses.networking.k8s.io": _ingress,
    "poddisruptionbudgets.policy": _budget,
    "horizontalpodautoscalers.autoscaling": _autoscaler,
    "cronjobs.batch": _cron_job,
    "jobs.batch": _job,
    "rolebindings.rbac.authorization.k8s.io": lambda new, old: _binding(new, old, ("Role", "ClusterRole")),
    "clusterrolebindings.rbac.authorization.k8s.io": lambda new, old: _binding(new, old, ("ClusterRole",)),
    "customresourcedefinitions.apiextensions.k8s.io": _definition,
}
"""What is checked per resource, on create and on update (then with the old object)."""
