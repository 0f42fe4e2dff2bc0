"""Public holidays of a province, as values for the clock."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache


def holidays_of(province: str, years: Iterable[int]) -> frozenset[date]:
    """The public holidays of a province (two letters) in these years, moved ones included."""
    return frozenset[date]().union(*(_of_year(province, year) for year in years))


@lru_cache(maxsize=256)
def _of_year(province: str, year: int) -> frozenset[date]:
    from holidays import country_holidays  # here: it takes a while to import

    return frozenset(country_holidays("CA", subdiv=province, years=year))
