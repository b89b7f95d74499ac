#!/usr/local/lib/ca/bin/python3
"""A small authority in the current folder: the commands and the files of ca.sh."""

import datetime
import ipaddress
import os
import re
import signal
import sys
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ExtendedKeyUsage as EKU
from cryptography.x509.oid import ExtendedKeyUsageOID as Purpose
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

USAGE = """say: ca root TITLE | intermediate [DOMAIN ...] | \
server NAME [NAME|IP ...] | client NAME"""
PRIVATE = "127.0.0.0/8 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 ::1/128 fc00::/7"
ROLES = {"server": Purpose.SERVER_AUTH, "client": Purpose.CLIENT_AUTH}
PEM = serialization.Encoding.PEM


def load(file, how=x509.load_pem_x509_certificate, *more):
    if not Path(file).exists():
        raise ValueError(f"no {file} in this folder")
    return how(Path(file).read_bytes(), *more)


def fits(text, pattern, what):
    if not re.fullmatch(pattern, text, re.ASCII):
        raise ValueError(f"not a {what}: '{text}'")
    return text


def name(text):
    return fits(text, r"[A-Za-z0-9][A-Za-z0-9.-]*", "name")


def alt(text):
    if re.fullmatch(r"[0-9.]+|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*", text):
        return x509.IPAddress(ipaddress.ip_address(text))
    dns = r"[A-Za-z0-9*][A-Za-z0-9.*-]*"
    return x509.DNSName(fits(text, dns, "name or an address"))


def usage(*allowed):
    bits = """digital_signature content_commitment key_encipherment data_encipherment
        key_agreement key_cert_sign crl_sign encipher_only decipher_only"""
    return x509.KeyUsage(**{bit: bit in allowed for bit in bits.split()})


def issue(file, days, by, title, *extensions, role=None):
    signer = key = ec.generate_private_key(ec.SECP256R1())
    subject = issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, title)])
    start = datetime.datetime.now(datetime.UTC)
    end = start + datetime.timedelta(days)
    if by:
        root, parent = load("root.crt"), load(f"{by}.crt")
        signer = load(f"{by}.key", serialization.load_pem_private_key, None)
        if signer.public_key() != parent.public_key():
            raise ValueError(f"{by}.key does not belong to {by}.crt")
        issuer, begin = parent.subject, parent.not_valid_before_utc
        if end > parent.not_valid_after_utc:
            raise ValueError(f"{by}.crt does not last {days} more days")
    builder = x509.CertificateBuilder(issuer, subject, key.public_key())
    builder = builder.serial_number(x509.random_serial_number())  # 159 bits by chance
    builder = builder.not_valid_before(start).not_valid_after(end)
    subject_key = x509.SubjectKeyIdentifier.from_public_key
    authority_key = x509.AuthorityKeyIdentifier.from_issuer_public_key
    for critical, extension in (
        *extensions,
        (False, subject_key(key.public_key())),
        (False, authority_key(signer.public_key())),
    ):
        builder = builder.add_extension(extension, critical)
    certificate = builder.sign(signer, hashes.SHA256())
    chain = pem = certificate.public_bytes(PEM)
    if role:  # believe it as the other side will, before anybody gets it
        policy = PolicyBuilder().store(Store([root])).time(max(start, begin))
        if role == "server":
            policy.build_server_verifier(alt(file)).verify(certificate, [parent])
        else:
            policy.build_client_verifier().verify(certificate, [parent])
        chain += parent.public_bytes(PEM)
    pkcs8, open_ = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    with tempfile.TemporaryDirectory(prefix=".ca.", dir=".") as new:
        secret, public = Path(new, f"{file}.key"), Path(new, f"{file}.crt")
        secret.write_bytes(key.private_bytes(PEM, pkcs8, open_))
        public.write_bytes(chain)
        public.chmod(0o644)
        if by:
            serial = certificate.serial_number
            number = serial.to_bytes((serial.bit_length() + 7) // 8).hex().upper()
            kept = Path("signed", file, f"{number}.crt")
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(pem)
        secret.rename(secret.name)
        public.rename(public.name)


def leaf(role, first, *others):
    names = [alt(each) for each in (name(first), *others)]
    days = fits(os.environ.get("DAYS") or "90", "[1-9][0-9]{,3}", "number of days")
    if first in ("root", "intermediate"):
        raise ValueError(f"'{first}' is the authority's own")
    if Path(f"{first}.crt").exists():
        known = load(f"{first}.crt").extensions.get_extension_for_class(EKU).value
        if ROLES[role] not in known:
            raise ValueError(f"{first}.crt is there, and not a {role}'s")
    extensions = (
        (True, x509.BasicConstraints(ca=False, path_length=None)),
        (True, usage("digital_signature")),
        (False, EKU([ROLES[role]])),
        (False, x509.SubjectAlternativeName(names)),
    )
    issue(first, int(days), "intermediate", first, *extensions, role=role)


def authority(file, days, by, title, length, *more):
    extensions = (
        (True, x509.BasicConstraints(ca=True, path_length=length)),
        (True, usage("key_cert_sign", "crl_sign")),
    )
    issue(file, days, by, title, *extensions, *more)


def intermediate(*domains):
    root = load("root.crt").subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    permit = [x509.DNSName(name(each)) for each in domains]
    permit += [x509.IPAddress(ipaddress.ip_network(each)) for each in PRIVATE.split()]
    limits = [(True, x509.NameConstraints(permit, None))] if domains else []
    authority("intermediate", 1096, "root", f"Intermediate of {root}", 0, *limits)


def main(argv):
    match argv:
        case ["root", title]:
            for file in ("root.crt", "root.key"):
                if Path(file).exists():
                    raise ValueError(f"there is a {file} already")
            if len(title) > 48:  # the intermediate's may have 64
                raise ValueError(f"more than 48 characters: '{title}'")
            authority("root", 3653, "", fits(title, r"[\w .-]+", "title"), 1)
        case ["intermediate", *domains]:
            intermediate(*domains)
        case ["server", _, *_] | ["client", _]:
            leaf(*argv)
        case _:
            raise ValueError(USAGE)


if __name__ == "__main__":
    os.umask(0o077)
    for each in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: sys.exit(2))  # so that no key is left behind
    try:
        main(sys.argv[1:])
    except (ValueError, TypeError, OSError, VerificationError) as mistake:
        print("ca:", mistake, file=sys.stderr)
        sys.exit(2)
