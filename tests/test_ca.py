"""The authority of tutorials/ca, in shell, with the host's openssl: what no page shows.

Its twin in Python makes the same; the page runs both through the same commands.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

CA = Path(__file__).parents[1] / "snippets/ca/ca.sh"


def openssl(folder: Path, *argv: str) -> str:
    return subprocess.run(
        ["openssl", *argv], cwd=folder, check=True, capture_output=True, text=True
    ).stdout


def ca(folder: Path, *argv: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the script, in the most careless of shells."""
    return subprocess.run(
        ["sh", str(CA), *argv],
        cwd=folder,
        env=os.environ | environ,
        umask=0,
        capture_output=True,
        text=True,
        check=False,
    )


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root, an intermediate for .internal, a server's and a client's certificate."""
    if not shutil.which("openssl") or "OpenSSL 3" not in openssl(Path.cwd(), "version"):
        pytest.skip("no OpenSSL 3 on this host: apt-get install openssl")
    folder = tmp_path_factory.mktemp("ca")
    for line in (
        "root Root",
        "intermediate internal",
        "server hello.internal *.hello.internal 127.0.0.1",
        "client desk.internal",
    ):
        done = ca(folder, *line.split())
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), line
    return folder


@pytest.fixture
def authority(made: Path, tmp_path: Path) -> Path:
    """A copy of that folder, to be changed."""
    return Path(shutil.copytree(made, tmp_path / "ca"))


def test_the_keys_are_its_owners_whatever_the_umask(made: Path) -> None:
    modes = {path.name: path.stat().st_mode & 0o777 for path in made.iterdir()}
    assert modes.pop("signed") == 0o700
    names = ("root", "intermediate", "hello.internal", "desk.internal")
    wanted = {f"{each}.key": 0o600 for each in names}
    assert modes == wanted | {f"{each}.crt": 0o644 for each in names}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("root", ["CA:TRUE, pathlen:1", "Certificate Sign, CRL Sign"]),
        (
            "intermediate",
            ["CA:TRUE, pathlen:0", "Certificate Sign, CRL Sign", "DNS:internal"],
        ),
        (
            "hello.internal",
            [
                "CA:FALSE",
                "Digital Signature",
                "TLS Web Server Authentication",
                "DNS:hello.internal, DNS:*.hello.internal, IP Address:127.0.0.1",
            ],
        ),
        (
            "desk.internal",
            ["CA:FALSE", "TLS Web Client Authentication", "DNS:desk.internal"],
        ),
    ],
)
def test_what_stands_in_them(made: Path, name: str, wanted: list[str]) -> None:
    text = openssl(made, "x509", "-noout", "-text", "-in", f"{name}.crt")
    lines = [line.strip() for line in text.splitlines()]
    assert [each for each in wanted if each not in lines] == []
    assert "NIST CURVE: P-256" in lines
    assert "X509v3 Authority Key Identifier:" in lines
    assert "X509v3 Subject Key Identifier:" in lines


def test_the_chain_is_strictly_valid_and_comes_leaf_first(made: Path) -> None:
    checks = ["-x509_strict", "-CAfile", "root.crt", "-untrusted", "intermediate.crt"]
    openssl(made, "verify", *checks, "-purpose", "sslserver", "hello.internal.crt")
    openssl(made, "verify", *checks, "-purpose", "sslclient", "desk.internal.crt")
    chain = (made / "hello.internal.crt").read_text()
    assert chain.endswith((made / "intermediate.crt").read_text())
    assert chain.count("BEGIN CERTIFICATE") == 2


def test_serial_numbers_are_long_and_differ(authority: Path) -> None:
    """RFC 5280, 4.1.2.2: at most 20 octets; and enough of chance in them."""
    serials = set()
    for _ in range(3):
        assert ca(authority, "client", "desk.internal").returncode == 0
        argv = ["x509", "-noout", "-serial", "-in", "desk.internal.crt"]
        said = openssl(authority, *argv)
        serials.add(said.strip().removeprefix("serial="))
    assert len(serials) == 3
    assert all(2**64 < int(each, 16) < 2**159 for each in serials)


def test_a_renewal_is_renamed_into_place(authority: Path) -> None:
    with (
        (authority / "hello.internal.key").open("rb") as key,
        (authority / "hello.internal.crt").open("rb") as certificate,
    ):
        before = files(authority)
        assert ca(authority, "server", "hello.internal").returncode == 0
        after = files(authority)
        assert key.read() == before["hello.internal.key"] != after["hello.internal.key"]
        assert certificate.read() == before["hello.internal.crt"]
    (copy,) = set(after) - set(before)
    pem = openssl(authority, "x509", "-in", "hello.internal.crt")
    serial = openssl(
        authority, "x509", "-noout", "-serial", "-in", "hello.internal.crt"
    )
    assert copy == f"signed/hello.internal/{serial.strip().removeprefix('serial=')}.crt"
    assert after[copy].decode() == pem
    pair = (
        openssl(authority, "x509", "-noout", "-pubkey", "-in", "hello.internal.crt"),
        openssl(authority, "pkey", "-pubout", "-in", "hello.internal.key"),
    )
    assert pair[0] == pair[1]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "say: ca root TITLE"),
        ("server", "say: ca root TITLE"),
        ("client desk.internal more", "say: ca root TITLE"),
        ("root Another", "there is a root.crt already"),
        ("root a/b", "not a title: 'a/b'"),
        (f"root {49 * 'a'}", "more than 48 characters: 'aaa"),
        ("intermediate a,b", "not a name: 'a,b'"),
        ("server ../hello", "not a name: '../hello'"),
        ("server -hello", "not a name: '-hello'"),
        ("server tea_pot.internal", "not a name: 'tea_pot.internal'"),
        ("server tea.internal a_b", "not a name or an address: 'a_b'"),
        ("server root", "'root' is the authority's own"),
        ("client hello.internal", "hello.internal.crt is there, and not a client's"),
        (
            "server tea.internal a,IP:8.8.8.8",
            "not a name or an address: 'a,IP:8.8.8.8'",
        ),
        ("server tea.internal 1.2.3", "openssl: "),
        (
            "server tea.internal 8.8.8.8",
            "validation failed: permitted subtree violation",
        ),
        ("server www.example.com", "validation failed: permitted subtree violation"),
        ("DAYS=1d server tea.internal", "not a number of days: '1d'"),
        ("DAYS=2000 server tea.internal", "intermediate.crt does not last 2000 more"),
    ],
)
def test_a_mistake_is_one_line_and_changes_nothing(
    made: Path, line: str, said: str
) -> None:
    before = files(made)
    words = line.split(" ") if line else []
    environ = dict(word.split("=") for word in words if "DAYS=" in word)
    done = ca(made, *(word for word in words if "DAYS=" not in word), **environ)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(f"ca: {said}")
    assert done.stderr.count("\n") == 1
    assert files(made) == before


@pytest.mark.parametrize("gone", ["root.crt", "intermediate.crt", "intermediate.key"])
def test_what_is_missing_is_named(authority: Path, gone: str) -> None:
    (authority / gone).unlink()
    done = ca(authority, "server", "hello.internal")
    assert (done.returncode, done.stderr) == (2, f"ca: no {gone} in this folder\n")


def test_the_authority_goes_on_without_the_roots_key(authority: Path) -> None:
    (authority / "root.key").unlink()
    assert ca(authority, "server", "tea.internal").returncode == 0
    done = ca(authority, "intermediate", "internal")
    assert (done.returncode, done.stderr) == (2, "ca: no root.key in this folder\n")


def test_a_roots_key_is_not_overwritten(authority: Path) -> None:
    """Nor is the certificate: that is among the mistakes."""
    (authority / "root.crt").unlink()
    before = files(authority)
    done = ca(authority, "root", "Another")
    assert (done.returncode, done.stderr) == (2, "ca: there is a root.key already\n")
    assert files(authority) == before


def test_the_longest_title_has_an_intermediate(tmp_path: Path, made: Path) -> None:
    assert made  # or openssl is missing
    assert ca(tmp_path, "root", 48 * "a").returncode == 0
    assert ca(tmp_path, "intermediate").returncode == 0


def test_a_wrong_root_key_makes_nothing(authority: Path) -> None:
    (authority / "intermediate.key").rename(authority / "root.key")
    before = files(authority)
    done = ca(authority, "intermediate", "internal")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert files(authority) == before
