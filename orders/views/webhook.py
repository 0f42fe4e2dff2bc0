"""PayPal's way in: keep the notice, answer at once."""

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from orders import webhooks


@csrf_exempt  # a program of PayPal's; what it says is verified, and then only a hint
@require_POST
def paypal(request: HttpRequest) -> HttpResponse:
    """200 for whatever has PayPal's shape, known or not; a refusal would come again for days."""
    length = request.headers.get("Content-Length", "0")
    if not length.isdigit() or int(length) > webhooks.MOST_BYTES:
        return HttpResponseBadRequest()
    try:
        webhooks.receive(request.headers, request.body)
    except webhooks.Unacceptable:
        return HttpResponseBadRequest()
    return HttpResponse()
