"""Staff's page of one order: what was ordered and where it is, money, people, and what to do."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest

from catalog.models import Program, ProgramQuestion
from orders import fulfilment, letters, queues, refunds, timeline
from orders.admin.fulfilment import deeds_of
from orders.admin.readonly import trail
from orders.checkout_forms import in_words
from orders.models import Cheque, Fulfilment, Order, OrderLine


def find(pk: int) -> Order | None:
    """The order with what its page shows of it, in three queries."""
    lines = OrderLine.objects.select_related("program", "fulfilment", "product")
    orders = Order.objects.select_related("organization", "placed_by", "delivery__proof")
    ready = Prefetch("lines", lines)
    return orders.prefetch_related(ready, "lines__fulfilment__parcels").filter(pk=pk).first()


def context(order: Order, request: HttpRequest) -> dict[str, Any]:
    """What the template takes; `request.user` decides about the deeds."""
    lines = list(order.lines.all())
    programs = [line.program for line in lines]
    entries = trail(order)
    moves = {entry.action.removeprefix("order."): entry.at for entry in reversed(entries)}
    is_paid = order.status in refunds.PAID and order.total > 0
    may_act = request.user.has_perm("orders.change_order")
    return {
        "order": order,
        "rows": [_row(line) for line in lines],
        "late": queues.late(order, lines),
        "steps": timeline.steps(
            order,
            moves=moves,
            needs_partner=any(p.approval == Program.Approval.PARTNER for p in programs),
        ),
        "payments": order.payments.order_by("seq"),
        "cheque": Cheque.objects.filter(order=order).first() if order.method == "cheque" else None,
        "refunds": order.refunds.order_by("seq") if order.paid_at else [],
        "letters": letters.of(order) if order.paid_at else [],
        "answers": list(answers(order)),
        "entries": entries,
        "may_act": may_act,
        "may_hold": order.status in Order.OPEN,
        "may_answer": may_act and order.status == Order.Status.AWAITING_PARTNER,
        "may_allocate": may_act and order.status == Order.Status.PAID_UNALLOCATED,
        "may_resend": may_act and bool(order.paid_at) and fulfilment.has_licences(order),
        "may_propose": is_paid and request.user.has_perm("orders.add_refund"),
    }


def _row(line: OrderLine) -> tuple[OrderLine, Fulfilment | None, str]:
    """A line, what is owed of it, and links to what staff can do with it."""
    row = getattr(line, "fulfilment", None)  # none before it is paid
    return line, row, deeds_of(row) if row else ""


def answers(order: Order) -> Iterator[tuple[str, str]]:
    """What was asked and answered, in the reader's words; a question that is gone by its key."""
    given = {
        (slug, key): value for slug, row in order.answers.items() for key, value in row.items()
    }
    if not given:
        return
    asked = ProgramQuestion.objects.filter(program__slug__in=order.answers)
    known = {(one.program.slug, one.key): one for one in asked.select_related("program")}
    for (slug, key), value in given.items():
        question = known.get((slug, key))
        if question is None:
            yield f"{slug}: {key}", str(value)
        else:
            yield question.label, in_words(question, value)
