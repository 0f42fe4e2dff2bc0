"""How long a register takes to read, and to search: prints figures, judges nothing.

    .venv/bin/python bench/registers.py [ROWS]

It writes ROWS (100,000) invented charities into a file, reads it into a database of its own with
`manage.py import_registry` – new, again, and a week later with one row in twenty changed and one
in a hundred gone – and says the time and the most memory of each; then it searches.
"""

import importlib.util
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / "var/bench"
HEADER = (
    "BN/Registration number:\tOrganization name:\tStatus: \tType of qualified donee:\t"
    "Effective date of status:\tSanction \tDesignation: \tCharity type: \tCategory: \tAddress:\t"
    "City:\tProvince, territory, outside of Canada:\tCountry:\tPostal code/Zip code:\t"
)
NAME_WORDS = """
    MAISON FONDATION CENTRE SOCIETE CHURCH COMMUNITY FRIENDS MUSEUM LIBRARY ENTRAIDE FAMILLE
    SAINT-ELIE RIVER NORTH HARBOUR JEUNESSE ARTS HERITAGE HOSPITAL FOOD BANK ECOLE PAROISSE
    WILLOW BAPTIST UNITED ANIMAL REFUGE HABITATION SANTE LITERACY SETTLEMENT SHELTER
"""
SEARCHES = (
    "maison saint-elie",
    "église unie",
    "food bank harbour 4711",
    "libary frends",
    "000004711",
)


def row(number: int, chance: random.Random) -> str:
    name = " ".join(chance.sample(NAME_WORDS.split(), 4)) + f" {number}"
    street = f"{chance.randint(1, 9999)} RUE DES ERABLES"
    cells = [f"{number:09}RR0001", name, "Registered", "Charity", "1991-04-01", "", "0001"]
    return "\t".join(
        [*cells, "Relief of poverty", "0001", street, "SHERBROOKE", "QC", "CA", "J1H9Z9"]
    )


def write(file: Path, rows: int, *, week: int) -> Path:
    """The list of a week: in the second, some rows have changed and some are gone."""
    chance = random.Random(7)
    with file.open("w", encoding="latin-1", newline="") as out:
        out.write(HEADER + "\r\n")
        for number in range(1, rows + 1):
            line = row(number, chance)
            if week and number % 100 == 0:
                continue
            out.write(
                (line.replace("ERABLES", "SAULES") if week and number % 20 == 1 else line) + "\r\n"
            )
    return file


def manage(env: dict[str, str], *args: str) -> tuple[float, int, str]:
    """Seconds, the most memory in MB, and the last line of a command in a process of its own."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "manage.py", *args], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
    )
    said, _ = process.communicate()
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    if process.returncode:
        raise SystemExit(said)
    return time.perf_counter() - start, most, said.strip().rpartition("\n")[2]


def database(address: str) -> str:
    """An empty database beside the development one."""
    name = "bench_registers"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    return f"{address.rpartition('/')[0]}/{name}"


def servers() -> Any:
    """What starts and ends PostgreSQL and Valkey (without Celery, which "import portal" loads)."""
    spec = importlib.util.spec_from_file_location("embedded", ROOT / "portal/embedded.py")
    embedded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(embedded)
    return embedded


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    embedded = servers()
    urls = embedded.up(STATE)
    try:
        measure(rows, urls)
    finally:
        embedded.down(STATE)


def measure(rows: int, urls: dict[str, str]) -> None:
    env = os.environ | {"DEBUG": "1"} | urls | {"DATABASE_URL": database(urls["DATABASE_URL"])}
    manage(env, "migrate", "-v", "0")
    with tempfile.TemporaryDirectory() as folder:
        first = write(Path(folder, "first.txt"), rows, week=0)
        second = write(Path(folder, "second.txt"), rows, week=1)
        for words, file, day in (
            ("all new", first, "2026-11-12"),
            ("again", first, "2026-11-13"),
            ("a week later", second, "2026-11-19"),
        ):
            seconds, most, said = manage(env, "import_registry", "cra", str(file), "--as-of", day)
            print(f"{words:<13}{seconds:6.1f} s  {most:4d} MB  {said}")
    searching = (
        "import time\nfrom registers import search\n"
        f"for typed in {SEARCHES!r}:\n"
        "    search.find(typed); t = time.perf_counter(); n = len(search.find(typed).entries)\n"
        "    print(f'{typed:<24}{(time.perf_counter() - t) * 1000:7.1f} ms  {n} shown')\n"
    )
    subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", searching],
        cwd=ROOT,
        env=env,
        check=True,
    )


if __name__ == "__main__":
    main()
