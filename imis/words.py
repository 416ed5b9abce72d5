"""What an audit row's words mean to a reader: the stored codes stay as they are, the screen speaks.

A test finds every action and kind of object that any app records and asks for its words here.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "activate_user": _("Opened an account again"),
    "add_user": _("Added a person"),
    "apply_intake": _("Applied a file"),
    "apply_survey": _("Applied a survey to the register"),
    "approve_assessments": _("Approved assessments"),
    "ask_for_map_summaries": _("Asked for the sums of the map"),
    "assess_ward": _("Assessed a ward"),
    "change_own_password": _("Changed their own password"),
    "check_intake": _("Checked a file"),
    "check_survey": _("Checked a survey"),
    "confirm_second_factor": _("Protected the account by a second factor"),
    "deactivate_user": _("Closed an account"),
    "demo_account_made": _("Made an account of the demonstration"),
    "demo_step": _("Made a part of the demonstration"),
    "edit_user": _("Changed a person's names, roles or wards"),
    "export_layer": _("Took a layer as a file"),
    "issue_bills": _("Issued bills"),
    "load_roads": _("Loaded roads"),
    "load_wards": _("Loaded wards"),
    "map_intake_columns": _("Named a file's columns"),
    "map_survey_columns": _("Named a survey's columns"),
    "print_ward_bills": _("Had a ward's bills printed"),
    "propose_assessment": _("Proposed an assessment"),
    "refresh_map_summaries": _("Counted the sums of the map"),
    "reject_assessment": _("Rejected an assessment"),
    "renew_backup_codes": _("Replaced the backup codes"),
    "request_proof": _("Asked for the proof of the books"),
    "reset_password": _("Gave a temporary password"),
    "reset_second_factor": _("Reset a second factor"),
    "reverse_payment": _("Reversed a payment"),
    "seal_day": _("Closed a day of the books"),
    "settle_intake_rows": _("Settled rows of a file"),
    "settle_survey_rows": _("Settled rows of a survey"),
    "stage_intake": _("Brought in a file"),
    "stage_survey": _("Brought in a survey file"),
    "state_intake_srid": _("Named a file's coordinate system"),
    "state_survey_srid": _("Named a survey's coordinate system"),
    "take_payment": _("Took a payment"),
}

OBJECTS = {
    "assessment": _("Assessment"),
    "bill_run": _("Bill run"),
    "books": _("Books"),
    "demo": _("Demonstration"),
    "intake_file": _("File brought in"),
    "job": _("Background job"),
    "layers": _("Map layers"),
    "payment": _("Payment"),
    "road": _("Road"),
    "rule_set": _("Rule set"),
    "seal": _("Closed day"),
    "survey_file": _("Survey file"),
    "user": _("Person"),
    "ward": _("Ward"),
}


def action_words(code: str) -> str:
    """The action in the active language; the code itself when an older release recorded it."""
    return str(ACTIONS.get(code, code))


def object_words(code: str) -> str:
    """The kind of object in the active language, or its code."""
    return str(OBJECTS.get(code, code))
