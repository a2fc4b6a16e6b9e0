"""The image that a release gets: that was said, or that was pushed of the bundle."""

from pathlib import Path
from typing import Any

import pytest

from model_runtime.bundle.metadata import Metadata
from model_runtime.delivery.image_note import ImageNote, forget_note, keep_note
from model_runtime.delivery.wanted_image import image_said, values_of, wanted_image
from model_runtime.errors import ProjectError
from model_runtime.settings import Image, Settings

REPOSITORY = "registry.example.org/team/model"
DIGEST, OTHER = (f"sha256:{letter * 64}" for letter in "ab")
BUNDLE = Metadata.model_construct(version=7, digest="d" * 64)
NOTE = ImageNote(
    reference=f"{REPOSITORY}:7-0123456789ab",
    digest=DIGEST,
    commit="0123456789ab",
    version=7,
    bundle="d" * 64,
)
NO_BUNDLE = ProjectError("There is no bundle.")
BY_DIGEST = f"{REPOSITORY}@{DIGEST}"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without git and without a note."""
    monkeypatch.chdir(tmp_path)


def settings(**image: Any) -> Settings:
    return Settings.model_construct(image=Image(repository=REPOSITORY, **image))


@pytest.mark.parametrize(
    ("tag", "values", "config", "expected", "why"),
    [
        # In this order: the command line, the file of values, config.yaml, the note.
        ("5", {"tag": "6"}, {"tag": "4"}, f"{REPOSITORY}:5", "TAG"),
        (None, {"tag": "6"}, {"digest": OTHER}, f"{REPOSITORY}:6", "image in production.yaml"),
        (
            None,
            {"digest": OTHER},
            {"tag": "4"},
            f"{REPOSITORY}@{OTHER}",
            "image in production.yaml",
        ),
        (None, {}, {"tag": "4"}, f"{REPOSITORY}:4", "image in config.yaml or in the environment"),
        (None, {"base": "x"}, {}, BY_DIGEST, "as `make push` noted"),
        # What was said is the very image that was pushed.
        ("7-0123456789ab", {}, {}, BY_DIGEST, "TAG, as `make push` noted"),
        (None, {"digest": DIGEST}, {}, BY_DIGEST, "image in production.yaml, as `make push` noted"),
    ],
)
def test_what_was_said_comes_before_what_was_noted(
    tag: str | None, values: dict[str, str], config: dict[str, str], expected: str, why: str
) -> None:
    keep_note(NOTE)
    said = image_said(tag, values, "production.yaml")
    image = wanted_image(settings(**config), said, REPOSITORY, BUNDLE)
    assert (image.reference, image.why) == (expected, why)


@pytest.mark.parametrize(
    "stale",
    [
        {"version": 6},
        {"bundle": "e" * 64},
        {"reference": "registry.example.org/other/model:7-0123456789ab"},
        {"digest": ""},
    ],
)
def test_a_note_of_something_else_is_not_used(stale: dict[str, object]) -> None:
    keep_note(NOTE.model_copy(update=stale))
    image = wanted_image(settings(), None, REPOSITORY, BUNDLE)
    assert (image.reference, image.digest) == (f"{REPOSITORY}:7", "")
    assert "no push of it from here is noted" in image.why


def test_a_note_is_forgotten_by_the_next_build_and_may_be_unreadable() -> None:
    for spoil in (forget_note, lambda: Path("build/image.json").write_text("{")):
        keep_note(NOTE)
        spoil()
        assert not wanted_image(settings(), None, REPOSITORY, BUNDLE).digest


def test_without_a_bundle_an_image_has_to_be_named() -> None:
    keep_note(NOTE)
    said = image_said("5", {}, None)
    assert wanted_image(settings(), said, REPOSITORY, NO_BUNDLE).reference == f"{REPOSITORY}:5"
    with pytest.raises(ProjectError, match="TAG=…"):
        wanted_image(settings(), None, REPOSITORY, NO_BUNDLE)


def test_another_commit_is_told() -> None:
    keep_note(NOTE)
    told = str(wanted_image(settings(), None, REPOSITORY, BUNDLE))
    assert told == (
        f"Image {BY_DIGEST} (7-0123456789ab): as `make push` noted. Its code is of commit "
        "0123456789ab; this folder is at none."
    )


def test_the_chart_is_told_all_of_an_image_and_the_other_of_the_same_commit() -> None:
    keep_note(NOTE)
    image = wanted_image(settings(), None, REPOSITORY, BUNDLE)
    assert values_of(image, "") == {
        "image.repository": REPOSITORY,
        "image.tag": "7-0123456789ab",
        "image.digest": DIGEST,
        "deployment.ci_image": f"{REPOSITORY}-ci:0123456789ab",
    }
    assert values_of(image, "ci:1")["deployment.ci_image"] == "ci:1"
    tagged = wanted_image(settings(), image_said("5", {}, None), REPOSITORY, BUNDLE)
    assert values_of(tagged, "")["image.digest"] == ""


@pytest.mark.parametrize("tag", ["a b", "1,deployment.replicas=9", "-1", "x" * 129, "a/b"])
def test_a_tag_that_no_image_has_is_refused(tag: str) -> None:
    with pytest.raises(ProjectError, match="is no tag of an image"):
        image_said(tag, {}, None)
