"""Routes of the ground floor: home, sign-in, language, people, audit, jobs, health."""

from __future__ import annotations

from django.urls import path

from imis.views import home, jobs, people, records, sign_in

urlpatterns = [
    path("", home.home, name="home"),
    path("health", home.health, name="health"),
    path("language/", sign_in.set_language, name="set_language"),
    path("sign-in/", sign_in.login, name="login"),
    path("sign-out/", sign_in.logout, name="logout"),
    path("password/", sign_in.change_password, name="change_password"),
    path("second-factor/", sign_in.second_factor, name="second_factor"),
    path("second-factor/enrol/", sign_in.enrol_second_factor, name="enrol_second_factor"),
    path("second-factor/backup-codes/", sign_in.renew_backup_codes, name="renew_backup_codes"),
    path("people/", people.people, name="people"),
    path("people/add/", people.add_person, name="add_person"),
    path("people/<int:user_id>/", people.edit_person, name="edit_person"),
    path("people/<int:user_id>/active/", people.set_active, name="set_active"),
    path("people/<int:user_id>/password/", people.reset_password, name="reset_password"),
    path("people/<int:user_id>/second-factor/", people.reset_second_factor, name="reset_second_factor"),
    path("audit/", records.audit_log, name="audit_log"),
    path("audit/offices/", records.office_changes, name="office_changes"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<uuid:job_id>/", records.job, name="job"),
    path("jobs/<uuid:job_id>/progress/", records.job_progress, name="job_progress"),
]
