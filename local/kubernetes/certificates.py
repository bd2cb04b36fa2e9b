"""One certificate authority per API server, and the certificate it serves with; the same draw gives the same PEM.

The clock that judges them is the machine's, not the world's, so they are valid for decades.
"""

import ipaddress
import random
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_SINCE, _UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2070, 1, 1, tzinfo=UTC)
_BITS = 255
"""One less than the order of the curve has, so every draw is a valid private key."""


@dataclass(frozen=True)
class Certificates:
    """PEM texts: the authority that clients trust, and the chain and key that the server shows."""

    ca: str
    chain: str
    key: str


def issue(name: str, draw: random.Random) -> Certificates:
    """An authority for a cluster, and a certificate for 127.0.0.1 and localhost."""
    ca_key, key = (private_key(draw) for _ in range(2))
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} kubernetes")])
    ca = certificate_builder(ca_name, ca_name, ca_key, serial=1)
    ca = ca.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    ca = ca.add_extension(key_usage(signs_certificates=True), critical=True)
    authority = ca.sign(ca_key, hashes.SHA256(), ecdsa_deterministic=True)
    server = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kube-apiserver")])
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    leaf = certificate_builder(server, ca_name, key, serial=2)
    leaf = leaf.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    leaf = leaf.add_extension(key_usage(signs_certificates=False), critical=True)
    leaf = leaf.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    leaf = leaf.add_extension(x509.SubjectAlternativeName(names), critical=False)
    leaf = leaf.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
    certificate = leaf.sign(ca_key, hashes.SHA256(), ecdsa_deterministic=True)
    form = serialization.Encoding.PEM
    private = key.private_bytes(form, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Certificates(
        authority.public_bytes(form).decode(), certificate.public_bytes(form).decode(), private.decode()
    )


def private_key(draw: random.Random) -> ec.EllipticCurvePrivateKey:
    """The next key of a stream."""
    return ec.derive_private_key(draw.getrandbits(_BITS) | 1, ec.SECP256R1())


def certificate_builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, *, serial: int
) -> x509.CertificateBuilder:
    """A certificate without its extensions, valid for decades."""
    public = key.public_key()
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
    builder = builder.serial_number(serial).not_valid_before(_SINCE).not_valid_after(_UNTIL)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)


def key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    """What a key may be used for: to sign certificates, or to show who a server is."""
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
