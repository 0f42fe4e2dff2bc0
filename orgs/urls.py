"""Addresses of registration and of an organization's own pages."""

from django.urls import path

from orgs.views import documents, invitations, joining, organization, people, registration

app_name = "orgs"
urlpatterns = [
    path("register/", registration.register, name="register"),
    path("register/join/", joining.ask, name="join"),
    path("register/join/<int:pk>/withdraw/", joining.withdraw, name="withdraw_join"),
    path("invitations/<int:pk>/", invitations.mine, name="my_invitation"),
    path("invitations/<str:secret>/", invitations.by_link, name="invitation"),
    path("o/<int:org>/register/", registration.tasks, name="tasks"),
    path("o/<int:org>/register/check/", registration.check, name="check"),
    path("o/<int:org>/register/sent/", registration.sent, name="sent"),
    path("o/<int:org>/register/<slug:name>/", registration.step, name="step"),
    path("o/<int:org>/organization/", organization.detail, name="detail"),
    path("o/<int:org>/people/", people.listing, name="people"),
    path("o/<int:org>/people/roles/", people.roles, name="roles"),
    path("o/<int:org>/people/invite/", people.invite, name="invite"),
    path("o/<int:org>/people/leave/", people.leave, name="leave"),
    path("o/<int:org>/people/<int:pk>/", people.change, name="member"),
    path("o/<int:org>/people/<int:pk>/remove/", people.remove, name="remove_member"),
    path("o/<int:org>/people/requests/<int:pk>/", joining.decide, name="join_request"),
    path("o/<int:org>/people/invitations/<int:pk>/again/", people.send_again, name="invite_again"),
    path("o/<int:org>/people/invitations/<int:pk>/end/", people.call_back, name="end_invitation"),
    path("o/<int:org>/documents/", documents.page, name="documents"),
    path("o/<int:org>/documents/<int:pk>/", documents.document, name="document"),
    path("o/<int:org>/documents/<int:pk>/remove/", documents.remove, name="remove_document"),
    path("o/<int:org>/documents/<int:pk>/bring-back/", documents.bring_back, name="bring_back"),
    path("o/<int:org>/documents/<int:pk>/rename/", documents.rename, name="rename_document"),
    path("o/<int:org>/questions/<int:pk>/", organization.answer, name="answer"),
]
