# The site: web, worker and beat run from this one image (see docker-compose.yml).
FROM python:3.11-slim AS build
WORKDIR /site
COPY requirements/prod.txt requirements/prod.txt
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/prod.txt

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 VAR_DIR=/data
WORKDIR /site
COPY --from=build /venv /venv
COPY . .
# French catalogues and static files are made once, here; the keys open nothing.
RUN SECRET_KEY=build FIELD_KEYS=build:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    DATABASE_URL=postgres://build/build REDIS_URL=redis://build/0 \
    python manage.py collectstatic --no-input \
    && useradd --system --uid 10001 site && mkdir -p /data/files && chown -R site /data
USER site
EXPOSE 8000
CMD ["gunicorn", "portal.wsgi", "--bind=0.0.0.0:8000", "--workers=2", "--threads=4", "--preload", \
     "--no-control-socket", "--access-logfile=-"]
