"""One's own pages beside those of allauth."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("profile/", views.profile, name="account_profile"),
    path("username/", views.username, name="account_username"),
]
