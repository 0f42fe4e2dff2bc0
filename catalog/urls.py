"""Addresses of the catalogue: for everybody, and for an organization's members."""

from django.urls import path

from catalog import alert_views, eligibility_pages, views

app_name = "catalog"
urlpatterns = [
    path("catalog/", views.listing, name="list"),
    path("catalog/<slug:slug>/", views.product, name="product"),
    path("catalog/<slug:slug>/alert/", alert_views.alert, name="alert"),
    path("eligibility/", eligibility_pages.check, name="check"),
    path("compare/", views.compare, name="compare"),
    path("partners/<slug:slug>/", views.partner, name="partner"),
    path("alerts/", alert_views.news, name="alerts"),
    path("alerts/confirm/<str:token>/", alert_views.confirm_alert, name="confirm_alert"),
    path("alerts/stop/<str:token>/", alert_views.stop_alerts, name="stop_alerts"),
    path("o/<int:org>/catalog/", views.org_listing, name="org_list"),
    path("o/<int:org>/catalog/<slug:slug>/", views.org_product, name="org_product"),
    path("o/<int:org>/catalog/<slug:slug>/queue/", alert_views.wait, name="queue"),
    path("o/<int:org>/compare/", views.org_compare, name="org_compare"),
    path("o/<int:org>/partners/<slug:slug>/", views.org_partner, name="org_partner"),
    path("o/<int:org>/eligibility/", eligibility_pages.eligibility, name="eligibility"),
    path("o/<int:org>/needs/<slug:slug>/", eligibility_pages.need, name="need"),
]
