# The environment of trainings on Azure, which the workspace builds: the libraries of uv.lock. The
# project's own code comes with each job.
FROM docker.io/library/python:<< cookiecutter.python_version >>-slim-bookworm
ARG UV=0.13.9
# What image.system_packages in config.yaml names, a line each: training needs it, too.
COPY packages.txt /tmp/
# hadolint ignore=DL3008
RUN apt-get update \
    && xargs --no-run-if-empty --arg-file=/tmp/packages.txt apt-get install --yes --no-install-recommends \
    && rm -rf /var/lib/apt/lists/*
RUN python3 -m venv /opt/uv \
    && /opt/uv/bin/pip install --no-cache-dir --disable-pip-version-check "uv==${UV}"
WORKDIR /build
COPY pyproject.toml uv.lock ./
COPY runtime ./runtime
ENV UV_LINK_MODE=copy UV_PYTHON=python3 UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=/opt/training
RUN /opt/uv/bin/uv sync --no-cache --locked --no-install-project --no-editable --no-default-groups \
    --group train --group azure-ml
ENV PATH="/opt/training/bin:${PATH}" ORT_DISABLE_TELEMETRY=1
WORKDIR /
