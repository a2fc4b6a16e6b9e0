"""A process that renders starts without what it doesn't need, and has it where it does."""

import subprocess
import sys

from tests.support.cook import Cook
from tools.examples import ROOT

RENDERS = """if True:
    import sys
    from tools.upgrades.late import SELDOM, put_off
    put_off(*SELDOM)
    import cookiecutter.main
    late = {"dateutil", "urllib3"} & {*sys.modules}
    assert not late, late
    import arrow, requests.adapters
    from requests.exceptions import ConnectionError
    assert arrow.utcnow().year > 2000 and issubclass(ConnectionError, OSError)
    assert requests.adapters.HTTPAdapter().max_retries is not None
    assert [sys.modules[name].__spec__.name for name in SELDOM] == [*SELDOM]
"""


def test_modules_that_are_put_off_are_whole_where_they_are_used() -> None:
    subprocess.run([sys.executable, "-c", RENDERS], cwd=ROOT, check=True)


def test_the_first_hook_reads_the_command_line_without_what_makes_projects(cook: Cook) -> None:
    hook = cook.template / "hooks" / "pre_prompt.py"
    seen = cook.folder / "seen"
    own = hook.read_text("utf-8")
    told = f"\nPath({str(seen)!r}).write_text('\\n'.join(sys.modules), 'utf-8')\n"
    hook.write_text(own + told, "utf-8")
    try:
        done = cook.run("--no-input", "-o", cook.folder / "sooner")
    finally:
        hook.write_text(own, "utf-8")
    assert done.returncode == 0, done.stderr
    found = seen.read_text("utf-8").split()
    assert "cookiecutter.cli" in found
    assert not {"jinja2", "requests", "rich"} & {*found}
