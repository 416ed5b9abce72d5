"""Starts QGIS without a screen and draws layers; for the scripts beside it, which run in the system's Python."""

import os
import tempfile

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp()
from qgis.core import QgsApplication, QgsMapRendererParallelJob, QgsMapSettings  # the platform must be named before
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

PAPER = QColor(255, 255, 255)


def start():
    """The application, with a profile of its own; whoever starts it keeps it."""
    application = QgsApplication([], False, tempfile.mkdtemp())
    application.initQgis()
    return application


def draw(layers, crs, extent, width, height):
    """The picture of the layers on white paper, what went wrong, and the scale."""
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(crs)
    settings.setExtent(extent)
    settings.setOutputSize(QSize(width, height))
    settings.setBackgroundColor(PAPER)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    return job.renderedImage(), [error.message for error in job.errors()], settings.scale()
