"""The compose file and the image, as far as they can be judged where no container engine answers."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared import mongo
from shared.settings import ServiceSettings, variable
from shared.testing import database as stand_in
from shared.topics import SERVICES

ROOT = Path(__file__).parents[3]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
PARTS = ("api", "worker", "relay")
OURS = {f"{service.replace('_', '-')}-{part}": (service, part) for service in SERVICES for part in PARTS}
MODULES = ["deploy.topics", "deploy.local.origin", *(f"services.{service}" for service in SERVICES)]


def test_every_part_of_every_service_scales_by_itself() -> None:
    commands = {name: (f"services.{service}", part) for name, (service, part) in OURS.items()}
    assert {name: tuple(COMPOSE[name]["command"]) for name in OURS} == commands


def test_every_required_setting_is_given_to_every_part() -> None:
    required = {variable(name) for name, field in ServiceSettings.model_fields.items() if field.is_required()}
    assert {name: required - COMPOSE[name]["environment"].keys() for name in OURS} == {name: set() for name in OURS}


def test_keys_reach_the_services_only_and_are_never_written_down() -> None:
    holders = {name for name, service in COMPOSE.items() if "DEPLOYMENT_KEY" in json.dumps(service)}
    assert holders == set(OURS)
    keys = {COMPOSE[name]["environment"][variable("deployment_key")] for name in OURS}
    assert all(key.startswith("${GROUNDSWELL_DEPLOYMENT_KEY:?") for key in keys)


def test_the_origin_leads_to_every_api() -> None:
    routes = dict(route.split("=") for route in COMPOSE["origin"]["command"] if "http" in route and route[0] != "-")
    assert routes == {service: f"http://{service.replace('_', '-')}-api:8080" for service in SERVICES}


def test_a_dead_writer_holds_what_it_wrote_no_longer_than_a_takeover_may_take() -> None:
    """P9: MongoDB looks for transactions past their time every half of that time; ours end before, of themselves."""
    granted = re.search(r"transactionLifetimeLimitSeconds=(\d+)", " ".join(COMPOSE["mongo"]["command"]))
    assert granted is not None
    lifetime = int(granted[1])
    assert mongo.TRANSACTION_SECONDS < lifetime == stand_in.TRANSACTION_SECONDS
    assert lifetime * 1.5 <= 20


def test_nothing_is_open_to_other_machines() -> None:
    ports = [port for service in COMPOSE.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_identity_provider_signs_what_the_services_read() -> None:
    realm = json.loads((ROOT / "deploy" / "compose" / "realm.json").read_text())
    mappers = realm["clients"][0]["protocolMappers"]
    assert {mapper["config"].get("claim.name") for mapper in mappers} == {"organisation", "roles", None}
    audience = next(mapper for mapper in mappers if mapper["name"] == "audience")
    assert audience["config"]["included.client.audience"] == "groundswell"


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `.dockerignore` lets into the image."""
    folder = tmp_path_factory.mktemp("image")
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    left_out = {ROOT / line for line in lines if line[0] not in "!*"}

    def ignored(folder: str, names: list[str]) -> list[str]:
        return [name for name in names if name == "__pycache__" or Path(folder, name) in left_out]

    for line in lines:
        if line.startswith("!") and (ROOT / line[1:]).is_dir():
            shutil.copytree(ROOT / line[1:], folder / line[1:], ignore=ignored)
    return folder


@pytest.mark.parametrize("module", MODULES)
def test_what_the_image_holds_is_enough_to_start(image: Path, module: str) -> None:
    command = [sys.executable, "-m", module, "--help"]
    done = subprocess.run(command, cwd=image, capture_output=True, text=True, check=False, env={"PYTHONPATH": ""})
    assert done.returncode == 0, done.stderr
    assert module in done.stdout
    assert not (image / "shared" / "testing").exists()
