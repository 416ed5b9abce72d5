"""All settings; each is read from the environment and safe when nothing is set.

IMIS_DEMO=1 is the only switch that relaxes anything (second factor off, http allowed);
`bin/imis` sets it for a demo and for tests, a production host never does.
"""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from imis import env
from imis.gislibs import gdal_library_path, geos_library_path

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_DIR = Path(env.text("IMIS_LOCAL_DIR", str(BASE_DIR / ".local")))

DEMO = env.flag("IMIS_DEMO")
DEBUG = env.flag("IMIS_DEBUG")
SECRET_KEY = env.text("IMIS_SECRET_KEY")
ALLOWED_HOSTS = env.items("IMIS_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.items("IMIS_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "imis",
    "imis.ledger",
    "holdings",
    "tax",
    "layers",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django_htmx",
    "leaflet",
    "rest_framework",
    "rest_framework_gis",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "imis.urls"
WSGI_APPLICATION = "imis.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "imis" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ],
        },
    },
]

DATABASES = {
    "default": {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "HOST": env.text("IMIS_DB_HOST", ""),
        "PORT": env.text("IMIS_DB_PORT", ""),
        "NAME": env.text("IMIS_DB_NAME", "imis"),
        "USER": env.text("IMIS_DB_USER", "imis_app"),
        "PASSWORD": env.text("IMIS_DB_PASSWORD", ""),
        "CONN_MAX_AGE": env.number("IMIS_DB_CONN_MAX_AGE", 60),
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": env.text("IMIS_TEST_DB_NAME", "test_imis")},
    }
}
# The role that owns tables (DDL) and the one that serves requests (no UPDATE/DELETE on the books).
DB_OWNER_ROLE = env.text("IMIS_DB_OWNER_ROLE", "imis_owner")
DB_APP_ROLE = env.text("IMIS_DB_APP_ROLE", "imis_app")

GDAL_LIBRARY_PATH = gdal_library_path()
GEOS_LIBRARY_PATH = geos_library_path()

# Geometry: stored once in STORAGE_SRID (performance.md), measured in the city's metric SRID.
STORAGE_SRID = 3857
CITY_METRIC_SRID = env.number("IMIS_CITY_METRIC_SRID", 32645)

AUTH_USER_MODEL = "imis.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

LANGUAGE_CODE = "bn"
LANGUAGES = [("bn", _("Bangla")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "imis" / "locale"]
TIME_ZONE = "Asia/Dhaka"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = LOCAL_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "imis" / "static"]
MEDIA_ROOT = Path(env.text("IMIS_MEDIA_ROOT", str(LOCAL_DIR / "media")))

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = not DEMO
CSRF_COOKIE_SECURE = not DEMO
SECURE_SSL_REDIRECT = not DEMO
SECURE_HSTS_SECONDS = 0 if DEMO else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = not DEMO
SECURE_HSTS_PRELOAD = not DEMO
SESSION_COOKIE_AGE = 8 * 3600
X_FRAME_OPTIONS = "DENY"
