"""Addresses of this app's pages."""

from django.urls import path

from orders.views import cart, checkout, orders, quota

app_name = "orders"

CART = [
    path("o/<int:org>/cart/", cart.show, name="cart"),
    path("o/<int:org>/cart/add/<slug:slug>/", cart.add, name="add"),
    path("o/<int:org>/cart/line/<int:product>/", cart.line, name="line"),
    path("o/<int:org>/cart/program/<slug:program>/", cart.group, name="group"),
    path("o/<int:org>/checkout/", checkout.check_out, name="checkout"),
]
ORDERS = [
    path("o/<int:org>/orders/", orders.listing, name="list"),
    path("o/<int:org>/orders/<int:number>/", orders.detail, name="detail"),
    path("o/<int:org>/orders/<int:number>/cancel/", orders.cancel, name="cancel"),
    path("o/<int:org>/quota/", quota.show, name="quota"),
]
urlpatterns = CART + ORDERS
