"""A sum that explains itself: a tree of steps, each with its words, its formula and its result.

The JSON form is what assessments, bills and payments store for ever. `formula` is written with Latin digits
and mathematical signs only, so that a page in either language can print it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from imis.money import PAISA
from tax.rules.wording import words


@dataclass(frozen=True)
class Step:
    """One step: `code` is the message key, `inputs` what a machine may want to read, `steps` what it rests on."""

    code: str
    formula: str
    result: Decimal
    inputs: Mapping[str, str | int] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    label: tuple[str, str] | None = None

    def to_json(self) -> dict[str, Any]:
        """The stored form; amounts are strings with two decimals, empty parts are left out."""
        label_bn, label_en = self.label or words(self.code)
        data: dict[str, Any] = {
            "code": self.code,
            "label_bn": label_bn,
            "label_en": label_en,
            "formula": self.formula,
            "result": text(self.result),
        }
        if self.inputs:
            data["inputs"] = dict(self.inputs)
        if self.steps:
            data["steps"] = [step.to_json() for step in self.steps]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Step:
        """Read the stored form."""
        return cls(
            code=data["code"],
            formula=data["formula"],
            result=Decimal(data["result"]),
            inputs=dict(data.get("inputs", {})),
            steps=tuple(cls.from_json(step) for step in data.get("steps", [])),
            label=(data["label_bn"], data["label_en"]),
        )

    def walk(self) -> Iterator[Step]:
        """This step and all below it, in the order in which they are read."""
        yield self
        for step in self.steps:
            yield from step.walk()


@dataclass(frozen=True)
class Explained:
    """A value and the step that leads to it."""

    value: Decimal
    step: Step


def text(amount: Decimal) -> str:
    """An amount as formulas and JSON write it: two decimals, no grouping."""
    return f"{amount.quantize(PAISA):f}"


def percent_text(percent: Decimal) -> str:
    """A percentage as formulas write it, such as `16 %` or `7.5 %`."""
    return f"{percent:f} %"
