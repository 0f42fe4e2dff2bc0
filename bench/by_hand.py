"""Placing an order by hand: the reads and writes of the service, in plain SQL."""

import json
import uuid
from typing import Any

STATEMENTS = (
    "SELECT * FROM orgs_organization WHERE id = %(org)s FOR UPDATE",
    "SELECT r.grants, EXISTS (SELECT FROM orders_order WHERE organization_id = %(org)s"
    " AND attempt = %(attempt)s) FROM orgs_membership m JOIN orgs_role r ON r.id = m.role_id"
    " WHERE m.user_id = %(user)s AND m.organization_id = %(org)s",
    "SELECT i.quantity, p.id, p.sku, p.name_fr, p.name_en, p.fee, p.stock, p.units_per_pack,"
    " g.limits, array(SELECT v.criteria FROM catalog_programversion v WHERE v.program_id = g.id)"
    " FROM orders_cartitem i JOIN catalog_product p ON p.id = i.product_id JOIN catalog_program g"
    " ON g.id = p.program_id WHERE i.cart_id = %(cart)s AND NOT i.is_set_aside FOR SHARE OF g",
    "SELECT q.kind, q.units, q.at FROM orders_quotaentry q JOIN orders_orderline l"
    " ON l.id = q.line_id JOIN orders_order o ON o.id = l.order_id"
    " WHERE o.organization_id = %(org)s AND q.program_id = %(program)s ORDER BY q.at",
    "INSERT INTO orders_order (organization_id, placed_by_id, placed_at, status, method, attempt,"
    " total, answers, attestations, licence_email, language, hold_until, held_because)"
    " VALUES (%(org)s, %(user)s,"
    " now(), 'awaiting_payment', 'paypal', %(attempt)s, 25, '{}', '[]', 'o@bench.example', 'en',"
    " now() + interval '210 minutes', '') RETURNING id, number",
    "INSERT INTO orders_orderline (order_id, product_id, program_id, sku, name_fr, name_en,"
    " quantity, fee, eligibility) VALUES (%(order)s, %(product)s, %(program)s, 'HOT', 'Produit',"
    " 'Product', 1, 25, %(verdict)s) RETURNING id",
    "INSERT INTO orders_quotaentry (organization_id, program_id, product_id, line_id, kind,"
    " title_group, units, fees, at) VALUES (%(org)s, %(program)s, %(product)s, %(line)s, 'hold',"
    " '', 1, 25, now())",
    "INSERT INTO audit_entry (at, by_id, action, note, data, subject_type_id, subject_id)"
    " VALUES (now(), %(user)s, 'order.placed', '', '{}', %(type)s, %(order)s)",
    "WITH ordered AS (DELETE FROM orders_cartitem WHERE cart_id = %(cart)s AND NOT is_set_aside)"
    " UPDATE orders_cart SET attempt = gen_random_uuid() WHERE id = %(cart)s",
    'INSERT INTO mail_message (kind, "to", language, subject, text, html, key, about, due_at,'
    " attempts, last_error, created_at) VALUES ('orders/placed', '{b@bench.example}', 'en', 'x',"
    " %(text)s, %(html)s, %(key)s, '', now(), 0, '', now())",
    "WITH taken AS (UPDATE catalog_product SET stock = stock - 1 WHERE id = %(product)s"
    " AND stock >= 1 RETURNING id) INSERT INTO catalog_stockentry (product_id, kind, change,"
    " reference, reason, by_id, at) SELECT id, 'taken', -1, %(order)s, '', %(user)s, now()"
    " FROM taken",
)
TEXT, HTML = "x" * 400, "x" * 3000
VERDICT = json.dumps({"eligible": True, "version": "2020-01-01", "results": []})


def place(cart: Any, product: int) -> bool:
    """The same reads and writes without rules, models or templates."""
    from django.contrib.contenttypes.models import ContentType
    from django.db import connection, transaction

    from orders.models import Order

    member = cart.membership
    values: dict[str, Any] = {
        "org": member.organization_id,
        "user": member.user_id,
        "cart": cart.pk,
        "attempt": cart.attempt,
        "product": product,
        "program": product,  # made one with the other
        "type": ContentType.objects.get_for_model(Order).pk,
        "key": uuid.uuid4().hex,
        "text": TEXT,
        "html": HTML,
        "verdict": VERDICT,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        for number, statement in enumerate(STATEMENTS):
            cursor.execute(statement, values)
            if number < 4:
                cursor.fetchall()
            elif number in (4, 5):
                values["order" if number == 4 else "line"] = cursor.fetchone()[0]
        return bool(cursor.rowcount)
