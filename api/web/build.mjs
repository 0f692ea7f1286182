// Builds both pages, then the service worker, which knows the files of the volunteer's page; compresses every text beside itself.
//
//     node build.mjs OUT BUILD-ID
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "vite";

const ROOT = dirname(fileURLToPath(import.meta.url));
const [out = join(ROOT, "..", "pages", "built"), id = "development"] = process.argv.slice(2);
const OUT = resolve(out);
const PAGES = { console: "console/index.html", volunteer: "volunteer/index.html" };
const TEXT = /\.(js|css|html|json|webmanifest|svg)$/;
const WORTH_BYTES = 512;

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The files that the volunteer's page needs offline: everything it may load, in every language. */
function volunteerFiles(output) {
  const chunks = new Map(output.filter((one) => one.type === "chunk").map((one) => [one.fileName, one]));
  const wanted = new Set();
  const add = (name) => {
    if (wanted.has(name)) return;
    wanted.add(name);
    const chunk = chunks.get(name);
    if (!chunk) return;
    for (const next of [...chunk.imports, ...chunk.dynamicImports, ...(chunk.viteMetadata?.importedCss ?? [])]) add(next);
  };
  for (const chunk of chunks.values()) if (chunk.isEntry && chunk.name === "volunteer") add(chunk.fileName);
  return [...wanted].map((name) => `/${name}`).sort();
}

async function pages() {
  const { output } = await build({
    root: ROOT,
    logLevel: "warn",
    define: { __BUILD__: JSON.stringify(id) },
    build: {
      outDir: OUT,
      emptyOutDir: true,
      rolldownOptions: {
        input: Object.fromEntries(Object.entries(PAGES).map(([name, path]) => [name, join(ROOT, path)])),
      },
    },
  });
  return output;
}

async function worker(files) {
  await build({
    root: ROOT,
    logLevel: "warn",
    publicDir: false,
    define: { __BUILD__: JSON.stringify(id), __FILES__: JSON.stringify(files) },
    build: {
      outDir: OUT,
      emptyOutDir: false,
      // One plain script under a fixed name: browsers look for a new version at the same address.
      rolldownOptions: {
        input: join(ROOT, "worker/sw.ts"),
        output: { format: "iife", entryFileNames: "v/sw.js" },
      },
    },
  });
}

function compress() {
  for (const path of filesBelow(OUT).filter((name) => TEXT.test(name))) {
    const content = readFileSync(path);
    if (content.length < WORTH_BYTES) continue;
    const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } };
    writeFileSync(`${path}.br`, brotliCompressSync(content, options));
    writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
  }
}

const output = await pages();
await worker(["/v/", ...volunteerFiles(output)]);
compress();
