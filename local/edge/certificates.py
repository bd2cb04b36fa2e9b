"""Certificates of the embedded world: one authority that every worker trusts, and what load balancers show.

It stands for AWS Certificate Manager as far as load balancers need it: a certificate has an ARN and names, and is held
or not. The clock that judges certificates is the machine's, so they are valid for decades.
"""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from random import Random

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from local.kubernetes.certificates import certificate_builder, key_usage, private_key

Choice = Callable[[ssl.SSLObject | ssl.SSLSocket, str | None, ssl.SSLContext], None]
"""Called in a handshake with the connection, the name that the client asks for, and the context so far."""

_PEM = serialization.Encoding.PEM
_COMMON_NAME = "embedded world root"


class Authority:
    """Issues certificates for public names.

    Args:
        seed: the same seed makes the same keys.
    """

    def __init__(self, *, seed: int | str) -> None:
        self._random = Random(f"{seed}/certificates")
        self._key = private_key(self._random)
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _COMMON_NAME)])
        ca = certificate_builder(self._name, self._name, self._key, serial=1)
        ca = ca.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        ca = ca.add_extension(key_usage(signs_certificates=True), critical=True)
        self.pem = _text(ca.sign(self._key, hashes.SHA256(), ecdsa_deterministic=True))
        self._issued = 1
        self._contexts: dict[tuple[str, ...], ssl.SSLContext] = {}
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def file(self) -> Path:
        """A file with the authority's certificate, for programs that read ``SSL_CERT_FILE``; gone after ``close``."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="world-")
        file = Path(self._folder.name) / "ca.pem"
        file.write_text(self.pem)
        return file

    def close(self) -> None:
        """Remove the file."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def context(self, names: Iterable[str]) -> ssl.SSLContext:
        """What a server for these names (``*.example.com`` too) needs to speak TLS; made once."""
        wanted = tuple(names)
        if wanted not in self._contexts:
            self._contexts[wanted] = self.made(wanted)
        return self._contexts[wanted]

    def made(self, names: Sequence[str]) -> ssl.SSLContext:
        """Another one for the same names."""
        self._issued += 1
        key = private_key(self._random)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        leaf = certificate_builder(subject, self._name, key, serial=self._issued)
        leaf = leaf.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        leaf = leaf.add_extension(key_usage(signs_certificates=False), critical=True)
        leaf = leaf.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        leaf = leaf.add_extension(alternatives, critical=False)
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        leaf = leaf.add_extension(authority, critical=False)
        return _context(_text(leaf.sign(self._key, hashes.SHA256(), ecdsa_deterministic=True)), key)


class CertificateStore:
    """Certificates by ARN.

    Args:
        authority: who issues them.
    """

    def __init__(self, authority: Authority) -> None:
        self.authority = authority
        self._names: dict[str, tuple[str, ...]] = {}

    def hold(self, arn: str, *names: str) -> None:
        """A certificate for these names exists from now on."""
        self._names[arn] = names

    def names(self, arn: str) -> tuple[str, ...]:
        """The names of a certificate; empty when there is none."""
        return self._names.get(arn, ())

    def chosen(self, arns: Sequence[str], server_name: str) -> ssl.SSLContext | None:
        """What a listener with these certificates shows to a client that asks for a name: the one for it, or the first.

        Source: Application Load Balancer guide, "SSL certificates" (smart selection with SNI, default certificate).
        """
        held = [arn for arn in arns if arn in self._names]
        fitting = [arn for arn in held if any(_covers(name, server_name) for name in self._names[arn])]
        best = next(iter(fitting or held), None)
        return None if best is None else self.authority.context(self._names[best])

    def listening(self, arns: Sequence[str], choose: Choice) -> ssl.SSLContext:
        """What a listener begins a handshake with: its default certificate, until ``choose`` has seen the name.

        Raises:
            ValueError: none of the certificates is held; ELB would not have made such a listener.
        """
        held = next((arn for arn in arns if arn in self._names), None)
        if held is None:
            raise ValueError(f"no certificate of {', '.join(arns) or 'this listener'} is held")
        context = self.authority.made(self._names[held])
        context.sni_callback = choose
        return context


def _covers(name: str, server_name: str) -> bool:
    if name.startswith("*."):
        return server_name.partition(".")[2].lower() == name[2:].lower()
    return name.lower() == server_name.lower()


def _text(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(_PEM).decode()


def _context(chain: str, key: ec.EllipticCurvePrivateKey) -> ssl.SSLContext:
    private = key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "server.pem"
        file.write_bytes(chain.encode() + private)
        context.load_cert_chain(file)
    return context
