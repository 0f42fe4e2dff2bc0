"""Addresses of people, invitations, requests to join, branches and recoveries."""

from django.urls import path

from orgs.views import branches, invitations, joining, people, recovery

urlpatterns = [
    path("register/join/", joining.ask, name="join"),
    path("register/join/<int:pk>/withdraw/", joining.withdraw, name="withdraw_join"),
    path("register/recover/", recovery.ask, name="recover"),
    path("register/recover/<int:pk>/", recovery.state, name="recovery"),
    path("recoveries/<str:secret>/", recovery.objection, name="object"),
    path("invitations/<int:pk>/", invitations.mine, name="my_invitation"),
    path("invitations/<str:secret>/", invitations.by_link, name="invitation"),
    path("o/<int:org>/parent/", branches.parent, name="parent"),
    path("o/<int:org>/branches/", branches.listing, name="branches"),
    path("o/<int:org>/branches/<int:pk>/", branches.letter, name="branch_letter"),
    path("o/<int:org>/people/", people.listing, name="people"),
    path("o/<int:org>/people/roles/", people.roles, name="roles"),
    path("o/<int:org>/people/invite/", people.invite, name="invite"),
    path("o/<int:org>/people/leave/", people.leave, name="leave"),
    path("o/<int:org>/people/<int:pk>/", people.change, name="member"),
    path("o/<int:org>/people/<int:pk>/remove/", people.remove, name="remove_member"),
    path("o/<int:org>/people/requests/<int:pk>/", joining.decide, name="join_request"),
    path("o/<int:org>/people/invitations/<int:pk>/again/", people.send_again, name="invite_again"),
    path("o/<int:org>/people/invitations/<int:pk>/end/", people.call_back, name="end_invitation"),
]
