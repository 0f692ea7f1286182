"""Events and stories for the tests of the fold and of its effects."""

from dispatch.model.offer_events import OfferMoved
from dispatch.model.vocabulary import OfferState, Task
from tests.support.builders import Story, digital_spec, helpers, remote, spec


def moved(state: OfferState, volunteer_id: str = "v-1", **known: str) -> OfferMoved:
    return OfferMoved(offer_id=f"o-{volunteer_id}", volunteer_id=volunteer_id, state=state, **known)


def a_whole_story() -> Story:
    story = Story([*helpers("one", "two", "three"), remote("d-1")])
    story.report(spec(count=2), digital_spec(task=Task.GEOLOCATE), language="kk")
    story.accept("one")
    story.decline("two")
    story.note()
    story.wait(100)
    story.expire("three")
    story.accept("three")
    story.accept("d-1")
    story.give_result("d-1", "not_found")
    story.progress("one", OfferState.ON_SCENE)
    story.check_in("one")
    story.update(spec(count=3), spec("boat"))
    story.escalate()
    story.void("three")
    story.retry()
    story.close()
    return story
