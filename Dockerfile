# One image for web, worker and beat; docker-compose.yml gives each its command.
ARG BASE_IMAGE=python:3.11-slim

FROM ${BASE_IMAGE} AS build
WORKDIR /app
COPY requirements/base.txt requirements/
RUN python3 -m venv /opt/venv \
    && /opt/venv/bin/pip install --quiet --no-cache-dir --disable-pip-version-check \
        --require-hashes --only-binary :all: -r requirements/base.txt
COPY bootstrap.py package.json package-lock.json .npmrc ./
COPY tools tools
RUN SWITCHBOARD_HOME=/tmp/setup python3 bootstrap.py --assets-only && rm -r node_modules
COPY . .
# Reads settings, so it wants keys; these sign and seal nothing and stay in this step.
RUN SECRET_KEY=only-for-collecting-static-files-0000 \
    ENCRYPTION_KEYS=build:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    DATABASE_URL=postgres://nobody@localhost/none \
    REDIS_URL=redis://localhost/0 \
    SWITCHBOARD_HOME=/tmp/setup \
    /opt/venv/bin/python manage.py collectstatic --noinput --verbosity 0

FROM ${BASE_IMAGE}
RUN useradd --system --uid 10001 --home-dir /nonexistent switchboard
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 SWITCHBOARD_HOME=/tmp
USER 10001
EXPOSE 8000
CMD ["gunicorn", "dashboard.wsgi:application", "--bind", "0.0.0.0:8000", \
     "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--no-control-socket", \
     "--worker-tmp-dir", "/dev/shm"]
