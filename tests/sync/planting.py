"""Getting hand-made bodies into a node."""

from registry.domain.permissions import SYSTEM
from registry.runtime import perform
from registry.services.publication.publishing import Version, publish


def published(app, *bodies, origin=None):
    """Publish bodies on a node, one call each; returns the bodies."""
    with app.app_context():
        for one in bodies:
            version = Version(one, origin or one["source"]["node"])
            perform(SYSTEM, lambda work, version=version: publish(work, [version]))
    return list(bodies)
