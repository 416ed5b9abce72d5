"""Who is sent, and what a note means once another driver was."""

from __future__ import annotations

from uuid import uuid4

import pytest

from fsm import services
from fsm.models import Request
from imis.errors import BadInput
from tests.fsm.office import TODAY, Office, someone


def test_begin_sent_again_is_answered_whoever_drives_by_now(office: Office) -> None:
    request, begun = office.verified(office.containment()), uuid4()
    office.assign(request)
    start = {"event_id": begun, "request": request.pk, "by": office.driver_user}
    first = services.start_emptying(at=office.now(), **start)  # type: ignore[arg-type]
    services.report_failure(event_id=uuid4(), request=request.pk, reason="gate", by=office.driver_user, at=office.now())
    other = someone("other", "driver")
    second = services.add_crew_member(
        provider=office.provider.pk, name_bn="সেলিম", kind="driver", username=other.username, by=office.officer,
        at=office.now(),
    )  # fmt: skip
    services.assign_request(
        event_id=uuid4(), request=request.pk, vehicle=office.truck.pk, driver=second.pk, planned_on=TODAY,
        by=office.officer, at=office.now(),
    )  # fmt: skip
    assert services.start_emptying(at=office.now(), **start) == first  # type: ignore[arg-type]
    assert Request.objects.get(pk=request.pk).state == "assigned"


def test_a_driver_is_sent_where_their_account_works(office: Office) -> None:
    request = office.verified(office.containment())
    office.driver_user.all_wards, office.driver_user.ward_numbers = False, [5]
    office.driver_user.save()
    with pytest.raises(BadInput) as refused:
        office.assign(request)
    assert refused.value.field == "driver" and refused.value.remedy
