// The field of a place, for a report and for every form that moves one. What was understood stands below it.
import { useId, useLayoutEffect } from "preact/hooks";
import { language } from "../../shared/language";
import { sentenceOf } from "../../shared/parts/problem_text";
import { f } from "../say";
import { t } from "../text";
import { Combobox } from "./combobox";
import type { ChosenPlace, Names } from "./draft";
import { Labelled } from "./labelled";
import type { PlaceChooser } from "./place_chooser";
import { type FoundPlace, coordinatesText, isFar } from "./places";

interface Given {
  readonly of: PlaceChooser;
  readonly fault: string | null;
  readonly field?: string;
  readonly label?: string;
  /** Said while the field is empty. */
  readonly present?: string;
}

const inWords = (...names: readonly (Names | null)[]): string =>
  names.flatMap((one) => (one === null ? [] : one[language.value])).filter((one, at, all) => all.indexOf(one) === at).join(", ");

function around(one: FoundPlace): string {
  const where = one.isOutside ? t().own.report.outside : inWords(one.district, one.region);
  return [where, one.distanceM === null ? "" : f().distance(one.distanceM)].filter((part) => part !== "").join(" · ");
}

export function PlaceInput({ of, fault, field = "place", label, present }: Given) {
  const id = useId();
  const text = t().own.report;
  useLayoutEffect(() => {
    of.focus = () => document.getElementById(`${id}-input`)?.focus();
    return () => void (of.focus = () => undefined);
  }, [of, id]);
  const { place, placeText } = of.chosen;
  const found = of.lookup.state.value;
  const items = found.kind === "found" ? found.items : [];
  const options = items.map((one) => ({
    key: one.id,
    label: (
      <>
        <span>{one.name === null ? coordinatesText(one) : one.name[language.value]}</span>
        <span class="quiet">{around(one)}</span>
      </>
    ),
  }));
  const says = place !== null || placeText === "" ? null : lookupSays(of);
  // "Choose one of them" is no help where there is none: what was answered is what is wrong.
  const wrong = fault !== null && found.kind !== "looking" ? (says ?? fault) : fault;
  return (
    <Labelled label={label ?? text.place} more={place === null ? null : text.chosen} id={id}>
      <Combobox
        field={field}
        text={placeText}
        options={options}
        placeholder={text.placeHint}
        isChosen={place !== null}
        fault={wrong}
        labelId={id}
        onText={(typed) => of.type(typed)}
        onPick={(key) => {
          const one = items.find((item) => item.id === key);
          if (one !== undefined) of.pick(one);
        }}
      />
      <p class="report-echo" role="status">
        {place !== null ? <Understood place={place} isOutside={items.some((one) => one.isOutside && one.lon === place.lon && one.lat === place.lat)} /> : placeText === "" ? present : wrong === says ? null : says}
      </p>
    </Labelled>
  );
}

/** What was understood, so that exchanged numbers are seen before it is saved. */
function Understood({ place, isOutside }: { place: ChosenPlace; isOutside: boolean }) {
  const text = t().own.report;
  const where = inWords(place.district, place.region);
  const said = `${text.point(coordinatesText(place))} · ${isOutside ? text.outside : where === "" ? text.nowhere : where}`;
  const far = place.distanceM == null ? null : f().distance(place.distanceM);
  if (far === null) return <>{said}</>;
  return isFar(place) ? <>{said} · <strong class="report-far">{text.far(far)}</strong></> : <>{said} · {text.near(far)}</>;
}

/** A house without the word for its street, as "Абая 52": a village of that name may be far from it. */
const HOUSE = /\p{L}{3,}\s+\d{1,4}\p{L}?\s*$/u;

function lookupSays(of: PlaceChooser): string | null {
  const text = t().own.report;
  const found = of.lookup.state.value;
  if (found.kind === "looking") return text.looking;
  if (found.kind === "failed") return sentenceOf(found.problem);
  if (found.kind !== "found") return null;
  if (found.form === "short_link") return text.shortLink;
  if (found.form === "street" || (found.form === "name" && HOUSE.test(of.chosen.placeText))) return text.street;
  return found.items.length === 0 ? text.nothing : null;
}
