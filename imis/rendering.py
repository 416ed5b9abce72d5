"""Renders every form of the system in one way."""

from __future__ import annotations

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Labels above, help below, errors beside the field in words."""

    form_template_name = "imis/form.html"
    field_template_name = "imis/field.html"
