"""The MapServer map of an audience, computed from the catalogue: what GeoServer would serve, where there is none.

Each band is one layer that is asked for features (`band`), and one more for each paint (`band.0`) that is only drawn.
The map reads the audience's views by the audience's login; wards come in as a checked word that only the door sets.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from geoserver.desired import MOST_FEATURES, published
from layers.exports.drawing import Sort, Step, Test, painted, sorts, spoken, steps
from layers.queries import Bounds
from layers.spec import Audience, Band, Geometry, Kind, Layer, Paint

_TYPES = {Geometry.POLYGON: "POLYGON", Geometry.LINE: "LINE", Geometry.POINT: "POINT"}
_PAINTED = {"fill": "POLYGON", "line": "LINE", "circle": "POINT"}
_GML = {
    Kind.INTEGER: "Integer",
    Kind.NUMBER: "Real",
    Kind.TEXT: "Character",
    Kind.BOOLEAN: "Boolean",
    Kind.DATE: "Date",
}
_SYSTEMS = "EPSG:3857 EPSG:4326 EPSG:900913 EPSG:{metric}"
# No ward at all, unless the door says which: a map asked for by another way shows nothing of a scoped layer.
NOBODY, EVERYBODY = "-1", "all"
_HEAD = """MAP
 NAME "{schema}"
 UNITS METERS
 SIZE 256 256
 MAXSIZE 4096
 IMAGETYPE "png"
 EXTENT {extent}
 PROJECTION "init=epsg:3857" END
 CONFIG "MS_ERRORFILE" "stderr"
 SYMBOL NAME "circle" TYPE ELLIPSE FILLED TRUE POINTS 1 1 END END
 OUTPUTFORMAT NAME "png" DRIVER AGG/PNG MIMETYPE "image/png" IMAGEMODE RGBA EXTENSION "png" END
 OUTPUTFORMAT NAME "png8" DRIVER AGG/PNG8 MIMETYPE "image/png; mode=8bit" IMAGEMODE RGB EXTENSION "png" END
 OUTPUTFORMAT NAME "jpeg" DRIVER AGG/JPEG MIMETYPE "image/jpeg" IMAGEMODE RGB EXTENSION "jpg" END
 OUTPUTFORMAT NAME "geojson" DRIVER "OGR/GEOJSON" MIMETYPE "application/json" FORMATOPTION "STORAGE=stream"
  FORMATOPTION "FORM=simple" FORMATOPTION "LCO:COORDINATE_PRECISION=8" FORMATOPTION "LCO:ID_FIELD=id"
  FORMATOPTION "USE_FEATUREID=true" END
 LEGEND STATUS ON KEYSIZE 20 20 END
 WEB METADATA
  "ows_title" "{title}"
  "ows_enable_request" "*"
  "ows_srs" "{systems}"
  "ows_onlineresource" "http://door.invalid/{schema}/mapserv?"
  "ows_encoding" "UTF-8"
  "ows_contactorganization" "{title}"
  "wms_getmap_formatlist" "image/png,image/png; mode=8bit,image/jpeg"
  "wms_feature_info_mime_type" "application/json,text/plain,application/vnd.ogc.gml"
  "wms_getfeatureinfo_formatlist" "text/plain,application/vnd.ogc.gml,geojson"
  "wms_getlegendgraphic_formatlist" "image/png"
  "wfs_getfeature_formatlist" "geojson"
  "wfs_maxfeatures" "{most}"
  "wfs_namespace_prefix" "ms"
 END END
"""


def mapfile(audience: Audience, connection: str, bounds: Bounds) -> str:
    """The whole map; `connection` is libpq's, without a password, `bounds` in EPSG:3857."""
    parts = [
        _HEAD.format(
            schema=audience.schema,
            extent=" ".join(f"{part:.2f}" for part in bounds),
            title=_quoted(f"{settings.CORPORATION['name_bn']} · {settings.CORPORATION['name_en']}"),
            systems=_SYSTEMS.format(metric=settings.CITY_METRIC_SRID),
            most=MOST_FEATURES,
        )
    ]
    for item in published(audience):
        source = _source(item.layer, item.band, audience, connection)
        parts.append(_data_layer(item.band, item.attributes, source))
        for place, paint in enumerate(painted(item.band)):
            parts.append(_drawn_layer(item.layer, item.band, paint, place, source))
    return "".join(parts) + "END\n"


def paints_of(band: Band) -> tuple[str, ...]:
    """The names of the layers that draw a band, in the order of drawing."""
    return tuple(f"{band.name}.{place}" for place in range(len(band.paints)))


def _source(layer: Layer, band: Band, audience: Audience, connection: str) -> str:
    view = f"{audience.schema}.{band.name}"
    where = ""
    validation = ""
    if layer.scoped:
        where = (
            f" WHERE '%wards%' = '{EVERYBODY}'"
            f" OR ward = ANY(string_to_array(nullif('%wards%', '{EVERYBODY}'), ',')::integer[])"
        )
        validation = (
            f'  VALIDATION "wards" "^({EVERYBODY}|-1|[0-9]{{1,3}}(,[0-9]{{1,3}})*)$" "default_wards" "{NOBODY}" END\n'
        )
    data = f"geom FROM (SELECT * FROM {view}{where}) AS f USING UNIQUE id USING SRID=3857"  # noqa: S608 - names from the catalogue
    return (
        f'  CONNECTIONTYPE POSTGIS\n  CONNECTION "{_quoted(connection)}"\n  PROCESSING "CLOSE_CONNECTION=DEFER"\n'
        f'  DATA "{data}"\n  PROJECTION "init=epsg:3857" END\n{validation}'
    )


def _data_layer(band: Band, attributes: tuple[str, ...], source: str) -> str:
    kinds = {each.name: each.kind for each in band.attributes}
    columns = ",".join(name for name in attributes if name != "geom")
    types = "".join(f'   "gml_{name}_type" "{_GML[kinds[name]]}"\n' for name in attributes if name in kinds)
    title = _quoted(f"{spoken(band.title, 'bn')} · {spoken(band.title, 'en')}")
    return (
        f' LAYER\n  NAME "{band.name}"\n  TYPE {_TYPES[band.geometry]}\n  STATUS OFF\n{source}'
        f'  TEMPLATE "anything"\n  METADATA\n   "ows_title" "{title}"\n   "ows_group_title" "{title}"\n'
        f'   "gml_featureid" "id"\n   "gml_include_items" "{columns}"\n   "ows_include_items" "{columns}"\n'
        f'   "gml_geometries" "geom"\n   "gml_geom_type" "multi{_shape(band)}"\n   "gml_id_type" "Long"\n{types}'
        '   "wfs_use_default_extent_for_getfeature" "false"\n  END\n END\n'
    )


def _shape(band: Band) -> str:
    return {Geometry.POLYGON: "polygon", Geometry.LINE: "line", Geometry.POINT: "point"}[band.geometry]


def _drawn_layer(layer: Layer, band: Band, paint: Paint, place: int, source: str) -> str:
    classes = "".join(_class(paint, sort, step) for sort in sorts(band, paint) for step in steps(layer, band, paint))
    return (
        f' LAYER\n  NAME "{band.name}.{place}"\n  GROUP "{band.name}.all"\n  STATUS OFF\n'
        f"  TYPE {_PAINTED[paint.kind]}\n"
        f'{source}  METADATA "ows_title" "{band.name}.{place}" "wms_enable_request" "!* GetMap GetLegendGraphic"'
        f' "wfs_enable_request" "!*" END\n{_scales(layer, band, paint)}{classes} END\n'
    )


def _scales(layer: Layer, band: Band, paint: Paint) -> str:
    """Outside all steps the layer is not read at all."""
    spans = steps(layer, band, paint)
    low = min((step.min_denominator for step in spans), default=0)
    lines = f"  MAXSCALEDENOM {max((step.max_denominator for step in spans), default=0)}\n"
    return lines + (f"  MINSCALEDENOM {low}\n" if low else "")


def _class(paint: Paint, sort: Sort, step: Step) -> str:
    name = _quoted(f"{spoken(sort.label, 'bn')} · {spoken(sort.label, 'en')}") if sort.label else ""
    low = f"   MINSCALEDENOM {step.min_denominator}\n" if step.min_denominator else ""
    return (
        f'  CLASS\n   NAME "{name}"\n{_expression(sort)}   MAXSCALEDENOM {step.max_denominator}\n{low}'
        f"{_style(paint, sort.colour, step)}  END\n"
    )


def _expression(sort: Sort) -> str:
    parts = [part for test in sort.tests for part in _tests(test)]
    return f"   EXPRESSION ({' AND '.join(parts)})\n" if parts else ""


def _tests(test: Test) -> Iterator[str]:
    name = test.attribute.name
    if test.values:
        either = " OR ".join(f"'[{name}]' = '{_quoted(value)}'" for value in test.values)
        yield f"NOT ({either})" if test.negated else f"({either})"
    if test.at_least is not None:
        yield f"([{name}] >= {test.at_least})"
    if test.below is not None:
        yield f"([{name}] < {test.below})"


def _style(paint: Paint, colour: str, step: Step) -> str:
    opacity = f"    OPACITY {round(step.opacity * 100)}\n" if step.opacity < 1 else ""
    outline = f'    OUTLINECOLOR "{paint.outline}"\n    WIDTH 1\n' if paint.outline else ""
    if paint.kind == "fill":
        return f'   STYLE\n    COLOR "{colour}"\n{outline}{opacity}   END\n'
    if paint.kind == "circle":
        circle = f'   STYLE\n    SYMBOL "circle"\n    SIZE {2 * step.width:g}\n    COLOR "{colour}"\n'
        return f"{circle}{outline}{opacity}   END\n"
    dashes = " ".join(f"{part * step.width:g}" for part in paint.dash)
    pattern = f"    PATTERN {dashes} END\n" if dashes else ""
    cap = "BUTT" if paint.dash else "ROUND"
    return (
        f'   STYLE\n    COLOR "{colour}"\n    WIDTH {step.width:g}\n    LINECAP {cap}\n    LINEJOIN ROUND\n'
        f"{pattern}{opacity}   END\n"
    )


def _quoted(text: str) -> str:
    r"""A text inside double quotes of a mapfile, which knows \" and \' only."""
    return text.replace("\\", "/").replace('"', "'")
