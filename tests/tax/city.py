"""A small generated city for the tests of the tax: every kind of holding, unit, loan and exemption, by arithmetic."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from imis.models import User

DHAKA = ZoneInfo("Asia/Dhaka")
START = date(2021, 7, 1)

_PLACES = """
INSERT INTO holdings_ward (number, name_bn, name_en, zone, geom)
SELECT w, 'ওয়ার্ড ' || w, 'Ward ' || w, 1 + w %% 4,
       ST_Multi(ST_ForcePolygonCW(ST_SetSRID(ST_MakeEnvelope(w * 100, 0, w * 100 + 90, 90), 3857)))
FROM unnest(%(wards)s) w ON CONFLICT DO NOTHING;
INSERT INTO holdings_mahalla (ward_id, name_bn, name_en) SELECT w, 'মহল্লা ' || w, 'Mahalla ' || w
FROM unnest(%(wards)s) w ON CONFLICT DO NOTHING;
INSERT INTO holdings_road (ward_id, code, name_bn, name_en, hierarchy)
SELECT w, '001', 'খান জাহান আলী "রোড"', 'Khan Jahan Ali Road', 'lane' FROM unnest(%(wards)s) w ON CONFLICT DO NOTHING;
"""

_HOLDINGS = """
WITH made AS (
    INSERT INTO holdings_holding (ward_id, road_id, mahalla_id, number_written, number_key, code, old_number, frontage,
                                  route_order, state)
    SELECT r.ward_id, CASE WHEN i %% 9 > 0 THEN r.id END, CASE WHEN i %% 8 > 0 THEN m.id END, i::text, i::text,
           CASE WHEN i %% 7 > 0 THEN lpad(r.ward_id::text, 2, '0') || '-001-' || lpad(i::text, 4, '0') || '-00' END, '',
           (ARRAY['main_road', 'lane', 'beyond'])[1 + i %% 3], 5000 - i,
           CASE WHEN i %% 97 = 0 THEN 'inactive' ELSE 'active' END
    FROM holdings_road r JOIN holdings_mahalla m USING (ward_id) CROSS JOIN generate_series(1, %(count)s) i
    WHERE r.ward_id = ANY(%(wards)s)
    RETURNING id, number_key::int AS i
), units AS (
    INSERT INTO holdings_unit (holding_id, storey, use, structure, occupancy, area_sqft, monthly_rent_amount, valid)
    SELECT id, s, (ARRAY['residential', 'residential', 'commercial', 'mixed', 'vacant_land'])[1 + (i + s) %% 5],
           (ARRAY['pucca', 'semi_pucca', 'tin_shed', 'katcha'])[1 + i %% 4],
           (ARRAY['owner', 'let', 'owner', 'vacant'])[1 + (i / 3 + s) %% 4], 30 + (i * 37 %% 2000) + 0.25 * (i %% 4),
           CASE WHEN i %% 10 = 3 THEN 5000 + i %% 777 + 0.01 * (i %% 100) END, '[2015-01-01,)'::daterange
    FROM made CROSS JOIN LATERAL generate_series(CASE WHEN i %% 11 = 5 THEN -1 ELSE 0 END, i %% 4) s WHERE i %% 53 > 0
), loans AS (
    INSERT INTO tax_buildingloan (holding_id, lender, yearly_interest_amount, valid)
    SELECT id, 'HBFC', 1000 + i * 131 %% 90000 + 0.37, '[2015-01-01,)'::daterange FROM made WHERE i %% 5 = 2
    UNION ALL SELECT id, 'Sonali', 250.5, '[2015-01-01,2020-01-01)'::daterange FROM made WHERE i %% 5 = 2
)
INSERT INTO tax_exemption (holding_id, kind, percent, area_cap_sqft, legal_ref, document, valid, proposed_by_id,
                           approved_by_id)
SELECT id, 'freedom_fighter', CASE WHEN i %% 12 = 7 THEN 100 ELSE 33.33 END, 700 + i %% 900, 's.84 "ক" \\ ref', 'd',
       '[2015-01-01,)'::daterange, %(one)s, %(other)s FROM made WHERE i %% 6 = 1
UNION ALL
SELECT id, 'roof_garden', 10, NULL, 's.84', 'd', '[2015-01-01,)'::daterange, %(one)s, %(other)s
FROM made WHERE i %% 4 = 1;
INSERT INTO holdings_owner (name_bn, name_en, guardian_name, mobile)
SELECT 'মোঃ আব্দুর রহিম ' || h.id, '', 'মৃত "করিম"', '' FROM holdings_holding h
WHERE NOT EXISTS (SELECT 1 FROM holdings_ownership o WHERE o.holding_id = h.id);
INSERT INTO holdings_ownership (holding_id, owner_id, share, valid)
SELECT h.id, o.id, 1, '[2010-01-01,)'
FROM holdings_holding h JOIN holdings_owner o ON o.name_bn = 'মোঃ আব্দুর রহিম ' || h.id
WHERE NOT EXISTS (SELECT 1 FROM holdings_ownership w WHERE w.holding_id = h.id);
"""


def moment(day: date, hour: int = 10) -> datetime:
    """An office hour of a day in Dhaka."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=DHAKA)


def officer(name: str, **fields: Any) -> User:
    """An officer for all wards."""
    return User.objects.get_or_create(username=name, defaults={"all_wards": True, **fields})[0]


def build_city(*, wards: list[int], count: int) -> None:
    """`count` holdings in each of `wards`, with units, owners, loans and exemptions."""
    arguments = {"wards": wards, "count": count, "one": officer("assessor").pk, "other": officer("approver").pk}
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, arguments)
        cursor.execute(_HOLDINGS, arguments)
