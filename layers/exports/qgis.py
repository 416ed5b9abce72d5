"""A QGIS project of one audience, computed from the catalogue: groups, styles, labels and column titles.

The project names a connection service (`imis`) and holds no host, user or password: each planner's own
`pg_service.conf` has them. It opens in QGIS 3.22 and later. A band becomes one QGIS layer for each level it
draws at, so that a ward's ground lies under everything and its boundary above.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree

from layers.catalogue import shown_at_first
from layers.database import columns_for
from layers.exports.drawing import Sort, Step, Test, painted, sorts, spoken, steps
from layers.spec import Audience, Band, Geometry, Kind, Layer, Level, Paint, Text

SERVICE = "imis"
VERSION = "3.22.0"
Node = ElementTree.Element
_SHAPES = {
    Geometry.POLYGON: ("MultiPolygon", "2", "Polygon"),
    Geometry.LINE: ("MultiLineString", "1", "Line"),
    Geometry.POINT: ("Point", "0", "Point"),
}
_WEB_MERCATOR = {
    "wkt": "", "proj4": "+proj=merc +a=6378137 +b=6378137 +units=m +nadgrids=@null +wktext +no_defs",
    "srsid": "3857", "srid": "3857", "authid": "EPSG:3857", "description": "WGS 84 / Pseudo-Mercator",
    "projectionacronym": "merc", "ellipsoidacronym": "EPSG:7030", "geographicflag": "false",
}  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """One layer of the project: the paints of a band at one level."""

    layer: Layer
    band: Band
    level: Level
    paints: tuple[Paint, ...]

    @property
    def key(self) -> str:
        """Its id in the project."""
        return f"{self.band.name}_{self.level.name.lower()}"

    @property
    def title(self) -> Text:
        """The band's title, or that of its only labelled paint when the band draws at other levels too."""
        labels = [paint.label for paint in self.paints if paint.label]
        alone = len({paint.level for paint in self.band.paints}) == 1
        return self.band.title if alone or not labels else labels[-1]


def drawn_layers(layers: Iterable[Layer]) -> tuple[Drawn, ...]:
    """The layers of a project, the topmost first."""
    chosen = tuple(layers)
    found = []
    for place, layer in enumerate(chosen):
        for band in layer.bands:
            for level in sorted({paint.level for paint in band.paints}):
                paints = tuple(paint for paint in painted(band) if paint.level is level)
                found.append((level, place, Drawn(layer, band, level, paints)))
    found.sort(key=lambda each: each[:2], reverse=True)
    return tuple(each[2] for each in found)


def project(
    layers: Iterable[Layer], audience: Audience, groups: dict[str, Text], language: str, extent: tuple[float, ...]
) -> str:
    """The project as XML text. `extent` in EPSG:3857 (west, south, east, north); `language` is bn or en."""
    layers = tuple(layers)
    drawn, shown = drawn_layers(layers), shown_at_first(layers)
    root = Node("qgis", projectname="IMIS", version=VERSION)
    _add(root, "title", "IMIS")
    _srs(_add(root, "projectCrs"))
    _tree(root, drawn, shown, audience, groups, language)
    canvas = _add(root, "mapcanvas", name="theMapCanvas")
    _add(canvas, "units", "meters")
    box = _add(canvas, "extent")
    for name, number in zip(("xmin", "ymin", "xmax", "ymax"), extent, strict=True):
        _add(box, name, f"{number:.3f}")
    _srs(_add(canvas, "destinationsrs"))
    order = _add(root, "layerorder")
    many = _add(root, "projectlayers")
    for each in drawn:
        _add(order, "layer", id=each.key)
        _maplayer(many, each, audience, language)
    reference = _add(_add(root, "properties"), "SpatialRefSys")
    _add(reference, "ProjectionsEnabled", "1", type="int")  # without it QGIS does not read projectCrs
    ElementTree.indent(root, " ")
    head = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return head + ElementTree.tostring(root, encoding="unicode") + "\n"


def data_source(band: Band, audience: Audience) -> str:
    """Where QGIS reads a band: a view of the audience's schema, through the service."""
    shape = _SHAPES[band.geometry][0]
    return (
        f"service='{SERVICE}' key='id' estimatedmetadata=true srid=3857 type={shape} checkPrimaryKeyUnicity='0' "
        f'table="{audience.schema}"."{band.name}" (geom)'
    )


def _tree(
    root: Node,
    drawn: tuple[Drawn, ...],
    shown: set[str],
    audience: Audience,
    groups: dict[str, Text],
    language: str,
) -> None:
    """Groups as in the catalogue, the topmost layers first; at the start what the map shows is shown."""
    tree = _add(root, "layer-tree-group", name="", checked="Qt::Checked", expanded="1")
    order: list[str] = list(dict.fromkeys(each.layer.group for each in drawn))
    for code in order:
        group = _add(tree, "layer-tree-group", name=spoken(groups[code], language), checked="Qt::Checked", expanded="1")
        for each in drawn:
            if each.layer.group == code:
                _add(
                    group,
                    "layer-tree-layer",
                    id=each.key,
                    name=spoken(each.title, language),
                    providerKey="postgres",
                    source=data_source(each.band, audience),
                    checked="Qt::Checked" if each.layer.name in shown else "Qt::Unchecked",
                    expanded="0",
                )

    # Groups are for reading; what lies above what is told apart from them.
    above = _add(tree, "custom-order", enabled="1")
    for each in drawn:
        _add(above, "item", each.key)


def _maplayer(parent: Node, drawn: Drawn, audience: Audience, language: str) -> None:
    band = drawn.band
    _shape, number, name = _SHAPES[band.geometry]
    spans = [step for paint in drawn.paints for step in steps(drawn.layer, band, paint)]
    node = _add(
        parent,
        "maplayer",
        type="vector",
        geometry=name,
        wkbType=_SHAPES[band.geometry][0],
        hasScaleBasedVisibilityFlag="1",
        minScale=f"{max(step.max_denominator for step in spans)}",
        maxScale=f"{min(step.min_denominator for step in spans)}",
        styleCategories="AllStyleCategories",
        readOnly="1",
    )
    _add(node, "id", drawn.key)
    _add(node, "datasource", data_source(band, audience))
    _add(node, "layername", spoken(drawn.title, language))
    _srs(_add(node, "srs"))
    _add(node, "provider", "postgres", encoding="UTF-8")
    _renderer(node, drawn, language)
    if band.label_by and drawn.level == max(paint.level for paint in band.paints):
        _labels(node, band)
    _add(node, "layerGeometryType", number)
    titles = _add(node, "aliases")
    for index, each in enumerate(columns_for(band, audience), start=1):
        _add(titles, "alias", field=each.name, index=str(index), name=spoken(each.title, language))


def _renderer(node: Node, drawn: Drawn, language: str) -> None:
    renderer = _add(node, "renderer-v2", type="RuleRenderer", symbollevels="1", enableorderby="0", forceraster="0")
    rules = _add(renderer, "rules", key=f"{{{drawn.key}}}")
    symbols = _add(renderer, "symbols")
    count = 0
    for place, paint in enumerate(drawn.paints):
        for sort in sorts(drawn.band, paint):
            for step in steps(drawn.layer, drawn.band, paint):
                rule = _add(rules, "rule", key=f"{{{drawn.key}_{count}}}", symbol=str(count))
                rule.set("scalemaxdenom", f"{step.max_denominator}")
                rule.set("scalemindenom", f"{step.min_denominator}")
                if sort.label:
                    rule.set("label", spoken(sort.label, language))
                if sort.tests:
                    rule.set("filter", " AND ".join(map(_condition, sort.tests)))
                _symbol(symbols, count, place, drawn.band, paint, sort, step)
                count += 1


def _condition(test: Test) -> str:
    name = f'"{test.attribute.name}"'
    if test.values:
        values = ", ".join(_literal(test, value) for value in test.values)
        return f"({name} IS NULL OR {name} NOT IN ({values}))" if test.negated else f"{name} IN ({values})"
    limits = [f"{name} >= {test.at_least}"] if test.at_least is not None else []
    limits += [f"{name} < {test.below}"] if test.below is not None else []
    return " AND ".join(limits)


def _literal(test: Test, value: str) -> str:
    quoted = value.replace("'", "''")
    return f"'{quoted}'" if test.attribute.kind is Kind.TEXT else value


def _symbol(parent: Node, number: int, place: int, band: Band, paint: Paint, sort: Sort, step: Step) -> None:
    # A line around a polygon is, to QGIS, a fill that consists of a line.
    kind = {Geometry.POLYGON: "fill", Geometry.LINE: "line", Geometry.POINT: "marker"}[band.geometry]
    symbol = _add(parent, "symbol", name=str(number), type=kind, alpha=f"{step.opacity}", clip_to_extent="1")
    name, look = {"fill": _fill, "line": _line, "circle": _circle}[paint.kind](paint, sort, step)
    layer = _add(symbol, "layer", enabled="1", locked="0")
    layer.set("class", name)
    layer.set("pass", str(place))
    options = _add(layer, "Option", type="Map")
    for key, value in look.items():
        _add(options, "Option", name=key, value=value, type="QString")


def _fill(paint: Paint, sort: Sort, step: Step) -> tuple[str, dict[str, str]]:
    return "SimpleFill", {
        "color": colour(sort.colour),
        "style": "solid",
        "outline_color": colour(paint.outline or sort.colour),
        "outline_style": "solid" if paint.outline else "no",
        "outline_width": "1",
        "outline_width_unit": "Pixel",
    }


def _line(paint: Paint, sort: Sort, step: Step) -> tuple[str, dict[str, str]]:
    look = {
        "line_color": colour(sort.colour),
        "line_width": f"{step.width}",
        "line_width_unit": "Pixel",
        "line_style": "solid",
        "joinstyle": "round",
        "capstyle": "flat" if paint.dash else "round",
    }
    if paint.dash:
        pattern = ";".join(f"{part * step.width:.3f}" for part in paint.dash)
        look |= {"use_custom_dash": "1", "customdash": pattern, "customdash_unit": "Pixel"}
    return "SimpleLine", look


def _circle(paint: Paint, sort: Sort, step: Step) -> tuple[str, dict[str, str]]:
    return "SimpleMarker", {
        "name": "circle",
        "color": colour(sort.colour),
        "size": f"{2 * step.width}",
        "size_unit": "Pixel",
        "outline_color": colour(paint.outline or sort.colour),
        "outline_style": "solid" if paint.outline else "no",
        "outline_width": "1",
        "outline_width_unit": "Pixel",
    }


def _labels(node: Node, band: Band) -> None:
    settings = _add(_add(node, "labeling", type="simple"), "settings")
    style = _add(settings, "text-style", fieldName=band.label_by, fontSize="9", fontFamily="Noto Sans Bengali")
    style.set("textColor", "60,52,40,255")
    style.set("multilineHeight", "1")
    halo = _add(style, "text-buffer", bufferDraw="1", bufferSize="0.8", bufferColor="255,255,255,255")
    halo.set("bufferSizeUnits", "MM")
    placement = {Geometry.LINE: "3", Geometry.POLYGON: "1", Geometry.POINT: "0"}[band.geometry]
    _add(settings, "placement", placement=placement, centroidWhole="1", centroidInside="1", dist="2")
    _add(settings, "rendering", obstacle="0", minFeatureSize="0", scaleVisibility="0")
    node.set("labelsEnabled", "1")


def colour(text: str) -> str:
    """A colour of the catalogue (#rrggbb) as QGIS writes it."""
    red, green, blue = (int(text[place : place + 2], 16) for place in (1, 3, 5))
    return f"{red},{green},{blue},255"


def _srs(parent: Node) -> None:
    node = _add(parent, "spatialrefsys")
    for name, value in _WEB_MERCATOR.items():
        _add(node, name, value)


def _add(parent: Node, tag: str, text: str = "", **attributes: str) -> Node:
    node = ElementTree.SubElement(parent, tag, attributes)
    if text:
        node.text = text
    return node
