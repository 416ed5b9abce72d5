"""The door `/ows/`: WMS, WFS and WMTS for browsers and GIS programs, whatever map server stands behind it."""
