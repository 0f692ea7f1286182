// What the server found, as options behind those of the open rows.
import { language } from "../../shared/language";
import { distanceM } from "../map/distance";
import { lookedAt } from "../map/picking";
import { numberOf } from "../queue/number";
import { placeText } from "../queue/place_text";
import { f, skillWord, statusWord, typeOf } from "../say";
import { type Row, isOpen } from "../state";
import { t } from "../text";
import { OPTIONS_AT_MOST, type Option, folded } from "./commands";
import type { Found } from "./search";

interface Around {
  readonly rows: ReadonlyMap<string, Row>;
  readonly selected: string | null;
  readonly open: (id: string) => void;
  /** Opens the after-action report. */
  readonly report: (id: string) => void;
  /** Opens the assignment of the selected incident. */
  readonly assignTo: (person: string) => void;
  readonly show: (place: { readonly lon: number; readonly lat: number }) => void;
}
const LOCAL_AT_MOST = 6;

/** What the text names comes first, incidents and people before places: Enter runs what was meant. */
export function withFound(typed: string, local: readonly Option[], items: readonly Found[], around: Around): Option[] {
  const shown = new Set(local.filter((one) => one.row !== null).map((one) => one.row?.id));
  const found = items.filter((one) => !shown.has(one.id)).flatMap((one) => {
    const option = optionOf(one, around);
    return option === null ? [] : [{ ...option, isExact: isNamed(typed, one), isPlace: one.type === "place" }];
  });
  if (found.length === 0) return [...local];
  const kept = local.slice(0, Math.max(OPTIONS_AT_MOST - found.length, LOCAL_AT_MOST)).map((one) => ({ ...one, isPlace: false }));
  const rank = (one: (typeof kept)[number]): number => (one.isPlace ? 2 : one.isExact === true ? 0 : 1);
  return [...kept, ...found].sort((a, b) => rank(a) - rank(b)).slice(0, OPTIONS_AT_MOST);
}

/** By a number, an id, or a whole word of a name. */
function isNamed(typed: string, { type, match, title }: Found): boolean {
  if (match === "id" || match === "call_number" || match === "external_id") return true;
  return type === "volunteer" && ` ${folded(title)} `.includes(` ${folded(typed.trim())} `);
}

function optionOf(one: Found, around: Around): Option | null {
  const base = { id: one.id, kind: "found", key: null, row: null } as const;
  if (one.type === "incident" && one.incident != null) {
    const row = one.incident;
    const label = `${numberOf(row)} ${typeOf(row)}, ${statusWord(row.status)}`;
    const detail = `${placeText(row)}, ${f().dayTime(row.reported_at)}`;
    if (isOpen(row)) return { ...base, row, label, detail, run: () => around.open(one.id) };
    // Without the mark of its urgency, which asks for nothing any more. Whoever looks for what has ended wants to know what became of it.
    return { ...base, label, detail: `${detail} · ${t().own.views.report.open}`, run: () => around.report(one.id) };
  }
  if (one.type === "place" && one.place != null && one.place.location.type === "Point") {
    const [lon = 0, lat = 0] = one.place.location.coordinates as readonly number[];
    // A town often has the name of its district.
    const areas = [one.place.district, one.place.region].map((area) => area?.[language.value] ?? "").filter((name) => name !== "" && name !== one.title);
    const here = lookedAt();
    const far = here === null ? [] : [f().distance(distanceM(here, { lon, lat }))];
    return { ...base, label: one.title, detail: [...areas, ...far].join(", "), run: () => around.show({ lon, lat }) };
  }
  if (one.type === "volunteer" && one.person != null) return personOption(one, one.person, around);
  return null;
}

/** Somebody at work leads to that incident; somebody free can be assigned to the open one. Without either there is nothing to do. */
function personOption(one: Found, person: NonNullable<Found["person"]>, around: Around): Option | null {
  const text = t().own.desk.palette;
  const detail = [person.on_duty ? "" : text.offDuty, person.skills.slice(0, 3).map(skillWord).join(", ")].filter(Boolean).join(", ");
  const base = { id: one.id, kind: "found", key: null, row: null, detail } as const;
  const engaged = person.engaged_in;
  if (engaged !== null) return { ...base, label: text.engaged(one.title), run: () => around.open(engaged) };
  if (around.selected === null || !around.rows.has(around.selected)) return null;
  return { ...base, label: text.assignPerson(one.title), run: () => around.assignTo(one.id) };
}
