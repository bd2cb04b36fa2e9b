"""The permissions that EKS calls need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.aws.iam.conditions import TAGS

if TYPE_CHECKING:
    from local.aws.iam.conditions import Context
    from local.aws.iam.demands import Derived, Place
    from local.aws.protocol import Operation

_ANYWHERE = frozenset(
    {"ListClusters", "DescribeAddonVersions", "DescribeAddonConfiguration", "DescribeClusterVersions"}
    | {"ListAccessPolicies"}
)
_PARTS = {
    "Nodegroup": ("nodegroup", "nodegroupName"),
    "NodegroupConfig": ("nodegroup", "nodegroupName"),
    "NodegroupVersion": ("nodegroup", "nodegroupName"),
    "Addon": ("addon", "addonName"),
    "AccessEntry": ("access-entry", "principalArn"),
    "AccessPolicy": ("access-entry", "principalArn"),
    "AssociatedAccessPolicies": ("access-entry", "principalArn"),
    "PodIdentityAssociation": ("podidentityassociation", "associationId"),
}
_VERBS = ("Describe", "Delete", "Update", "Associate", "Disassociate", "List")


def eks(operation: Operation, place: Place) -> Derived:
    """The actions, resources and condition keys of an EKS call, with the roles that it passes.

    Source: Service Authorization Reference, "Amazon Elastic Kubernetes Service": what is created inside a cluster
    is authorized on the cluster, what exists there on its own ARN.
    """
    params, action = operation.params, f"eks:{operation.name}"
    resource = _resource(operation, place)
    context = _context(operation)
    context |= {family: [] for family in TAGS}
    for key, value in (place.facts.tags(resource) or {}).items():
        context[f"aws:resourcetag/{key.lower()}"] = [value]
    found: Derived = [(action, resource, context)]
    if operation.name == "CreatePodIdentityAssociation":
        found.append(("iam:GetRole", params["roleArn"], {}))
    passed = {
        "CreateCluster": [params.get("roleArn")],
        "CreateAccessEntry": [params.get("principalArn") if params.get("type", "").startswith("EC2_") else None],
        "CreateNodegroup": [params.get("nodeRole")],
        "CreatePodIdentityAssociation": [params.get("roleArn")],
        "UpdatePodIdentityAssociation": [params.get("roleArn")],
        "CreateAddon": [params.get("serviceAccountRoleArn")]
        + [a["roleArn"] for a in params.get("podIdentityAssociations", [])],
    }
    service = "pods.eks.amazonaws.com" if "PodIdentityAssociation" in operation.name else "eks.amazonaws.com"
    to_eks: Context = {"iam:passedtoservice": [service]}
    if operation.name == "CreatePodIdentityAssociation" and params.get("tags"):
        made = place.arn("eks", f"podidentityassociation/{params['clusterName']}/none")
        found.append(("eks:TagResource", made, dict(context)))
    return found + [("iam:PassRole", role, dict(to_eks)) for role in passed.get(operation.name, []) if role]


def _resource(operation: Operation, place: Place) -> str:
    params, name = operation.params, operation.name
    if name in _ANYWHERE:
        return "*"
    if "resourceArn" in params:
        return str(params["resourceArn"])
    cluster = params.get("clusterName") or params["name"]
    verb = next((v for v in _VERBS if name.startswith(v)), "Create")
    part = _PARTS.get(name.removeprefix(verb))
    if verb != "Create" and part and part[1] in params:
        kind, member = part
        existing = place.facts.eks_arn(kind, cluster, params[member])
        return existing or place.arn("eks", f"{kind}/{cluster}/{_path(kind, params[member])}/none")
    return place.arn("eks", f"cluster/{cluster}")


def _path(kind: str, name: str) -> str:
    """The middle of the ARN of something that does not exist; AWS alone knows the last part."""
    if kind != "access-entry":
        return name
    account, resource = name.split(":", 5)[4:]
    return f"{resource.split('/')[0]}/{account}/{resource.rsplit('/', 1)[-1]}"


def _context(operation: Operation) -> Context:
    params = operation.params
    access = params.get("accessConfig", {})
    vpc = params.get("resourcesVpcConfig", {})
    values: dict[str, Any] = {
        "eks:clusterName": params.get("clusterName"),
        "eks:kubernetesVersion": params.get("version"),
        "eks:authenticationMode": access.get("authenticationMode"),
        "eks:bootstrapClusterCreatorAdminPermissions": access.get("bootstrapClusterCreatorAdminPermissions"),
        "eks:bootstrapSelfManagedAddons": params.get("bootstrapSelfManagedAddons"),
        "eks:deletionProtection": params.get("deletionProtection"),
        "eks:supportType": params.get("upgradePolicy", {}).get("supportType"),
        "eks:endpointPublicAccess": vpc.get("endpointPublicAccess"),
        "eks:endpointPrivateAccess": vpc.get("endpointPrivateAccess"),
        "eks:publicAccessCidrs": vpc.get("publicAccessCidrs"),
        "eks:encryptionConfigProviderKeyArns": [c["provider"].get("keyArn") for c in params.get("encryptionConfig", [])]
        or None,
        "eks:principalArn": params.get("principalArn"),
        "eks:username": params.get("username"),
        "eks:kubernetesGroups": params.get("kubernetesGroups"),
        "eks:accessEntryType": params.get("type", "STANDARD") if operation.name == "CreateAccessEntry" else None,
        "eks:policyArn": params.get("policyArn"),
        "eks:accessScope": params.get("accessScope", {}).get("type"),
        "eks:namespaces": params.get("accessScope", {}).get("namespaces"),
        "aws:TagKeys": params.get("tagKeys") or list(params.get("tags", {})) or None,
    }
    values |= {f"aws:RequestTag/{key}": value for key, value in params.get("tags", {}).items()}
    return {key.lower(): _texts(value) for key, value in values.items() if value is not None}


def _texts(value: Any) -> list[str]:
    return [str(v).lower() if isinstance(v, bool) else str(v) for v in (value if isinstance(value, list) else [value])]
