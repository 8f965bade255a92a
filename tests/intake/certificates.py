"""An authority of the tests' own, and a server's certificate by it."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from circuito.clock import now


def make_certificates(folder: Path) -> None:
    """Write `ca.pem`, and `server.pem` with `server.key` for localhost and 127.0.0.1."""
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _name("Tests of Circuito")
    constraints = x509.BasicConstraints(ca=True, path_length=0)
    ca = _certificate(authority, authority, authority_key).add_extension(constraints, critical=True)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    server = _certificate(_name("localhost"), authority, key)
    server = server.add_extension(x509.SubjectAlternativeName(names), critical=False)
    for path, certificate in (("ca.pem", ca), ("server.pem", server)):
        (folder / path).write_bytes(certificate.sign(authority_key, SHA256()).public_bytes(Encoding.PEM))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "server.key").write_bytes(private)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number())
    return made.not_valid_before(now() - timedelta(days=1)).not_valid_after(now() + timedelta(days=2))
