"""The SLD 1.0 style of a band, computed from the catalogue; one FeatureTypeStyle a paint, one Rule a sort and step."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree

from layers.exports.drawing import Sort, Step, Test, painted, sorts, spoken, steps
from layers.spec import Band, Layer, Paint, Text

_SLD, _OGC = "http://www.opengis.net/sld", "http://www.opengis.net/ogc"
Node = ElementTree.Element
ElementTree.register_namespace("sld", _SLD)
ElementTree.register_namespace("ogc", _OGC)


def sld(layer: Layer, band: Band) -> str:
    """The style as an XML document; its titles speak English and Bangla, whatever language is active."""
    root = Node(f"{{{_SLD}}}StyledLayerDescriptor", version="1.0.0")
    named = _add(root, "NamedLayer")
    _add(named, "Name", band.name)
    style = _add(named, "UserStyle")
    _add(style, "Name", band.name)
    _title(style, band.title)
    for paint in painted(band):
        features = _add(style, "FeatureTypeStyle")
        for sort in sorts(band, paint):
            for step in steps(layer, band, paint):
                _rule(features, paint, sort, step)
    ElementTree.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _rule(parent: Node, paint: Paint, sort: Sort, step: Step) -> None:
    rule = _add(parent, "Rule")
    if sort.label:
        _title(rule, sort.label)
    if sort.tests:
        _filter(rule, sort.tests)
    if step.min_denominator:
        _add(rule, "MinScaleDenominator", f"{step.min_denominator}")
    _add(rule, "MaxScaleDenominator", f"{step.max_denominator}")
    {"fill": _fill, "line": _line, "circle": _circle}[paint.kind](rule, paint, sort.colour, step)


def _fill(rule: Node, paint: Paint, colour: str, step: Step) -> None:
    symbol = _add(rule, "PolygonSymbolizer")
    _css(_add(symbol, "Fill"), {"fill": colour, "fill-opacity": step.opacity})
    if paint.outline:
        _css(_add(symbol, "Stroke"), {"stroke": paint.outline, "stroke-width": 1, "stroke-opacity": step.opacity})


def _line(rule: Node, paint: Paint, colour: str, step: Step) -> None:
    look: dict[str, str | float] = {
        "stroke": colour,
        "stroke-width": step.width,
        "stroke-opacity": step.opacity,
        "stroke-linejoin": "round",
        "stroke-linecap": "butt" if paint.dash else "round",
    }
    if paint.dash:
        # MapLibre counts dashes in widths of the line.
        look["stroke-dasharray"] = " ".join(_number(part * step.width) for part in paint.dash)
    _css(_add(_add(rule, "LineSymbolizer"), "Stroke"), look)


def _circle(rule: Node, paint: Paint, colour: str, step: Step) -> None:
    graphic = _add(_add(rule, "PointSymbolizer"), "Graphic")
    mark = _add(graphic, "Mark")
    _add(mark, "WellKnownName", "circle")
    _css(_add(mark, "Fill"), {"fill": colour, "fill-opacity": step.opacity})
    if paint.outline:
        _css(_add(mark, "Stroke"), {"stroke": paint.outline, "stroke-width": 1, "stroke-opacity": step.opacity})
    _add(graphic, "Size", _number(2 * step.width))


def _filter(rule: Node, tests: tuple[Test, ...]) -> None:
    parent = _add(rule, "Filter", space=_OGC)
    if len(tests) > 1:
        parent = _add(parent, "And", space=_OGC)
    for test in tests:
        _test(parent, test)


def _test(parent: Node, test: Test) -> None:
    name = test.attribute.name
    if test.values:
        if test.negated:
            parent = _add(parent, "Not", space=_OGC)
        if len(test.values) > 1:
            parent = _add(parent, "Or", space=_OGC)
        for value in test.values:
            _compare(parent, "PropertyIsEqualTo", name, value)
        return
    limits = [("PropertyIsGreaterThanOrEqualTo", test.at_least), ("PropertyIsLessThan", test.below)]
    given = [(operator, bound) for operator, bound in limits if bound is not None]
    if len(given) > 1:
        parent = _add(parent, "And", space=_OGC)
    for operator, bound in given:
        _compare(parent, operator, name, str(bound))


def _compare(parent: Node, operator: str, name: str, value: str) -> None:
    node = _add(parent, operator, space=_OGC)
    _add(node, "PropertyName", name, space=_OGC)
    _add(node, "Literal", value, space=_OGC)


def _title(parent: Node, text: Text) -> None:
    title = _add(parent, "Title", spoken(text, "en"))
    _add(title, "Localized", spoken(text, "bn")).set("lang", "bn")


def _css(parent: Node, look: Mapping[str, str | float]) -> None:
    for name, value in look.items():
        _add(parent, "CssParameter", value if isinstance(value, str) else _number(value)).set("name", name)


def _add(parent: Node, tag: str, text: str = "", *, space: str = _SLD) -> Node:
    node = ElementTree.SubElement(parent, f"{{{space}}}{tag}")
    if text:
        node.text = text
    return node


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
