"""The exchange door serves partners and nothing else."""

from tinhso.documents.urls import exchange

urlpatterns = exchange
