"""Addresses of registration and of an organization's own pages."""

from django.urls import path

from orgs import urls_changes, urls_documents, urls_people
from orgs.views import application, duplicates, life, organization, registration, start

app_name = "orgs"
urlpatterns = [
    *urls_people.urlpatterns,
    *urls_documents.urlpatterns,
    *urls_changes.urlpatterns,
    path("register/", start.register, name="register"),
    path("register/find/", start.find, name="find"),
    path("o/<int:org>/register/", registration.tasks, name="tasks"),
    path("o/<int:org>/register/check/", registration.check, name="check"),
    path("o/<int:org>/register/sent/", registration.sent, name="sent"),
    path("o/<int:org>/register/possible/", duplicates.possible, name="possible"),
    path("o/<int:org>/register/claim/", duplicates.claim, name="claim"),
    path("o/<int:org>/register/ask/", duplicates.ask_to_join, name="ask_to_join"),
    path("o/<int:org>/register/claim/withdraw/", duplicates.withdraw, name="withdraw_claim"),
    path("o/<int:org>/claims/<int:pk>/", duplicates.claim_on_us, name="claim_on_us"),
    path("o/<int:org>/register/<slug:name>/", registration.step, name="step"),
    path("o/<int:org>/organization/", organization.detail, name="detail"),
    path("o/<int:org>/questions/<int:pk>/", application.answer, name="answer"),
    path("o/<int:org>/application/", application.application, name="application"),
    path("o/<int:org>/application/withdraw/", application.withdraw, name="withdraw"),
    path("o/<int:org>/applications/<int:pk>/", application.application, name="one_application"),
    path("o/<int:org>/applications/<int:pk>/add/", application.remark, name="remark"),
    path("o/<int:org>/appeal/", application.appeal, name="appeal"),
    path("o/<int:org>/apply-again/", application.apply_again, name="apply_again"),
    path("o/<int:org>/renew/", life.renew, name="renew"),
    path("o/<int:org>/draft/discard/", life.discard, name="discard"),
    path("o/<int:org>/draft/take-up/", life.take_up, name="take_up"),
    path("o/<int:org>/close/", life.close, name="close"),
]
