// Where the job is: the address, how far, the sketch, and the apps that lead there.
import { formats } from "../../shared/formats";
import { language } from "../../shared/language";
import { differing } from "../difference";
import { type Spot, spotOf } from "../geometry";
import type { Offer } from "../jobs";
import { lastFix } from "../position";
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
  const { metres, seconds, isRough } = wayOf(offer, me, isThere);
  return (
    <>
      <section class="address">
        <h1>{offer.address == null ? (offer.state === "offered" ? work.addressLater : work.noAddress) : <Address now={offer.address} was={was} />}</h1>
        {metres !== null && <p>{isRough ? about(metres) : f.distance(metres)}{seconds !== null && ` · ${own.offer.roughly(seconds)}`}</p>}
        {metres !== null && isRough && <p class="label">{within(metres)}</p>}
      </section>
      {staging !== null && <Band icon="warn" tone="hazard" title={own.offer.hazard}>{work.staging}</Band>}
      {target !== null && me !== null && (
        <section class="plan"><Sketch me={me} target={target} isCoarse={exact === null} staging={staging} isHazard={staging !== null} /></section>
      )}
      {target !== null && <MapLinks to={staging ?? target} />}
    </>
  );
}

function Address({ now, was }: { now: string; was: string | null }) {
  if (was === null || was === now) return <>{now}</>;
  const [same, other, rest] = differing(was, now);
  return <>{same}{other !== "" && <u>{other}</u>}{rest}</>;
}
