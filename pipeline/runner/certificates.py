"""Makes certificates for a cluster: an authority's, the scheduler's, and one that workers and runners show.

    python -m pipeline.runner.certificates certificates

The folder is readable by its owner alone. The authority's key is not kept, so that nobody can sign more: to
take a worker's certificate back, make a new set. Hosts are not named in them, so they can be copied.
"""

import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pipeline.runner.tls import AUTHORITY, CERTIFICATES
from stages.core.errors import UserError
from stages.core.stage import main

DAYS = 365
SIGNS = {"key_cert_sign", "crl_sign"}
SPEAKS = {"digital_signature"}
USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)


def run(folder: str):
    if Path(folder).exists():
        raise UserError(f"{folder} is already there: delete it, or name another folder")
    try:
        made = tempfile.mkdtemp(dir=Path(folder).absolute().parent)          # for its owner alone
    except OSError as error:
        raise UserError(f"{folder} cannot be made: {error}") from None
    for name, content in certificates().items():
        with open(os.open(Path(made, name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
    os.rename(made, folder)
    print(f"{folder} has certificates for {DAYS} days; the scheduler's machine needs all of them, the others "
          f"only {', '.join([AUTHORITY, *CERTIFICATES['worker']])}")


def certificates():
    """The files of a new set: name -> bytes."""
    authority = ec.generate_private_key(ec.SECP256R1())
    files = {AUTHORITY: pem(certificate("authority", authority.public_key(), authority))}
    for role, (cert, key) in CERTIFICATES.items():
        own = ec.generate_private_key(ec.SECP256R1())
        files[cert] = pem(certificate(role, own.public_key(), authority))
        files[key] = own.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    return files


def certificate(role, key, authority):
    """A role's certificate, signed by the authority, whose own it is if the key is its own."""
    signer, now = authority.public_key(), datetime.now(UTC)
    own = key == signer
    usages = SIGNS if own else SPEAKS
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(role)).issuer_name(name("authority"))
        .public_key(key).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=DAYS))
        .add_extension(x509.BasicConstraints(ca=own, path_length=0 if own else None), critical=True)
        .add_extension(x509.KeyUsage(**{usage: usage in usages for usage in USAGES}), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer), critical=False)
    )
    if not own:                                              # each end of a connection may have begun it
        both = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
        builder = builder.add_extension(both, critical=False)
    return builder.sign(authority, hashes.SHA256())


def name(role):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"restage {role}")])


def pem(one):
    return one.public_bytes(serialization.Encoding.PEM)


if __name__ == "__main__":
    main(run)
