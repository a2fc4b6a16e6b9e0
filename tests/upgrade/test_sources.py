"""Templates come as repositories, bundles, zips and folders; private and offline are normal."""

import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest

from tests.support.cook import Cook
from tests.support.made import Made, bootstrap, make
from tools.upgrades.git import Git
from tools.upgrades.sources import Repository


def test_a_repository_by_path_url_and_bundle(versions: Path, tmp_path: Path, project: Made) -> None:
    bundle = tmp_path / "template.bundle"
    Git(versions)("bundle", "create", "--quiet", str(bundle), "--all")
    bare = tmp_path / "bare"
    Git(tmp_path)("clone", "--quiet", "--bare", str(versions), str(bare))
    for number, address in enumerate((versions, versions.as_uri(), bundle, bare)):
        made = make(versions, tmp_path / f"made-{number}")
        done = bootstrap(made.folder, "upgrade", NO_INPUT="1", TEMPLATE=str(address))
        assert done.returncode == 0, done.stderr
        assert made.version == "2.0.0"
        assert str(tmp_path) not in made.read(".template.json").decode()


@pytest.mark.parametrize("where", ["record", "variable"])
def test_an_address_may_say_that_it_is_gits(versions: Path, project: Made, where: str) -> None:
    address = f"git+{versions.as_uri()}"
    if where == "record":
        project.replace(".template.json", '"template": ""', f'"template": "{address}"')
        project.commit()
    named = {} if where == "record" else {"TEMPLATE": address}
    done = bootstrap(project.folder, "upgrade", NO_INPUT="1", **named)
    assert done.returncode == 0, done.stderr
    assert project.version == "2.0.0"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("hg+https://example.org/t", "is a repository of Mercurial's"),
        ("git+https://example.org/t.git@v1.0.0", "TEMPLATE=https://example.org/t.git TO=v1.0.0"),
        ("ssh://git@example.org/t.git@v1.0.0", "TEMPLATE=ssh://git@example.org/t.git TO=v1.0.0"),
    ],
)
def test_an_address_that_git_has_no_use_for_is_refused_with_the_way_out(
    project: Made, address: str, said: str
) -> None:
    done = bootstrap(project.folder, "upgrade", TEMPLATE=address)
    assert done.returncode
    assert said in done.stderr


def test_a_version_is_chosen_by_tag(versions: Path, project: Made) -> None:
    done = bootstrap(project.folder, "upgrade", TEMPLATE=str(versions), TO="v1.1.0")
    assert done.returncode == 0, done.stderr
    assert project.version == "1.1.0"
    done = bootstrap(project.folder, "upgrade", TEMPLATE=str(versions), TO="v9.9.9")
    assert done.returncode
    assert "v9.9.9" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_zip_with_one_version_needs_the_other_from_elsewhere(
    versions: Path, tmp_path: Path, project: Made
) -> None:
    package = tmp_path / "release.zip"
    arguments = ("--format=zip", "--prefix=template-2/", f"--output={package}", "v2.0.0")
    Git(versions)("archive", *arguments)
    done = bootstrap(project.folder, "upgrade", TEMPLATE=str(package))
    assert done.returncode
    assert "FROM=" in done.stderr
    done = bootstrap(project.folder, "upgrade", TEMPLATE=str(package), FROM=str(versions))
    assert done.returncode == 0, done.stderr
    commit = Git(versions)("rev-parse", "v2.0.0")
    assert json.loads(project.read(".template.json"))["commit"] == commit


@pytest.mark.parametrize("to", ["0.3.1", "--output=written", "v9"])
def test_a_version_that_there_is_not_is_named_with_those_there_are(
    versions: Path, project: Made, to: str
) -> None:
    done = bootstrap(project.folder, "upgrade", TEMPLATE=str(versions), TO=to)
    said = f"no version {to!r}. Its tagged versions: v1.0.0, v1.1.0, v2.0.0."
    assert said in done.stderr
    assert not project.has("written")


def test_what_is_no_template_is_said(tmp_path: Path, project: Made) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "junk.zip").write_text("junk")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    no_template = "is no template: there is no cookiecutter.json in it"
    for address, said in {
        tmp_path / "empty": no_template,
        tmp_path / "other.zip": no_template,
        tmp_path / "junk.zip": "can't be used: File is not a zip file",
        tmp_path / "missing.zip": "There is no file",
        "http://127.0.0.1:1/x.zip": "can't be used",
        tmp_path / "missing": "git clone failed",
    }.items():
        done = bootstrap(project.folder, "upgrade", TEMPLATE=str(address))
        assert done.returncode == 1
        assert said in done.stderr
        assert "Traceback" not in done.stderr


def test_a_record_that_was_damaged_is_said_before_anything_is_fetched(project: Made) -> None:
    project.write(".template.json", "[")
    assert "can't be read" in bootstrap(project.folder, "upgrade").stderr


def test_only_what_means_it_is_a_dry_run(versions: Path, project: Made) -> None:
    for word, version in (("1", "1.0.0"), ("yes", "1.0.0"), ("0", "2.0.0")):
        done = bootstrap(project.folder, "upgrade", TEMPLATE=str(versions), DRY_RUN=word)
        assert done.returncode == 0, done.stderr
        assert project.version == version


def test_a_zip_keeps_executable_bits(versions: Path, tmp_path: Path, project: Made) -> None:
    package = tmp_path / "release.zip"
    Git(versions)("archive", "--format=zip", f"--output={package}", "v2.0.0")
    named = {"TEMPLATE": str(package), "FROM": str(versions)}
    refused = bootstrap(project.folder, "upgrade", TO="v1.1.0", **named)
    assert "has only one version" in refused.stderr
    assert bootstrap(project.folder, "upgrade", **named).returncode == 0
    assert os.access(project.folder / "run.sh", os.X_OK)


def test_both_versions_may_be_folders(versions: Path, tmp_path: Path, project: Made) -> None:
    repository = Repository(Git(versions))
    old = repository.extract("v1.0.0", tmp_path / "old")
    new = repository.extract("v2.0.0", tmp_path / "new")
    wrong = bootstrap(project.folder, "upgrade", TEMPLATE=str(new), FROM=str(new))
    assert "nor the tag v1.0.0" in wrong.stderr
    done = bootstrap(project.folder, "upgrade", TEMPLATE=str(new), FROM=str(old))
    assert done.returncode == 0, done.stderr
    assert project.version == "2.0.0"


def test_the_bootstrap_aborts_and_continues_without_the_template(
    versions: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(versions, tmp_path / "copy")
    project = make(versions, tmp_path / "project")
    project.write("config.yaml", project.read("config.yaml") + b"mine: 1\n")
    project.commit()
    before = project.state()
    assert bootstrap(project.folder, "upgrade", TEMPLATE=str(copy)).returncode == 1
    shutil.rmtree(copy)
    done = bootstrap(project.folder, "abort")
    assert done.returncode == 0, done.stderr
    assert project.state() == before
    assert "No upgrade is under way" in bootstrap(project.folder, "continue").stderr


def test_an_address_is_needed(project: Made) -> None:
    done = bootstrap(project.folder, "upgrade")
    assert "TEMPLATE=" in done.stderr


def test_a_template_that_never_had_the_recorded_version_is_refused(
    versions: Path, tmp_path: Path, project: Made
) -> None:
    other = tmp_path / "other"
    template = Repository(Git(versions)).extract("v2.0.0", other)
    git = Git(template)
    git("init", "--quiet")
    git("add", "--all")
    git("commit", "--quiet", "-m", "one")
    before = project.state()
    done = bootstrap(project.folder, "upgrade", TEMPLATE=str(other))
    assert "neither the commit" in done.stderr
    assert project.state() == before


@pytest.fixture(scope="module")
def cook(plain_git: None, tmp_path_factory: pytest.TempPathFactory) -> Cook:
    """Cookiecutter's command, and this template in a repository."""
    cook = Cook(tmp_path_factory.mktemp("cook"))
    git = Git(cook.template)
    git("init", "--quiet")
    git("add", "--all")
    git("commit", "--quiet", "-m", "one")
    return cook


@pytest.mark.parametrize(
    ("origin", "recorded"),
    [
        ("https://ada:secret@example.org/t.git", "https://example.org/t.git"),
        ("ssh://ada:secret@example.org:22/t.git", "ssh://ada@example.org:22/t.git"),
        ("git@example.org:team/t.git", "git@example.org:team/t.git"),
        ("git+https://ada:secret@example.org/t.git", "https://example.org/t.git"),
        ("git+ssh://git@example.org/t.git", "ssh://git@example.org/t.git"),
        ("git+file:///srv/t", None),
        ("hg+https://ada:secret@example.org/t", "hg+https://example.org/t"),
        ("hg+file:///srv/t", None),
        ("https://example.org/t.zip?token=secret", "https://example.org/t.zip"),
        ("/srv/t", None),
        ("file:///srv/t", None),
    ],
)
def test_the_record_names_an_address_that_others_have_without_secrets(
    cook: Cook, origin: str, recorded: str | None
) -> None:
    git = Git(cook.template)
    git("config", "remote.origin.url", origin)
    done = cook.run("--no-input", "--default-config", "--overwrite-if-exists")
    assert done.returncode == 0, done.stderr
    record = json.loads((cook.output / "iris-classifier" / ".template.json").read_text("utf-8"))
    assert record["template"] == recorded
    assert record["commit"].removesuffix("-dirty") == git("rev-parse", "HEAD")
