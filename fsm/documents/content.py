"""The strings of the monthly report, ready in one language; paper and workbook share them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone

from fsm.documents.wording import month_name, words
from fsm.queries.report import Line, Report
from fsm.rules.indicators import Share
from imis import bangla
from imis.paper.figures import Figures

Row = dict[str, Any]
_COLUMNS = ("trips", "emptied", "on_way", "received", "difference")


def report_page(report: Report, lang: str, corporation: str) -> Row:
    """What templates/report.typ lays out; raises ValueError for a language other than bn and en."""
    write, said = Figures(lang), words(lang)
    return {
        "corporation": corporation,
        "title": said["title"],
        "period": write.text(f"{month_name(report.month.month, lang)} {report.month.year}"),
        "scope": _scope(report, said, write),
        "as_at": bangla_moment(report, write),
        "indicators": indicator_rows(report, said, write),
        "figures": figure_rows(report, said, write),
        "tables": [
            _table(said["by_ward"], said["ward"], report.by_ward, ("requests", "emptyings", *_COLUMNS), said, write),
            _table(said["by_provider"], said["provider"], report.by_provider, _COLUMNS, said, write),
            _table(said["by_plant"], said["plant"], report.by_plant, _COLUMNS, said, write),
        ],
        "notes": [_account(report, said, write), said["difference_how"], said["cut"]],
    }


def bangla_moment(report: Report, write: Figures) -> str:
    """The day and hour for which the report speaks."""
    at = timezone.localtime(report.as_at)
    return f"{bangla.date_in(at.date(), write.lang)}, {write.text(at.strftime('%H:%M'))}"


def indicator_rows(report: Report, said: dict[str, str], write: Figures) -> list[Row]:
    """Each indicator: its name, its value or the reason there is none, what was counted, and how."""
    response = report.response
    return [
        _indicator("response", response.efficiency, said["response_how"], said, write),
        _hours("median", response.median_hours, said, write),
        _hours("ninetieth", response.ninetieth_hours, said, write),
        _indicator("by_volume", report.by_volume, said["by_volume_how"], said, write, unit="of_m3"),
        _indicator("by_trips", report.by_trips, said["by_trips_how"], said, write),
        _indicator("collection", report.collection, _collection_how(report, said, write), said, write, unit="of_m3"),
    ]


def figure_rows(report: Report, said: dict[str, str], write: Figures) -> list[Row]:
    """The plain figures of the month."""
    return [
        {"name": said["requests"], "value": write.text(report.response.requests)},
        {"name": said["dropped"], "value": write.text(report.response.dropped)},
        {"name": said["emptyings"], "value": write.text(report.emptyings)},
        {"name": said["failed"], "value": write.text(report.failed_visits)},
        {"name": said["fees"], "value": write.taka(str(report.fees))},
        {"name": said["paid"], "value": write.taka(str(report.paid))},
        {"name": said["trips"], "value": write.text(report.trips)},
        {"name": said["emptied"], "value": volume(report.emptied, write)},
        {"name": said["on_way"], "value": volume(report.on_way, write)},
        {"name": said["received"], "value": volume(report.received, write)},
        {"name": said["difference"], "value": volume(report.difference, write)},
    ]


def volume(amount: Decimal | None, write: Figures) -> str:
    """m³ with two decimals and lakh grouping; a dash for what is not known."""
    return "–" if amount is None else write.money(str(amount))


def _account(report: Report, said: dict[str, str], write: Figures) -> str:
    """How the volumes add up, with the month's own figures."""
    lost = report.difference or Decimal(0)
    return said["account"].format(
        emptied=volume(report.emptied, write),
        on_way=volume(report.on_way, write),
        sign="+" if lost > 0 else "−",
        difference=volume(abs(lost), write),
        received=volume(report.received, write),
    )


def _scope(report: Report, said: dict[str, str], write: Figures) -> str:
    if report.wards is None:
        return said["whole_city"]
    return said["wards"].format(wards=write.text(", ".join(map(str, report.wards))))


def _indicator(code: str, share: Share, how: str, said: dict[str, str], write: Figures, *, unit: str = "of") -> Row:
    if share.percent is None:
        assert share.why is not None
        return {"name": said[code], "value": "–", "counted": said[share.why.value], "how": how}

    def counted(amount: Decimal) -> str:
        return volume(amount, write) if unit == "of_m3" else write.text(f"{amount:f}")

    return {
        "name": said[code],
        "value": write.text(f"{share.percent:.1f}%"),
        "counted": said[unit].format(part=counted(share.part), whole=counted(share.whole)),
        "how": how,
    }


def _hours(code: str, hours: Decimal | None, said: dict[str, str], write: Figures) -> Row:
    value = "–" if hours is None else said["hours"].format(n=write.text(f"{hours:.1f}"))
    counted = said["no_requests"] if hours is None else ""
    return {"name": said[code], "value": value, "counted": counted, "how": said["time_how"]}


def _collection_how(report: Report, said: dict[str, str], write: Figures) -> str:
    if report.population is None or not report.rates:
        return said["collection_how_short"]
    terms = [
        said["rate_term"].format(
            rate=write.text(f"{rate.ml_per_head_day.normalize():f}"),
            days=write.text(rate.days),
        )
        for rate in report.rates
    ]
    how = said["collection_how"].format(
        people=bangla.grouped(report.population, write.lang),
        rates=terms[0] if len(terms) == 1 else f"({' + '.join(terms)})",
    )
    if not report.uncounted:
        return how
    return f"{how} {said['uncounted'].format(wards=write.text(', '.join(map(str, report.uncounted))))}"


def _table(
    title: str, first: str, lines: list[Line], columns: tuple[str, ...], said: dict[str, str], write: Figures
) -> Row:
    rows = [[write.pick(line.name_bn, line.name_en), *(_cell(line, name, write) for name in columns)] for line in lines]
    if len(lines) > 1:
        rows.append([said["total"], *(_total(lines, name, write) for name in columns)])
    return {
        "title": title,
        "head": [first, *(said[name] for name in columns)],
        "rows": rows,
        "has_total": len(lines) > 1,
        "empty": said["nothing"],
    }


def _cell(line: Line, name: str, write: Figures) -> str:
    value = getattr(line, name)
    return write.text(value) if isinstance(value, int) else volume(value, write)


def _total(lines: list[Line], name: str, write: Figures) -> str:
    values = [value for line in lines if (value := getattr(line, name)) is not None]
    if name in ("requests", "emptyings", "trips"):
        return write.text(sum(values))
    return volume(sum(values, Decimal(0)) if values else None, write)
