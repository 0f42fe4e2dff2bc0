"""Addresses of carts, orders, payments and licences."""

from django.urls import path

from orders.views import (
    cart,
    checkout,
    cheques,
    history,
    licences,
    orders,
    payment,
    quota,
    refunds,
    renewals,
)

app_name = "orders"
urlpatterns = [
    path("o/<int:org>/cart/", cart.show, name="cart"),
    path("o/<int:org>/cart/add/<slug:slug>/", cart.add, name="add"),
    path("o/<int:org>/cart/line/<slug:slug>/", cart.line, name="line"),
    path("o/<int:org>/cart/program/<slug:slug>/", cart.program, name="program"),
    path("o/<int:org>/checkout/", checkout.checkout, name="checkout"),
    path("o/<int:org>/checkout/questions/", checkout.questions, name="checkout_questions"),
    path("o/<int:org>/checkout/delivery/", checkout.address, name="checkout_delivery"),
    path("o/<int:org>/orders/", history.listing, name="list"),
    path("o/<int:org>/orders/table.csv", history.table, name="table"),
    path("o/<int:org>/orders/<int:number>/statement/", history.statement, name="statement"),
    path(
        "o/<int:org>/orders/<int:number>/statement.pdf",
        history.statement_paper,
        name="statement_paper",
    ),
    path("o/<int:org>/orders/<int:number>/again/", history.again, name="again"),
    path("o/<int:org>/orders/<int:number>/", orders.detail, name="detail"),
    path(
        "o/<int:org>/orders/<int:number>/parcels/<int:parcel>/arrived/",
        orders.arrived,
        name="arrived",
    ),
    path(
        "o/<int:org>/orders/<int:number>/renewals/<int:renewal>/",
        renewals.reminders,
        name="reminders",
    ),
    path(
        "o/<int:org>/orders/<int:number>/renewals/<int:renewal>/again/",
        renewals.again,
        name="again",
    ),
    path("o/<int:org>/orders/<int:number>/cancel/", orders.cancel, name="cancel"),
    path("o/<int:org>/orders/<int:number>/cheque/", cheques.announce, name="by_cheque"),
    path("o/<int:org>/orders/<int:number>/cheque/slip/", cheques.slip, name="slip"),
    path("o/<int:org>/orders/<int:number>/cheque/slip.pdf", cheques.slip_paper, name="slip_paper"),
    path("o/<int:org>/orders/<int:number>/refund/", refunds.ask, name="refund"),
    path(
        "o/<int:org>/orders/<int:number>/refund/<int:seq>/withdraw/",
        refunds.withdraw,
        name="withdraw_refund",
    ),
    path("o/<int:org>/quota/", quota.show, name="quota"),
    path("o/<int:org>/quota/<slug:slug>/", quota.program, name="quota_program"),
    path("o/<int:org>/orders/<int:number>/pay/", payment.pay, name="pay"),
    path("o/<int:org>/orders/<int:number>/thanks/", payment.thanks, name="thanks"),
    path(
        "o/<int:org>/orders/<int:number>/paypal/<uuid:reference>/",
        payment.back,
        name="paypal_return",
    ),
    path(
        "o/<int:org>/orders/<int:number>/paypal/<uuid:reference>/cancelled/",
        payment.cancelled,
        name="paypal_cancel",
    ),
    path("o/<int:org>/orders/<int:number>/licences/<int:key_pk>/", licences.reveal, name="reveal"),
    path("o/<int:org>/orders/<int:number>/resend/", licences.resend, name="resend"),
]
