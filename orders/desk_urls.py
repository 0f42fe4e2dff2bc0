"""Addresses of a donor partner's desk."""

from django.urls import path

from orders.views import desk

app_name = "desk"
urlpatterns = [
    path("partner/<slug:slug>/", desk.overview, name="overview"),
    path("partner/<slug:slug>/orders/", desk.orders, name="orders"),
    path("partner/<slug:slug>/orders/file/", desk.file, name="file"),
    path("partner/<slug:slug>/orders/file/export/", desk.export, name="export"),
    path("partner/<slug:slug>/orders/<int:number>/", desk.order, name="order"),
    path("partner/<slug:slug>/orders/<int:number>/decide/", desk.decide, name="decide"),
    path("partner/<slug:slug>/orders/<int:number>/lines/<int:pk>/", desk.send, name="send"),
    path("partner/<slug:slug>/stock/", desk.shelf, name="shelf"),
    path("partner/<slug:slug>/stock/<slug:product>/", desk.product, name="product"),
    path("partner/<slug:slug>/rules/", desk.rules, name="rules"),
    path("partner/<slug:slug>/reports/", desk.reports, name="reports"),
    path("partner/<slug:slug>/reports/<slug:name>.csv", desk.report_file, name="report"),
    path("partner/<slug:slug>/people/", desk.people, name="people"),
]
