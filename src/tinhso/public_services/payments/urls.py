from django.urls import URLPattern, path

from tinhso.public_services.payments.views import callback, counter, pay

urlpatterns: list[URLPattern] = [
    path("pay/<uuid:key>/", pay.pay, name="pay"),
    path("pay/<uuid:key>/start/", pay.start, name="pay_start"),
    path("pay/<uuid:key>/pretend/", pay.pretend, name="pay_pretend"),
    path("pay/receipts/<uuid:key>/", pay.receipt, name="receipt"),
    path("payments/<str:provider>/callback/", callback.callback, name="payment_callback"),
    path("desk/payments/", counter.register, name="desk_payments"),
    path("desk/payments/<uuid:key>/handled/", counter.handled, name="payment_handled"),
    path("desk/receipts/<uuid:key>/", counter.receipt, name="desk_receipt"),
    path("desk/<uuid:key>/cash/", counter.cash, name="cash"),
]
