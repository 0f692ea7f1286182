// Builds both pages, then the service worker, which knows the files of the volunteer's page; compresses every text beside itself.
//
//     node build.mjs OUT BUILD-ID
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "vite";
import { png } from "./icons.mjs";

const ROOT = dirname(fileURLToPath(import.meta.url));
const [out = join(ROOT, "..", "pages", "built"), id = "development"] = process.argv.slice(2);
const OUT = resolve(out);
const PAGES = { console: "console/index.html", volunteer: "volunteer/index.html" };
const TEXT = /\.(js|css|html|json|webmanifest|svg)$/;
const WORTH_BYTES = 256;
/** What a person needs for one kind of work only, and with a network: not kept on every phone. */
const ON_DEMAND = /(^|\/)(leaflet|place_map)/;
/**
 * What is loaded at once is in few files: those that screens loaded later use as well would each become one, and a tenth larger.
 * `shared` is of both pages, so nothing that only one of them needs at once may be in it.
 */
const FIRST_LOADS = [
  { name: "shared", test: /node_modules.(preact|@preact|eventsource-parser).|web.shared.(?!assistant|messages|kazakh|plural|outbox|taps|deployment_reading|focus_keeper|read_again|base_map|notice_bus|parts.(key_cap|sign_in))|vite.preload-helper/ },
  { name: "first", test: /node_modules.idb.|web.shared.outbox(_store)?.ts$|web.volunteer.(address|answers|device|duty|geometry|jobs|position|state|text|words|parts.(band|call_button|countdown|head|icon|later|outbox_list|tabs)|page|screens.(distress|first_text|home|offer))\.tsx?$/ },
];
const ICONS = { "icon-192.png": [192, false], "icon-512.png": [512, false], "icon-maskable-512.png": [512, true], "apple-touch-icon.png": [180, true] };
const DESCRIPTIONS = {
  kk: "Төтенше жағдайда көмек сұраулары",
  ru: "Запросы помощи в чрезвычайных ситуациях",
  en: "Requests for help in emergencies",
};

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
    if (wanted.has(name) || ON_DEMAND.test(chunks.get(name)?.name ?? "")) return;
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
        output: { codeSplitting: { groups: FIRST_LOADS } },
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

function icons() {
  const svg = readFileSync(join(ROOT, "public/v/icon.svg"), "utf-8");
  for (const [name, [size, isFull]] of Object.entries(ICONS)) writeFileSync(join(OUT, "v", name), png(svg, size, isFull));
}

/** One manifest a language; the same `id`, so the app that is installed stays one. */
function manifests() {
  const plain = JSON.parse(readFileSync(join(ROOT, "public/v/manifest.webmanifest"), "utf-8"));
  for (const [lang, description] of Object.entries(DESCRIPTIONS)) {
    writeFileSync(join(OUT, "v", `manifest.${lang}.webmanifest`), JSON.stringify({ ...plain, lang, description }));
  }
}

/** One page a language, which asks for the texts of that language together with its scripts: otherwise one round trip later. */
function pagesByLanguage(output) {
  const chunks = new Map(output.filter((one) => one.type === "chunk").map((one) => [one.fileName, one]));
  const withImports = (name) => [name, ...chunks.get(name).imports.flatMap(withImports)];
  for (const [page, path] of Object.entries(PAGES)) {
    const html = readFileSync(join(OUT, path), "utf-8");
    for (const lang of Object.keys(DESCRIPTIONS)) {
      const texts = [...chunks.values()].find((one) => one.facadeModuleId?.endsWith(`/${page}/catalogue/${lang}.ts`));
      const missing = [...new Set(withImports(texts.fileName))].filter((name) => !html.includes(name));
      const links = missing.map((name) => `<link rel="modulepreload" crossorigin href="/${name}">\n`).join("");
      const text = html.replace("</head>", `${links}</head>`).replace('<html lang="kk"', `<html lang="${lang}"`);
      writeFileSync(join(OUT, page, `index.${lang}.html`), text);
    }
  }
}

const output = await pages();
pagesByLanguage(output);
icons();
manifests();
await worker(["/v/", "/v/icon-192.png", ...volunteerFiles(output)]);
compress();
