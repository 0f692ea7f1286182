import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DraftStore } from "../../console/report/draft";
import { Foresight } from "../../console/report/foresight";
import { FormState } from "../../console/report/form_state";
import { acceptOf, typeOf, wordsOf } from "../../console/report/media";
import { HeardLine, MediaField } from "../../console/report/media_field";
import { PlaceLookup } from "../../console/report/places";
import { ReportReading } from "../../console/report/reading";
import { faultsOf } from "../../console/report/sending";
import { LOADERS } from "../../console/text";
import { HINTS } from "../../shared/assistant/texts";
import { startTexts } from "../../shared/text";

const HEARD = "Су басты, 3 адам";
const BOTH = ["transcription", "picture"];
const on = (tasks: readonly string[]) => ({ mode: "on", media: tasks, tasks: tasks.map((task) => ({ task, language: null, mode: "on" })) });
let root: HTMLElement;
let answers: Record<string, () => Response>;
let asked: { url: string; type: string | null }[];

beforeEach(async () => {
  localStorage.clear();
  localStorage.setItem("komek-language", "en");
  await startTexts(LOADERS);
  await HINTS.load();
  root = document.createElement("form");
  document.body.append(root);
  asked = [];
  answers = {
    "/v1/assistant": () => Response.json(on(BOTH)),
    "/v1/assistant/transcription": () => Response.json({ made_by: "assistant", text: HEARD, language: { value: "kk", probability: 0.9 }, model: "ears", took_ms: 1 }),
  };
  vi.stubGlobal("fetch", (url: string, { headers }: RequestInit) => {
    asked.push({ url, type: new Headers(headers).get("Content-Type") });
    return Promise.resolve(answers[url]?.() ?? Response.json({ code: "not_found" }, { status: 404 }));
  });
});
afterEach(() => {
  render(null, root);
  root.remove();
  vi.unstubAllGlobals();
});

const form = (): FormState => new FormState(new DraftStore("op-1"), new PlaceLookup((text) => Promise.resolve({ kind: "none", text } as never)), new Foresight(() => Promise.resolve(null)), new ReportReading(() => Promise.resolve("off")));

async function show(of: FormState): Promise<void> {
  await act(async () => render(<><HeardLine of={of} /><MediaField of={of} /></>, root));
  await act(async () => void (await new Promise((resolve) => setTimeout(resolve, 0))));
}

async function drop(...files: File[]): Promise<void> {
  const event = new Event("drop", { bubbles: true, cancelable: true });
  Object.assign(event, { dataTransfer: { files, types: ["Files"] } });
  await act(async () => {
    root.dispatchEvent(event);
    await new Promise((resolve) => setTimeout(resolve, 5));
  });
  expect(event.defaultPrevented).toBe(true);
}
const failures = (): (string | null)[] => [...root.querySelectorAll("[data-failed-file][role=alert]")].map((one) => one.textContent);
const recording = new File(["OggS"], "voice.ogg", { type: "audio/ogg; codecs=opus" });

test("words of a dropped recording stand in the field, marked, and are sent only once they are compared", async () => {
  const of = form();
  of.change({ description: "Қоңырау" });
  await show(of);
  await drop(recording);
  expect(of.draft.value.description).toBe(`Қоңырау\n${HEARD}`);
  expect(asked.at(-1)).toEqual({ url: "/v1/assistant/transcription", type: "audio/ogg" });
  expect(faultsOf(of.draft.value).description).toBe("unread");
  expect(root.querySelector("[data-made-by=assistant] .made-by")?.textContent).toBe("written down by software");
  await act(async () => root.querySelector<HTMLElement>("[data-action=confirm-heard]")?.click());
  expect(faultsOf(of.draft.value).description).toBeUndefined();
  expect(root.querySelector("[data-made-by]")).toBeNull();
});

test("they are taken out again, and what the operator typed stays", async () => {
  const of = form();
  of.change({ description: "Қоңырау" });
  of.hear(HEARD);
  await show(of);
  await act(async () => root.querySelector<HTMLElement>("[data-action=remove-heard]")?.click());
  expect(of.draft.value).toMatchObject({ description: "Қоңырау", heard: "" });
});

test("whoever empties the field has nothing to compare", () => {
  const of = form();
  of.hear(HEARD);
  of.change({ description: " " });
  expect(faultsOf(of.draft.value).description).toBeUndefined();
});

test("a draft that was left stays unread for whoever takes it over", () => {
  const of = form();
  of.hear(HEARD);
  expect(new DraftStore("op-1").draft.value.heard).toBe(HEARD);
});

test.each([[{ mode: "off", media: BOTH, tasks: [] }], [on([])], [{ mode: "on", tasks: [] }]])("without a model, or switched off, nothing is offered", async (told) => {
  answers["/v1/assistant"] = () => Response.json(told);
  await show(form());
  expect(root.querySelector("[data-media]")).toBeNull();
});

test.each([
  ["assistant_off", 503, "Not available now. Type what you hear or see."],
  ["assistant_busy", 503, "No usable text came back. Try once more, or type what you hear or see."],
  ["body_too_large", 413, "It has more than 4 MB. Type what you hear or see."],
])("%s is said, and nothing stands in the field", async (code, status, said) => {
  answers["/v1/assistant/transcription"] = () => Response.json({ code }, { status });
  const of = form();
  await show(of);
  await drop(recording);
  expect(failures()).toEqual([`voice.ogg: ${said}`]);
  expect(of.draft.value.description).toBe("");
});

test("a document goes nowhere", async () => {
  await show(form());
  await drop(new File(["%PDF"], "a.pdf", { type: "application/pdf" }));
  expect(asked.map(({ url }) => url)).toEqual(["/v1/assistant"]);
  expect(failures()).toEqual([expect.stringMatching(/^a\.pdf: .*JPEG/)]);
});

test("what is not set is not sent, and too much is not either", async () => {
  const ends = new AbortController().signal;
  expect(await wordsOf(recording, ["picture"], ends)).toBe("off");
  expect(await wordsOf(new File([new Uint8Array(4 * 1024 * 1024 + 1)], "a.wav", { type: "audio/wav" }), BOTH, ends)).toBe("tooLarge");
  expect(asked).toEqual([]);
});

test("kinds are named as the server names them, and the chooser offers what is set", () => {
  expect(typeOf({ type: "audio/x-m4a" })).toBe("audio/mp4");
  expect(typeOf({ type: "IMAGE/PNG" })).toBe("image/png");
  expect(typeOf({ type: "" })).toBeNull();
  expect(acceptOf(["picture"])).toBe("image/jpeg,image/png,image/webp");
});

test("a file that is dropped where no program reads it replaces no page and says so", async () => {
  answers["/v1/assistant"] = () => Response.json(on([]));
  await show(form());
  expect(root.textContent).toBe("");

  await drop(new File(["x"], "a.pdf", { type: "application/pdf" }));

  expect(root.querySelector('[role="status"]')?.textContent).toContain("no program");
});

test("of several files, and of one that comes while another is read, each is read or named", async () => {
  let answer: () => void = () => undefined;
  const later = new Promise<void>((resolve) => (answer = resolve));
  const fetched = fetch;
  vi.stubGlobal("fetch", async (url: string, given: RequestInit) => {
    if (url.endsWith("/transcription")) await later;
    return fetched(url, given);
  });
  const of = form();
  await show(of);
  await drop(new File(["%PDF"], "plan.pdf", { type: "application/pdf" }), recording);
  await drop(new File(["OggS"], "second.ogg", { type: "audio/ogg" }), new File(["x"], "table.csv", { type: "text/csv" }));
  expect(of.draft.value.description).toBe("");

  await act(async () => answer());
  await vi.waitFor(() => expect(of.draft.value.description).toBe(`${HEARD}\n${HEARD}`));
  await vi.waitFor(() => expect(failures().map((one) => one?.split(":")[0])).toEqual(["plan.pdf", "table.csv"]));
});
