"""Donor partners, and what people ask about them."""

from urllib.parse import urlsplit

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.languages import Bilingual


class Partner(models.Model):
    """A company that donates or discounts; its name is the same in both languages."""

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    website = models.URLField(_("website"))
    about_fr = models.TextField(_("about in French"))
    about_en = models.TextField(_("about in English"))
    position = models.PositiveIntegerField(_("position"), default=0)

    about = Bilingual()

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("donor partner")
        verbose_name_plural = _("donor partners")

    def __str__(self) -> str:
        return self.name

    @property
    def host(self) -> str:
        """The website's name, as a link's words."""
        return (urlsplit(self.website).hostname or "").removeprefix("www.")


class PartnerQuestion(models.Model):
    """A frequent question about a partner, and its answer."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="faq")
    position = models.PositiveIntegerField(_("position"))
    question_fr = models.TextField(_("question in French"))
    question_en = models.TextField(_("question in English"))
    answer_fr = models.TextField(_("answer in French"))
    answer_en = models.TextField(_("answer in English"))

    question = Bilingual()
    answer = Bilingual()

    class Meta:
        ordering = ["position"]
        verbose_name = _("partner question")
        verbose_name_plural = _("partner questions")
        constraints = [
            models.UniqueConstraint(fields=["partner", "position"], name="catalog_faq_position")
        ]

    def __str__(self) -> str:
        return self.question
