// Where the job is: the address, how far, the sketch, and the apps that lead there.
import { formats } from "../../shared/formats";
import { language } from "../../shared/language";
import { differing } from "../difference";
import { type Spot, apartM, spotOf } from "../geometry";
import type { Offer } from "../jobs";
import { lastFix } from "../position";
import { useInDanger } from "../rescue/in_danger";
import { about, within } from "../rough";
import { WORK } from "../screens/work_text";
import { t } from "../text";
import { wayOf } from "../way";
import { Band } from "./band";
import { MapLinks } from "./map_links";
import { Sketch } from "./sketch";

/** `was`: the address before the job changed; what differs from it is underlined. */
export function JobPlace({ offer, isThere = false, was = null }: { offer: Offer; isThere?: boolean; was?: string | null }) {
  const { own } = t();
  const { work } = WORK.read();
  const exact = spotOf(offer.location);
  const target = exact ?? spotOf(offer.area);
  const staging: Spot | null = offer.staging;
  const me = lastFix.value;
  const f = formats(language.value);
  const people = useInDanger(offer);
  const placed = (people ?? []).filter((one) => one.place !== null && one.seen_at !== null);
  const { metres, seconds, isRough } = wayOf(offer, me, isThere, placed[0]?.place ?? null);
  const aim = placed[0]?.place ?? target;
  return (
    <>
      <section class="address">
        <h1>{offer.address == null ? (offer.state === "offered" ? work.addressLater : work.noAddress) : <Address now={offer.address} was={was} />}</h1>
        {metres !== null && <p>{isRough ? about(metres) : f.distance(metres)}{seconds !== null && ` · ${own.offer.roughly(seconds)}`}</p>}
        {metres !== null && isRough && <p class="label">{within(metres)}</p>}
      </section>
      {staging !== null && <Band icon="warn" tone="hazard" title={own.offer.hazard}>{work.staging}</Band>}
      {people !== null && placed.length === 0 && <Band icon="warn" tone="hazard" title={work.dangerUnknown} />}
      {placed.map((one) => (
        <div key={one.volunteer_id} data-in-danger={one.volunteer_id}>
          <section class="address"><p role="status"><strong>{work.inDanger(one.seen_at ?? "", one.accuracy_m)}</strong>{placed.length > 1 && me !== null && one.place !== null && ` · ${f.distance(apartM(me, one.place))}`}</p></section>
          {/* Into a hazard zone nobody is led: its edge comes first. */}
          {one.place !== null && staging === null && <MapLinks to={one.place} />}
        </div>
      ))}
      {aim !== null && me !== null && (
        <section class="plan"><Sketch me={me} target={aim} isCoarse={exact === null} staging={staging} isHazard={staging !== null} /></section>
      )}
      {target !== null && (placed.length === 0 || staging !== null) && <MapLinks to={staging ?? target} />}
    </>
  );
}

function Address({ now, was }: { now: string; was: string | null }) {
  if (was === null || was === now) return <>{now}</>;
  const [same, other, rest] = differing(was, now);
  return <>{same}{other !== "" && <u>{other}</u>}{rest}</>;
}
