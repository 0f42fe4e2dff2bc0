"""Addresses of registration and of an organization's own pages."""

from django.urls import path

from orgs.views import organization, registration, start

app_name = "orgs"
urlpatterns = [
    path("register/", start.register, name="register"),
    path("register/find/", start.find, name="find"),
    path("o/<int:org>/register/", registration.tasks, name="tasks"),
    path("o/<int:org>/register/check/", registration.check, name="check"),
    path("o/<int:org>/register/sent/", registration.sent, name="sent"),
    path("o/<int:org>/register/<slug:name>/", registration.step, name="step"),
    path("o/<int:org>/organization/", organization.detail, name="detail"),
    path("o/<int:org>/people/", organization.people, name="people"),
    path("o/<int:org>/documents/<int:pk>/", organization.document, name="document"),
    path(
        "o/<int:org>/documents/<int:pk>/remove/",
        registration.remove_document,
        name="remove_document",
    ),
    path("o/<int:org>/questions/<int:pk>/", organization.answer, name="answer"),
]
