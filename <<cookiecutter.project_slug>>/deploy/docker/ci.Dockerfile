# What pipelines and the cluster's jobs need: the project, its training group and tools, and `make`.
FROM docker.io/library/python:<< cookiecutter.python_version >>-slim-bookworm AS base
FROM docker.io/alpine/helm:3.18.4 AS helm

FROM base
ARG UV=0.13.9
# For the build alone; at run time each has its own.
ARG PIP_CACHE_DIR=/var/cache/pip
ARG UV_CACHE_DIR=/var/cache/uv
# What image.system_packages in config.yaml names, by blanks: training needs it, too.
ARG SYSTEM_PACKAGES=
# The newest of the base's Debian, for security fixes.
# hadolint ignore=DL3008,SC2086
RUN apt-get update \
    && apt-get install --yes --no-install-recommends buildah git make nodejs npm ${SYSTEM_PACKAGES} \
    && rm -rf /var/lib/apt/lists/*
COPY --from=helm /usr/bin/helm /usr/local/bin/helm
RUN --mount=type=cache,target=/var/cache/pip \
    python3 -m venv /opt/uv \
    && /opt/uv/bin/pip install --disable-pip-version-check "uv==${UV}" \
    && ln -s /opt/uv/bin/uv /opt/uv/bin/uvx /usr/local/bin/
WORKDIR /app
COPY pyproject.toml uv.lock ./
COPY runtime ./runtime
ENV UV_LINK_MODE=copy UV_PYTHON=python3 UV_PYTHON_DOWNLOADS=never
RUN --mount=type=cache,target=/var/cache/uv uv sync --locked --no-install-project
COPY . .
RUN --mount=type=cache,target=/var/cache/uv make setup && chmod -R a+rX,go-w .
ENV PATH="/app/.venv/bin:${PATH}" \
    ORT_DISABLE_TELEMETRY=1 \
    HOME=/tmp
USER 10001:10001
CMD ["make", "help"]
