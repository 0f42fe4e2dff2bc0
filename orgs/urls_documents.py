"""Addresses of documents and certificates."""

from django.urls import path

from orgs.views import certificates, documents

urlpatterns = [
    path("o/<int:org>/documents/", documents.page, name="documents"),
    path("o/<int:org>/documents/<int:pk>/", documents.document, name="document"),
    path("o/<int:org>/documents/<int:pk>/remove/", documents.remove, name="remove_document"),
    path("o/<int:org>/documents/<int:pk>/bring-back/", documents.bring_back, name="bring_back"),
    path("o/<int:org>/documents/<int:pk>/rename/", documents.rename, name="rename_document"),
    path("o/<int:org>/certificate/", certificates.page, name="certificate"),
    path("o/<int:org>/certificate.pdf", certificates.paper, name="certificate_paper"),
    path("certificates/", certificates.check, name="check_certificate"),
]
