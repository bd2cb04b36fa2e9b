"""Who may do what in Argo CD's own API: the built-in roles and ``argocd-rbac-cm``.

Sources: ``assets/builtin-policy.csv``, ``util/rbac/rbac.go``; Argo CD docs, "RBAC Configuration" (glob matching; a deny
wins; ``policy.default`` for whoever has no rule of its own).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase

READONLY, ADMIN = "role:readonly", "role:admin"
_READ = ("applicationsets", "certificates", "clusters", "repositories", "projects", "accounts", "gpgkeys")
_P_FIELDS, _G_FIELDS = 6, 3


@dataclass
class Policy:
    """Rules (subject, resource, action, object, effect) and who is in which role."""

    rules: list[tuple[str, ...]] = field(default_factory=list)
    roles: dict[str, set[str]] = field(default_factory=dict)
    default: str = ""

    def allows(self, subject: str, resource: str, action: str, what: str) -> bool:
        """Whether a subject may; the default role counts as well as its own."""
        return any(self._allows(one, resource, action, what) for one in (self.default, subject) if one)

    def _allows(self, subject: str, resource: str, action: str, what: str) -> bool:
        subjects = self._with_roles(subject)
        effects = {
            rule[4]
            for rule in self.rules
            if rule[0] in subjects
            and fnmatchcase(resource, rule[1])
            and fnmatchcase(action, rule[2])
            and fnmatchcase(what, rule[3])
        }
        return effects == {"allow"}

    def _with_roles(self, subject: str) -> set[str]:
        found, waiting = {subject}, [subject]
        while waiting:
            new = self.roles.get(waiting.pop(), set()) - found
            found |= new
            waiting += sorted(new)
        return found


def policy_of(settings: dict[str, str]) -> Policy:
    """The policy of ``argocd-rbac-cm``'s data, with the built-in roles; lines that cannot be read count for nothing."""
    policy = Policy(default=settings.get("policy.default", ""))
    policy.rules += [(READONLY, resource, "get", "*", "allow") for resource in ("applications", "logs", *_READ)]
    policy.rules.append((ADMIN, "*", "*", "*", "allow"))
    policy.roles = {ADMIN: {READONLY}, "admin": {ADMIN}}
    texts = [text for name, text in sorted(settings.items()) if name.startswith("policy.") and name.endswith(".csv")]
    for line in "\n".join(texts).splitlines():
        parts = tuple(part.strip() for part in line.split(","))
        if parts[0] == "p" and len(parts) == _P_FIELDS:
            policy.rules.append(parts[1:])
        elif parts[0] == "g" and len(parts) == _G_FIELDS:
            policy.roles.setdefault(parts[1], set()).add(parts[2])
    return policy
