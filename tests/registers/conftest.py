from datetime import date
from pathlib import Path

import pytest

from registers import importing
from registers.models import Register

SAMPLES = Path(__file__).parents[2] / "demo/registers"
LIST = SAMPLES / "cra-listing-sample.txt"
RETURNS = SAMPLES / "cra-t3010-financial-sample.csv"
CORPORATIONS = SAMPLES / "corporations-sample.csv"
DAY = date(2026, 11, 12)
FILES = {Register.CRA: LIST, Register.T3010: RETURNS, Register.CORPORATIONS: CORPORATIONS}

HEADER = (
    "BN/Registration number:\tOrganization name:\tStatus: \tType of qualified donee:\t"
    "Effective date of status:\tSanction \tDesignation: \tCharity type: \tCategory: \tAddress:\t"
    "City:\tProvince, territory, outside of Canada:\tCountry:\tPostal code/Zip code:\t"
)
OLD_HEADER = (
    "BN/Registration number:\tCharity name:\tCharity status: \tEffective date of status:\t"
    "Sanction \tDesignation: \tCategory: \tAddress:\tCity:\t"
    "Province, territory, outside of Canada:\tCountry:\tPostal code/Zip code:\t"
)


def charity(bn="000000018RR0001", name="MAISON", status="Registered", **fields):
    """A line of the list of charities, 14 columns."""
    values = {
        "kind": "Charity",
        "since": "1991-04-01",
        "sanction": "",
        "designation": "0001",
        "type": "Relief of poverty",
        "category": "0001",
        "street": "12 RUE KING",
        "city": "SHERBROOKE",
        "province": "QC",
        "country": "CA",
        "postal_code": "J1H9Z9",
    } | fields
    first = ("kind", "since", "sanction", "designation", "type", "category")
    rest = [values[name] for name in first] + [
        values[name] for name in ("street", "city", "province", "country", "postal_code")
    ]
    return "\t".join([bn, name, status, *rest])


def listing(path, *lines, header=HEADER, encoding="latin-1", end="\r\n"):
    """A list of charities in a file."""
    path.write_bytes(end.join([header, *lines, ""]).encode(encoding))
    return path


@pytest.fixture
def read(tmp_path):
    """Import lines of the list of charities as the file of a day."""

    def run(*lines, as_of=DAY, **options):
        file = listing(tmp_path / "list.txt", *lines)
        return importing.run(Register.CRA, file, as_of=as_of, **options)

    return run


@pytest.fixture
def registers(db):
    """The three samples, read as the files of one day."""
    for register, file in FILES.items():
        importing.run(register, file, as_of=DAY)
