# What pipelines and the cluster's jobs need: the project, its training group and tools, and `make`.
FROM docker.io/library/python:<< cookiecutter.python_version >>-slim-bookworm AS base
FROM docker.io/alpine/helm:3.22.0 AS helm
FROM docker.io/library/docker:29-cli AS docker

FROM base AS tools
ARG UV=0.13.9
# For the build alone; at run time each has its own.
ARG PIP_CACHE_DIR=/var/cache/pip
# What image.system_packages in config.yaml names, by blanks: training needs it, too.
ARG SYSTEM_PACKAGES=
# The newest of the base's Debian, for security fixes.
# hadolint ignore=DL3008,SC2086
RUN apt-get update \
    && apt-get install --yes --no-install-recommends buildah git make nodejs npm procps ${SYSTEM_PACKAGES} \
    && rm -rf /var/lib/apt/lists/*
COPY --from=helm /usr/bin/helm /usr/local/bin/helm
RUN --mount=type=cache,target=/var/cache/pip \
    python3 -m venv /opt/uv \
    && /opt/uv/bin/pip install --disable-pip-version-check "uv==${UV}" \
    && ln -s /opt/uv/bin/uv /opt/uv/bin/uvx /usr/local/bin/
ENV UV_LINK_MODE=copy UV_PYTHON=python3 UV_PYTHON_DOWNLOADS=never


# What Jenkins runs its stages in: the tools, for a project that is checked out.
FROM tools AS pipelines
COPY --from=docker /usr/local/bin/docker /usr/local/bin/docker
COPY --from=docker /usr/local/libexec/docker/cli-plugins/docker-buildx /usr/local/libexec/docker/cli-plugins/
<%- if cookiecutter.azure == "yes" %>
# In an environment of its own; pipelines sign in to Azure by it.
RUN --mount=type=cache,target=/var/cache/pip \
    python3 -m venv /opt/azure && /opt/azure/bin/pip install --disable-pip-version-check "azure-cli==2.91.0" \
    && ln -s /opt/azure/bin/az /usr/local/bin/az
<%- endif %>
# A volume that is mounted here first takes its rights from this folder: any user may fill it.
RUN mkdir --mode=1777 /var/cache/ci
ENV HOME=/tmp UV_CACHE_DIR=/var/cache/ci/uv npm_config_cache=/var/cache/ci/npm
USER 10001:10001
CMD ["make", "help"]


FROM tools
WORKDIR /app
COPY pyproject.toml uv.lock ./
COPY runtime ./runtime
# For the build alone; at run time each has its own.
ARG UV_CACHE_DIR=/var/cache/uv
RUN --mount=type=cache,target=/var/cache/uv uv sync --locked --no-install-project
COPY . .
RUN --mount=type=cache,target=/var/cache/uv make setup && chmod -R a+rX,go-w .
ENV PATH="/app/.venv/bin:${PATH}" \
    ORT_DISABLE_TELEMETRY=1 \
    HOME=/tmp
USER 10001:10001
CMD ["make", "help"]
