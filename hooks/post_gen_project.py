"""Deletes what was not chosen, and says what to do next."""

import json
from pathlib import Path

ANSWERS = json.loads(<< cookiecutter | jsonify | jsonify >>)

CHOSEN = {
    "github_actions": (
        *(".github/dependabot.yml", ".github/workflows/build-image.yml"),
        *(".github/workflows/continuous-integration.yml", ".github/workflows/deploy.yml"),
        *(".github/workflows/train-model.yml",),
    ),
    "ansible": (
        *("ansible/README.md", "ansible/ansible.cfg", "ansible/deploy.yml", "ansible/host.yml"),
        *("ansible/inventory.sample.yml", "ansible/requirements.yml"),
        *("ansible/group_vars/targets/vars.yml", "ansible/vault.sample.yml"),
    ),
}
"""Files that are there only if their question was answered with yes.

Named one by one, so that a folder's other files stay where a project is rendered over.
"""

for question, files in CHOSEN.items():
    if ANSWERS[question] != "yes":
        for file in map(Path, files):
            file.unlink()
            for folder in list(file.parents)[:-1]:
                if not any(folder.iterdir()):
                    folder.rmdir()

print(f"""
{ANSWERS["project_name"]} is in {ANSWERS["project_slug"]}/ and complete as it is. Next:

  cd {ANSWERS["project_slug"]}
  make setup train serve     an environment, a model, its API on http://127.0.0.1:8000
  make help                  everything else

Then make it yours: src/{ANSWERS["package_name"]}/use_case/, data/ and tests/use_case/.
""")
