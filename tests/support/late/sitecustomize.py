"""Has Cookiecutter's command start sooner, which the tests run by the hundred; else it is as it is.

Python imports this at its start where its folder is in `PYTHONPATH`.
"""

import sys
from pathlib import Path

if "cookiecutter" in sys.orig_argv:  # and not in the hooks that it starts
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    from tools.upgrades.late import SELDOM, put_off

    del sys.path[0]  # the template's modules are those of the copy that is rendered
    put_off(*SELDOM)
