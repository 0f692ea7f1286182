import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { lookedAt, middle } from "../../console/map/picking";
import { PlaceChooser, placeOfForm } from "../../console/report/place_chooser";
import { PlaceInput } from "../../console/report/place_input";
import { lookAt } from "../../console/state";
import { LOADERS, t } from "../../console/text";
import { startTexts } from "../../shared/text";
import { json } from "../support/answers";

const HERE = { lon: 76.95, lat: 43.24 };
const name = (of: string) => ({ kk: of, ru: of, en: of });
const place = (id: string, lon: number, distance_m: number) => ({
  ...{ id, name: name("Medeu"), kind: "village", district: null, region: name(id), is_outside: false, distance_m },
  location: { type: "Point", coordinates: [lon, 43.2] },
});
const root = document.createElement("div");
let chooser: PlaceChooser;

beforeEach(async () => {
  vi.stubGlobal("fetch", async () => json({ items: [place("Almaty", 77, 9_000), place("Turkistan", 69, 686_000)], understood_as: "name", attribution: "" }));
  await startTexts(LOADERS);
  document.body.append(root);
  middle.value = { centre: HERE, zoom: 10 };
  chooser = new PlaceChooser(placeOfForm());
  await act(() => render(<PlaceInput of={chooser} fault={null} />, root));
  await act(() => field().focus());
  await act(() => {
    field().value = "Medeu";
    field().dispatchEvent(new Event("input", { bubbles: true }));
  });
  await vi.waitFor(() => expect(root.querySelectorAll("[role=option]")).toHaveLength(2));
});
afterEach(() => {
  render(null, root);
  root.remove();
  chooser.close();
  [middle.value, lookAt.value] = [null, null];
  vi.unstubAllGlobals();
});

const field = (): HTMLInputElement => root.querySelector<HTMLInputElement>("[data-field=place]") as HTMLInputElement;
const press = (key: string) => act(() => void field().dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })));
const said = (): string => root.querySelector(".report-echo")?.textContent ?? "";

test("one arrow down from the text and Enter take the first line, which is near", async () => {
  await press("ArrowDown");
  await press("Enter");

  expect(said()).toMatch(/Almaty · 9.* from the middle of the map/);
  expect(root.querySelector(".report-far")).toBeNull();
  expect(lookAt.value).toBeNull();
});

test("a far place is said to be far, is shown on the map, and is not where the next text is looked for", async () => {
  await press("ArrowDown");
  await press("ArrowDown");
  await press("Enter");

  expect(said()).toContain("Turkistan");
  expect(root.querySelector(".report-far")?.textContent).toContain("686");
  expect(lookAt.value).toEqual({ lon: 69, lat: 43.2 });
  middle.value = { centre: { lon: 69, lat: 43.2 }, zoom: 10 };
  expect(lookedAt()).toEqual(HERE);
});

test.each([
  ["Абая 52", true],
  ["Abai 7a", true],
  ["30 микрорайон", false],
  ["Medeu village", false],
])("%s: a house without the word for its street is no village (%s)", async (typed, isHouse) => {
  await act(() => {
    field().value = typed;
    field().dispatchEvent(new Event("input", { bubbles: true }));
  });
  await vi.waitFor(() => expect(root.querySelectorAll("[role=option]")).toHaveLength(2));
  expect(said() === t().own.report.street).toBe(isHouse);
});

test("where no place is found, the field does not ask to choose one of them", async () => {
  vi.stubGlobal("fetch", async () => json({ items: [], understood_as: "name", attribution: "" }));
  await act(() => {
    field().value = "Nowhere";
    field().dispatchEvent(new Event("input", { bubbles: true }));
  });
  const { nothing, faults } = t().own.report;
  await vi.waitFor(() => expect(root.querySelector("[role=status]")?.textContent).toBe(nothing));

  await act(() => render(<PlaceInput of={chooser} fault={faults.place.choose} />, root));
  expect(root.querySelector(".fault")?.textContent).toBe(nothing);
  expect(root.querySelector("[role=status]")?.textContent).toBe("");
});

test("coordinates outside the country go on saying so once they are taken", async () => {
  const point = { ...place("p", 76.95, 9_000), kind: "point", region: null, is_outside: true };
  vi.stubGlobal("fetch", async () => json({ items: [point], understood_as: "coordinates", attribution: "" }));
  await act(() => {
    field().value = "76.95 43.2";
    field().dispatchEvent(new Event("input", { bubbles: true }));
  });
  expect(await chooser.takeWhatIsMeant()).toBe("unseen");
  await act(() => undefined);

  expect(said()).toContain(t().own.report.outside);
});
