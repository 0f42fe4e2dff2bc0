"""Celery: which tasks run when. Every task may run twice and may be killed (docs/adr/0004)."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app: Any = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.timezone = "America/Toronto"
app.conf.beat_schedule = {
    "send owed mail": {"task": "mail.tasks.send_due", "schedule": 10},
    "settle payments": {"task": "orders.tasks.sweep_payments", "schedule": 60},
    "tell of stock that is gone": {"task": "orders.tasks.tell_gone", "schedule": 3600},
    "pay refunds back": {"task": "orders.tasks.sweep_refunds", "schedule": 60},
    "read PayPal's notices": {"task": "orders.tasks.sweep_webhooks", "schedule": 60},
    "fulfil paid orders": {"task": "orders.tasks.fulfil_due", "schedule": 30},
    "send what staff send at once": {"task": "orders.tasks.sweep_batches", "schedule": 30},
    "offer to the queues": {"task": "orders.tasks.offer_held", "schedule": 60},
    "expire unpaid orders": {"task": "orders.tasks.expire_unpaid", "schedule": 300},
    "remind of what ends": {
        "task": "orders.tasks.remind_of_ends",
        "schedule": crontab(hour=8, minute=0),
    },
    "tell of key pools that run low": {"task": "orders.tasks.tell_low", "schedule": 3600},
    "scan and draw documents": {"task": "orgs.tasks.sweep_documents", "schedule": 20},
    "delete stray files": {"task": "orgs.tasks.sweep_files", "schedule": crontab(hour=3, minute=0)},
    "remind applicants": {"task": "orgs.tasks.remind", "schedule": crontab(hour=7, minute=0)},
    "find duplicates": {
        "task": "orgs.tasks.find_matches",
        "schedule": crontab(hour=3, minute=30),
    },
    "change licence addresses": {"task": "orgs.tasks.apply_addresses", "schedule": 900},
    "put away old drafts": {
        "task": "orgs.tasks.put_away_drafts",
        "schedule": crontab(hour=3, minute=0),
    },
    "write off what nobody answered": {"task": "orgs.tasks.write_off", "schedule": 3600},
    "put the shelf together": {
        "task": "catalog.tasks.put_shelf_together",
        "schedule": crontab(minute=20),
    },
    "watch the registers": {
        "task": "orgs.tasks.watch_registers",
        "schedule": crontab(minute=20),  # each hour; an import by hand looks at once
    },
    "evaluate eligibility again": {
        "task": "catalog.tasks.reevaluate",
        "schedule": crontab(hour=4, minute=0),
    },
    "announce rules": {"task": "catalog.tasks.announce_rules", "schedule": 60},
    "send product alerts": {
        "task": "catalog.tasks.send_alerts",
        "schedule": crontab(hour=2, minute=0),
    },
}
