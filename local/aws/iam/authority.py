"""Decides about a call by the policies of the caller's role, as they are stored in moto's IAM."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.iam.models import iam_backends

from local.aws.iam.conditions import holds, wildcard
from local.aws.iam.demands import Demand, Facts, Place, demands
from local.aws.iam.key_demands import keys_for
from local.aws.identities import session_arn
from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from local.aws.iam.conditions import Context
    from local.aws.protocol import Operation
    from local.aws.simulator import Principal

Statement = dict[str, Any]
_TAGGING_SERVICE = "pods.eks.amazonaws.com"
"""EKS Pod Identity tags each session (EKS guide, "Learn how EKS Pod Identity grants pods access to AWS services")."""


class Authority:
    """Refuses what a role's inline and attached policies, inside its permissions boundary, do not allow.

    Args:
        account: the account of the roles.
        region: the region of the calls.
        facts: what a request alone does not tell, such as the tags of a resource.
        function_of: the function that calls with a role, for ``lambda:SourceFunctionArn``.
    """

    def __init__(
        self,
        account: str,
        region: str,
        facts: Facts | None = None,
        function_of: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        self._account = account
        self._region = region
        self._facts = facts or Facts()
        self._function_of = function_of
        self._roles: dict[str, tuple[list[Statement], list[Statement] | None]] = {}

    def forget(self) -> None:
        """Policies are read afresh; the front calls this after each change to IAM."""
        self._roles.clear()

    def authorize(self, principal: Principal, operation: Operation) -> None:
        """Nothing happens if the role may make the call.

        Args:
            principal: who calls.
            operation: what is called, with its parameters.

        Raises:
            AwsError: access denied, spelled and worded as the service does.
            UnmodelledPolicyError: a policy or an operation that cannot be judged here.
        """
        for demand in demands(operation, self._region, self._account, self._facts):
            self._complete(principal.arn, demand)
            reason = self._denied(principal.arn, demand)
            if reason:
                raise _refusal(principal, operation, demand, reason)

    def permits(self, role_arn: str, action: str, resource: str) -> bool:
        """Whether a role may do something that AWS itself does with it, such as a state machine's invocation.

        Sending to an encrypted queue or topic, and taking from the queue, need its key, too. No function's code calls
        here, so the request has no ``lambda:SourceFunctionArn`` (Lambda guide, "Using source function ARN").

        Args:
            role_arn: the role; one that does not exist may do nothing.
            action: such as ``lambda:InvokeFunction``.
            resource: ARN of what it is done to.

        Raises:
            UnmodelledPolicyError: a policy that cannot be judged here.
        """
        if role_in_iam(role_arn) is None:
            return False
        keys = keys_for(action, resource, Place(self._region, self._account, self._facts))
        needed = [Demand(action, resource), *(Demand(*key) for key in keys)]
        for demand in needed:
            self._complete(role_arn, demand)
            demand.context["lambda:sourcefunctionarn"] = []
        return not any(self._denied(role_arn, demand) for demand in needed)

    def _complete(self, role_arn: str, demand: Demand) -> None:
        """Add the condition keys that are in every request ("AWS global condition context keys", IAM guide)."""
        demand.context.update(
            {
                "aws:principalarn": [role_arn],
                "aws:principalaccount": [self._account],
                "aws:principaltype": ["AssumedRole"],
                "aws:requestedregion": [self._region],
                "aws:resourceaccount": [self._account],
                "aws:securetransport": ["true"],
                "aws:principalisawsservice": ["false"],
            }
        )
        function = self._function_of(role_arn)
        if function:
            demand.context["lambda:sourcefunctionarn"] = [function]

    def _denied(self, role_arn: str, demand: Demand) -> str:
        granted, boundary = self._policies(role_arn)
        if _any(granted, "Deny", demand):
            return "with an explicit deny in an identity-based policy"
        if boundary is not None and _any(boundary, "Deny", demand):
            return "with an explicit deny in a permissions boundary"
        if not _any(granted, "Allow", demand):
            return f"because no identity-based policy allows the {demand.action} action"
        if boundary is not None and not _any(boundary, "Allow", demand):
            return f"because no permissions boundary allows the {demand.action} action"
        return ""

    def _policies(self, role_arn: str) -> tuple[list[Statement], list[Statement] | None]:
        if role_arn not in self._roles:
            role = role_in_iam(role_arn)
            if role is None:
                raise AwsError("AccessDeniedException", f"The role {role_arn} does not exist", 403)
            granted = [s for document in role.policies.values() for s in _statements(document)]
            granted += [s for policy in role.managed_policies.values() for s in _statements(_document(policy))]
            bound = role.permissions_boundary_arn
            policies = iam_backends[self._account]["aws"].managed_policies
            self._roles[role_arn] = granted, _statements(_document(policies[bound])) if bound else None
        return self._roles[role_arn]


def role_in_iam(role_arn: str) -> Any | None:
    """A role as moto stores it, or nothing."""
    account = role_arn.split(":")[4]
    roles = iam_backends[account]["aws"].roles.values()
    return next((role for role in roles if role.arn == role_arn), None)


def trusts(role_arn: str, service: str) -> bool:
    """Whether a role exists and lets a service assume it, and tag the session where that is needed.

    Args:
        role_arn: the role.
        service: such as ``eks.amazonaws.com``.
    """
    role = role_in_iam(role_arn)
    if role is None:
        return False
    allowed = [
        str(action).lower()
        for s in _statements(role.assume_role_policy_document)
        if s["Effect"] == "Allow" and isinstance(s.get("Principal"), dict)
        if service in _listed(s["Principal"].get("Service", []))
        for action in _listed(s.get("Action", []))
    ]
    needed = ("sts:assumerole", *(["sts:tagsession"] if service == _TAGGING_SERVICE else []))
    return all(any(wildcard(pattern, action) for pattern in allowed) for action in needed)


def _any(statements: Iterable[Statement], effect: str, demand: Demand) -> bool:
    return any(s["Effect"] == effect and _applies(s, demand) for s in statements)


def _applies(statement: Statement, demand: Demand) -> bool:
    action = demand.action.lower()
    if "Action" in statement:
        named = any(wildcard(pattern.lower(), action) for pattern in _listed(statement["Action"]))
    else:
        named = not any(wildcard(pattern.lower(), action) for pattern in _listed(statement["NotAction"]))
    if not named:
        return False
    if "Resource" in statement:
        covered = any(wildcard(pattern, demand.resource) for pattern in _listed(statement["Resource"]))
    else:
        covered = not any(wildcard(pattern, demand.resource) for pattern in _listed(statement["NotResource"]))
    return covered and _conditions_hold(statement, demand.context)


def _conditions_hold(statement: Statement, context: Context) -> bool:
    return holds(statement.get("Condition", {}), context)


def _refusal(principal: Principal, operation: Operation, demand: Demand, reason: str) -> AwsError:
    """Access denied as the service spells it.

    Source: the protocols' common errors; SNS says AuthorizationError and EC2 UnauthorizedOperation (API references).
    """
    text = (
        f"User: {session_arn(principal)} is not authorized to perform: {demand.action} "
        f"on resource: {demand.resource} {reason}"
    )
    if operation.service == "sns":
        return AwsError("AuthorizationError", text, 403)
    if operation.service == "ec2":
        return AwsError("UnauthorizedOperation", text, 403)
    if operation.protocol in {"query", "rest-xml"} or operation.service in {"cloudwatch", "sqs"}:
        return AwsError("AccessDenied", text, 403)
    return AwsError("AccessDeniedException", text, 403 if operation.protocol == "rest-json" else 400)


def _document(policy: Any) -> Any:
    return next(v.document for v in policy.versions if v.version_id == policy.default_version_id)


def _statements(document: Any) -> list[Statement]:
    parsed = json.loads(document) if isinstance(document, str) else document
    return list(_listed(parsed.get("Statement", [])))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
