"""Search: which products answer the words that somebody typed, best first.

Words are looked for in both languages, without minding accents or endings, with their synonyms,
also as parts of names; a whole SKU or name, present or former, comes first. When nothing answers,
each word may be one that is spelled nearly the same.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Final

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connection
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.expressions import Combinable

from catalog.asked import Asked, filtered
from catalog.models import Product
from catalog.models.product import ProductQuerySet

MOST: Final = 500  # products that a search ranks and shows; more are only said to be there
MOST_WORDS: Final = 8
SHORTEST_PART: Final = 3  # letters; the trigram index knows no shorter part of a name


@dataclass(frozen=True)
class Found:
    """What a search found."""

    ids: list[int]
    """Best first; of all that answer, filtered or not, unless there are too many."""
    is_guess: bool = False
    """Nothing answered as it was typed."""
    is_too_much: bool = False
    """More than MOST answered; `ids` are the best of those that the filters let through."""
    nearest: tuple[str, ...] = ()
    """Words that were perhaps meant."""

    @property
    def is_miss(self) -> bool:
        return self.is_guess or not self.ids


class Typed(SearchQuery):
    """Words as somebody typed them, with their synonyms (migration 0005), worked out once."""

    def __init__(self, typed: str) -> None:
        super().__init__(typed, search_type="plain")
        self.typed = typed

    def as_sql(self, *_args: Any, **_kwargs: Any) -> tuple[str, list[str]]:  # type: ignore[override]  # one dialect
        return "(SELECT catalog_query(%s))", [self.typed]


def find(asked: Asked, *, programs: Collection[int] | None = None) -> Found:
    """The products that answer the words of `asked`; one query when they are spelled right."""
    words = asked.q.split()[:MOST_WORDS]
    found = answers(" ".join(words), words, asked, programs)
    if found.ids:
        return found
    nearest = near_words(words)
    guessed = [nearest.get(word, [word]) for word in words]
    for join in (" ", "|"):  # each of the words; else any of them
        typed = join.join("|".join(choices) for choices in guessed)
        found = answers(typed, [], asked, programs)
        if found.ids:
            break
    told = dict.fromkeys(word for near in nearest.values() for word in near)
    return replace(found, is_guess=True, nearest=tuple(told)[:5])


def answers(typed: str, parts: list[str], asked: Asked, programs: Collection[int] | None) -> Found:
    """The products in which all words stand, in `parts` also as parts of names."""
    ids = ranked(Product.objects.visible(), typed, parts)
    if len(ids) <= MOST:
        return Found(ids)
    if any(name != "sort" for name in asked.values):
        ids = ranked(filtered(Product.objects.visible(), asked, programs), typed, parts)
    return Found(ids[:MOST], is_too_much=True)


def ranked(products: ProductQuerySet, typed: str, parts: list[str]) -> list[int]:
    """Up to MOST of these and one more: whole names first, then names, then all other texts."""
    query = Typed(typed)
    anywhere = Q(words__fr=query) | Q(words__en=query)
    if parts and all(len(part) >= SHORTEST_PART for part in parts):
        in_name = Q()
        for part in parts:
            in_name &= Q(words__plain__contains=_plain(part))
        anywhere |= in_name
    tiers: list[tuple[Q, Combinable]] = [
        (
            Q(
                words__known__contains=Func(
                    _plain(typed), function="ARRAY", template="ARRAY[%(expressions)s]"
                )
            ),
            Value(20.0),
        ),
        (Q(words__names=query), SearchRank(F("words__names"), query) + 10.0),
        (anywhere, SearchRank(F("words__fr"), query) + SearchRank(F("words__en"), query)),
    ]
    parts_of_it = [
        products.filter(condition)
        .order_by()
        .annotate(score=score)
        .values_list("score", "words__place", "pk")[: MOST + 1]
        for condition, score in tiers
    ]
    best: dict[int, tuple[float, list[int]]] = {}
    for score, place, pk in parts_of_it[0].union(*parts_of_it[1:], all=True):
        best[pk] = min(best.get(pk, (-score, place)), (-score, place))
    return sorted(best, key=best.__getitem__)[: MOST + 1]


def near_words(words: list[str]) -> dict[str, list[str]]:
    """For each word that no name has, those spelled nearly the same that some visible name has."""
    with connection.cursor() as cursor:
        cursor.execute(NEAR, {"words": words})
        return dict(cursor.fetchall())


NEAR = """
SELECT typed.word, array_agg(near.word ORDER BY near.likeness DESC, near.word)
FROM unnest(%(words)s::text[]) AS typed (word), LATERAL (
    SELECT word, similarity(word, portal_norm(typed.word)) AS likeness
    FROM catalog_word WHERE word %% portal_norm(typed.word) ORDER BY 2 DESC, 1 LIMIT 3
) AS near
WHERE NOT EXISTS (SELECT FROM catalog_word WHERE word = portal_norm(typed.word))
    AND EXISTS (
        SELECT FROM catalog_productwords
        WHERE names @@ (SELECT catalog_query(near.word)) OR plain LIKE '%%' || near.word || '%%')
GROUP BY typed.word
"""


def _plain(typed: str) -> Func:
    """As the triggers wrote the names: without accents and capitals."""
    return Func(Value(typed), function="portal_norm", output_field=TextField())
