"""Addresses of what is on file and its changes, and of conversations with our staff."""

from django.urls import path

from orgs.views import cases, changes, licence_address, organization

urlpatterns = [
    path("o/<int:org>/organization/history/", organization.history, name="history"),
    path("o/<int:org>/cases/", cases.listing, name="cases"),
    path("o/<int:org>/cases/new/", cases.start, name="open_case"),
    path("o/<int:org>/cases/<int:pk>/", cases.one, name="case"),
    path("o/<int:org>/cases/<int:pk>/close/", cases.close, name="close_case"),
    path("o/<int:org>/cases/<int:pk>/files/<int:document_pk>/", cases.file, name="case_file"),
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
]
