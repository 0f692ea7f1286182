import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Queue } from "../../console/queue/queue";
import { rows } from "../../console/state";
import { LOADERS } from "../../console/text";
import { startTexts } from "../../shared/text";
import { row, table } from "./rows";

let root: HTMLElement;

beforeEach(async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response("{}", { status: 404 })));
  await startTexts(LOADERS);
  root = document.createElement("div");
  document.body.append(root);
});
afterEach(() => {
  render(null, root);
  root.remove();
  rows.value = new Map();
  vi.unstubAllGlobals();
});

/** As the desk holds the queue: the parent is drawn once, and the queue by its signals. */
function Desk() {
  return <main><Queue /></main>;
}

async function collect(): Promise<void> {
  setFlagsFromString("--expose_gc");
  const gc = runInNewContext("gc") as () => void;
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => setTimeout(resolve));
    gc();
  }
}

test("a row that was replaced is kept by nothing, though the desk is never drawn again", async () => {
  const drawn: WeakRef<object>[] = [];
  const draw = async (turn: number): Promise<void> => {
    // Each turn another row changes, and the others stay as they are.
    const next = Array.from({ length: 6 }, (_, at) => {
      const before = rows.value.get(`r${at}`);
      return before !== undefined && at !== turn % 6 ? before : row(`r${at}`, { version: turn, asked: turn });
    });
    const changed = next[turn % 6];
    if (changed !== undefined) drawn.push(new WeakRef(changed));
    await act(() => void (rows.value = table(...next)));
  };
  await draw(0);
  await act(() => render(<Desk />, root));
  for (let turn = 1; turn <= 60; turn++) await draw(turn);

  await collect();

  const left = drawn.filter((one) => one.deref() !== undefined).length;
  // Those that are shown, and the drawing before them.
  expect(left).toBeLessThanOrEqual(12);
});
