"use strict";
// Renders /openapi.json and sends requests from this page. Everything is put in as text, never as markup.

const make = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};

const row = (...cells) => make("tr", {}, ...cells.map((cell) => make("td", {}, cell)));

let api;
const resolve = (schema) => (schema && schema.$ref ? api.components.schemas[schema.$ref.split("/").pop()] : schema) || {};

function kind(schema) {
  const found = resolve(schema);
  if (found.enum) return found.enum.join(" | ");
  if (found.const !== undefined) return JSON.stringify(found.const);
  const choices = found.anyOf || found.oneOf;
  if (choices) return choices.map(kind).join(" | ");
  if (found.type === "array") return `list of ${kind(found.items)}`;
  return found.title && found.type === "object" ? found.title : found.format || found.type || "any";
}

function example(schema, depth = 0) {
  const found = resolve(schema);
  if (found.default !== undefined && found.default !== null) return found.default;
  if (found.examples) return found.examples[0];
  if (found.enum) return found.enum[0];
  if (found.const !== undefined) return found.const;
  const choices = found.anyOf || found.oneOf;
  if (choices) return example(choices[0], depth);
  if (found.title === "Point") return { type: "Point", coordinates: [76.945, 43.238] };
  if (found.type === "object") {
    const needed = depth > 2 ? [] : found.required || Object.keys(found.properties || {}).slice(0, 3);
    return Object.fromEntries(needed.map((name) => [name, example(found.properties[name], depth + 1)]));
  }
  if (found.type === "array") return depth > 3 ? [] : [example(found.items, depth + 1)];
  if (found.format === "date-time") return new Date().toISOString();
  return { string: "", integer: 1, number: 0, boolean: true }[found.type] ?? null;
}

function fields(schema) {
  const found = resolve(schema);
  if (!found.properties) return make("pre", {}, JSON.stringify(found, null, 2));
  const needed = new Set(found.required || []);
  return make("table", {}, ...Object.entries(found.properties).map(([name, value]) =>
    row(make("code", {}, name + (needed.has(name) ? " *" : "")), kind(value), resolve(value).description || value.description || "")));
}

function tryForm(path, method, operation, body) {
  const inputs = (operation.parameters || []).map((parameter) => {
    const input = make("input", { "aria-label": parameter.name });
    if (parameter.name.toLowerCase() === "idempotency-key") input.value = crypto.randomUUID();
    return { parameter, input };
  });
  const area = body && make("textarea", { "aria-label": "body", spellcheck: "false" });
  if (area) area.value = JSON.stringify(example(body), null, 2);
  const output = make("pre", { hidden: "" });
  const button = make("button", { type: "button" }, "Send");
  button.addEventListener("click", async () => {
    let address = path;
    const query = new URLSearchParams();
    const headers = {};
    const token = document.getElementById("token").value.trim();
    if (token) headers.Authorization = `Bearer ${token}`;
    for (const { parameter, input } of inputs) {
      if (parameter.in === "path") address = address.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
      else if (!input.value) continue;
      else if (parameter.in === "query") query.set(parameter.name, input.value);
      else headers[parameter.name] = input.value;
    }
    if (area && area.value.trim()) headers["Content-Type"] = "application/json";
    if (query.size) address += `?${query}`;
    output.hidden = false;
    try {
      const answer = await fetch(address, { method: method.toUpperCase(), headers, body: area && area.value.trim() ? area.value : undefined });
      const text = await answer.text();
      let shown = text;
      try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* shown as it is */ }
      output.textContent = `${answer.status} ${answer.statusText}\n\n${shown}`;
    } catch (error) {
      output.textContent = String(error);
    }
  });
  const rows = inputs.map(({ parameter, input }) => row(make("code", {}, parameter.name + (parameter.required ? " *" : "")), parameter.in, input));
  const form = make("div", {}, make("h4", {}, "Try it"), make("table", {}, ...rows));
  if (area) form.append(area);
  form.append(make("p", {}, button), output);
  return form;
}

function show(path, method, operation) {
  const content = make("div");
  if (operation.description) content.append(make("p", {}, operation.description));
  const parameters = operation.parameters || [];
  if (parameters.length) {
    content.append(make("h4", {}, "Parameters"), make("table", {}, ...parameters.map((one) =>
      row(make("code", {}, one.name + (one.required ? " *" : "")), one.in, kind(one.schema), one.description || ""))));
  }
  const body = operation.requestBody && Object.values(operation.requestBody.content)[0].schema;
  if (body) content.append(make("h4", {}, "Body"), fields((resolve(body).anyOf || [body])[0]));
  content.append(make("h4", {}, "Responses"), make("table", {}, ...Object.entries(operation.responses).map(([status, answer]) =>
    row(make("code", {}, status), answer.description || ""))));
  const details = make("details", { class: "operation" },
    make("summary", {}, make("span", { class: "method" }, method.toUpperCase()), make("code", {}, path)), content);
  details.addEventListener("toggle", () => {
    if (details.open && !details.dataset.filled) {
      details.dataset.filled = "yes";
      content.append(tryForm(path, method, operation, body && (resolve(body).anyOf || [body])[0]));
    }
  });
  return details;
}

async function start() {
  const place = document.getElementById("operations");
  api = await (await fetch("/openapi.json")).json();
  document.getElementById("about").textContent = `${api.info.description} Version ${api.info.version}.`;
  const groups = new Map();
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = (operation.tags || ["other"])[0];
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(show(path, method, operation));
    }
  }
  place.replaceChildren(...[...groups].flatMap(([tag, operations]) => [make("h2", {}, tag), ...operations]));
}

start().catch((error) => { document.getElementById("operations").textContent = `The document could not be read: ${error}`; });
