"""What must always be true of the data: each query names the rows that break one sentence."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from orgs import identity
from portal.invariants_of_money import GIVEN_BACK, MONEY, SETTLED, Invariant

# Fixed words of ours, put into queries that take nothing from outside (hence S608 off here).
TRAIL = """SELECT e.id, e.subject_id, e.action, t.model FROM audit_entry e
           JOIN django_content_type t ON t.id = e.subject_type_id AND t.app_label = 'orgs'"""
MOVED = (
    "('application.draft', 'application.submitted', 'application.in_review', "
    "'application.info_needed', 'application.qualified', 'application.declined', "
    "'application.put_away')"
)


INVARIANTS = (
    Invariant(
        "stock-is-its-ledger",
        "A product's stock is the sum of its ledger.",
        """SELECT p.sku FROM catalog_product p
           LEFT JOIN catalog_stockentry e ON e.product_id = p.id
           WHERE p.stock IS NOT NULL GROUP BY p.id HAVING coalesce(sum(e.change), 0) <> p.stock""",
    ),
    Invariant(
        "holds-are-in-the-ledger",
        "What is held of a product for its queue is what its ledger says is held.",
        """SELECT p.sku FROM catalog_product p
           LEFT JOIN (SELECT product_id, -sum(change) AS packs FROM catalog_stockentry
             WHERE kind IN ('held', 'released') GROUP BY 1) e ON e.product_id = p.id
           LEFT JOIN (SELECT product_id, sum(held) AS packs FROM catalog_queueplace
             WHERE status = 'offered' GROUP BY 1) q ON q.product_id = p.id
           WHERE coalesce(e.packs, 0) <> coalesce(q.packs, 0)""",
    ),
    Invariant(
        "queue-holds-end",
        "No hold for a queue is an hour past its end.",
        """SELECT id FROM catalog_queueplace
           WHERE status = 'offered' AND hold_until < now() - interval '1 hour'""",
    ),
    Invariant(
        "shelf-is-what-stands-there",
        "A list's counts are those of its products.",
        """SELECT program_id || '/' || category_id || '/' || fee_range FROM (
             SELECT program_id, category_id, fee_range, in_stock, personal_use, platforms,
               published_from, published_until, change FROM catalog_shelfentry
             UNION ALL
             SELECT program_id, category_id, catalog_fee_range(fee), stock IS DISTINCT FROM 0,
               personal_use, platforms, published_from, published_until, -1
             FROM catalog_product WHERE status = 'live') AS moves
           GROUP BY program_id, category_id, fee_range, in_stock, personal_use, platforms,
             published_from, published_until HAVING sum(change) <> 0""",
    ),
    Invariant(
        "published-rules-stay",
        "A published version of rules says what it said then, or the trail says what was wrong.",
        """SELECT v.id FROM catalog_programversion v
           JOIN catalog_programversionevent e ON e.pgh_obj_id = v.id AND e.pgh_label = 'insert'
           WHERE (e.criteria, e.effective, e.program_id, e.grace_days, e.note_fr, e.note_en)
             IS DISTINCT FROM
             (v.criteria, v.effective, v.program_id, v.grace_days, v.note_fr, v.note_en)
           AND NOT EXISTS (SELECT 1 FROM audit_entry a
             JOIN django_content_type t ON t.id = a.subject_type_id AND t.model = 'programversion'
             WHERE a.action = 'programversion.corrected' AND a.subject_id = v.id
             AND a.data -> 'criteria' = v.criteria)""",
    ),
    Invariant(
        "replacements-end",
        "What replaces a product, in the end, is not the product itself.",
        """WITH RECURSIVE line (first, last) AS (
             SELECT id, replaced_by_id FROM catalog_product WHERE replaced_by_id IS NOT NULL
             UNION
             SELECT line.first, p.replaced_by_id FROM line
             JOIN catalog_product p ON p.id = line.last WHERE p.replaced_by_id IS NOT NULL)
           SELECT first FROM line WHERE first = last""",
    ),
    Invariant(
        "keys-as-ordered",
        "A line that was sent keys has as many as were ordered, and of its own product.",
        """SELECT l.id FROM orders_orderline l JOIN orders_licensekey k ON k.line_id = l.id
           GROUP BY l.id HAVING bool_or(k.product_id <> l.product_id) OR
             count(*) FILTER (WHERE k.revoked_at IS NULL) NOT IN (l.quantity, 0) OR
             bool_and(k.revoked_at IS NULL) AND count(*) <> l.quantity""",
    ),
    Invariant(
        "no-key-without-payment",
        "Only lines of paid orders hold keys.",
        f"""SELECT k.id FROM orders_licensekey k JOIN orders_orderline l ON l.id = k.line_id
           JOIN orders_order o ON o.id = l.order_id
           WHERE o.status NOT IN ('paid_unallocated', 'refunded') AND o.status NOT IN {SETTLED}""",
    ),
    Invariant(
        "paid-is-owed",
        "Each line of a paid order has its fulfilment.",
        f"""SELECT l.id FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
           LEFT JOIN orders_fulfilment f ON f.line_id = l.id
           WHERE o.status IN {SETTLED} AND l.given_back_at IS NULL AND f.id IS NULL""",
    ),
    Invariant(
        "sent-is-sent",
        "An order is sent when every line is.",
        """SELECT o.number FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
           JOIN orders_fulfilment f ON f.line_id = l.id
           WHERE o.status IN ('fulfilled', 'delivered') AND f.status = 'owed'""",
    ),
    Invariant(
        "mail-moves",
        "No e-mail has been due for ten minutes.",
        """SELECT key FROM mail_message WHERE sent_at IS NULL AND dead_at IS NULL
           AND due_at < now() - interval '10 minutes'""",
    ),
    Invariant(
        "notices-move",
        "No notice of PayPal has been due for ten minutes.",
        """SELECT event_id FROM orders_webhookevent
           WHERE handled_at IS NULL AND due_at < now() - interval '10 minutes'""",
    ),
    Invariant(
        "quota-held",
        "Each order line is in the quota ledger, with its units.",
        """SELECT l.id FROM orders_orderline l JOIN catalog_product p ON p.id = l.product_id
           LEFT JOIN orders_quotaentry q ON q.line_id = l.id AND q.kind = 'hold'
           WHERE q.id IS NULL OR q.units <> l.quantity * p.units_per_pack""",
    ),
    Invariant(
        "quota-given-back",
        "A line gives its quota back exactly when it, or its order, is given back.",
        f"""SELECT l.id FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
           LEFT JOIN orders_quotaentry q ON q.line_id = l.id AND q.kind = 'give_back'
             AND NOT EXISTS (SELECT 1 FROM orders_quotaentry a
                             WHERE a.line_id = l.id AND a.kind = 'hold_again')
           LEFT JOIN orders_quotaentry r ON r.line_id = l.id AND r.kind = 'refund'
           WHERE (q.id IS NULL AND r.id IS NULL)
             = (o.status IN {GIVEN_BACK} OR l.given_back_at IS NOT NULL)
           AND o.status <> 'paid_unallocated'""",
    ),
    Invariant(
        "quota-settled",
        "A line settles its quota when its order is paid.",
        f"""SELECT l.id FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
           LEFT JOIN orders_quotaentry q ON q.line_id = l.id AND q.kind = 'settle'
           WHERE o.status IN {SETTLED} AND l.given_back_at IS NULL AND q.id IS NULL""",
    ),
    Invariant(
        "totals-add-up",
        "An order's total is the sum of its lines and of its taxes.",
        """SELECT o.number FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
           GROUP BY o.id HAVING sum(l.quantity * l.fee + l.tax) <> o.total OR sum(l.tax) <> (
             SELECT coalesce(sum((t ->> 'amount')::numeric), 0)
             FROM jsonb_array_elements(o.taxes) t)""",
    ),
    Invariant(
        "eligible-when-ordered",
        "Each line was placed by an organization that was eligible then.",
        """SELECT id FROM orders_orderline
           WHERE coalesce((eligibility ->> 'eligible')::boolean, false) IS NOT TRUE""",
    ),
    Invariant(
        "decided-by-somebody",
        "A qualified organization has a qualified application.",
        """SELECT o.number FROM orgs_organization o WHERE o.qualified_since IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM orgs_application a
                           JOIN orgs_organization m ON m.id = a.organization_id
                           WHERE o.id IN (m.id, m.merged_into_id) AND a.status = 'qualified')""",
    ),
    Invariant(
        "keys-are-the-organizations",
        "Organizations are found by what is on file about them.",
        identity.STALE,
    ),
    Invariant(
        "qualified-on-checked-papers",
        "Nobody was qualified on a document that was not checked, or refused and not replaced.",
        """SELECT a.id FROM orgs_application a JOIN orgs_document d
             ON d.organization_id = a.organization_id AND d.uploaded_at <= a.decided_at
           WHERE a.status = 'qualified' AND d.removed_at IS NULL AND (d.status = 'pending' OR (
             d.status = 'refused' AND d.scanned_at <= a.decided_at AND NOT EXISTS (
               SELECT 1 FROM orgs_document n
               WHERE n.organization_id = d.organization_id AND n.kind = d.kind
               AND n.uploaded_at >= d.uploaded_at AND n.uploaded_at <= a.decided_at
               AND n.status <> 'refused' AND n.removed_at IS NULL)))""",
    ),
    Invariant(
        "documents-move",
        "No document has been due for the scanner, or for its pictures, for ten minutes.",
        """SELECT id FROM orgs_document WHERE removed_at IS NULL AND (
             (status = 'pending' AND scan_due_at < now() - interval '10 minutes')
             OR (status IN ('clean', 'unscanned')
                 AND draw_due_at < now() - interval '10 minutes'))""",
    ),
    Invariant(
        "decided-once",
        "An application is decided once, and stands as it was decided.",
        f"""SELECT a.id FROM orgs_application a JOIN ({TRAIL}) e
             ON e.model = 'application' AND e.subject_id = a.id
           WHERE e.action IN ('application.qualified', 'application.declined')
           GROUP BY a.id HAVING count(*) > 1 OR bool_or(e.action <> 'application.' || a.status)""",
    ),
    Invariant(
        "decided-on-what-was-seen",
        "No question was asked, answered or added after the decision.",
        """SELECT a.id FROM orgs_application a WHERE a.decided_at IS NOT NULL AND (
             EXISTS (SELECT 1 FROM orgs_inquiry i WHERE i.application_id = a.id
                     AND greatest(i.asked_at, i.answered_at) > a.decided_at)
             OR EXISTS (SELECT 1 FROM orgs_remark r WHERE r.application_id = a.id
                        AND r.at > a.decided_at))""",
    ),
    Invariant(
        "moves-have-a-trail",
        "An application's status is that of its last move in the trail.",
        f"""SELECT a.id FROM orgs_application a LEFT JOIN LATERAL (
             SELECT action FROM ({TRAIL}) e
             WHERE e.model = 'application' AND e.subject_id = a.id AND e.action IN {MOVED}
             ORDER BY e.id DESC LIMIT 1) moved ON true
           WHERE coalesce(moved.action, 'application.draft') <> 'application.' || a.status""",
    ),
    Invariant(
        "stands-by-a-deed",
        "What is suspended or closed has its entry in the trail.",
        f"""SELECT o.number FROM orgs_organization o WHERE (o.suspended_on IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM ({TRAIL}) e WHERE e.model = 'organization'
               AND e.subject_id = o.id AND e.action = 'organization.suspended'))
           OR (o.closed_on IS NOT NULL AND o.merged_into_id IS NULL
             AND NOT EXISTS (SELECT 1 FROM ({TRAIL}) e WHERE e.model = 'organization'
               AND e.subject_id = o.id AND e.action = 'organization.closed'))""",
    ),
    Invariant(
        "facts-of-registers-have-entries",
        "A fact that a register says names an entry that is there.",
        """SELECT f.id FROM orgs_fact f WHERE f.source = 'register'
           AND NOT EXISTS (SELECT FROM registers_charity c WHERE c.bn = f.entry)
           AND NOT EXISTS (SELECT FROM registers_corporation c WHERE c.number = f.entry)
           AND NOT EXISTS (SELECT FROM registers_return r
                           WHERE r.bn || ' ' || r.period_end = f.entry)""",
    ),
    Invariant(
        "ordered-by-a-member",
        "Orders are placed by people who were members then, of it or of one merged into it.",
        """SELECT o.number FROM orders_order o WHERE NOT EXISTS (
             SELECT 1 FROM orgs_tenure t JOIN orgs_organization m ON m.id = t.organization_id
             WHERE t.user_id = o.placed_by_id AND o.organization_id IN (m.id, m.merged_into_id)
             AND o.placed_at BETWEEN t.from_at - interval '1 minute'
               AND coalesce(t.to_at, 'infinity') + interval '1 minute')""",
    ),
    Invariant(
        "somebody-administers",
        "An organization with people has an administrator among them.",
        """SELECT o.number FROM orgs_organization o JOIN orgs_membership m
             ON m.organization_id = o.id JOIN orgs_role r ON r.id = m.role_id
           WHERE o.closed_on IS NULL AND o.merged_into_id IS NULL
           GROUP BY o.id HAVING NOT bool_or(r.grants ? 'members.manage')""",
    ),
    Invariant(
        "members-have-their-time",
        "A member's time is running, in the member's role.",
        """SELECT m.id FROM orgs_membership m LEFT JOIN orgs_tenure t
             ON (t.user_id, t.organization_id, t.role_id) =
                (m.user_id, m.organization_id, m.role_id) AND t.to_at IS NULL
           WHERE t.id IS NULL""",
    ),
    Invariant(
        "branches-are-signed-for",
        "A signed branch letter is of the branch's own parent, and no branch is above itself.",
        """WITH RECURSIVE up AS (
             SELECT id AS branch, parent_id AS id, 1 AS level FROM orgs_organization
              WHERE parent_id IS NOT NULL
             UNION ALL
             SELECT up.branch, o.parent_id, level + 1 FROM up
               JOIN orgs_organization o ON o.id = up.id
              WHERE o.parent_id IS NOT NULL AND level < 9)
           SELECT branch FROM up WHERE branch = id
           UNION
           SELECT l.id FROM orgs_branchletter l JOIN orgs_organization o ON o.id = l.branch_id
           WHERE l.status = 'signed' AND o.parent_id IS NULL""",
    ),
    Invariant(
        "holds-end",
        "No unpaid order holds stock ten minutes past its time.",
        """SELECT o.number FROM orders_order o WHERE o.status = 'awaiting_payment'
           AND o.held_at IS NULL
           AND o.hold_until < now() - interval '10 minutes' AND NOT EXISTS (
             SELECT 1 FROM orders_payment p
             WHERE p.order_id = o.id AND p.status IN ('capturing', 'pending', 'captured'))""",
    ),
    Invariant(
        "keys-are-unreadable",
        "Licence keys are stored encrypted, with a blind index.",
        """SELECT id FROM orders_licensekey
           WHERE ciphertext NOT LIKE '%:%' OR length(blind_index) <> 64""",
    ),
    Invariant(
        "approved-changes-are-written",
        "What was approved stood in the file, and the trail says by which request.",
        """SELECT c.id FROM orgs_changerequest c WHERE c.status = 'approved' AND NOT (
             EXISTS (SELECT 1 FROM orgs_organizationevent e
                     WHERE e.pgh_obj_id = c.organization_id
                     AND to_jsonb(e) @> (c.new - '{annual_budget,activities}'::text[])
                     AND coalesce(e.annual_budget = (c.new ->> 'annual_budget')::numeric, true))
             AND EXISTS (SELECT 1 FROM audit_entry a
                         WHERE a.action = 'organization.changed'
                         AND a.subject_id = c.organization_id
                         AND (a.data ->> 'request')::bigint = c.id))""",
    ),
    Invariant(
        "addresses-wait-48-hours",
        "Licences go to a new address no sooner than 48 hours after it confirmed.",
        """SELECT id FROM orgs_addresschange
           WHERE applied_at < confirmed_at + interval '48 hours'""",
    ),
    Invariant(
        "changes-have-a-trail",
        "Whatever was captured or decided has its entry in the trail.",
        """SELECT p.id FROM orders_payment p WHERE p.status = 'captured' AND NOT EXISTS (
             SELECT 1 FROM audit_entry e JOIN django_content_type t ON t.id = e.subject_type_id
             WHERE t.app_label = 'orders' AND t.model = 'payment' AND e.subject_id = p.id
             AND e.action = 'payment.captured')""",
    ),
    *MONEY,
)


@dataclass(frozen=True)
class Breach:
    """One row that breaks an invariant."""

    invariant: Invariant
    row: str

    def __str__(self) -> str:
        return f"{self.invariant.code}: {self.row} ({self.invariant.sentence})"


def breaches() -> Iterator[Breach]:
    """Every row that breaks an invariant, each query within 10 s. None is as it should be."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '10s'")
        try:
            for invariant in INVARIANTS:
                cursor.execute(invariant.query)
                for row in cursor.fetchall():
                    yield Breach(invariant, str(row[0]))
        finally:
            cursor.execute("SET statement_timeout = DEFAULT")
