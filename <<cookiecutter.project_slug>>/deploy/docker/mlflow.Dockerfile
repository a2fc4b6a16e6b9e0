# MLflow's server, of the version that uv.lock has, with PostgreSQL's driver; see deploy/compose.yaml.
FROM docker.io/library/python:<< cookiecutter.python_version >>-slim-bookworm
ARG UV=0.13.9
# For the build alone; at run time each has its own.
ARG PIP_CACHE_DIR=/var/cache/pip
ARG UV_CACHE_DIR=/var/cache/uv
ARG DRIVER=2.9.11
WORKDIR /app
COPY pyproject.toml uv.lock ./
COPY runtime ./runtime
ENV UV_LINK_MODE=copy UV_PYTHON=python3 UV_PYTHON_DOWNLOADS=never
RUN --mount=type=cache,target=/var/cache/pip --mount=type=cache,target=/var/cache/uv \
    python3 -m venv /opt/uv \
    && /opt/uv/bin/pip install --disable-pip-version-check "uv==${UV}" \
    && /opt/uv/bin/uv sync --locked --no-install-project --no-default-groups --group registry \
    && /opt/uv/bin/uv pip install "psycopg2-binary==${DRIVER}" \
    && mkdir -m 700 /artifacts && chown 10001:10001 /artifacts
ENV PATH="/app/.venv/bin:${PATH}" HOME=/tmp
USER 10001:10001
EXPOSE 5000
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=6 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:5000/health', timeout=4)"]
CMD ["mlflow", "server", "--host", "0.0.0.0", "--port", "5000", "--artifacts-destination", "/artifacts"]
