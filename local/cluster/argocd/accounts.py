"""The local accounts of Argo CD: who has one, which tokens it has, and how a token is made and checked.

Sources: ``util/settings/accounts.go`` (where accounts and tokens are kept), ``util/settings/settings.go``
(InitializeSettings), ``util/session/sessionmanager.go`` (Create, Parse: HS256 over ``server.secretkey``).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.cluster.argocd.application import NAMESPACE
from local.cluster.objects import Json, seconds_of, stamp
from local.kubernetes.errors import ApiError

if TYPE_CHECKING:
    from local.kernel import Kernel
    from local.kubernetes.api import ApiServer

SECRET, CONFIG, INITIAL = "argocd-secret", "argocd-cm", "argocd-initial-admin-secret"
MANAGER = "argocd-server"
ADMIN = "admin"
ISSUER = "argocd"
SESSION_SECONDS = 86_400
_PARTS_OF_A_JWT = 3
_CAPABILITIES = ("login", "apiKey")


class SessionError(Exception):
    """A token or a password that does not pass, in Argo CD's words."""


@dataclass(frozen=True)
class Account:
    """A local account."""

    name: str
    capabilities: tuple[str, ...]
    enabled: bool
    tokens: tuple[Json, ...]
    password: str
    password_changed_at: float

    def has_token(self, token_id: str) -> bool:
        """Whether a token of that id has been issued and not been taken back."""
        return any(token["id"] == token_id for token in self.tokens)


class Accounts:
    """The accounts as ``argocd-cm`` and ``argocd-secret`` have them.

    Args:
        kernel: the clock, and the randomness of what argocd-server makes.
        api: the cluster in which Argo CD runs.
    """

    def __init__(self, kernel: Kernel, api: ApiServer) -> None:
        self._kernel, self._api = kernel, api

    def initialise(self) -> None:
        """What argocd-server makes when it starts and it is not there: the signing key and the admin's password."""
        data = self._secret()
        made: dict[str, str] = {}
        if not data.get("server.secretkey"):
            made["server.secretkey"] = base64.b64encode(self._random(32)).decode()
        if not data.get("admin.password"):
            password = base64.urlsafe_b64encode(self._random(12)).decode()
            made["admin.password"] = _hash(password)
            made["admin.passwordMtime"] = stamp(self._kernel.utcnow())
            self._write(INITIAL, {"password": password})
        if made:
            self._write(SECRET, made)

    def account(self, name: str) -> Account:
        """An account.

        Raises:
            SessionError: there is none of that name.
        """
        settings, secret = self._config(), self._secret()
        prefix = ADMIN if name == ADMIN else f"accounts.{name}"
        listed = "login" if name == ADMIN else settings.get(prefix)
        if listed is None:
            raise SessionError(f"account '{name}' does not exist")
        known = (one.strip() for one in listed.split(","))
        changed = secret.get(f"{prefix}.passwordMtime")
        return Account(
            name,
            tuple(one for one in known if one in _CAPABILITIES),
            settings.get(f"{prefix}.enabled", "true").lower() == "true",
            tuple(_tokens(secret.get(f"{prefix}.tokens", ""))),
            secret.get(f"{prefix}.password", ""),
            seconds_of(changed) if changed else 0.0,
        )

    def log_in(self, name: str, password: str) -> str:
        """A session token for a password.

        Raises:
            SessionError: it is not the account's, or the account may not log in.
        """
        if not password:
            raise SessionError("Blank passwords are not allowed")
        try:
            account = self.account(name)
        except SessionError as error:
            raise SessionError("Invalid username or password") from error
        if not account.password or not hmac.compare_digest(_hash(password), account.password):
            raise SessionError("Invalid username or password")
        if not account.enabled:
            raise SessionError(f"Account {name} is disabled")
        if "login" not in account.capabilities:
            raise SessionError(f"Account {name} does not have login capability")
        return self._signed(f"{name}:login", self._kernel.uuid("argocd/sessions"), SESSION_SECONDS)

    def create_token(self, name: str, token_id: str, seconds: int) -> str:
        """A new token of an account, noted in ``argocd-secret``.

        Raises:
            SessionError: the id is taken, or the account may not have tokens.
        """
        account = self.account(name)
        token_id = token_id or self._kernel.uuid("argocd/tokens")
        if account.has_token(token_id):
            raise SessionError(f"account already has token with id '{token_id}'")
        if "apiKey" not in account.capabilities:
            raise SessionError(f"account '{name}' does not have apiKey capability")
        issued = int(self._kernel.now())
        noted: Json = {"id": token_id, "iat": issued} | ({"exp": issued + seconds} if seconds else {})
        self._note(name, [*account.tokens, noted])
        return self._signed(f"{name}:apiKey", token_id, seconds)

    def delete_token(self, name: str, token_id: str) -> bool:
        """Take a token back; False when there is none of that id."""
        account = self.account(name)
        self._note(name, [one for one in account.tokens if one["id"] != token_id])
        return account.has_token(token_id)

    def holder(self, token: str) -> str:
        """The account whose token it is.

        Raises:
            SessionError: the token does not pass.
        """
        claims = self._claims(token)
        name, _, kind = str(claims.get("sub", "")).partition(":")
        kind = kind if kind in _CAPABILITIES else "apiKey"
        token_id, account = claims.get("jti"), self.account(name)
        if not account.enabled:
            raise SessionError(f"account {name} is disabled")
        if kind not in account.capabilities:
            raise SessionError(f"account {name} does not have '{kind}' capability")
        if not token_id:
            raise SessionError("token does not have a unique identifier (jti claim) and cannot be validated")
        if kind == "apiKey" and not account.has_token(token_id):
            raise SessionError(f"account {name} does not have token with id {token_id}")
        if claims["iat"] < account.password_changed_at:
            raise SessionError("account password has changed since token issued")
        return name

    def _claims(self, token: str) -> Json:
        head, body, signature = token.split(".")
        try:
            header, claims = json.loads(_decoded(head)), json.loads(_decoded(body))
        except (ValueError, binascii.Error) as error:
            raise SessionError("token is malformed: could not base64 decode header") from error
        if header.get("alg") != "HS256":
            raise SessionError(
                f"token is unverifiable: error while executing keyfunc: unexpected signing method: {header.get('alg')}"
            )
        if not hmac.compare_digest(_signature(self._key(), f"{head}.{body}"), signature):
            raise SessionError("token signature is invalid: signature is invalid")
        now = self._kernel.now()
        if claims.get("exp", now) < now:
            raise SessionError("token has invalid claims: token is expired")
        if claims.get("nbf", now) > now:
            raise SessionError("token has invalid claims: token is not valid yet")
        if "iat" not in claims:
            raise SessionError("iat claim is not present")
        return dict(claims)

    def _signed(self, subject: str, token_id: str, seconds: int) -> str:
        now = int(self._kernel.now())
        claims: Json = {"iss": ISSUER, "sub": subject, "nbf": now, "iat": now, "jti": token_id}
        claims |= {"exp": now + seconds} if seconds else {}
        told = f"{_encoded({'alg': 'HS256', 'typ': 'JWT'})}.{_encoded(claims)}"
        return f"{told}.{_signature(self._key(), told)}"

    def _key(self) -> bytes:
        key = self._secret().get("server.secretkey", "")
        if not key:
            raise SessionError("server.secretkey is missing")
        return key.encode()

    def _note(self, name: str, tokens: list[Json]) -> None:
        prefix = ADMIN if name == ADMIN else f"accounts.{name}"
        self._write(SECRET, {f"{prefix}.tokens": json.dumps(tokens, separators=(",", ":"))})

    def _config(self) -> dict[str, str]:
        return dict((self._read("configmaps", CONFIG) or {}).get("data") or {})

    def _secret(self) -> dict[str, str]:
        data = (self._read("secrets", SECRET) or {}).get("data") or {}
        return {name: base64.b64decode(value).decode() for name, value in data.items()}

    def _read(self, resource: str, name: str) -> Json | None:
        try:
            return self._api.get(resource, name, NAMESPACE)
        except ApiError:
            return None

    def _write(self, name: str, values: dict[str, str]) -> None:
        data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
        if self._read("secrets", name) is None:
            made = {"metadata": {"name": name, "namespace": NAMESPACE}, "type": "Opaque", "data": data}
            self._api.create("secrets", made, manager=MANAGER)
        else:
            self._api.patch("secrets", name, NAMESPACE, {"data": data}, manager=MANAGER)

    def _random(self, size: int) -> bytes:
        return self._kernel.stream(f"{self._api.name}/argocd-server").randbytes(size)


def looks_like_a_token(text: str) -> bool:
    """Whether a text has the three parts of a JWT; argocd-server overlooks any other."""
    return len(text.split(".")) == _PARTS_OF_A_JWT


def _tokens(text: str) -> list[Json]:
    try:
        found = json.loads(text or "[]")
    except ValueError:
        return []  # Argo CD logs it and goes on without
    return list(found)


def _hash(password: str) -> str:
    """A digest in the place of bcrypt's, which the standard library does not have."""
    return "sha256$" + hashlib.sha256(password.encode()).hexdigest()


def _signature(key: bytes, text: str) -> str:
    return _unpadded(hmac.digest(key, text.encode(), "sha256"))


def _encoded(value: Any) -> str:
    return _unpadded(json.dumps(value, separators=(",", ":")).encode())


def _unpadded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
