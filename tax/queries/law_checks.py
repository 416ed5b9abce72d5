"""What `check_books` asks of the law: adopted rule sets can be read, are what was adopted, and leave no day out.

The rent table has no part in the checksum of its rule set: it is not looked at here.
"""

from __future__ import annotations

from collections.abc import Iterable

from imis.ledger.checks import register_check, sentences
from tax.models import RuleSet
from tax.rules.ruleset import Parameters


@register_check("adopted rule sets are what was adopted")
def rule_set_differences() -> Iterable[str]:
    """Adopted rule sets whose parameters cannot be read, or are not those that their checksum was taken of."""
    for rule_set in RuleSet.objects.filter(state=RuleSet.State.ADOPTED).order_by("valid"):
        try:
            found = Parameters.from_json(rule_set.parameters).checksum()
        except ValueError as error:
            yield f"rule set {rule_set.code}: {error}"
            continue
        if found != rule_set.checksum:
            yield f"rule set {rule_set.code}: checksum {rule_set.checksum or 'missing'}, its parameters give {found}"


@register_check("adopted rule sets leave no day out")
def rule_set_gaps() -> Iterable[str]:
    """Days between two adopted rule sets on which none is in force: nothing can be billed, quoted or paid on them."""
    return sentences("""
        SELECT format('no rule set from %s to %s, between %s and %s', ends, follows - 1, code, next)
        FROM (SELECT code, upper(valid) AS ends, lead(lower(valid)) OVER w AS follows, lead(code) OVER w AS next
              FROM tax_ruleset WHERE state = 'adopted' WINDOW w AS (ORDER BY lower(valid))) adopted
        WHERE ends < follows ORDER BY ends
    """)
