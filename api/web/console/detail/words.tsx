// The caller's words first, in their language; never translated here.
import { languageWord, outcomeWord, taskWord } from "../say";
import type { Incident } from "../state";
import { t } from "../text";

export function Words({ of }: { of: Incident }) {
  const text = t().own.case;
  const isHidden = (of.unreadable ?? []).includes("description");
  const caller = [of.caller?.name, of.caller?.phone].filter(Boolean).join(", ");
  return (
    <section class="sec">
      <h3>{text.words(of.language === null ? null : languageWord(of.language))}</h3>
      {of.description ? (
        <p class="words" dir="auto" {...(of.language === null ? {} : { lang: of.language })}>{of.description}</p>
      ) : (
        <p class="q">{isHidden ? text.hidden : text.noWords}</p>
      )}
      {caller !== "" && <p class="fact"><span class="q">{text.caller}: </span><span dir="auto">{caller}</span></p>}
      {of.material.length > 0 && (
        <ul class="materials" aria-label={text.materials}>
          {of.material.map((one) => (
            <li key={`${one.offer_id} ${one.at}`}>
              <span class="q">{taskWord(one.kind)}{one.language === null ? "" : `, ${languageWord(one.language)}`}: </span>
              <span dir="auto">{one.text ?? outcomeWord(one.kind === "map_damage" ? "mapped" : "located")}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
