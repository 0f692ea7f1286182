// Who moves the map: the person. News never do after a gesture; until the first one the map keeps all incidents in view.
import type { Box } from "./features";
import type { LonLat } from "./picking";

export class Camera {
  private hasGesture = false;
  private hasFitted = false;

  /** A drag, a wheel or a button of the person. */
  gesture(): void {
    this.hasGesture = true;
  }

  /** The person asked for all incidents: from now on the map follows them again. */
  release(): void {
    this.hasGesture = false;
  }

  /** Whether news may move the map: only before a gesture, and only if something lies out of view. */
  mayFit(all: Box | null, view: Box): boolean {
    if (all === null || this.hasGesture) return false;
    if (this.hasFitted && contains(view, all)) return false;
    this.hasFitted = true;
    return true;
  }
}

export function contains(view: Box, inner: Box): boolean {
  return view[0] <= inner[0] && view[1] <= inner[1] && view[2] >= inner[2] && view[3] >= inner[3];
}

/** Opening an incident is an act of the person: an incident out of view is brought into it, one in view moves nothing. */
export function mustShow(place: LonLat | null, view: Box): place is LonLat {
  return place !== null && !contains(view, [place.lon, place.lat, place.lon, place.lat]);
}
