FROM python:3.11.14-slim-bookworm AS libraries

COPY requirements.txt /
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes -r /requirements.txt \
    && /venv/bin/pip uninstall --yes --disable-pip-version-check pip setuptools

FROM python:3.11.14-slim-bookworm

# The number is fixed so that volumes and secret files can be given to it.
RUN useradd --uid 10001 --user-group --home-dir /data --create-home --shell /usr/sbin/nologin attune

COPY --from=libraries /venv /venv
COPY . /attune
RUN python -m compileall -q /attune

WORKDIR /attune
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    FLASK_APP=service.app \
    ATTUNE_DATA_DIR=/data \
    ATTUNE_BIND=0.0.0.0

USER 10001:10001
VOLUME /data
EXPOSE 8000

HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]

CMD ["gunicorn", "-c", "python:service.serving", "service.app:create_app()"]
