"""Logs as one JSON object a line, without personal data.

Every record passes `without_personal_data`, also those of Django and of libraries: values under
tell-tale keys are dropped, and mobile numbers, NID numbers and e-mail addresses inside texts are masked.
"""

from __future__ import annotations

import logging
import logging.config
import re
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

_SECRET_KEYS = re.compile(
    r"passw|secret|token|otp|code$|name|mobile|phone|email|nid|owner|payer|guardian|father|mother|address|authorization|cookie",
    re.I,
)
# Keys that match above but hold no person.
_HARMLESS_KEYS = frozenset({"logger_name", "status_code", "filename", "func_name", "hostname", "request_id"})
_DIGIT = "[0-9০-৯]"
_EDGE = "[0-9A-Za-z০-৯]"
_MOBILE = re.compile(rf"(?<!{_EDGE})(?:\+?(?:88|৮৮)[\s-]?)?[0০][\s-]?[1১](?:[\s-]?{_DIGIT}){{9}}(?!{_EDGE})")
_LONG_NUMBER = re.compile(rf"(?<!{_EDGE})(?:{_DIGIT}{{17}}|{_DIGIT}{{13}}|{_DIGIT}{{10}})(?!{_EDGE})")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_QUERY = re.compile(r"\?[^\s\"']*")
MASK = "***"
# What answers a request sets this in its WSGI environment when the answer is not worth a line in the access log.
UNLOGGED = "imis.unlogged"


def masked(text: str) -> str:
    """`text` with mobile, NID and e-mail patterns masked, and the query string of addresses dropped."""
    for pattern in (_EMAIL, _MOBILE, _LONG_NUMBER):
        text = pattern.sub(MASK, text)
    return _QUERY.sub("?" + MASK, text)


def _clean(key: str, value: Any) -> Any:
    if key in _HARMLESS_KEYS:
        return value
    if _SECRET_KEYS.search(key):
        return MASK
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, Mapping):
        return {inner: _clean(str(inner), content) for inner, content in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_clean("", item) for item in value]
    if value is None or isinstance(value, (bool, float)):
        return value
    if isinstance(value, int):
        return MASK if _LONG_NUMBER.fullmatch(str(value)) else value
    return masked(str(value))


def without_personal_data(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """A structlog processor: the same event with personal data masked (never raises)."""
    return {key: _clean(key, value) for key, value in event.items() if not key.startswith("_")}


def _without_error_values(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keeps where an exception came from and its kind; its text may quote a row and is dropped."""
    exc_info = event.pop("exc_info", None)
    if exc_info and exc_info is not True:
        kind, _value, trace = exc_info
        places = []
        while trace is not None:
            places.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
            trace = trace.tb_next
        event["exception"] = getattr(kind, "__qualname__", str(kind))
        event["at"] = places[-6:]
    return event


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.stdlib.ExtraAdder(allow=None),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def formatter(*, plain: bool = False) -> structlog.stdlib.ProcessorFormatter:
    """The formatter of every handler: JSON lines, or coloured text for a developer's terminal."""
    last: list[Any] = (
        [structlog.dev.ConsoleRenderer()] if plain else [structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_SHARED, structlog.processors.format_exc_info] if plain else _SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *([] if plain else [_without_error_values]),
            without_personal_data,
            *last,
        ],
    )


def logging_settings(*, plain: bool, level: str) -> None:
    """Configures structlog and the standard library's logging: everything to standard error."""
    structlog.configure(
        processors=[*_SHARED[:4], _SHARED[-1], structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"imis": {"()": formatter, "plain": plain}},
            "handlers": {"standard_error": {"class": "logging.StreamHandler", "formatter": "imis"}},
            "root": {"handlers": ["standard_error"], "level": level},
            "loggers": {
                "django": {"level": level, "propagate": True, "handlers": []},
                "django.server": {"level": "WARNING", "propagate": True, "handlers": []},
                "axes": {"level": "WARNING"},
            },
        }
    )
