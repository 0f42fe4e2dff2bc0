"""How long the nightly job takes to answer 10,000 alerts over 200 products, and in what memory.

    python -m bench.alerts [--alerts 10000] [--products 200]

Makes a scratch database on the development server, fills it, tells everybody, and tells again:
nobody is told twice. Prints seconds, queries, the process's largest memory, and the same work
done the plain way (one alert at a time) for a tenth of them, as a ratio.
"""

import argparse
import os
import resource
import time

from bench.duplicates import drop, prepare


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--alerts", type=int, default=10_000)
    asked.add_argument("--products", type=int, default=200)
    options = asked.parse_args()
    server, _is_new = prepare()
    try:
        import django
        from django.conf import settings

        child = os.fork()  # what filling takes in memory is not the job's
        django.setup()
        settings.DEBUG = False  # else every query's text is kept
        if not child:
            status = 1
            try:
                fill(options.alerts, options.products)
                status = 0
            finally:
                os._exit(status)  # the parent drops the database
        assert os.waitpid(child, 0)[1] == 0, "filling failed"
        measure(options.alerts)
    finally:
        drop(server)


def fill(alerts: int, products: int) -> None:
    """Products that are back, and as many people and addresses that wait for each."""
    from django.core.management import call_command
    from django.utils import timezone

    from accounts.models import User
    from catalog.models import StockAlert
    from tests.factories import ProductFactory, ProgramFactory

    call_command("migrate", verbosity=0)
    program = ProgramFactory()
    rows = [ProductFactory(program=program, stock=None) for _n in range(products)]
    people = User.objects.bulk_create(
        User(username=f"p{n}", email=f"p{n}@example.org", language=("fr", "en")[n % 2])
        for n in range(alerts // products // 2)
    )
    now = timezone.now()
    of_people = (
        StockAlert(product=row, user=person, confirmed_at=now) for row in rows for person in people
    )
    StockAlert.objects.bulk_create(of_people, batch_size=1000)
    addresses = (
        StockAlert(product=row, email=f"a{n}@example.org", language="fr", confirmed_at=now)
        for row in rows
        for n in range(alerts // products - len(people))
    )
    StockAlert.objects.bulk_create(addresses, batch_size=1000)


def measure(alerts: int) -> None:
    """The job, the job again, and the plain way."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from catalog import telling
    from catalog.models import StockAlert
    from mail.models import Message

    before = memory()
    started, cpu = time.perf_counter(), time.process_time()
    told = telling.send_due()
    took, cpu = time.perf_counter() - started, time.process_time() - cpu
    print(f"told {told} of {alerts} in {took:.2f} s, of the processor {cpu:.2f}")
    print(f"memory {before:.0f} MiB before, {memory():.0f} MiB at most")
    assert told == Message.objects.count() == alerts
    with CaptureQueriesContext(connection) as queries:
        assert telling.send_due() == 0
    print(f"again: nobody, in {len(queries)} queries")

    some = alerts // 10
    Message.objects.all().delete()
    chosen = StockAlert.objects.order_by("pk").values_list("pk", flat=True)[:some]
    StockAlert.objects.filter(pk__in=list(chosen)).update(sent_at=None)
    telling.BATCH = 1
    started = time.perf_counter()
    telling.send_due()
    plain = (time.perf_counter() - started) / some
    print(f"one at a time {plain * 1000:.1f} ms an alert, {plain / (took / alerts):.0f} times it")


def memory() -> float:
    """The largest so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
