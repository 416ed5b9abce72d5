"""Opens a project in real QGIS (system Python, headless) and says as JSON what it holds; draws it as a picture.

usage: QT_QPA_PLATFORM=offscreen /usr/bin/python3 qgis_open.py PROJECT PICTURE WEST,SOUTH,EAST,NORTH
"""

import json
import os
import sys

from qgis.core import Qgis, QgsProject, QgsRectangle
from qgis_canvas import draw, start

path, picture, box = sys.argv[1:4]
application = start()
project = QgsProject.instance()
opened = project.read(path)
root = project.layerTreeRoot()
layers = {}
for key, layer in project.mapLayers().items():
    layers[key] = {
        "valid": layer.isValid(),
        "features": sum(1 for _ in layer.getFeatures()) if layer.isValid() else None,
        "fields": [field.name() for field in layer.fields()] if layer.isValid() else [],
        "rules": len(layer.renderer().rootRule().children()) if layer.isValid() else 0,
        "shown": root.findLayer(key).isVisible(),
        "title": layer.name(),
        "titles": [layer.attributeAlias(index) for index in range(len(layer.fields()))] if layer.isValid() else [],
        "labelled": layer.labelsEnabled() if layer.isValid() else False,
        "source": layer.publicSource() if layer.isValid() else layer.source(),
    }
shown = [layer for layer in root.layerOrder() if root.findLayer(layer.id()).isVisible() and layer.isValid()]
image, errors, scale = draw(shown, project.crs(), QgsRectangle(*map(float, box.split(","))), 900, 500)
image.save(picture)
colours = {image.pixelColor(x, y).name() for x in range(0, 900, 3) for y in range(0, 500, 3)}
said = {
    "opened": opened,
    "crs": project.crs().authid(),
    "order": [layer.id() for layer in root.layerOrder()],
    "groups": [group.name() for group in root.findGroups()],
    "layers": layers,
    "errors": errors,
    "colours": sorted(colours),
    "scale": scale,
    "version": Qgis.QGIS_VERSION,
}
sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")
sys.stdout.flush()
os._exit(0)  # leaving in order can crash in this build
