import pytest

from tests.conftest import forget_news
from tests.public_services import factories
from tinhso.public_services.catalog.selectors import procedures


@pytest.fixture(autouse=True)
def fresh_bundles():
    """No test meets a version that another one published under the same key."""
    procedures._published_bundle.cache_clear()


@pytest.fixture
def catalog(province):
    """The procedures that come with the platform, published."""
    factories.publish_procedures()
    forget_news()
