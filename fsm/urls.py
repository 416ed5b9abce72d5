"""Routes of the sludge service."""

from __future__ import annotations

from django.urls import path

from fsm.views import acts, board, driver, fees, fleet, panels, plant, report

app_name = "fsm"
urlpatterns = [
    path("", board.board, name="board"),
    path("ended/", board.ended, name="ended"),
    path("new/", acts.new, name="new"),
    path("requests/<uuid:request_id>/", board.detail, name="request"),
    path("requests/<uuid:request_id>/verify/", acts.verify, name="verify"),
    path("requests/<uuid:request_id>/assign/", acts.assign, name="assign"),
    path("requests/<uuid:request_id>/reject/", acts.reject, name="reject"),
    path("requests/<uuid:request_id>/cancel/", acts.cancel, name="cancel"),
    path("requests/<uuid:request_id>/close/", acts.close, name="close"),
    path("requests/<uuid:request_id>/fee/", fees.fee, name="fee"),
    path("requests/<int:key>/panel/", panels.request_panel, name="request_panel"),
    path("containments/<int:containment_id>/panel/", panels.containment, name="containment_panel"),
    path("photos/<uuid:photo_id>/", board.photo, name="photo"),
    path("holdings/<int:holding_id>/panel/", board.holding_panel, name="holding_panel"),
    path("drive/", driver.jobs, name="driver"),
    path("drive/<uuid:request_id>/start/", driver.start, name="drive_start"),
    path("drive/<uuid:request_id>/fail/", driver.fail, name="drive_fail"),
    path("drive/<uuid:request_id>/load/", driver.load, name="drive_load"),
    path("drive/<uuid:request_id>/finish/", driver.finish, name="drive_finish"),
    path("drive/<uuid:request_id>/photo/", driver.photo, name="drive_photo"),
    path("plant/", plant.plant, name="plant"),
    path("fees/", fees.fees, name="fees"),
    path("payments/<uuid:payment_id>/", fees.receipt, name="receipt"),
    path("payments/<uuid:payment_id>/pdf/", fees.receipt_pdf, name="receipt_pdf"),
    path("payments/<uuid:payment_id>/reverse/", fees.reverse, name="reverse"),
    path("report/", report.report, name="report"),
    path("report/pdf/", report.report_paper, name="report_pdf"),
    path("report/xlsx/", report.report_workbook, name="report_xlsx"),
    path("fleet/", fleet.fleet, name="fleet"),
    path("fleet/add/<slug:kind>/", fleet.add, name="add"),
]
