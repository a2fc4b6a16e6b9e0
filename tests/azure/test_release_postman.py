"""A release is asked the whole Postman collection where newman is installed, and fails by it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.files import AZURE
from tests.support.projects import NODE_MODULES, Trained

pytestmark = pytest.mark.slow  # it serves

CHECK = """
import sys
from pathlib import Path
from model_azure.release.check import check_service
from model_runtime.settings import read_settings
from model_runtime.testing.service import running
with running(Path("model_bin"), Path("log"), SERVING__SCORE_AS_TEXT=sys.argv[1]) as service:
    print(check_service(service.url, read_settings()))
"""


@pytest.mark.skipif(not shutil.which("npm"), reason="no npm: install Node.js with npm")
@pytest.mark.parametrize(
    ("as_text", "said"),
    [("false", "version 1 answers as at training"), ("true", "fails tests of deploy/postman/")],
    ids=["as in config.yaml", "otherwise than in config.yaml"],
)
def test_a_release_is_asked_the_postman_collection(
    trained: Trained, tmp_path: Path, as_text: str, said: str
) -> None:
    newman = trained.newman() / NODE_MODULES
    project = trained.lend("titanic", tmp_path)
    (project / NODE_MODULES).symlink_to(newman)
    done = subprocess.run(
        [project / ".venv" / "bin" / "python", "-c", CHECK, as_text],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(AZURE)},
        capture_output=True,
        text=True,
    )
    assert said in done.stdout + done.stderr
    assert (project / "deploy" / "postman" / "results" / "junit.xml").is_file()
