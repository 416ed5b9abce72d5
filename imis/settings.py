"""All settings; each is read from the environment and safe when nothing is set.

IMIS_DEMO=1 is the only switch that relaxes anything (second factor off, http allowed);
`bin/imis` sets it for a demo and for tests, a production host never does.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from imis import env
from imis.gislibs import gdal_library_path, geos_library_path
from imis.log import logging_settings

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_DIR = Path(env.text("IMIS_LOCAL_DIR", str(BASE_DIR / ".local")))

DEMO = env.flag("IMIS_DEMO")
DEBUG = env.flag("IMIS_DEBUG")
SECRET_KEY = env.text("IMIS_SECRET_KEY")
# Second factor for all staff; it may be off only in a demo.
SECOND_FACTOR = env.flag("IMIS_SECOND_FACTOR", not DEMO)
if not (SECOND_FACTOR or DEMO):
    raise env.MissingSetting("IMIS_SECOND_FACTOR=0 is allowed only together with IMIS_DEMO=1.")
CORPORATION = {
    "name_bn": env.text("IMIS_CORPORATION_BN", "খুলনা সিটি কর্পোরেশন"),
    "name_en": env.text("IMIS_CORPORATION_EN", "Khulna City Corporation"),
}
# Where the public opens this site; printed in the QR codes of bills and receipts. No slash at the end.
PUBLIC_URL = env.text("IMIS_PUBLIC_URL", "").rstrip("/")
ALLOWED_HOSTS = env.items("IMIS_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.items("IMIS_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "imis",
    "imis.ledger",
    "holdings",
    "tax",
    "fsm",
    "utilities",
    "layers",
    "geoserver",
    "imis.admin_config.OfficeAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.humanize",
    "django.forms",
    "django.contrib.postgres",
    "axes",
    "csp",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django_htmx",
    "leaflet",
    "rest_framework",
    "rest_framework_gis",
    "drf_spectacular",
]

MIDDLEWARE = [
    "imis.middleware.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "imis.middleware.ChosenLanguage",
    "imis.middleware.Utf8Alone",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "imis.gate.Gate",
    "imis.middleware.OnlyText",
    "imis.middleware.RefusalsInWords",
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
                "imis.context.page",
            ],
        },
    },
]

FORM_RENDERER = "imis.rendering.Renderer"

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
# The role that owns tables (DDL), and the one that serves requests (no UPDATE/DELETE on the books).
DB_OWNER_ROLE = env.text("IMIS_DB_OWNER_ROLE", "imis_owner")
DB_APP_ROLE = env.text("IMIS_DB_APP_ROLE", "imis_app")

GDAL_LIBRARY_PATH = gdal_library_path()
GEOS_LIBRARY_PATH = geos_library_path()

# Geometry: stored once in STORAGE_SRID (performance.md), measured in the city's metric SRID.
STORAGE_SRID = 3857
CITY_METRIC_SRID = env.number("IMIS_CITY_METRIC_SRID", 32645)

# A street map under the layers, such as https://tiles.example.org/{z}/{x}/{y}.png.
# None by default: the map needs no internet.
MAP_BASEMAP_URL = env.text("IMIS_BASEMAP_URL", "")
MAP_BASEMAP_ATTRIBUTION = env.text("IMIS_BASEMAP_ATTRIBUTION", "")
# GeoServer, when there is one: its address as this host reaches it, its administrator, and the folder of secrets.
# Without it `/ows/` is answered by MapServer behind OWS_SOCKET. docs/guide/geoserver.md tells the whole.
GEOSERVER_URL = env.text("IMIS_GEOSERVER_URL", "").rstrip("/")
GEOSERVER_USER = env.text("IMIS_GEOSERVER_USER", "admin")
GEOSERVER_PASSWORD = env.text("IMIS_GEOSERVER_PASSWORD", "")
GEOSERVER_SECRETS = Path(env.text("IMIS_GEOSERVER_SECRETS", str(LOCAL_DIR / "geoserver")))
# The database as GeoServer reaches it.
GEOSERVER_DB_HOST = env.text("IMIS_GEOSERVER_DB_HOST", "127.0.0.1")
GEOSERVER_DB_PORT = env.text("IMIS_GEOSERVER_DB_PORT", "")
GEOSERVER_DB_SSL = env.text("IMIS_GEOSERVER_DB_SSL", "")
CONTACT_EMAIL = env.text("IMIS_CONTACT_EMAIL", "")
OWS_SOCKET = Path(env.text("IMIS_OWS_SOCKET", str(LOCAL_DIR / "ows.sock")))

# The database as QGIS on a planner's desk reaches it (through the VPN); written into pg_service.conf.
GIS_DB_HOST = env.text("IMIS_GIS_DB_HOST", str(DATABASES["default"]["HOST"]) or "127.0.0.1")
GIS_DB_PORT = env.text("IMIS_GIS_DB_PORT", str(DATABASES["default"].get("PORT", "")) or "5432")
GIS_DB_SSL = env.text("IMIS_GIS_DB_SSL", "prefer" if DEMO else "verify-full")
LEAFLET_CONFIG = {
    "TILES": [(_("Streets"), MAP_BASEMAP_URL, MAP_BASEMAP_ATTRIBUTION)] if MAP_BASEMAP_URL else [],
    "ATTRIBUTION_PREFIX": False,
    "RESET_VIEW": False,
}

# Fragments that upper floors add to a holding's page: (URL name that takes the holding's id, permission needed).
HOLDING_PANELS = [
    ("tax:holding_panel", "see_tax"),
    ("utilities:holding_panel", "see_utilities"),
    ("fsm:holding_panel", "see_sludge"),
]
# What a click on a feature of a map layer shows: layer → (URL name that takes the feature's id, permission needed).
MAP_PANELS = {
    "containments": ("fsm:containment_panel", "see_sludge"),
    "requests_by_state": ("fsm:request_panel", "see_sludge"),
}

AUTH_USER_MODEL = "imis.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "imis.passwords.LengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "imis.passwords.ContextWordValidator"},
]
# Five wrong passwords for one name from one address lock that pair for a quarter of an hour.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "imis.views.refusals.locked_out"
AXES_CLIENT_IP_CALLABLE = "imis.gate.client_address"
AXES_VERBOSE = False
# How many proxies of ours stand in front (nginx on the web host: 1); 0 ignores X-Forwarded-For.
TRUSTED_PROXIES = env.number("IMIS_TRUSTED_PROXIES", 0)
OTP_TOTP_ISSUER = "IMIS"
CSRF_FAILURE_VIEW = "imis.views.refusals.stale_form"
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
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
STATIC_ROOT = LOCAL_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "imis" / "static"]
MEDIA_ROOT = Path(env.text("IMIS_MEDIA_ROOT", str(LOCAL_DIR / "media")))
# Days that the PDF of a whole ward's bills is kept: it holds names, and can be made again.
WARD_BILLS_DAYS = env.number("IMIS_WARD_BILLS_DAYS", 7)
# Ed25519 key that signs receipts; a demo makes it, production runs `manage.py make_receipt_key` once.
RECEIPT_KEY_FILE = Path(env.text("IMIS_RECEIPT_KEY_FILE", str(LOCAL_DIR / "receipt-key")))

# The REST doors read for people who have signed in; a door without a permission of ours does not exist (test_routes).
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "IMIS",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    # One name for a set of words that several columns share.
    "ENUM_NAME_OVERRIDES": {"SludgeState": "fsm.models.State"},
}

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
# One proxy of ours ends TLS and says so; without one the header is not believed.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REDIRECT_EXEMPT = [r"^health$"]
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

# Nothing runs that this server did not send as a file: no inline script or style, no other host.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *env.origins_of(MAP_BASEMAP_URL)],
        "font-src": [SELF],
        "connect-src": [SELF],
        # The map library's worker is a file of ours (its CSP build), no blob.
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LOGGING_CONFIG = None
logging_settings(plain=DEMO and DEBUG, level=env.text("IMIS_LOG_LEVEL", "INFO"))
