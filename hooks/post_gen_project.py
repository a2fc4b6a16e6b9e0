"""Says what to do next."""

import json

ANSWERS = json.loads(<< cookiecutter | jsonify | jsonify >>)

print(f"""
{ANSWERS["project_name"]} is in {ANSWERS["project_slug"]}/ and complete as it is. Next:

  cd {ANSWERS["project_slug"]}
  make setup train serve     an environment, a model, its API on http://127.0.0.1:8000
  make help                  everything else

Then make it yours: src/{ANSWERS["package_name"]}/use_case/, data/ and tests/use_case/.
""")
