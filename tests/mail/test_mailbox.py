"""The mailbox pages, fed by the catcher that `make run` starts."""

from email.message import EmailMessage
from smtplib import SMTP

import pytest
from aiosmtpd.controller import Controller

from mail.catcher import Keeper
from portal.supervisor import free_port


@pytest.fixture
def caught(settings, tmp_path):
    """Sends through the catcher: `caught(subject, text, html)`; returns the file's name."""
    settings.DEBUG, settings.MAILBOX_DIR = True, tmp_path
    controller = Controller(Keeper(tmp_path), hostname="127.0.0.1", port=free_port(0))
    controller.start()

    def send(subject, text, html=""):
        letter = EmailMessage()
        letter["From"], letter["To"] = "aide@relais.example", "noor@example.org"
        letter["Subject"], letter["Date"] = subject, "Tue, 24 Nov 2026 09:00:00 -0500"
        letter.set_content(text)
        if html:
            letter.add_alternative(html, subtype="html")
        with SMTP("127.0.0.1", controller.port) as smtp:
            smtp.send_message(letter)
        return max(tmp_path.glob("*.eml")).stem

    yield send
    controller.stop()


def test_the_newest_is_on_top(client, db, caught):
    caught("First", "One")
    caught("Prêt", "Two")

    text = client.get("/mailbox/").text

    assert text.index("Prêt") < text.index("First")
    assert "noor@example.org" in text


def test_an_empty_mailbox_says_what_to_do(client, db, settings, tmp_path):
    settings.DEBUG, settings.MAILBOX_DIR = True, tmp_path / "nothing"
    assert client.get("/mailbox/").status_code == 200


def test_an_e_mail_shows_its_text_with_links_and_its_headers(client, db, caught):
    name = caught("Hello", "See http://127.0.0.1:8000/en/ <b>", "<p>Hi</p>")

    text = client.get(f"/mailbox/{name}/").text

    assert '<a href="http://127.0.0.1:8000/en/"' in text
    assert "&lt;b&gt;" in text
    assert "aide@relais.example" in text
    assert f"/mailbox/{name}/html" in text


def test_html_is_shown_without_any_rights(client, caught):
    name = caught("Hello", "Hi", "<p>Hi</p><script>alert(1)</script>")

    answer = client.get(f"/mailbox/{name}/html")

    assert "<script>" in answer.text
    policy = answer["Content-Security-Policy"]
    assert policy.startswith(
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    )
    assert "allow-scripts" not in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("path", ["/mailbox/", "/mailbox/x/", "/mailbox/x/html"])
def test_outside_development_there_is_no_mailbox(client, db, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("name", ["nothing", "..", "%2e%2e%2fsecret"])
def test_only_e_mails_of_the_folder_can_be_read(client, db, caught, name):
    assert client.get(f"/mailbox/{name}/html").status_code == 404
