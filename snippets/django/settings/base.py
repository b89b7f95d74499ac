"""What is the same on every machine: all but the secret and the database."""

from pathlib import Path

ALLOWED_HOSTS = [".example.org", "127.0.0.1", "localhost"]
INSTALLED_APPS = ["django.contrib.staticfiles", "orders"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "UTC"  # or else Django sets its clock, and the log's, to Chicago's

STATIC_URL = "static/"
STATIC_ROOT = Path(__file__).parents[1] / "static"
STORAGES = {
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
    }
}

CSRF_COOKIE_SECURE = True
# HTTPS is the business of the proxy in front: it redirects, and it sends HSTS.
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008"]

# Without this, Django tells of errors by mail, and to nobody.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
}
