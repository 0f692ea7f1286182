// One incident that is two: a part becomes an incident of its own, with the people and merged reports that belong to it.
import { useEffect, useMemo, useState } from "preact/hooks";
import { draft, giveBack, keepDraft } from "../drafts";
import { picker } from "../map/picking";
import { nameIn } from "../people/names";
import { PlaceChooser, placeOfForm } from "../report/place_chooser";
import { PlaceInput } from "../report/place_input";
import { fieldWord, offerWord, typeWord } from "../say";
import type { Incident } from "../state";
import { t } from "../text";
import { geometryText } from "./edit";
import { placeFault, placeWord } from "./edit_place";
import { FormFrame } from "./form_frame";
import { MergedReport } from "./merged_report";
import { split } from "./orders";
import { isLive } from "./people";

export function SplitForm({ of }: { of: Incident }) {
  const text = t().own.case.panel.splitting;
  const kept = `split ${of.id}`;
  const [type, setType] = useState(of.type);
  const [words, setWords] = useState(draft(kept));
  const [offers, setOffers] = useState<readonly string[]>([]);
  const [reports, setReports] = useState<readonly string[]>([]);
  const [fault, setFault] = useState<string | null>(null);
  const chooser = useMemo(() => new PlaceChooser(placeOfForm(undefined, () => setFault(null))), []);
  useEffect(() => {
    picker.value = (at) => void chooser.pickPoint(at);
    return () => {
      picker.value = null;
      chooser.close();
    };
  }, []);
  const send = async (): Promise<void> => {
    const meant = await chooser.takeWhatIsMeant();
    setFault(placeFault(meant));
    if (meant !== "ready") return chooser.focus();
    const { place } = chooser.chosen;
    const location = place === null ? of.location : { type: "Point" as const, coordinates: [place.lon, place.lat] as [number, number] };
    const part = { type, location, description: words.trim() === "" ? null : words, language: of.language, offers: [...offers], reports: [...reports] };
    if (await split(of, { ...part, priority: of.priority, exercise: of.exercise }, () => giveBack(kept, words))) keepDraft(kept, "");
  };
  // Whoever has not answered yet is asked there anew, if needed.
  const people = of.offers.filter((one) => isLive(one) && one.state !== "offered");
  const toggled = (from: readonly string[], id: string): string[] => (from.includes(id) ? from.filter((one) => one !== id) : [...from, id]);
  return (
    <FormFrame title={text.title} kind="is-split" send={t().own.case.orders.split} canSend={words.trim() !== ""} onSend={() => void send()}>
      <label class="edited"><span>{fieldWord("description")}</span>
        <textarea
          data-first
          data-field="split-description"
          rows={2}
          maxLength={10_000}
          dir="auto"
          value={words}
          onInput={(event) => {
            setWords(event.currentTarget.value);
            keepDraft(kept, event.currentTarget.value);
          }}
        />
      </label>
      <PlaceInput of={chooser} fault={fault} field="split-location" label={fieldWord("location")} present={`${text.samePlace}: ${placeWord(geometryText(of.location))}`} />
      <label class="edited"><span>{fieldWord("type")}</span>
        <select class="input" data-field="split-type" value={type} onChange={(event) => setType(event.currentTarget.value)}>
          {Object.keys(t().words.types).map((one) => <option key={one} value={one}>{typeWord(one)}</option>)}
        </select>
      </label>
      {people.length > 0 && (
        <fieldset class="moves">
          <legend>{text.people}</legend>
          {people.map((one) => (
            <label key={one.id} class="choice">
              <input type="checkbox" data-moves={one.id} checked={offers.includes(one.id)} onChange={() => setOffers(toggled(offers, one.id))} />
              {nameIn(of, one.volunteer_id)}, {offerWord(one.state)}
            </label>
          ))}
        </fieldset>
      )}
      {(of.reports ?? []).length > 0 && (
        <fieldset class="moves">
          <legend>{text.reports}</legend>
          {(of.reports ?? []).map((one) => (
            <div key={one} class="choice">
              <input type="checkbox" data-moves={one} aria-label={text.reports} checked={reports.includes(one)} onChange={() => setReports(toggled(reports, one))} />
              <MergedReport id={one} />
            </div>
          ))}
        </fieldset>
      )}
      <p class="q">{text.stays}</p>
    </FormFrame>
  );
}
