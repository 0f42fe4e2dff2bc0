"""Words that people use for one another, to begin with; staff go on from here."""

from django.db import migrations

SYNONYMS = [  # French, English
    ("antivirus, sécurité, antimaliciel, pare-feu", "antivirus, security, malware, firewall"),
    ("tableur, feuille de calcul, chiffrier, Excel", "spreadsheet, Excel"),
    ("traitement de texte, Word", "word processor, word processing, Word"),
    ("présentation, diaporama, PowerPoint", "presentation, slides, slideshow, PowerPoint"),
    ("suite bureautique, bureautique, Office", "office suite, Office, productivity"),
    ("courriel, messagerie, Outlook", "email, e-mail, mail, Outlook"),
    ("portable, ordinateur portable", "laptop, notebook"),
    ("ordinateur, poste de travail, PC", "computer, desktop, workstation, PC"),
    ("commutateur, routeur, réseau", "switch, router, network, networking"),
    ("visioconférence, vidéoconférence, réunion", "video conferencing, videoconference, meetings"),
    ("comptabilité, tenue de livres", "accounting, bookkeeping"),
    ("donateurs, dons, collecte de fonds", "donors, donations, fundraising, CRM"),
    ("base de données", "database, SQL"),
    ("sauvegarde, copie de sécurité", "backup, recovery"),
    ("infonuagique, nuage", "cloud"),
    ("photo, image, Photoshop", "photo, image, Photoshop"),
    ("PDF, Acrobat", "PDF, Acrobat"),
    ("dessin technique, plans, DAO, AutoCAD", "drafting, CAD, AutoCAD"),
    ("visualisation, tableau de bord, graphiques", "visualization, dashboard, charts"),
    ("système d’exploitation, Windows", "operating system, Windows"),
    ("stockage, partage de fichiers", "storage, file sharing"),
]


def write(apps, schema_editor):
    rows = apps.get_model("catalog", "Synonym").objects
    for words_fr, words_en in SYNONYMS:
        rows.create(words_fr=words_fr, words_en=words_en)


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0006_shelf"),
    ]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
