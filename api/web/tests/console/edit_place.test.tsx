import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { EditForm } from "../../console/detail/edit_form";
import { openForm } from "../../console/detail/orders";
import { picker } from "../../console/map/picking";
import { type Incident, selectedId } from "../../console/state";
import { LOADERS } from "../../console/text";
import { startTexts } from "../../shared/text";
import { json, problem } from "../support/answers";

const AT = { type: "Point", coordinates: [76.95, 43.24] };
const OF = { id: "i-1", type: "flood", priority: "high", description: "smoke", address: null, location: AT, times: { closed: null } } as unknown as Incident;
let root: HTMLElement;
let conflicts: unknown[] = [];
let found: unknown[] = [];
const sent: { location?: unknown; expected?: unknown }[] = [];

beforeEach(async () => {
  localStorage.clear();
  [sent.length, conflicts, found] = [0, [], []];
  vi.stubGlobal("fetch", async (url: string, { method, body }: RequestInit) => {
    if (url.includes("places/at")) return json({ region: { kk: "", ru: "", en: "Almaty" }, district: { kk: "", ru: "", en: "Talgar" }, nearest: null, hazards: [] });
    if (url.includes("places?")) return json({ understood_as: "name", items: found });
    if (method !== "PATCH") return json({});
    sent.push(JSON.parse(String(body)) as object);
    return conflicts.length > 0 ? problem("edit_conflict", 409, { conflicts }) : json({ id: "i-1", links: {} }, 202);
  });
  await startTexts(LOADERS);
  root = document.createElement("div");
  document.body.append(root);
  selectedId.value = "i-1";
  openForm("edit");
  await act(() => render(<EditForm of={OF} />, root));
});
afterEach(() => {
  render(null, root);
  root.remove();
  selectedId.value = null;
  vi.unstubAllGlobals();
});

const field = (): HTMLInputElement => root.querySelector<HTMLInputElement>('[data-field="edit-location"]') as HTMLInputElement;
const send = () => act(() => void root.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true })));
const clickMap = () => act(() => picker.value?.({ lon: 77.06, lat: 43.31 }));

test("the map chooses once the field of the place was entered, and not before", async () => {
  expect(picker.value).toBeNull();
  await act(() => field().focus());
  await act(() => field().blur());
  await clickMap();
  // The click took the focus: whoever clicked goes on by keys.
  expect(document.activeElement).toBe(field());
  expect(field().value).toBe("43.31000, 77.06000");

  await send();
  await vi.waitFor(() => expect(sent).toEqual([{ location: { type: "Point", coordinates: [77.06, 43.31] }, expected: { location: AT } }]));
});

test("a name that nobody understands is said, and nothing is sent", async () => {
  await act(() => {
    field().value = "qqq";
    field().dispatchEvent(new Event("input", { bubbles: true }));
  });
  await send();

  await vi.waitFor(() => expect(root.querySelector(".fault")?.textContent).toContain("No such place"));
  expect(sent).toEqual([]);
});

test("the only place that fits is shown first, and sent by the next Ctrl+Enter", async () => {
  const name = { kk: "Edrey", ru: "Edrey", en: "Edrey" };
  found = [{ id: "e", kind: "village", district: null, region: null, is_outside: false, distance_m: 777_000, name, location: { type: "Point", coordinates: [75.5, 49.6] } }];
  await act(() => {
    field().value = "ed";
    field().dispatchEvent(new Event("input", { bubbles: true }));
  });

  await send();
  await vi.waitFor(() => expect(root.querySelector(".fault")?.textContent).toContain("Not sent yet"));
  expect(root.querySelector(".report-far")?.textContent).toContain("777");
  expect(sent).toEqual([]);

  await send();
  await vi.waitFor(() => expect(sent).toMatchObject([{ location: { coordinates: [75.5, 49.6] } }]));
});

test("two operators who moved it see both places, and the other's can be taken", async () => {
  conflicts = [{ field: "location", theirs: { type: "Point", coordinates: [76.9, 43.2] }, mine: { type: "Point", coordinates: [77.06, 43.31] }, by: "op-2", at: null }];
  await act(() => field().focus());
  await clickMap();
  await send();

  await vi.waitFor(() => expect(root.querySelector("[data-theirs]")?.textContent).toContain("43.2 76.9"));
  expect(root.querySelector("[data-mine]")?.textContent).toContain("43.31 77.06");
  await act(() => root.querySelector<HTMLElement>("[data-choice=theirs]")?.click());
  expect(field().value).toBe("");
  expect(root.querySelector<HTMLButtonElement>("[type=submit]")?.disabled).toBe(true);
});
