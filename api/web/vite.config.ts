// Settings that the two pages, the service worker and the tests share. `build.mjs` adds the entries.
import { defineConfig } from "vitest/config";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2022",
    // Files stay files: a strict Content-Security-Policy permits no inlined script or style.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  test: {
    include: ["tests/**/*.test.{ts,tsx}"],
    // Tests that need no document say so in their first line: to make one takes longer than most tests.
    environment: "happy-dom",
    pool: "threads",
    setupFiles: ["tests/patience.ts"],
    // Patience, not a promise: a slow machine must not fail a test.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    environmentOptions: { happyDOM: { url: "http://127.0.0.1:8000/" } },
    // Times of the tests are those of the deployment, whatever the machine says.
    env: { TZ: "UTC" },
  },
});
