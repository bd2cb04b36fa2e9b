"""The permissions that EC2 and Auto Scaling calls need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.aws.iam.conditions import TAGS, UnmodelledPolicyError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local.aws.iam.conditions import Context
    from local.aws.iam.demands import Derived, Place
    from local.aws.protocol import Operation

_LAUNCHED = ("instance", "volume", "network-interface")


def ec2(operation: Operation, place: Place) -> Derived:
    """The permissions of an EC2 call; what is tagged when it is created needs CreateTags, too.

    Source: EC2 user guide, "Grant permission to tag Amazon EC2 resources during creation".
    """
    action, params = f"ec2:{operation.name}", operation.params
    if operation.name.startswith("Describe"):
        return [(action, "*", {})]
    if operation.name == "CreateLaunchTemplate":
        tags = [tag for one in params.get("TagSpecifications", []) for tag in one["Tags"]]
        template, asked = place.arn("ec2", "launch-template/*"), _asked(tags)
        tagging: Derived = [("ec2:CreateTags", template, {**asked, "ec2:createaction": [operation.name]})]
        return [(action, template, asked), *(tagging if tags else [])]
    if operation.name == "DeleteLaunchTemplate":
        template = place.arn("ec2", f"launch-template/{params['LaunchTemplateId']}")
        return [(action, template, _tagged(template, place))]
    if operation.name == "TerminateInstances":
        machines = [place.arn("ec2", f"instance/{key}") for key in params["InstanceIds"]]
        return [(action, machine, _tagged(machine, place)) for machine in machines]
    if operation.name == "DeleteSecurityGroup":
        group = place.arn("ec2", f"security-group/{params['GroupId']}")
        return [(action, group, _tagged(group, place))]
    raise UnmodelledPolicyError(f"the embedded world cannot judge permissions for {action}")


def elbv2(operation: Operation, place: Place) -> Derived:
    """The permissions of a call to Elastic Load Balancing that looks, deletes or changes attributes."""
    action, params = f"elasticloadbalancing:{operation.name}", operation.params
    if operation.name.startswith("Describe"):
        return [(action, "*", {})]
    members = {"DeleteLoadBalancer": "LoadBalancerArn", "DeleteTargetGroup": "TargetGroupArn"}
    member = {**members, "ModifyLoadBalancerAttributes": "LoadBalancerArn"}.get(operation.name)
    if member is None:
        raise UnmodelledPolicyError(f"the embedded world cannot judge permissions for {action}")
    return [(action, params[member], _tagged(params[member], place))]


def autoscaling(operation: Operation, place: Place) -> Derived:
    """The permissions of an Auto Scaling call, with those on EC2 that it checks for a launch template.

    Calls about hooks and single instances are judged by the group, also those that name only an instance.

    Source: Auto Scaling guide, "Control Amazon EC2 launch template usage in Auto Scaling groups".
    """
    action, params = f"autoscaling:{operation.name}", operation.params
    if operation.name.startswith("Describe"):
        return [(action, "*", {})]
    name = params.get("AutoScalingGroupName") or place.facts.group_of(params["InstanceId"]) or "none"
    made_up = place.arn("autoscaling", f"autoScalingGroup:none:autoScalingGroupName/{name}")
    group = place.facts.scaling_group(name) or made_up
    if operation.name != "CreateAutoScalingGroup":
        return [(action, group, _tagged(group, place)), *_hooking([params])]
    tags = params.get("Tags", [])
    tagging: Derived = [("autoscaling:CreateOrUpdateTags", made_up, _asked(tags))]
    hooking = _hooking(params.get("LifecycleHookSpecificationList", []))
    return [(action, made_up, _asked(tags)), *(tagging if tags else []), *_launching(params, place, tags), *hooking]


def _hooking(hooks: Sequence[Mapping[str, Any]]) -> Derived:
    """Whoever gives a hook a role passes it to Auto Scaling (API reference, PutLifecycleHook)."""
    passed: Context = {"iam:passedtoservice": ["autoscaling.amazonaws.com"]}
    return [("iam:PassRole", hook["RoleARN"], dict(passed)) for hook in hooks if "RoleARN" in hook]


def _launching(params: Mapping[str, Any], place: Place, tags: Sequence[Mapping[str, str]]) -> Derived:
    template = params["MixedInstancesPolicy"]["LaunchTemplate"]["LaunchTemplateSpecification"]["LaunchTemplateId"]
    by: Context = {"ec2:launchtemplate": [place.arn("ec2", f"launch-template/{template}")]}
    subnets = params.get("VPCZoneIdentifier", "").split(",")
    resources = [place.arn("ec2", f"{kind}/*") for kind in (*_LAUNCHED, "security-group")]
    resources += [place.arn("ec2", f"subnet/{subnet}") for subnet in subnets]
    resources += [place.arn("ec2", f"launch-template/{template}"), f"arn:aws:ec2:{place.region}::image/*"]
    run: Derived = [("ec2:RunInstances", resource, {**by, **_asked(tags)}) for resource in resources]
    tagged: Context = {**_asked(tags), "ec2:createaction": ["RunInstances"]}
    run += [("ec2:CreateTags", place.arn("ec2", f"{kind}/*"), dict(tagged)) for kind in _LAUNCHED]
    role = place.facts.node_role(template)
    passed: Context = {"iam:passedtoservice": ["ec2.amazonaws.com"]}
    return [*run, *([("iam:PassRole", role, passed)] if role else [])]


def _asked(tags: Sequence[Mapping[str, str]]) -> Context:
    context: Context = {family: [] for family in TAGS}
    context["aws:tagkeys"] = [tag["Key"] for tag in tags]
    return context | {f"aws:requesttag/{tag['Key'].lower()}": [tag["Value"]] for tag in tags}


def _tagged(arn: str, place: Place) -> Context:
    context: Context = {family: [] for family in TAGS}
    return context | {f"aws:resourcetag/{key.lower()}": [value] for key, value in (place.facts.tags(arn) or {}).items()}
