// The place in the form of an edit: the same ways as in a report. An empty field leaves the place as it is.
import { type StateUpdater, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { picker } from "../map/picking";
import { nameAt } from "../queue/place_text";
import { type Meant, type PlaceDraft, NO_PLACE, PlaceChooser, placeOfForm } from "../report/place_chooser";
import { PlaceInput } from "../report/place_input";
import { coordinatesText } from "../report/places";
import { coordinates, fieldWord } from "../say";
import { t } from "../text";
import { centreOf } from "./centre";
import { editedField } from "./colleagues";
import { type Edit, geometryText, typed } from "./edit";

/** `settled`: the edit once the typed place is understood; null: it can mean several things, or nobody has seen what was taken, and the form says so. */
export interface EditedPlace {
  readonly chooser: PlaceChooser;
  readonly isTyped: boolean;
  readonly fault: string | null;
  settled(): Promise<Edit | null>;
  empty(): void;
}

export function usePlace(edit: Edit, setEdit: (next: StateUpdater<Edit>) => void): EditedPlace {
  const [fault, setFault] = useState<string | null>(null);
  const newest = useRef(edit);
  newest.current = edit;
  const take = ({ place }: PlaceDraft): void => {
    const of = newest.current;
    const value = place === null ? of.base.location : geometryText({ type: "Point", coordinates: [place.lon, place.lat] });
    newest.current = typed(of, "location", value);
    setFault(null);
    setEdit((before) => typed(before, "location", place === null ? before.base.location : value));
  };
  const chooser = useMemo(() => new PlaceChooser(placeOfForm(begun(edit), take)), []);
  useEffect(() => {
    chooser.show();
    return () => {
      picker.value = null;
      chooser.close();
    };
  }, []);
  return {
    chooser,
    isTyped: chooser.chosen.placeText.trim() !== "",
    fault,
    settled: async () => {
      const meant = await chooser.takeWhatIsMeant();
      setFault(placeFault(meant));
      if (meant === "ready") return newest.current;
      chooser.focus();
      return null;
    },
    empty: () => chooser.type(""),
  };
}

export function placeFault(meant: Meant): string | null {
  const { choose, unseen } = t().own.report.faults.place;
  return meant === "ready" ? null : meant === "unseen" ? unseen : choose;
}

/** A place that was chosen and not sent before the form was left. */
function begun({ base, mine }: Edit): PlaceDraft {
  const centre = mine.location === base.location ? null : centreOf(JSON.parse(mine.location || "null"));
  return centre === null ? NO_PLACE : { place: { ...centre, name: null, district: null, region: null }, placeText: coordinatesText(centre) };
}

export function EditPlace({ of, present }: { of: EditedPlace; present: string }) {
  return (
    // Only from here on a click on the map chooses: whoever changes the urgency may still look at another incident there.
    <div
      class="edited"
      onFocusIn={() => {
        editedField.value = "location";
        picker.value = (at) => void of.chooser.pickPoint(at);
      }}
      onFocusOut={() => void (editedField.value = null)}
    >
      <PlaceInput of={of.chooser} fault={of.fault} field="edit-location" label={fieldWord("location")} present={present} />
    </div>
  );
}

/** `Talgar, Talgar district, 43.3000 77.2000`; of an area its middle. */
export function placeWord(location: string): string {
  const centre = centreOf(JSON.parse(location || "null"));
  if (centre === null) return t().own.desk.queue.noPlace;
  return [nameAt(centre), coordinates(centre)].filter(Boolean).join(", ");
}
