"""A temporary CA, with one certificate for the servers and one for the client."""

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, kw_only=True)
class Certificates:
    """PEM files; each key follows its certificate."""

    authority: Path
    server: Path
    client: Path


def make(folder: Path) -> Certificates:
    """Create them, valid for two days."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Little Wexcombe CA")
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    own = (
        _draft(name, name, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    authority = folder / "authority.pem"
    authority.write_bytes(own.public_bytes(serialization.Encoding.PEM))
    return Certificates(
        authority=authority,
        server=_signed(folder / "server.pem", "127.0.0.1", name, key),
        client=_signed(folder / "client.pem", "news", name, key),
    )


def _signed(file: Path, host: str, issuer: x509.Name, authority: Key) -> Path:
    key = rsa.generate_private_key(65537, 2048)  # OpenSMTPD of Debian 12 takes no other
    signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())
    names: list[x509.GeneralName] = (
        [x509.IPAddress(ipaddress.ip_address(host))] if host[0].isdigit() else [x509.DNSName(host)]
    )
    made = (
        _draft(_name(host), issuer, key)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(signer, critical=False)
        .sign(authority, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    file.chmod(0o644)
    return file


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _draft(subject: x509.Name, issuer: x509.Name, key: Key) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)  # noqa: TID251 - OpenSSL looks at the real clock
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
    )
