"""HTTP in: the routes of every room."""

from identity.contacts import routes as contacts
from identity.decisions import routes as decisions
from identity.erasure import routes as erasure
from identity.review import routes as review
from identity.search import routes as search
from identity.weights import routes as weights

ROUTES = [
    *contacts.ROUTES,
    *erasure.ROUTES,
    *decisions.ROUTES,
    *review.ROUTES,
    *weights.ROUTES,
    *search.ROUTES,
]
