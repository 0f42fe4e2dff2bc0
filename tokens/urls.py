"""Addresses of an organization's validation tokens."""

from django.urls import path

from tokens import views

app_name = "tokens"
urlpatterns = [
    path("o/<int:org>/tokens/", views.listing, name="list"),
    path("o/<int:org>/tokens/new/", views.create, name="create"),
    path("o/<int:org>/tokens/<int:pk>/revoke/", views.revoke, name="revoke"),
]
