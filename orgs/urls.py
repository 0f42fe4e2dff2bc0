"""Addresses of registration and of an organization's own pages."""

from django.urls import path

from orgs.views import (
    cases,
    changes,
    documents,
    licence_address,
    organization,
    registration,
    start,
)

app_name = "orgs"
urlpatterns = [
    path("register/", start.register, name="register"),
    path("register/find/", start.find, name="find"),
    path("o/<int:org>/register/", registration.tasks, name="tasks"),
    path("o/<int:org>/register/check/", registration.check, name="check"),
    path("o/<int:org>/register/sent/", registration.sent, name="sent"),
    path("o/<int:org>/register/<slug:name>/", registration.step, name="step"),
    path("o/<int:org>/organization/", organization.detail, name="detail"),
    path("o/<int:org>/organization/edit/", changes.edit, name="edit"),
    path("o/<int:org>/organization/change/", changes.start, name="change_start"),
    path("o/<int:org>/organization/change/<slug:code>/", changes.change, name="change"),
    path("o/<int:org>/organization/requests/<int:pk>/", changes.one, name="change_request"),
    path(
        "o/<int:org>/organization/requests/<int:pk>/withdraw/",
        changes.withdraw,
        name="withdraw_change",
    ),
    path("o/<int:org>/organization/licences/", licence_address.ask, name="licence_address"),
    path(
        "o/<int:org>/organization/licences/cancel/",
        licence_address.cancel,
        name="cancel_address",
    ),
    path("licence-address/<str:token>/confirm/", licence_address.confirm, name="confirm_address"),
    path("licence-address/<str:token>/stop/", licence_address.stop, name="stop_address"),
    path("o/<int:org>/organization/history/", organization.history, name="history"),
    path("o/<int:org>/cases/", cases.listing, name="cases"),
    path("o/<int:org>/cases/new/", cases.start, name="open_case"),
    path("o/<int:org>/cases/<int:pk>/", cases.one, name="case"),
    path("o/<int:org>/cases/<int:pk>/close/", cases.close, name="close_case"),
    path("o/<int:org>/cases/<int:pk>/files/<int:document_pk>/", cases.file, name="case_file"),
    path("o/<int:org>/people/", organization.people, name="people"),
    path("o/<int:org>/documents/", documents.page, name="documents"),
    path("o/<int:org>/documents/<int:pk>/", documents.document, name="document"),
    path("o/<int:org>/documents/<int:pk>/remove/", documents.remove, name="remove_document"),
    path("o/<int:org>/documents/<int:pk>/bring-back/", documents.bring_back, name="bring_back"),
    path("o/<int:org>/documents/<int:pk>/rename/", documents.rename, name="rename_document"),
    path("o/<int:org>/questions/<int:pk>/", organization.answer, name="answer"),
]
