"""The pipelines, executed: Jenkins' by JenkinsPipelineUnit, the playbooks on a local connection."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.examples import bake

from . import cluster
from .pipeline_tools import REHEARSAL, actionlint, ansible, hadolint, java, linters

COMMANDS = {
    "continuous-integration": {
        "Setup": "make setup",
        "Lint": "make lint",
        "Test": "make test",
        "Train": "IRIS_CLASSIFIER_REGISTRY__URI= make train",
        "Test API": "make test-api",
    },
    "train-model": {"Setup": "make setup", "Retrain": "make retrain", "Versions": "make models"},
    "build-image": {
        "Setup": "make setup",
        "Model": "make fetch-model",
        "Build": "make image",
        "Test": "make image-test",
        "SBOM": "make sbom",
        "Audit": "make audit",
        "Push": "make push",
    },
    "deploy": {
        "Setup": "make setup",
        "Model": "make fetch-model",
        "Diff": "make diff",
        "Deploy": "make deploy",
    },
}
IDS = {"image_registry": "id-images", "model_registry": "id-models"}
SECRET = {
    "Retrain": {"MLFLOW_TRACKING_PASSWORD": "secret id-models"},
    "Versions": {"MLFLOW_TRACKING_PASSWORD": "secret id-models"},
    "Model": {"MLFLOW_TRACKING_PASSWORD": "secret id-models"},
    "Push": {"REGISTRY_PASSWORD": "secret id-images"},
    "Diff": {"KUBECONFIG": "secret kubeconfig-staging"},
    "Deploy": {"KUBECONFIG": "secret kubeconfig-staging"},
}
"""Which stage has which secret; no other has any."""

Outcome = dict[str, Any]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose config.yaml names credentials."""
    made = bake({}, tmp_path_factory.mktemp("bake"))
    config = made / "config.yaml"
    text = config.read_text("utf-8")
    for name, identity in IDS.items():
        text = text.replace(f'{name}: ""', f"{name}: {identity}")
    config.write_text(text, "utf-8")
    subprocess.run(["git", "init", "--quiet", made], check=True)  # for zizmor and actionlint
    return made


def rehearse(project: Path, *scenarios: dict[str, Any]) -> list[Outcome]:
    """Execute pipelines and return what they did; scenarios are those of rehearse.groovy."""
    asked = [
        {"folder": str(project), "answer": "yes"}
        | scenario
        | {"parameters": {"ENVIRONMENT": "staging", "MODEL_VERSION": "7"} | scenario["parameters"]}
        for scenario in scenarios
    ]
    done = subprocess.run(
        [*java(), REHEARSAL / "rehearse.groovy"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[:4000]
    outcomes: list[Outcome] = json.loads(done.stdout)
    return outcomes


def scenario(pipeline: str, answer: str = "yes", **more: Any) -> dict[str, Any]:
    return {"pipeline": pipeline, "answer": answer, "parameters": {}} | more


def commands(outcome: Outcome) -> list[str]:
    return [event["value"] for event in outcome["events"] if event["step"] == "sh"]


@pytest.fixture(scope="module")
def runs(project: Path) -> dict[str, Outcome]:
    """Each pipeline on a good day."""
    return dict(zip(COMMANDS, rehearse(project, *map(scenario, COMMANDS)), strict=True))


@pytest.mark.parametrize("pipeline", COMMANDS)
def test_stages_in_order_each_with_its_target(runs: dict[str, Outcome], pipeline: str) -> None:
    run = runs[pipeline]
    assert run["result"] == "SUCCESS", run
    assert run["stages"] == list(COMMANDS[pipeline])
    assert commands(run) == list(COMMANDS[pipeline].values())
    assert run["directives"]["timeout"]
    assert run["directives"]["alone"]
    reported = [event["step"] for event in run["events"] if event["stage"] == "post"]
    reports = {"train-model": ["archiveArtifacts"], "deploy": []}
    assert reported == reports.get(pipeline, ["junit", "archiveArtifacts"])


def test_what_starts_them(runs: dict[str, Outcome]) -> None:
    assert runs["continuous-integration"]["directives"]["pollSCM"]
    assert runs["train-model"]["directives"]["cron"]
    assert runs["build-image"]["directives"]["upstream"] == "train-model"
    assert runs["deploy"]["directives"]["parameters"]["ENVIRONMENT"] == ["staging", "production"]
    for pipeline in ("build-image", "deploy"):
        model = next(event for event in runs[pipeline]["events"] if event["stage"] == "Model")
        assert model["environment"]["VERSION"] == "7"


@pytest.mark.parametrize("pipeline", COMMANDS)
def test_a_failed_stage_ends_the_rest_and_post_still_runs(project: Path, pipeline: str) -> None:
    stages = COMMANDS[pipeline]
    failing = [scenario(pipeline, failures={command: 99}) for command in stages.values()]
    for number, run in enumerate(rehearse(project, *failing), start=1):
        assert run["result"] == "FAILURE"
        assert run["stages"] == list(stages)[:number]
        if pipeline != "deploy":
            assert any(event["stage"] == "post" for event in run["events"])


def test_what_fails_for_want_of_a_network_is_tried_again(project: Path) -> None:
    flaky = {"make setup": 1, "make image": 1, "make push": 2}
    tried, refused = rehearse(
        project,
        scenario("build-image", failures=flaky),
        scenario("build-image", failures={"make image-test": 1}),
    )
    assert tried["result"] == "SUCCESS"
    assert commands(tried).count("make push") == 3
    assert refused["result"] == "FAILURE"


def test_production_asks_and_staging_does_not(project: Path, runs: dict[str, Outcome]) -> None:
    to = {"ENVIRONMENT": "production"}
    answers = [scenario("deploy", answer, parameters=to) for answer in ("yes", "no")]
    yes, no = rehearse(project, *answers)
    steps = [event["step"] for event in yes["events"]]
    assert yes["result"] == "SUCCESS"
    assert steps.index("input") == len(commands(yes)) - 1
    assert yes["events"][-1]["environment"]["KUBECONFIG"] == "secret kubeconfig-production"
    assert yes["events"][-1]["environment"]["NAMESPACE"] == "production"
    assert no["result"] == "ABORTED"
    assert "make diff" in commands(no)
    assert "make deploy" not in commands(no)
    assert "input" not in [event["step"] for event in runs["deploy"]["events"]]


def test_an_environment_that_config_yaml_does_not_have_is_named(project: Path) -> None:
    (run,) = rehearse(project, scenario("deploy", parameters={"ENVIRONMENT": "moon"}))
    assert run["result"] == "FAILURE"
    assert "config.yaml has no jenkins.environments.moon" in run["why"]
    assert "make diff" not in commands(run)


@pytest.mark.parametrize("pipeline", COMMANDS)
def test_only_the_step_that_needs_a_secret_has_it(runs: dict[str, Outcome], pipeline: str) -> None:
    for event in runs[pipeline]["events"]:
        environment = event["environment"].items()
        secrets = {name: value for name, value in environment if value.startswith("secret ")}
        assert secrets == SECRET.get(event["stage"], {})


def test_without_ids_no_credentials_are_asked_for(tmp_path: Path) -> None:
    (run,) = rehearse(bake({}, tmp_path), scenario("build-image"))
    assert run["result"] == "SUCCESS"
    assert all(set(event["environment"]) <= {"VERSION"} for event in run["events"])


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("            steps {\n                sh 'make lint'\n            }", "sh 'make lint'"),
        ("sh 'make lint'", "shell 'make lint'"),
        ("timeout(time: 1", "cron(time: 1"),
        ("stage('Lint') {", "stage('Lint') "),
    ],
)
def test_the_rehearsal_refuses_what_jenkins_would(
    project: Path, tmp_path: Path, right: str, wrong: str
) -> None:
    copy = shutil.copytree(project / "jenkins", tmp_path / "jenkins")
    file = copy / "continuous-integration.Jenkinsfile"
    text = file.read_text("utf-8")
    assert right in text
    file.write_text(text.replace(right, wrong))
    with pytest.raises(AssertionError):
        rehearse(tmp_path, scenario("continuous-integration"))


def test_no_secret_gets_into_a_log(project: Path) -> None:
    for file in (project / "jenkins").rglob("*"):
        text = file.read_text("utf-8") if file.is_file() else ""
        # In double quotes, Groovy would put a secret's text into the command.
        assert not re.search(r'\bsh\s*\(?"|set -\w*x|printenv|\bsh .*echo', text), file


def test_the_controller_has_a_job_for_each_pipeline(project: Path) -> None:
    done = subprocess.run(
        [*java(), REHEARSAL / "seed.groovy", project / "jenkins" / "controller" / "jobs.groovy"],
        env=os.environ | {"PROJECT_REPOSITORY": "file:///project", "PROJECT_BRANCH": "main"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[:2000]
    jobs: dict[str, str] = json.loads(done.stdout)
    expected = {f"iris-classifier/{name}": f"jenkins/{name}.Jenkinsfile" for name in COMMANDS}
    assert jobs == {"iris-classifier": None} | expected
    files = sorted(file.name for file in (project / "jenkins").glob("*.Jenkinsfile"))
    assert files == sorted(f"{name}.Jenkinsfile" for name in COMMANDS)


def test_the_controllers_configuration_gets_all_that_it_asks_for(project: Path) -> None:
    folder = project / "jenkins" / "controller"
    text = (folder / "casc.yaml").read_text("utf-8")
    casc = yaml.safe_load(text)
    service = yaml.safe_load((folder / "compose.yaml").read_text("utf-8"))["services"]["jenkins"]
    wanted = set(re.findall(r"\$\{(\w+)", text))
    wanted |= set(re.findall(r"getenv\('(\w+)'\)", (folder / "jobs.groovy").read_text("utf-8")))
    assert wanted <= set(service["environment"])
    (admin,) = casc["jenkins"]["securityRealm"]["local"]["users"]
    assert admin["password"] == "${JENKINS_ADMIN_PASSWORD}"
    assert service["environment"]["JENKINS_ADMIN_PASSWORD"].startswith("${JENKINS_ADMIN_PASSWORD:?")
    dockerfile = (folder / "Dockerfile").read_text("utf-8")
    assert "COPY casc.yaml jobs.groovy /etc/jenkins/" in dockerfile
    assert casc["jobs"] == [{"file": "/etc/jenkins/jobs.groovy"}]
    plugins = (folder / "plugins.txt").read_text("utf-8").split()
    assert all(re.fullmatch(r"[a-z-]+:\d[\w.]+", plugin) for plugin in plugins)


def test_the_controllers_dockerfile_passes_hadolint(project: Path) -> None:
    file = project / "jenkins" / "controller" / "Dockerfile"
    done = subprocess.run([hadolint(), file], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_make_jenkins_starts_the_controller(project: Path) -> None:
    shown = subprocess.run(
        ["make", "--dry-run", "jenkins"], cwd=project, capture_output=True, text=True, check=True
    )
    assert "docker compose --file jenkins/controller/compose.yaml up" in shown.stdout


def test_workflows_pass_actionlint_and_zizmor(project: Path) -> None:
    path = {"PATH": f"{linters()}{os.pathsep}{os.environ['PATH']}"}
    for command in ([actionlint()], [linters() / "zizmor", "--offline", "--no-progress", "."]):
        done = subprocess.run(
            [*map(str, command)], cwd=project, env=os.environ | path, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_actions_are_pinned_by_digest_and_may_do_the_least(project: Path) -> None:
    for file in (project / ".github" / "workflows").glob("*.yml"):
        text = file.read_text("utf-8")
        used = re.findall(r"uses: (\S+)(.*)", text)
        assert used
        for action, version in used:
            pinned = re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action)
            assert action == "./.github/workflows/build-image.yml" or (
                pinned and re.fullmatch(r" # v[\d.]+", version)
            )
        workflow = yaml.safe_load(text)
        assert workflow["permissions"] == {}
        for job in workflow["jobs"].values():
            writes = {name for name, what in job["permissions"].items() if what == "write"}
            assert writes <= ({"packages"} if "image" in file.name or "uses" in job else set())


PLAYBOOKS = ("host", "deploy")


def play(folder: Path, playbook: str, *options: str, path: str = "") -> str:
    """Run a playbook on this very machine, and return what it showed."""
    here = {"connection": "local", "become": False}
    here["python_interpreter"] = "{{ ansible_playbook_python }}"
    variables = {f"ansible_{name}": value for name, value in here.items()}
    inventory = {"targets": {"hosts": {"here": variables}}}
    (folder / "inventory.yml").write_text(json.dumps(inventory))
    done = subprocess.run(
        [str(ansible() / "ansible-playbook"), f"{playbook}.yml", *options],
        cwd=folder,
        env=os.environ
        | {"PATH": f"{path}{os.pathsep}{ansible()}{os.pathsep}{os.environ['PATH']}"}
        | {"ANSIBLE_CONFIG": "ansible.cfg", "ANSIBLE_HOME": str(folder.parent / ".ansible")}
        | {"ANSIBLE_NOCOLOR": "1", "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def program(folder: Path, name: str, script: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/bash\n{script}\n")
    (folder / name).chmod(0o755)
    return folder


def test_playbooks_pass_ansible_lint(project: Path) -> None:
    command = [ansible() / "ansible-lint", "--offline", "--profile", "production", "ansible"]
    done = subprocess.run(
        [*map(str, command)],
        cwd=project,
        env=os.environ | {"PATH": f"{ansible()}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_playbooks_have_no_syntax_errors(project: Path, playbook: str) -> None:
    play(project / "ansible", playbook, "--syntax-check")


MICROK8S = """
echo "$*" >> {log}
case "$1" in
  status) sed 's,.*,core/&: enabled,' {addons} ;;
  enable) echo "$2" >> {addons} ;;
  config) echo 'server: https://10.0.0.1:16443'; echo 'token: not-for-the-log' ;;
esac
"""


def test_a_host_that_is_ready_is_left_as_it_is(project: Path, tmp_path: Path) -> None:
    log, addons = tmp_path / "log", tmp_path / "addons"
    addons.touch()
    stub = program(tmp_path / "bin", "microk8s", MICROK8S.format(log=log, addons=addons))
    template = tmp_path / "csr.conf.template"
    template.write_text("DNS.1 = kubernetes\n#MOREIPS\n")
    folder = shutil.copytree(project / "ansible", tmp_path / "ansible")
    variables = f"microk8s_certificates={tmp_path} api_address=target.example.org"
    options = ("--tags", "cluster,kubeconfig", "-e", variables)

    first = play(folder, "host", *options, path=str(stub))
    asked = log.read_text().split("\n")
    kubeconfig = folder / "kubeconfig-here"
    assert kubeconfig.read_text().startswith("server: https://target.example.org:16443\n")
    assert kubeconfig.stat().st_mode & 0o777 == 0o600
    assert "not-for-the-log" not in first
    assert "DNS.99 = target.example.org\n#MOREIPS" in template.read_text()
    assert "refresh-certs --cert server.crt" in asked
    wanted = yaml.safe_load((folder / "group_vars/targets/vars.yml").read_text("utf-8"))
    assert addons.read_text().split() == wanted["microk8s_addons"]

    second = play(folder, "host", *options, path=str(stub))
    assert re.search(r"changed=0 ", second), second


@pytest.mark.parametrize(("difference", "deployed"), [("Nothing would change.", 0), ("-1 +2", 1)])
def test_the_chart_is_deployed_where_something_would_change(
    project: Path, tmp_path: Path, difference: str, deployed: int
) -> None:
    folder = shutil.copytree(project / "ansible", tmp_path / "ansible")
    shutil.copy(project / "config.yaml", tmp_path)
    log = tmp_path / "log"
    targets = f'echo "$KUBECONFIG ${{@: -1}}" >> {log}; echo "{difference}"'
    shown = play(folder, "deploy", path=str(program(tmp_path / "bin", "make", targets)))
    kubeconfig = folder / "kubeconfig-here"
    expected = [f"{kubeconfig} diff", f"{kubeconfig} deploy"][: 1 + deployed]
    assert log.read_text().splitlines() == expected
    assert f"changed={deployed} " in shown


VAULT = """
vault_admin_token: token-of-the-vault
vault_registry: {MLFLOW_TRACKING_PASSWORD: word-of-the-vault}
vault_pull: {server: registry.example.org, username: me, password: pull-of-the-vault}
"""


def test_secrets_come_from_the_vault_into_the_cluster(project: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(project / "ansible", tmp_path / "ansible")
    config = yaml.safe_load((project / "config.yaml").read_text("utf-8"))
    names = {"admin_token": "service-admin", "registry": "tracking", "pull": "images"}
    config["deployment"] |= {"namespace": "models", "secrets": names}
    (tmp_path / "config.yaml").write_text(json.dumps(config))
    (folder / "group_vars" / "targets" / "vault.yml").write_text(VAULT)
    (tmp_path / "password").write_text("of the vault")
    vault = ["encrypt", "--vault-password-file", str(tmp_path / "password")]
    encrypted = folder / "group_vars" / "targets" / "vault.yml"
    encrypt = [*map(str, (ansible() / "ansible-vault", *vault, encrypted))]
    subprocess.run(encrypt, stdin=subprocess.DEVNULL, check=True)
    assert "token" not in encrypted.read_text()

    with cluster.running(tmp_path) as found:
        shutil.copy(found.kubeconfig, folder / "kubeconfig-here")
        options = ("--tags", "secrets", *vault[1:], "-vv")
        first = play(folder, "deploy", *options)
        secrets = found.named("Secret")
        assert set(found.named("Namespace")) >= {"models"}
        assert set(secrets) == set(names.values())
        assert secrets["service-admin"]["stringData"] == {"admin-token": "token-of-the-vault"}
        assert "MLFLOW_TRACKING_PASSWORD" in secrets["tracking"]["stringData"]
        pull = json.loads(secrets["images"]["stringData"][".dockerconfigjson"])
        assert pull["auths"]["registry.example.org"]["password"] == "pull-of-the-vault"
        assert "of-the-vault" not in first
        second = play(folder, "deploy", *options)
    assert re.search(r"changed=0 ", second), second


def test_no_file_of_ansible_holds_a_password(project: Path) -> None:
    sample = yaml.safe_load((project / "ansible" / "vault.sample.yml").read_text("utf-8"))
    assert not any((sample["vault_admin_token"], sample["vault_registry"]))
    assert not any(sample["vault_pull"].values())
    ignored = (project / ".gitignore").read_text("utf-8").splitlines()
    assert {"ansible/inventory.yml", "ansible/kubeconfig-*"} <= set(ignored)


@pytest.mark.parametrize(
    ("question", "folder", "target"),
    [("github_actions", ".github", ""), ("ansible", "ansible", "hosts")],
)
def test_what_is_not_chosen_is_not_there(
    tmp_path: Path, question: str, folder: str, target: str
) -> None:
    own = tmp_path / "iris-classifier" / folder / "mine.txt"
    own.parent.mkdir(parents=True)
    own.write_text("mine")
    made = bake({question: "no"}, tmp_path)
    assert [path.name for path in (made / folder).rglob("*")] == ["mine.txt"]
    shutil.rmtree(made)
    made = bake({question: "no"}, tmp_path)
    assert not (made / folder).exists()
    assert not target or f"\n{target}:" not in (made / "Makefile").read_text("utf-8")
