"""The reasons and questions that staff had in code, as rows."""

from django.db import migrations

QUESTIONS = (
    ("Ce document est illisible. Veuillez nous en envoyer une copie lisible.", "We cannot read this document. Please send a legible copy."),
    ("Veuillez nous envoyer vos derniers états financiers.", "Please send your latest financial statements."),
    ("Veuillez nous envoyer toutes les pages de vos lettres patentes.", "Please send all pages of your letters patent."),
    ("L’adresse qui figure sur vos documents est différente. Laquelle est la bonne?", "The address on your papers is another one. Which is right?"),
)
REASONS = (
    ("Les documents ne montrent pas qu’il s’agit d’un organisme à but non lucratif.", "The papers do not show that this is a nonprofit organization."),
    ("Les documents sont ceux d’une entreprise qui verse des dividendes.", "The papers are those of a business that pays dividends."),
    ("Les organismes gouvernementaux ne peuvent pas être qualifiés.", "Government bodies cannot be qualified."),
    ("Nous qualifions seulement des organismes, et ces documents sont ceux d’une personne.", "We qualify organizations only, and these papers are a person’s."),
    ("Le registre public indique que l’enregistrement a été révoqué.", "The public register says that the registration was revoked."),
)


def create(apps, schema_editor):
    ready = apps.get_model("orgs", "ReadyText")
    for kind, texts in (("question", QUESTIONS), ("reason", REASONS)):
        for position, (french, english) in enumerate(texts, start=1):
            ready.objects.get_or_create(
                kind=kind, text_fr=french, defaults={"text_en": english, "position": position}
            )


class Migration(migrations.Migration):
    dependencies = [("orgs", "0017_ready_texts")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
