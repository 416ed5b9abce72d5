"""What an audit row's words mean to a reader: the stored codes stay as they are, the screen speaks.

A test finds every action and kind of object that any app records and asks for its words here.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from imis.roles import Role

ACTIONS = {
    "activate_user": _("Opened an account again"),
    "add_sludge_crew": _("Added a driver or emptier"),
    "add_sludge_photo": _("Kept a photo of a visit"),
    "add_sludge_provider": _("Added a provider"),
    "add_sludge_vehicle": _("Added a vehicle"),
    "add_treatment_plant": _("Added a treatment plant"),
    "add_user": _("Added a person"),
    "adopt_sludge_tariff": _("Adopted a sludge tariff"),
    "apply_intake": _("Applied a file"),
    "apply_survey": _("Applied a survey to the register"),
    "approve_assessments": _("Approved assessments"),
    "ask_for_map_summaries": _("Asked for the sums of the map"),
    "assess_ward": _("Assessed a ward"),
    "assign_request": _("Gave a request to a crew"),
    "cancel_request": _("Cancelled a request"),
    "change_own_password": _("Changed their own password"),
    "check_intake": _("Checked a file"),
    "check_survey": _("Checked a survey"),
    "clear_ward_bills": _("Cleared old files of ward bills away"),
    "correct_connection": _("Corrected a connection"),
    "close_request": _("Closed a request"),
    "confirm_second_factor": _("Protected the account by a second factor"),
    "deactivate_user": _("Closed an account"),
    "demo_account_made": _("Made an account of the demonstration"),
    "demo_step": _("Made a part of the demonstration"),
    "download_features": _("Took features from a map service"),
    "edit_user": _("Changed a person's names, roles or wards"),
    "export_layer": _("Took a layer as a file"),
    "finish_emptying": _("Reported a tank empty"),
    "issue_bills": _("Issued bills"),
    "load_roads": _("Loaded roads"),
    "load_wards": _("Loaded wards"),
    "export_reach": _("Took a list of buildings near a sewer"),
    "measure_reach": _("Measured the reach of the sewers"),
    "map_intake_columns": _("Named a file's columns"),
    "make_map_token": _("Made a token for a GIS program"),
    "map_survey_columns": _("Named a survey's columns"),
    "print_ward_bills": _("Had a ward's bills printed"),
    "propose_assessment": _("Proposed an assessment"),
    "receive_sludge": _("Received a load at the plant"),
    "refresh_map_summaries": _("Counted the sums of the map"),
    "register_containment": _("Registered a containment"),
    "reject_assessment": _("Rejected an assessment"),
    "reject_request": _("Rejected a request"),
    "renew_backup_codes": _("Replaced the backup codes"),
    "report_failed_visit": _("Reported a failed visit"),
    "request_emptying": _("Recorded a request for emptying"),
    "request_proof": _("Asked for the proof of the books"),
    "reset_password": _("Gave a temporary password"),
    "reset_second_factor": _("Reset a second factor"),
    "reverse_payment": _("Reversed a payment"),
    "reverse_sludge_fee": _("Reversed the payment of a sludge fee"),
    "seal_day": _("Closed a day of the books"),
    "send_sludge_load": _("Sent a load to the plant"),
    "settle_intake_rows": _("Settled rows of a file"),
    "settle_survey_rows": _("Settled rows of a survey"),
    "stage_intake": _("Brought in a file"),
    "stage_survey": _("Brought in a survey file"),
    "start_emptying": _("Began to empty a tank"),
    "state_intake_srid": _("Named a file's coordinate system"),
    "state_population": _("Stated a population without a sewer"),
    "state_sludge_rate": _("Stated the sludge a head"),
    "state_survey_srid": _("Named a survey's coordinate system"),
    "take_payment": _("Took a payment"),
    "take_sludge_fee": _("Took a sludge fee"),
    "verify_request": _("Verified a request"),
}

OBJECTS = {
    "assessment": _("Assessment"),
    "bill_run": _("Bill run"),
    "books": _("Books"),
    "connection": _("Connection"),
    "containment": _("Containment"),
    "crewmember": _("Crew member"),
    "demo": _("Demonstration"),
    "intake_file": _("File brought in"),
    "job": _("Background job"),
    "layers": _("Map layers"),
    "payment": _("Payment"),
    "population": _("Population without a sewer"),
    "provider": _("Provider"),
    "road": _("Road"),
    "rule_set": _("Rule set"),
    "seal": _("Closed day"),
    "sewer": _("Sewer"),
    "sludge_request": _("Emptying request"),
    "sludgerate": _("Sludge a head"),
    "survey_file": _("Survey file"),
    "tariff": _("Sludge tariff"),
    "treatmentplant": _("Treatment plant"),
    "user": _("Person"),
    "vehicle": _("Vehicle"),
    "ward": _("Ward"),
    "ward_bills": _("Files of ward bills"),
}


# What the details of a row are called; those of the kinds below are written as money, days, years or codes.
DETAILS = {
    "active": _("May sign in"),
    "after": _("Afterwards"),
    "all_wards": _("All wards"),
    "amount": _("Amount"),
    "applied": _("Entered"),
    "audience": _("Audience"),
    "annual_value": _("Annual value"),
    "before": _("Before"),
    "bills": _("Bills"),
    "box": _("Part of the map"),
    "building": _("Building"),
    "buildings": _("Buildings"),
    "changed": _("What changed"),
    "channel": _("Channel"),
    "columns": _("Columns"),
    "count": _("How many"),
    "day": _("Day"),
    "days": _("Days"),
    "decision": _("Decision"),
    "demand": _("Demand"),
    "devices": _("Devices"),
    "emptied": _("Taken out (m³)"),
    "features": _("Objects on the map"),
    "fields": _("Columns"),
    "filtered": _("Only some by a condition"),
    "first": _("First values"),
    "fiscal_year": _("Fiscal year"),
    "form": _("Kind of file"),
    "format": _("Kind of file"),
    "holding": _("Holding (number in the register)"),
    "holdings": _("Holdings"),
    "ids": _("Numbers in the register"),
    "kind": _("Kind"),
    "leave_out": _("Left out"),
    "metres": _("Within (m)"),
    "most": _("At most"),
    "number": _("Number"),
    "owners": _("Owners"),
    "password": _("Password"),
    "payment": _("Payment"),
    "photo": _("Photo"),
    "proposed": _("Waiting for approval"),
    "provider": _("Provider"),
    "quarter": _("Instalment"),
    "raised": _("Raised values"),
    "rejected": _("Rejected"),
    "reason": _("Reason"),
    "roads": _("Roads"),
    "roles": _("Roles"),
    "rows": _("Rows"),
    "service": _("Service"),
    "skipped": _("Left out"),
    "squares": _("Squares of the map"),
    "staff": _("May enter the administration pages"),
    "start": _("Beginning after"),
    "state": _("State"),
    "status": _("Status"),
    "superuser": _("Has every right there"),
    "srid": _("Coordinate system (EPSG)"),
    "today": _("Day"),
    "trip": _("Trip"),
    "unchanged": _("Unchanged"),
    "units": _("Units"),
    "username": _("User name"),
    "valid_from": _("In force from"),
    "value_date": _("Day of payment"),
    "volume": _("Volume (m³)"),
    "waiting": _("Waiting"),
    "ward_decided": _("Ward decided"),
    "ward_numbers": _("Wards"),
    "wards": _("Wards"),
    "known": _("There already"),
    "withdrawn": _("Withdrawn"),
    "withdrawn_ids": _("Proposals withdrawn"),
}
AMOUNTS = {"amount", "annual_value", "demand"}
DAYS = {"day", "today", "valid_from", "value_date"}
# Codes that stand as values, by the detail they stand under ("" for any).
VALUES: dict[str, dict[str, Any]] = {
    "channel": {
        "counter": _("Counter"),
        "collector": _("Collector"),
        "bank": _("Bank"),
        "online": _("Online"),
        "phone": _("By phone"),
        "web": _("Website"),
        "scheduled": _("Scheduled"),
    },
    "audience": {"gis_public": _("Everyone"), "gis_staff": _("Staff"), "gis_tax": _("Tax staff")},
    "decision": {
        "": _("Not decided"),
        "new": _("A new building"),
        "same": _("The same building as in the register"),
        "further": _("A further building of the same holding"),
        "reject": _("Leave this row out"),
    },
    "format": {"gpkg": "GeoPackage", "geojson": "GeoJSON", "shp": "Shapefile", "csv": "CSV"},
    "kind": {
        "containments": _("Containments"),
        "drains": _("Drains"),
        "sewers": _("Sewers"),
        "water_mains": _("Water mains"),
        "electricity_lines": _("Electricity lines"),
        "accounts": _("Provider accounts"),
    },
    "state": {
        "requested": _("Requested"),
        "verified": _("Verified"),
        "assigned": _("Assigned"),
        "emptying": _("Being emptied"),
        "in_transit": _("On the way to the plant"),
        "received": _("Received at the plant"),
        "closed": _("Request closed"),
        "failed": _("Visit failed"),
        "rejected": _("Rejected"),
        "cancelled": _("Cancelled"),
    },
    "changed": {"account": _("Account number"), "meter": _("Meter number"), "status": _("Status")},
    "password": {"changed": _("changed")},
    "service": {
        "water": _("Water"),
        "sewerage": _("Sewerage"),
        "electricity": _("Electricity"),
        "gas": _("Gas"),
    },
    "status": {
        "connected": _("Connected"),
        "disconnected": _("Disconnected"),
        "never": _("Never connected"),
    },
    "roles": dict(Role.choices),
    "skipped": {
        "inactive": _("inactive"),
        "no_tax": _("no tax to pay"),
        "awaits_approval": _("value waits for approval"),
        "not_assessed": _("not assessed"),
        "assessment_ended": _("value ended with a relief or loan"),
        "no_units": _("no unit on record"),
        "no_rent_rate": _("no rent known"),
        "billed_before": _("issued before"),
    },
}


# What the database calls a change of someone's office.
OPERATIONS = {
    "INSERT": _("Account made"),
    "UPDATE": _("Account changed"),
    "DELETE": _("Account deleted"),
    "TRUNCATE": _("All accounts deleted"),
}


def operation_words(code: str) -> str:
    """A change that the database saw, in the active language, or its code."""
    return str(OPERATIONS.get(code, code))


def action_words(code: str) -> str:
    """The action in the active language; the code itself when an older release recorded it."""
    return str(ACTIONS.get(code, code))


def object_words(code: str) -> str:
    """The kind of object in the active language, or its code."""
    return str(OBJECTS.get(code, code))


def detail_words(key: str) -> str:
    """What a detail of an audit row is called in the active language, or its key when an older release wrote it."""
    return str(DETAILS.get(key, key))


def value_words(key: str, code: str) -> str:
    """A code that stands as (or in) the detail `key`, in words; any other text as it is."""
    return str(VALUES.get(key, {}).get(code, code))
