"""The manifests fit Kubernetes' schemas, each other, and the program: its settings, commands, routes, ports and queues."""

import shutil
import subprocess
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import kubernetes_validate
import pytest
import typer
import yaml
from hypothesis import given
from hypothesis import strategies as st

from api.machines import router as machines
from crawler.network.guard import is_public
from jobs.queued.work import QUEUES
from qingyi.command import command_line
from records.settings import PROJECT, Settings

FOLDER = PROJECT / "docker" / "kubernetes"
FOUND = [
    document
    for file in sorted(FOLDER.glob("*.yaml"))
    for document in yaml.safe_load_all(file.read_text("utf-8"))
    if document["kind"] != "Kustomization"
]
VERSIONS = ("1.29", "1.33")


def of_kind(*kinds: str) -> list[dict[str, Any]]:
    return [one for one in FOUND if one["kind"] in kinds]


def titled(one: dict[str, Any]) -> str:
    return f"{one['kind']}-{one['metadata']['name']}"


WORKLOADS = of_kind("Deployment", "Job")
(SETTINGS,) = (one["data"] for one in of_kind("ConfigMap") if one["metadata"]["name"] == "qingyi")
BROWSERS_PORT = 3100


def containers(workload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    pod = workload["spec"]["template"]["spec"]
    yield from pod.get("initContainers", ())
    yield from pod["containers"]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_manifest_fits_the_schema(version: str) -> None:
    for one in FOUND:
        kubernetes_validate.validate(one, version, strict=True)


def test_a_field_that_is_none_does_not_fit() -> None:
    """The check itself: a strict schema refuses what a cluster would."""
    wrong = yaml.safe_load(yaml.safe_dump(of_kind("Deployment")[0]))
    wrong["spec"]["template"]["spec"]["containers"][0]["readOnlyRootFilesystem"] = True
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)


def test_all_files_are_named_in_the_kustomization() -> None:
    named = yaml.safe_load((FOLDER / "kustomization.yaml").read_text("utf-8"))["resources"]
    assert sorted(named) == sorted(
        file.name for file in FOLDER.glob("*.yaml") if file.name != "kustomization.yaml"
    )


@pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl is not installed")
def test_kustomize_builds_them_with_one_image() -> None:
    built = subprocess.run(
        ["kubectl", "kustomize", str(FOLDER)], capture_output=True, text=True, check=True
    ).stdout
    made = list(yaml.safe_load_all(built))
    assert len(made) == len(FOUND)
    images = {
        container["image"] for one in made if one["kind"] == "Deployment" for container in containers(one)
    }
    assert images == {"registry.example.gov.cn/qingyi:1.1.0"}
    assert {one["metadata"].get("namespace") for one in made if one["kind"] != "Namespace"} == {"qingyi"}


def test_every_setting_is_one_and_its_value_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = {name for name in SETTINGS if name.startswith("QINGYI_")} - {"QINGYI_SECRETS_DIR"}
    assert {name.removeprefix("QINGYI_").lower() for name in ours} <= set(Settings.model_fields)
    for name in ours:
        monkeypatch.setenv(name, SETTINGS[name])
    read = Settings(database_url="postgresql+psycopg://qingyi:word@database/qingyi")
    assert (read.queue, read.log_format, read.secure_cookies) == ("postgresql", "json", True)
    assert all(isinstance(value, str) for value in SETTINGS.values())


def test_no_secret_is_in_a_manifest() -> None:
    assert not of_kind("Secret")
    for workload in WORKLOADS:
        assert not [container for container in containers(workload) if container.get("env")]
        (secret,) = [v["secret"] for v in workload["spec"]["template"]["spec"]["volumes"] if "secret" in v]
        mounts = {
            m["mountPath"] for c in containers(workload) for m in c["volumeMounts"] if m["name"] == "secrets"
        }
        assert mounts == {SETTINGS["QINGYI_SECRETS_DIR"]}
        assert secret["defaultMode"] == 0o440


@pytest.mark.parametrize("workload", WORKLOADS, ids=titled)
def test_every_command_is_one_and_takes_its_options(workload: dict[str, Any]) -> None:
    program, *words = workload["spec"]["template"]["spec"]["containers"][0]["command"]
    assert program == "qingyi"
    command = typer.main.get_command(command_line())
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    given_options = command.make_context("qingyi", list(words)).params
    assert set(given_options.get("queue", QUEUES)) == set(QUEUES)


def test_one_pod_alone_runs_the_clock_and_no_two_at_a_time() -> None:
    clocks = [
        one
        for one in of_kind("Deployment")
        if "serve" in (words := one["spec"]["template"]["spec"]["containers"][0]["command"])
        and "--no-schedule" not in words
    ]
    assert [(one["spec"]["replicas"], one["spec"]["strategy"]["type"]) for one in clocks] == [(1, "Recreate")]


def test_probes_ask_routes_that_are_there_at_the_port_that_is_served() -> None:
    routes = {route.path for route in machines.routes}
    served = typer.main.get_command(command_line()).commands["serve"]
    port = next(option.default for option in served.params if option.name == "port")
    probed = 0
    for workload in of_kind("Deployment"):
        for container in containers(workload):
            ports = {one["name"]: one["containerPort"] for one in container.get("ports", ())}
            if workload["metadata"]["name"] == "browsers":
                assert ports == {container["readinessProbe"]["tcpSocket"]["port"]: BROWSERS_PORT}
                continue
            assert set(ports.values()) <= {port}
            for name in ("startupProbe", "livenessProbe", "readinessProbe"):
                if probe := container.get(name):
                    probed += 1
                    assert probe["httpGet"]["path"] in routes
                    assert ports[probe["httpGet"]["port"]] == port
                    is_ready = probe["httpGet"]["path"] == "/readyz"
                    assert is_ready == (name == "readinessProbe"), "a database that is away must kill no pod"
    assert probed == 6


def pods_of(selector: dict[str, Any]) -> list[str]:
    """The workloads whose pods a selector takes."""
    labels = {one["metadata"]["name"]: one["spec"]["template"]["metadata"]["labels"] for one in WORKLOADS}
    wanted = selector.get("matchLabels", {}).items()
    among = [(rule["key"], rule["values"]) for rule in selector.get("matchExpressions", ())]
    return [
        name
        for name, own in labels.items()
        if wanted <= own.items() and all(own.get(key) in values for key, values in among)
    ]


def test_selectors_take_the_pods_that_they_are_named_for() -> None:
    for one in of_kind("Deployment", "PodDisruptionBudget"):
        assert pods_of(one["spec"]["selector"]) == [one["metadata"]["name"]]
    services = {one["metadata"]["name"]: one["spec"].get("selector") for one in of_kind("Service")}
    assert pods_of({"matchLabels": services["api"]}) == ["api"]
    assert services["nobody"] is None
    for ingress in of_kind("Ingress"):
        hosts = {host for tls in ingress["spec"]["tls"] for host in tls["hosts"]}
        for rule in ingress["spec"]["rules"]:
            assert rule["host"] in hosts
            assert {path["backend"]["service"]["name"] for path in rule["http"]["paths"]} <= services.keys()


def test_the_api_is_reached_with_a_client_certificate_only() -> None:
    for ingress in of_kind("Ingress"):
        asks = ingress["metadata"]["annotations"].get("nginx.ingress.kubernetes.io/auth-tls-verify-client")
        paths = {
            path["path"]: path["backend"]["service"]["name"]
            for rule in ingress["spec"]["rules"]
            for path in rule["http"]["paths"]
        }
        assert asks == "on" or paths["/api/"] == "nobody"


@pytest.mark.parametrize("workload", WORKLOADS, ids=titled)
def test_a_pod_has_no_more_rights_than_it_needs(workload: dict[str, Any]) -> None:
    pod = workload["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["runAsUser"] > 9_999
    assert pod["securityContext"]["seccompProfile"]["type"] in {"RuntimeDefault", "Localhost"}
    assert pod["automountServiceAccountToken"] is False
    written = {volume["name"] for volume in pod["volumes"] if "emptyDir" in volume}
    for container in containers(workload):
        rights = container["securityContext"]
        assert rights["readOnlyRootFilesystem"]
        assert rights["allowPrivilegeEscalation"] is False
        assert rights["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["limits"]["memory"]
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}
        mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
        assert mounts["/data"] in written
    for name in ("EVIDENCE_DIR", "LISTS_DIR", "LISTS_KEPT_DIR", "STEPS_DIR"):
        assert SETTINGS[f"QINGYI_{name}"].startswith("/data/")


def reached(pod: str, address: IPv4Address | IPv6Address, port: int = 443) -> bool:
    """Whether the policies let a pod connect to an address."""
    for policy in of_kind("NetworkPolicy"):
        if pod not in pods_of(policy["spec"]["podSelector"]):
            continue
        for rule in policy["spec"].get("egress", ()):
            blocks = [to["ipBlock"] for to in rule["to"] if "ipBlock" in to]
            ports = {one.get("port", port) for one in rule["ports"]}
            for block in blocks if port in ports else ():
                inner = map(ip_network, block.get("except", ()))
                if address in ip_network(block["cidr"]) and not any(address in one for one in inner):
                    return True
    return False


def test_nothing_is_let_out_or_in_but_by_a_rule() -> None:
    (nothing,) = [one for one in of_kind("NetworkPolicy") if one["metadata"]["name"] == "nothing"]
    assert nothing["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    let_in = [one for one in of_kind("NetworkPolicy") if "ingress" in one["spec"]]
    assert [pods_of(one["spec"]["podSelector"]) for one in let_in] == [["api"], ["browsers"]]
    (to_browsers,) = let_in[1]["spec"]["ingress"]
    assert [pods_of(one["podSelector"]) for one in to_browsers["from"]] == [["worker"]]
    assert [one["port"] for one in to_browsers["ports"]] == [BROWSERS_PORT]


_ADDRESSES = {"10.0.0.10": 5432, "10.0.0.20": 443}


@given(st.ip_addresses())
def test_the_crawler_reaches_no_address_that_is_not_public(address: IPv4Address | IPv6Address) -> None:
    if reached("worker", address, 80) or reached("browsers", address, 80):
        assert address.is_global
        assert not address.is_multicast


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.20.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200"),
        *("::1", "fd00::1", "fe80::1", "64:ff9b::a00:1", "2002:a00:1::", "2001:0:a00:1::", "::ffff:10.0.0.1"),
        *("0.0.0.0", "255.255.255.255", "224.0.0.1", "198.18.0.1", "10.0.0.11"),
    ],
)
def test_no_pod_reaches_the_network_inside(address: str) -> None:
    for pod in ("api", "clock", "worker", "migration", "browsers"):
        assert not reached(pod, ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "114.114.114.114", "2400:3200::1", "2606:4700::1111"])
def test_the_crawler_reaches_the_public_internet_and_the_migration_does_not(address: str) -> None:
    assert is_public(ip_address(address))
    assert [reached(pod, ip_address(address), 8080) for pod in ("worker", "migration")] == [True, False]


def test_all_reach_the_database_and_the_bucket() -> None:
    for pod in ("api", "clock", "worker", "migration"):
        assert all(reached(pod, ip_address(address), port) for address, port in _ADDRESSES.items())
    assert not any(reached("browsers", ip_address(address), port) for address, port in _ADDRESSES.items())
