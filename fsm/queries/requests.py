"""Reads of requests: where each stands, what happened to it, who goes where today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import TruncDate

from fsm.models import Assignment, ContainmentBuilding, CrewMember, Event, Payment, Request, State, Trip
from fsm.rules import workflow
from holdings.models import HoldingBuilding
from imis.access import in_scope
from imis.models import User

COLUMNS = (
    State.REQUESTED,
    State.VERIFIED,
    State.ASSIGNED,
    State.EMPTYING,
    State.IN_TRANSIT,
    State.RECEIVED,
    State.FAILED,
)
CARDS = 25


@dataclass(frozen=True)
class Column:
    """One state of the board: how many requests stand there and the oldest of them."""

    state: State
    count: int
    requests: list[Request]


def board(user: User, ward: int | None = None) -> list[Column]:
    """The open requests by state, oldest first, urgent ones before; at most CARDS a column."""
    rows = in_scope(Request.objects.all(), user)
    if ward is not None:
        rows = rows.filter(ward_id=ward)
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("id")))
    return [
        Column(
            state,
            counts.get(state.value, 0),
            list(
                rows.filter(state=state)
                .select_related("holding", "building", "containment")
                .annotate(**last_assignment())
                .order_by("-urgent", "requested_at")[:CARDS]
            )
            if counts.get(state.value)
            else [],
        )
        for state in COLUMNS
    ]


def last_assignment() -> dict[str, Subquery]:
    """Annotations with what the last assignment says: planned_on, plate and driver_name."""
    last = Assignment.objects.filter(request=OuterRef("pk")).order_by("-event__n")
    return {
        "planned_on": Subquery(last.values("planned_on")[:1]),
        "plate": Subquery(last.values("vehicle__plate")[:1]),
        "driver_name": Subquery(last.values("driver__name_bn")[:1]),
    }


def ended(user: User, text: str = "") -> QuerySet[Request]:
    """Requests that are over, newest first; `text` narrows by number."""
    rows = in_scope(Request.objects.filter(state__in=[state.value for state in workflow.ENDED]), user)
    if text:
        rows = rows.filter(number__icontains=text)
    return rows.select_related("holding", "building", "containment").order_by("-requested_at")


def progress_of(request: Request) -> workflow.Progress:
    """What the request's events amount to."""
    return workflow.fold(event.rule for event in Event.objects.filter(request=request).order_by("n"))


def events_of(request: Request) -> QuerySet[Event]:
    """The steps of a request with their facts, in order."""
    return (
        Event.objects.filter(request=request)
        .select_related(
            "by",
            "assignment__provider",
            "assignment__vehicle",
            "assignment__driver",
            "departure__vehicle",
            "departure__plant",
            "arrival__plant",
        )
        .order_by("n")
    )


def assignment_of(request: Request) -> Assignment | None:
    """The assignment that counts: the last one."""
    return (
        Assignment.objects.filter(request=request)
        .select_related("provider", "vehicle", "driver")
        .order_by("-event__n")
        .first()
    )


def open_request_on(containment_id: int, *, but: UUID | None = None) -> Request | None:
    """The request that keeps a containment now."""
    ended_states = [state.value for state in workflow.ENDED]
    rows = Request.objects.filter(containment_id=containment_id).exclude(state__in=ended_states)
    return (rows.exclude(pk=but) if but else rows).first()


@dataclass(frozen=True)
class Task:
    """A driver's job of the day: the request, where and with what, and how far it is."""

    request: Request
    assignment: Assignment
    progress: workflow.Progress


def driver_of(user: User) -> CrewMember | None:
    """The driver behind an account."""
    return CrewMember.objects.filter(user=user, kind="driver", active=True).first()


def jobs_of(driver: CrewMember, today: date) -> list[Task]:
    """The jobs a driver has now: assigned for `today` or earlier, being emptied, or with a trip on the way.

    Only of the wards in which the driver's account works: in others no step would be taken.
    """
    if driver.user is None:
        return []
    last = Assignment.objects.filter(request=OuterRef("pk")).order_by("-event__n")
    rows = (
        in_scope(Request.objects.all(), driver.user)
        .filter(state__in=[State.ASSIGNED, State.EMPTYING, State.IN_TRANSIT])
        .annotate(driver=Subquery(last.values("driver")[:1]), planned=Subquery(last.values("planned_on")[:1]))
        .filter(driver=driver.pk)
        .filter(Q(planned__lte=today) | ~Q(state=State.ASSIGNED))
        .select_related("holding", "building", "containment", "ward", "holding__road", "holding__mahalla")
        .order_by("-urgent", "planned", "number")
    )
    return tasks_of(rows)


def tasks_of(requests: Iterable[Request]) -> list[Task]:
    """Requests with their assignment and progress, in a fixed number of statements."""
    rows = list(requests)
    events: dict[UUID, list[Event]] = defaultdict(list)
    for event in Event.objects.filter(request__in=rows).order_by("request", "n"):
        events[event.request_id].append(event)
    last: dict[UUID, Assignment] = {}
    assigned = Assignment.objects.filter(request__in=rows).select_related("provider", "vehicle", "driver")
    for assignment in assigned.order_by("event__n"):
        last[assignment.request_id] = assignment
    return [
        Task(row, last[row.pk], workflow.fold(event.rule for event in events[row.pk])) for row in rows if row.pk in last
    ]


def trips_on_the_way(user: User) -> QuerySet[Trip]:
    """Trips that left and did not arrive, longest on the way first."""
    return in_scope(
        Trip.objects.filter(delivery=None).select_related("event", "vehicle", "plant", "request"),
        user,
        "request__ward__number",
    ).order_by("event__at")


def trips_received(user: User, day: date) -> QuerySet[Trip]:
    """Trips received on a day, the latest first, each with what left and what came."""
    return in_scope(
        Trip.objects.filter(delivery__event__at__date=day)
        .select_related("event", "vehicle", "plant", "request", "delivery__event", "delivery__plant")
        .annotate(difference=F("delivery__event__volume_m3") - F("event__volume_m3")),
        user,
        "request__ward__number",
    ).order_by("-delivery__event__at")


def trips_of(request: Request) -> QuerySet[Trip]:
    """The trips of a request with what left, what came, and the difference (received less emptied)."""
    return (
        Trip.objects.filter(request=request)
        .select_related("event", "vehicle", "plant", "delivery__event", "delivery__plant")
        .annotate(difference=F("delivery__event__volume_m3") - F("event__volume_m3"))
        .order_by("number")
    )


def standing_payment(request: Request) -> Payment | None:
    """The payment of a request's fee that was not reversed."""
    return Payment.objects.filter(charge__request=request, reversal=None).select_related("receipt").first()


def payments_of(request: Request) -> QuerySet[Payment]:
    """All payments of a request's fee with their reversals, newest first."""
    return (
        Payment.objects.filter(charge__request=request)
        .select_related("receipt", "taken_by", "reversal", "reversal__reversed_by")
        .order_by("-recorded_at")
    )


def unpaid_fees(user: User, text: str = "") -> QuerySet[Request]:
    """Requests whose fee is owed, oldest fee first; `text` is a part of the number or the mobile."""
    paid = Payment.objects.filter(charge__request=OuterRef("pk"), reversal=None)
    rows = in_scope(Request.objects.filter(charge__amount__gt=0).exclude(Exists(paid)), user)
    if text:
        rows = rows.filter(
            Q(number__icontains=text) | Q(requester_mobile__endswith=text) | Q(holding__code__icontains=text)
        )
    return rows.select_related("charge", "holding", "building").order_by("charge__made_at")


def fees_owed(user: User) -> Decimal:
    """What all unpaid fees of the user's wards come to, in taka."""
    return unpaid_fees(user).aggregate(total=Sum("charge__amount"))["total"] or Decimal(0)


def history_of_holding(holding_id: int) -> QuerySet[Request]:
    """The requests for a holding, its buildings, or the containments they used on the day of asking, newest first."""
    used = ContainmentBuilding.objects.filter(
        containment=OuterRef("containment"),
        building__holding_links__holding=holding_id,
        valid__contains=OuterRef("asked_on"),
    )
    own = HoldingBuilding.objects.filter(holding=holding_id, building=OuterRef("building"))
    return (
        Request.objects.annotate(asked_on=TruncDate("requested_at"))
        .filter(Q(holding_id=holding_id) | Exists(own) | Exists(used))
        .select_related("containment")
        .prefetch_related(Prefetch("trips", Trip.objects.select_related("event")))
        .order_by("-requested_at")
    )


def waiting_for_office(user: User) -> int:
    """Requests that wait for the office: to be verified, to be given to a crew, or to be sent for again."""
    waiting = [State.REQUESTED, State.VERIFIED, State.FAILED]
    return in_scope(Request.objects.filter(state__in=waiting), user).count()
