"""Routes of holding tax."""

from __future__ import annotations

from django.urls import path

from tax.views import assessment, billing, counter, holding, payments

app_name = "tax"
urlpatterns = [
    path("", assessment.desk, name="desk"),
    path("wards/<int:ward>/assess/", assessment.assess, name="assess"),
    path("wards/<int:ward>/proposals/", assessment.proposals, name="proposals"),
    path("wards/<int:ward>/proposals/reject/", assessment.reject, name="reject"),
    path("wards/<int:ward>/bills/", billing.bill_run, name="bill_run"),
    path("wards/<int:ward>/bills/issue/", billing.issue, name="issue_bills"),
    path("wards/<int:ward>/bills/print/", billing.print_ward, name="print_ward"),
    path("files/<uuid:job_id>/", billing.ward_file, name="ward_file"),
    path("holdings/<int:holding_id>/panel/", holding.panel, name="holding_panel"),
    path("holdings/<int:holding_id>/", holding.account, name="account"),
    path("holdings/<int:holding_id>/pay/", payments.pay, name="pay"),
    path("bills/<int:bill_id>/", holding.bill, name="bill"),
    path("bills/<int:bill_id>/pdf/", holding.bill_pdf, name="bill_pdf"),
    path("counter/", counter.counter, name="counter"),
    path("payments/<uuid:payment_id>/", payments.receipt, name="receipt"),
    path("payments/<uuid:payment_id>/pdf/", payments.receipt_pdf, name="receipt_pdf"),
    path("payments/<uuid:payment_id>/reverse/", payments.reverse, name="reverse"),
]
