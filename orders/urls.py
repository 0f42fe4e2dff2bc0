"""Addresses of carts, orders, payments and licences."""

from django.urls import URLPattern, URLResolver, include, path

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
    steps,
)

app_name = "orders"
AN_ORDER: list[URLPattern | URLResolver] = [
    path("", orders.detail, name="detail"),
    path("statement/", history.statement, name="statement"),
    path("statement.pdf", history.statement_paper, name="statement_paper"),
    path("again/", history.again, name="again"),
    path("parcels/<int:parcel>/arrived/", orders.arrived, name="arrived"),
    path("renewals/<int:renewal>/", renewals.reminders, name="reminders"),
    path("cancel/", orders.cancel, name="cancel"),
    path("cheque/", cheques.announce, name="by_cheque"),
    path("cheque/slip/", cheques.slip, name="slip"),
    path("cheque/slip.pdf", cheques.slip_paper, name="slip_paper"),
    path("refund/", refunds.ask, name="refund"),
    path("refund/<int:seq>/withdraw/", refunds.withdraw, name="withdraw_refund"),
    path("choice/", refunds.choose, name="late_money"),
    path("pay/", payment.pay, name="pay"),
    path("thanks/", payment.thanks, name="thanks"),
    path("paypal/<uuid:reference>/", payment.back, name="paypal_return"),
    path("paypal/<uuid:reference>/cancelled/", payment.cancelled, name="paypal_cancel"),
    path("licences/<int:key_pk>/", licences.reveal, name="reveal"),
    path("resend/", licences.resend, name="resend"),
]
AN_ORGANIZATION: list[URLPattern | URLResolver] = [
    path("cart/", cart.show, name="cart"),
    path("cart/add/<slug:slug>/", cart.add, name="add"),
    path("cart/line/<slug:slug>/", cart.line, name="line"),
    path("cart/program/<slug:slug>/", cart.program, name="program"),
    path("checkout/", checkout.checkout, name="checkout"),
    path("checkout/questions/", steps.questions, name="checkout_questions"),
    path("checkout/delivery/", steps.address, name="checkout_delivery"),
    path("checkout/payment/", steps.payment, name="checkout_payment"),
    path("checkout/licences/", steps.licences, name="checkout_licences"),
    path("orders/", history.listing, name="list"),
    path("orders/table.csv", history.table, name="table"),
    path("orders/<int:number>/", include(AN_ORDER)),
    path("quota/", quota.show, name="quota"),
    path("quota/<slug:slug>/", quota.program, name="quota_program"),
]
urlpatterns = [path("o/<int:org>/", include(AN_ORGANIZATION))]
