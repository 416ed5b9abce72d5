"""Draws vector tiles in real QGIS (system Python, headless) and says as JSON which part of a tile's square has colour.

usage: QT_QPA_PLATFORM=offscreen /usr/bin/python3 qgis_tiles.py ADDRESS Z X Y

The address stands as it is: QGIS 3.40 does not take the escapes that 3.22 took.
"""

import json
import os
import sys

from qgis.core import QgsCoordinateReferenceSystem, QgsRectangle, QgsVectorTileLayer
from qgis_canvas import PAPER, draw, start

HALF_WORLD = 20_037_508.342789244
SIDE = 400

address = sys.argv[1]
z, x, y = map(int, sys.argv[2:5])
application = start()
layer = QgsVectorTileLayer(f"type=xyz&url={address}&zmin=0&zmax=18", "tiles")
size = 2 * HALF_WORLD / 2**z
west, north = -HALF_WORLD + x * size, HALF_WORLD - y * size
square = QgsRectangle(west, north - size, west + size, north)
image, errors, _scale = draw([layer], QgsCoordinateReferenceSystem("EPSG:3857"), square, SIDE, SIDE)
drawn = sum(image.pixelColor(a, b) != PAPER for a in range(0, SIDE, 2) for b in range(0, SIDE, 2))
said = {"ok": layer.isValid() and drawn > 0 and not errors, "drawn": drawn, "errors": errors}
sys.stdout.write(json.dumps(said) + "\n")
sys.stdout.flush()
os._exit(0 if said["ok"] else 1)  # leaving in order can crash in this build
