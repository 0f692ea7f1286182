import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { draftPlace } from "../../console/map/picking";
import { DraftStore, isEmpty } from "../../console/report/draft";
import { Foresight } from "../../console/report/foresight";
import { FormState } from "../../console/report/form_state";
import { type FoundPlace, type Lookup, PlaceLookup } from "../../console/report/places";

const POINT: FoundPlace = { id: "p", kind: "point", lon: 76.95, lat: 43.24, name: null, district: null, region: null, isOutside: false, distanceM: null };
const TALGAR: FoundPlace = { ...POINT, id: "t", kind: "town", name: { kk: "Талғар", ru: "Талгар", en: "Talgar" } };
const TYPE = { type: "flood", title: { ru: "Наводнение" }, priority: "critical", details: null, lines: [], requirements: [] };
const sent: { key: string; body: string }[] = [];
let answers: Response[] = [];

function state(found: Partial<Lookup> = { kind: "found", form: "coordinates", items: [POINT] }): FormState {
  const lookup = new PlaceLookup((text) => Promise.resolve({ text, ...found } as Lookup));
  const made = new FormState(new DraftStore("op-1"), lookup, new Foresight(() => Promise.resolve(null)));
  made.types.value = [TYPE as never];
  return made;
}

beforeEach(() => {
  localStorage.clear();
  sent.length = 0;
  answers = [];
  vi.stubGlobal("fetch", (_: string, { headers, body }: { headers: Record<string, string>; body: string }) => {
    sent.push({ key: headers["Idempotency-Key"] ?? "", body });
    return Promise.resolve(answers.shift() ?? Response.json({ id: "i-1", status: "reported", links: {} }, { status: 202 }));
  });
});
afterEach(() => void vi.unstubAllGlobals());

test("typed coordinates and a part of a word are enough", async () => {
  const form = state();
  form.typeType("навод");
  form.typePlace("43.24, 76.95");
  expect(await form.send()).toMatchObject({ id: "i-1" });
  expect(JSON.parse(sent[0]?.body ?? "")).toEqual({ type: "flood", location: { type: "Point", coordinates: [76.95, 43.24] } });
});

test("a place that was typed while nobody answered is looked up again by sending", async () => {
  const found: Partial<Lookup>[] = [{ kind: "failed" }, { kind: "found", form: "coordinates", items: [POINT] }];
  const lookup = new PlaceLookup((text) => Promise.resolve({ text, ...found.shift() } as Lookup));
  const form = new FormState(new DraftStore("op-1"), lookup, new Foresight(() => Promise.resolve(null)));
  form.pickType("flood");
  form.typePlace("43.24, 76.95");
  await lookup.settled();
  expect(await form.send()).toMatchObject({ id: "i-1" });
});

test("held keys and double clicks make one request", async () => {
  const form = state();
  form.pickType("flood");
  form.pickPlace(POINT);
  const all = await Promise.all([form.send(), form.send(), form.send()]);
  expect(all.map((one) => one?.id ?? null)).toEqual(["i-1", null, null]);
  expect(sent).toHaveLength(1);
});

test("an attempt after a refusal has the same key, the next form another", async () => {
  answers = [Response.json({ code: "invalid", errors: [{ field: "description", expected: "" }] }, { status: 422 })];
  const form = state();
  form.pickType("flood");
  form.pickPlace(POINT);
  expect(await form.send()).toBeNull();
  expect(form.faults.value).toEqual({ description: "refused" });
  expect(await form.send()).toMatchObject({ id: "i-1" });
  expect(sent[0]?.key).toBe(sent[1]?.key);
  expect(form.draft.value.key).not.toBe(sent[0]?.key);
});

test("a lost session keeps the draft", async () => {
  answers = [Response.json({ code: "unauthenticated" }, { status: 401 })];
  const form = state();
  form.pickType("flood");
  form.pickPlace(POINT);
  form.change({ description: "су" });
  expect(await form.send()).toBeNull();
  expect(new DraftStore("op-1").draft.value.description).toBe("су");
});

test("of several places none is taken for the person", async () => {
  const form = state({ kind: "found", form: "name", items: [TALGAR, { ...TALGAR, id: "t2" }] });
  form.pickType("flood");
  form.typePlace("Талгар");
  expect(await form.send()).toBeNull();
  expect(form.faults.value).toEqual({ place: "choose" });
  expect(sent).toHaveLength(0);
});

const EDREY: FoundPlace = { ...TALGAR, id: "e", name: { kk: "Едірей", ru: "Едрей", en: "Yedrey" }, distanceM: 777_000 };

test.each([
  ["the only name that begins so", "ед", "name", { ...EDREY, distanceM: 9_000 }],
  ["a name far away, although it was typed whole", "Едрей", "name", EDREY],
  ["a name of which nobody knows how far it is", "Едрей", "name", { ...EDREY, distanceM: null }],
  ["coordinates far away", "49.6 75.5", "coordinates", { ...POINT, distanceM: 777_000 }],
  ["coordinates outside the country", "76.95 43.24", "coordinates", { ...POINT, isOutside: true }],
] as const)("a place that sending itself took is shown before it is sent: %s", async (_, typed, as, found) => {
  const form = state({ kind: "found", form: as, items: [found] });
  form.pickType("flood");
  form.typePlace(typed);

  expect(await form.send()).toBeNull();
  expect([form.faults.value, form.draft.value.place?.lon]).toEqual([{ place: "unseen" }, found.lon]);
  expect(sent).toHaveLength(0);
  expect(await form.send()).toMatchObject({ id: "i-1" });
});

test("a near place whose whole name was typed is sent at once, in any language and spelling", async () => {
  const form = state({ kind: "found", form: "name", items: [{ ...TALGAR, distanceM: 9_000 }] });
  form.pickType("flood");
  form.typePlace("талгар ");
  expect(await form.send()).toMatchObject({ id: "i-1" });
});

test("typing again takes the choice back", () => {
  const form = state();
  form.pickPlace(TALGAR);
  expect(draftPlace.value).toEqual({ lon: 76.95, lat: 43.24 });
  form.typePlace("Тал");
  expect(form.draft.value.place).toBeNull();
  expect(draftPlace.value).toBeNull();
});

test("coordinates outside the country are not taken before the person sends them", async () => {
  const form = state({ kind: "found", form: "coordinates", items: [{ ...POINT, lon: 43.24, lat: 76.95, isOutside: true }] });
  form.typePlace("76.95 43.24");
  await form.places.lookup.settled();
  expect(form.draft.value.place).toBeNull();
});

const saved = (): Response => Response.json({ id: "i-1", status: "reported", links: {} }, { status: 202 });
const decided = (more: object): Response => Response.json({ id: "i-1", status: "dispatching", merging_into: null, merged_into: null, ...more });

test.each([
  ["a report that is added to an incident says so itself, and one decision makes it a part", decided({ merging_into: "i-9" }), "done"],
  ["a report that could not be added is an incident of its own", decided({}), "failed"],
])("%s", async (_, decision, joining) => {
  answers = [saved(), decided({ status: "reported" }), decision];
  const form = state();
  form.pickType("flood");
  form.pickPlace(POINT);
  form.join({ id: "i-9", type: "flood" });
  expect(await form.send()).toEqual({ id: "i-1", into: "i-9", joining, isWhole: true });
  expect(sent.map((one) => JSON.parse(one.body || "{}").into)).toEqual(["i-9", undefined, undefined]);
  expect(form.draft.value.joins).toBeNull();
});

test("choosing again takes the choice back", () => {
  const form = state();
  form.join({ id: "i-9", type: "flood" });
  form.join({ id: "i-9", type: "flood" });
  expect(form.draft.value.joins).toBeNull();
});

test("what is typed while the report is saved stays, under another key, to be added to the stored incident", async () => {
  const form = state();
  form.pickType("flood");
  form.pickPlace(POINT);
  form.change({ description: "су" });
  const saving = form.send();
  await Promise.resolve();
  form.change({ description: "су, шатырда екі бала" });
  expect(await saving).toMatchObject({ id: "i-1", isWhole: false });
  expect(form.stored.value).toBe("i-1");
  expect(form.draft.value).toMatchObject({ description: "су, шатырда екі бала", joins: { id: "i-1" } });
  answers = [Response.json({ id: "i-2", status: "reported", links: {} }, { status: 202 }), decided({ merged_into: "i-1" })];
  expect(await form.send()).toMatchObject({ id: "i-2", into: "i-1", joining: "done", isWhole: true });
  expect(sent[1]?.key).not.toBe(sent[0]?.key);
});

test("a changed report after an attempt has another key", async () => {
  answers = [Response.json({ code: "invalid" }, { status: 422 })];
  const form = state();
  form.pickType("flood");
  form.pickPlace(POINT);
  await form.send();
  form.change({ description: "су" });
  expect(await form.send()).toMatchObject({ id: "i-1" });
  expect(sent[1]?.key).not.toBe(sent[0]?.key);
});

test("a key that is taken is told as not saved, and the next attempt has another", async () => {
  answers = [Response.json({ code: "idempotency_key_reused" }, { status: 422 })];
  const form = state();
  form.pickType("flood");
  form.pickPlace(POINT);
  expect(await form.send()).toBeNull();
  expect(await form.send()).toMatchObject({ id: "i-1" });
  expect(sent[1]?.key).not.toBe(sent[0]?.key);
});

test("a look-up that the closed form no longer waits for ends without an error, at every step", async () => {
  let answer: (found: Lookup) => void = () => undefined;
  const lookup = new PlaceLookup((text) => new Promise((resolve) => (answer = () => resolve({ kind: "failed", text } as Lookup))));
  lookup.look("Талғ");
  const early = lookup.settled();
  lookup.close();
  expect(await early).toEqual({ kind: "none" });

  lookup.look("Талғар");
  const late = lookup.settled();
  await new Promise((resolve) => setTimeout(resolve, 400));
  lookup.close();
  answer({ kind: "none" });
  expect(await late).toEqual({ kind: "none" });
  expect(lookup.state.value).toEqual({ kind: "none" });
});

const ofMessage = (): FormState => {
  const form = state();
  form.pickType("flood");
  form.pickPlace(POINT);
  form.change({ description: "су", conversation: "c-1" });
  return form;
};

test.each([
  ["somebody else has settled", Response.json({ code: "conflict", state: "ended", by: "op-2", incident_id: "i-9" }, { status: 409 })],
  ["somebody else works on", Response.json({ code: "conflict", state: "taken", by: "op-2" }, { status: 409 })],
  ["is no longer kept", Response.json({ code: "not_found" }, { status: 404 })],
])("a report of a message that %s says so, and saved again it stands by itself", async (_, refusal) => {
  answers = [refusal];
  const form = ofMessage();
  expect(await form.send()).toBeNull();
  expect([form.lost.value === null, form.problem.value, form.draft.value.description]).toEqual([false, null, "су"]);
  expect(await form.send()).toMatchObject({ id: "i-1" });
  expect(sent.map((one) => JSON.parse(one.body).conversation_id)).toEqual(["c-1", undefined]);
  expect(sent[0]?.key).not.toBe(sent[1]?.key);
});

test("an outcome that is not known keeps the message with its report", async () => {
  answers = [Response.json({ code: "unavailable" }, { status: 403 })];
  const form = ofMessage();
  expect(await form.send()).toBeNull();
  expect([form.lost.value, form.draft.value.conversation]).toEqual([null, "c-1"]);
});

test("a form that is emptied gives its message back to the others", () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (url: string) => {
    asked.push(url);
    return Promise.resolve(Response.json({}, { status: 202 }));
  });
  ofMessage().empty();
  expect(asked).toEqual(["/v1/conversations/c-1/give-back"]);
});

test("a message without a word keeps its form: nobody types another call into it", () => {
  const form = state();
  form.change({ conversation: "c-1" });
  expect(isEmpty(form.draft.value)).toBe(false);
});
