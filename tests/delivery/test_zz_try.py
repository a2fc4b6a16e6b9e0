import os, time
from pathlib import Path
import pytest
from model_runtime.api_key import make_key

@pytest.fixture
def project(trained):
    return trained("titanic")

def test_try(project, released):
    released.runs(project, "titanic:bad", TITANIC_SERVING__API_KEYS__LINES=make_key("a", 1)[1].line)
    released.images.refuse(released.namespace, "titanic:gone")
    names = ("KUBECONFIG", "NAMESPACE", "PATH")
    Path("/tmp/w/L-env").write_text("".join(f"export {n}='{os.environ[n]}'\n" for n in names) + f"cd {project}\n")
    while not Path("/tmp/w/L-stop").exists():
        time.sleep(1)
