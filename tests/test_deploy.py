"""What `deploy/` holds is read by those who will read it: the server, nginx, pip, and a strict reader of YAML."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.postgres_cluster import Cluster

from isthmus.catalog import parse

DEPLOY = Path(__file__).parent.parent / "deploy"


def blocks(file: Path) -> dict[str, str]:
    """The hash-pinned requirements of a lock by name."""
    text = re.sub(r"^#.*\n", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = re.findall(r"^([a-z0-9-]+)==.*(?:\n    --hash.*)+", text, flags=re.MULTILINE)
    parts = re.finditer(r"^[a-z0-9-]+==.*(?:\n    --hash.*)+", text, flags=re.MULTILINE)
    return dict(zip(found, (part[0] for part in parts), strict=True))


def test_the_images_lock_is_that_of_the_tests() -> None:
    pinned, tested = blocks(DEPLOY / "postgres.lock"), blocks(DEPLOY.parent / "requirements-dev.lock")
    assert set(pinned) == {"psycopg", "psycopg-binary"}
    assert {name: tested[name] for name in pinned} == pinned


def test_the_server_reads_its_settings_and_waits_for_its_disk(postgres: Cluster, tmp_path: Path) -> None:
    settings = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "log_parameter_max_length": "0"}
    text = (DEPLOY / "postgresql.conf").read_text(encoding="utf-8")
    assert {name: postgres.read_setting(text, name) for name in settings} == settings


def test_nginx_reads_its_settings(tmp_path: Path) -> None:
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    if not Path(nginx).exists():
        pytest.skip("no nginx is installed; on Debian and Ubuntu: apt-get install nginx-light")
    text = re.sub(r"gateway-\d", "127.0.0.1", (DEPLOY / "nginx.conf").read_text(encoding="utf-8"))
    config = tmp_path / "nginx.conf"
    config.write_text(f"pid {tmp_path}/pid;\n{text}", encoding="utf-8")
    done = subprocess.run(
        [nginx, "-t", "-q", "-c", config, "-e", tmp_path / "log"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_what_is_composed_is_there() -> None:
    file = DEPLOY / "compose.yaml"
    tree = parse(file.read_text(encoding="utf-8"), "compose.yaml").tree
    assert isinstance(tree, dict)
    assert set(tree["services"]) == {"postgres", "gateway-1", "gateway-2", "nginx"}
    for service in tree["services"].values():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            if not source.startswith("."):
                assert source in tree["volumes"]
            elif source != "./gateway":
                assert (DEPLOY / source).is_file()
    assert (DEPLOY / ".." / tree["services"]["gateway-1"]["build"]["dockerfile"]).is_file()
