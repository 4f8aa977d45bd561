from django.urls import URLPattern

from tinhso.public_services.assistance import urls as assistance
from tinhso.public_services.catalog import urls as catalog
from tinhso.public_services.desk import urls as desk
from tinhso.public_services.feedback import urls as feedback
from tinhso.public_services.filing import urls as filing
from tinhso.public_services.payments import urls as payments
from tinhso.public_services.portal import urls as portal
from tinhso.public_services.results import urls as results

app_name = "public_services"
urlpatterns: list[URLPattern] = [
    *assistance.urlpatterns,
    *desk.urlpatterns,
    *feedback.urlpatterns,
    *filing.urlpatterns,
    *payments.urlpatterns,
    *portal.urlpatterns,
    *results.urlpatterns,
    *catalog.urlpatterns,  # last, since its addresses hold the codes of procedures
]
