// Files of tests share a process, because to make one takes longer than most tests: each begins with modules, storage and a document
// that no other has used.
import { vi } from "vitest";

vi.resetModules();
vi.restoreAllMocks();
vi.unstubAllGlobals();
vi.useRealTimers();

// Some files run without a document.
if (typeof document !== "undefined") {
  localStorage.clear();
  sessionStorage.clear();
  history.replaceState(null, "", "/");
  document.head.replaceChildren();
  document.body.replaceChildren();
  for (const { name } of [...document.documentElement.attributes]) document.documentElement.removeAttribute(name);
}
