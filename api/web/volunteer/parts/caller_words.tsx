// What the caller said, in their words, and how to ring them.
import { languageName } from "../../shared/language_name";
import type { Offer } from "../jobs";
import { WORK } from "../screens/work_text";
import { Band } from "./band";
import { Icon } from "./icon";

export function CallerWords({ offer }: { offer: Offer }) {
  const { work } = WORK.read();
  const { caller, description, incident } = offer;
  const name = caller?.name ?? null;
  const phone = caller?.phone ?? null;
  if (offer.details === "verified_only") return <Band icon="lock" title={work.wordsOnly}>{work.verifiedOnly}</Band>;
  if (description == null && name === null && phone === null) return null;
  return (
    <section class="words">
      <div>
        <p class="label">{incident.language === null ? work.wordsOnly : work.words(languageName(incident.language))}</p>
        {description != null && <blockquote lang={incident.language ?? undefined} dir="auto">{description}</blockquote>}
        {name !== null && <p class="label">{work.caller(name)}</p>}
        {phone !== null && <p class="label">{phone}</p>}
      </div>
      {phone !== null && (
        <a class="button call" href={`tel:${phone.replace(/[^\d+]/g, "")}`} aria-label={work.call(phone)}><Icon of="phone" /></a>
      )}
    </section>
  );
}
