// Files of tests share a process, because to make one takes longer than most tests: each begins with modules, storage and a document
// that no other has used.
import { vi } from "vitest";

vi.resetModules();
vi.restoreAllMocks();
vi.unstubAllGlobals();
vi.useRealTimers();

// What a file left running would ask the next one's server: its timers end with it.
type Timed = typeof globalThis & { timersOfTests?: NodeJS.Timeout[] };
const timed = globalThis as Timed;
if (timed.timersOfTests === undefined) {
  const handles: NodeJS.Timeout[] = (timed.timersOfTests = []);
  const { setTimeout: once, setInterval: often } = globalThis;
  const kept = (handle: NodeJS.Timeout): NodeJS.Timeout => (handles.push(handle), handle);
  globalThis.setTimeout = Object.assign((...given: Parameters<typeof once>) => kept(once(...given)), once);
  globalThis.setInterval = Object.assign((...given: Parameters<typeof often>) => kept(often(...given)), often);
}
for (const handle of timed.timersOfTests.splice(0)) clearTimeout(handle);

// A second by default, which a slow machine needs for itself.
const { waitFor } = vi;
vi.waitFor = (check, how = { timeout: 30_000 }) => waitFor(check, how);

// Some files run without a document.
if (typeof document !== "undefined") {
  localStorage.clear();
  sessionStorage.clear();
  history.replaceState(null, "", "/");
  document.head.replaceChildren();
  document.body.replaceChildren();
  for (const { name } of [...document.documentElement.attributes]) document.documentElement.removeAttribute(name);
}
