"""What the manifests of tutorials/kubernetes have to agree on, and no schema sees.

Also the workflow that tries them on a real cluster. There is none here: it is read, and
its script is run with commands that only pretend.
"""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

TOP = Path(__file__).parents[1]
SHOWN = TOP / "snippets/kubernetes"
HELLO = TOP / "snippets/hello"
PROBES = ["startupProbe", "readinessProbe", "livenessProbe"]


def manifest(name: str) -> dict[str, Any]:
    """Return the one document of a file that the page shows."""
    return yaml.safe_load((SHOWN / name).read_text("utf-8"))


@pytest.fixture
def deployment() -> dict[str, Any]:
    return manifest("deployment.yaml")["spec"]


@pytest.fixture
def pod(deployment: dict[str, Any]) -> dict[str, Any]:
    return deployment["template"]["spec"]


@pytest.fixture
def web(pod: dict[str, Any]) -> dict[str, Any]:
    (container,) = pod["containers"]
    return container


@pytest.fixture
def gunicorn() -> dict[str, Any]:
    return runpy.run_path(str(HELLO / "gunicorn.conf.py"))


@pytest.fixture
def image() -> str:
    return (SHOWN / "Containerfile").read_text("utf-8")


def test_every_selector_finds_the_pods(
    deployment: dict[str, Any], pod: dict[str, Any]
) -> None:
    labels = deployment["template"]["metadata"]["labels"]
    (spread,) = pod["topologySpreadConstraints"]
    assert deployment["selector"]["matchLabels"] == labels
    assert spread["labelSelector"]["matchLabels"] == labels
    assert manifest("service.yaml")["spec"]["selector"] == labels
    assert manifest("pdb.yaml")["spec"]["selector"]["matchLabels"] == labels


def test_every_port_that_is_named_is_there_and_listened_on(
    web: dict[str, Any], image: str
) -> None:
    (port,) = web["ports"]
    (door,) = manifest("service.yaml")["spec"]["ports"]
    assert door["targetPort"] == port["name"]
    assert {web[probe]["httpGet"]["port"] for probe in PROBES} == {port["name"]}
    assert f'"--bind=0.0.0.0:{port["containerPort"]}"' in image


def test_the_probes_ask_for_a_page_that_the_application_has(
    web: dict[str, Any],
) -> None:
    routes = re.findall(r'@app\.route\("(.*?)"\)', (HELLO / "hellokill.py").read_text())
    assert {web[probe]["httpGet"]["path"] for probe in PROBES} <= set(routes)


def test_grace_outlasts_the_pause_and_gunicorn(
    pod: dict[str, Any], web: dict[str, Any], gunicorn: dict[str, Any]
) -> None:
    pause = web["lifecycle"]["preStop"]["sleep"]["seconds"]
    grace = pod["terminationGracePeriodSeconds"]
    assert grace > pause + gunicorn["graceful_timeout"]
    assert gunicorn["graceful_timeout"] > gunicorn["timeout"]


def test_liveness_is_more_patient_than_the_longest_request(
    web: dict[str, Any], gunicorn: dict[str, Any]
) -> None:
    probe = web["livenessProbe"]
    first_to_last = (probe["failureThreshold"] - 1) * probe["periodSeconds"]
    assert first_to_last + probe["timeoutSeconds"] > gunicorn["timeout"]


def test_nobody_is_away_while_one_is_replaced_or_a_machine_is_emptied(
    deployment: dict[str, Any],
) -> None:
    replicas = deployment["replicas"]
    assert deployment["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert 0 < manifest("pdb.yaml")["spec"]["maxUnavailable"] < replicas


def test_the_image_and_the_pod_name_the_same_user_by_number(
    pod: dict[str, Any], image: str
) -> None:
    (user,) = re.findall(r"(?m)^USER (\d+):(\d+)$", image)
    context = pod["securityContext"]
    assert user == (str(context["runAsUser"]), str(context["runAsGroup"]))
    assert context["runAsNonRoot"] is True


def test_what_is_mounted_is_there_and_is_what_gunicorn_writes_to(
    pod: dict[str, Any], web: dict[str, Any]
) -> None:
    assert {m["name"] for m in web["volumeMounts"]} == {
        v["name"] for v in pod["volumes"]
    }
    assert web["securityContext"]["readOnlyRootFilesystem"] is True
    assert "/tmp" in {m["mountPath"] for m in web["volumeMounts"]}


def test_the_process_of_the_image_is_no_shell(image: str) -> None:
    (command,) = re.findall(r"(?m)^CMD (.*)$", image)
    assert yaml.safe_load(command)[0] == "venv/bin/gunicorn"


def test_script_page_and_pod_have_the_same_image(web: dict[str, Any]) -> None:
    name, _, release = web["image"].rpartition(":")
    script = (SHOWN / "try-kind.sh").read_text("utf-8")
    assert f'--tag "{name}:$release"' in script
    assert f"{web['name']}={name}:{int(release) + 1}" in script
    page = (TOP / "tutorials/kubernetes.rst").read_text("utf-8")
    assert f"--tag {web['image']} ." in page


def test_the_workflow_hands_the_script_all_that_it_needs(image: str) -> None:
    text = (TOP / ".github/workflows/kind.yml").read_text("utf-8")
    (job,) = yaml.safe_load(text)["jobs"].values()
    assert "://" not in text
    cluster = next(step["with"] for step in job["steps"] if "with" in step)
    assert TOP / cluster["config"] == SHOWN / "kind.yaml"
    assert cluster["cluster_name"] == "kind"  # the one that `kind load` takes
    run = " ".join(step.get("run", "") for step in job["steps"])
    copied = {Path(word).name for word in re.findall(r"snippets/\S+", run)}
    assert "try-kind.sh" in copied
    script = (SHOWN / "try-kind.sh").read_text("utf-8")
    asked = set(re.findall(r"[\w.-]+\.(?:py|yaml)\b", re.sub(r"(?m)^#.*", "", script)))
    wanted = asked | {"Containerfile"} | set(re.findall(r"\S+\.py\b", image))
    assert wanted <= copied
    for word in re.findall(r"snippets/\S+", run):
        assert (TOP / word).is_file(), word


def test_the_cluster_has_two_machines_to_empty() -> None:
    roles = [node["role"] for node in manifest("kind.yaml")["nodes"]]
    assert roles.count("worker") >= 2


PRETENDED = {
    "docker": "echo report",
    "kind": "",
    "sleep": "",
    "kubectl": """
        case "$*" in
            *dry-run*) cat > /dev/null; echo spec.template; exit 1 ;;
            *restartCount*) echo 1 ;;
            *metadata.name*) echo one two ;;
        esac""",
    "curl": "",
    # The real one for lock.py is of no interest; crowd.py loses at the nth deed.
    "python3": """
        case "$1" in
            crowd.py) echo "$4" >> deeds; [ "$(grep -c . deeds)" != "$LOSES" ] ;;
            *) cat > /dev/null ;;
        esac""",
}


@pytest.mark.parametrize(
    ("loses", "status", "deeds"), [(0, 0, 4), (1, 0, 4), (2, 1, 2), (4, 1, 4)]
)
def test_only_at_the_first_deed_may_the_script_lose_anybody(
    tmp_path: Path, loses: int, status: int, deeds: int
) -> None:
    for name, body in PRETENDED.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    shutil.copy(SHOWN / "deployment.yaml", tmp_path)
    done = subprocess.run(
        ["sh", str(SHOWN / "try-kind.sh")],
        cwd=tmp_path,
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "LOSES": str(loses)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == status, done.stderr
    # A kill, a release, and each of two machines.
    assert len((tmp_path / "deeds").read_text().splitlines()) == deeds
