"""A certificate of our own making, so that clients which insist on TLS can be served.

Needs the package `cryptography`; nothing else in the simulator does.
"""

import ipaddress
import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

HOSTS = ("localhost",)
ADDRESSES = ("127.0.0.1", "::1")
VALID = timedelta(days=30)


def own_certificate() -> tuple[bytes, bytes]:
    """Return a new self-made certificate for this machine, and its key, both as PEM.

    Whoever trusts the certificate can check us by `localhost` and `127.0.0.1`. ImportError
    where the package `cryptography` is missing.
    """
    from cryptography import x509  # noqa: PLC0415 - for those who ask for TLS
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - as above
    from cryptography.x509.oid import NameOID  # noqa: PLC0415 - as above

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Simulator of account APIs")])
    names = [
        *(x509.DNSName(host) for host in HOSTS),
        *(x509.IPAddress(ipaddress.ip_address(address)) for address in ADDRESSES),
    ]
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(pem), private


def context(certificate_path: Path) -> ssl.SSLContext:
    """Return what a server needs for TLS; write the certificate for clients to a file.

    The key stays in this process. OSError where the file cannot be written.
    """
    certificate, private = own_certificate()
    certificate_path.write_bytes(certificate)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as file:  # readable by us alone, and gone at once
        file.write(private + certificate)
        file.flush()
        tls.load_cert_chain(file.name)
    return tls
