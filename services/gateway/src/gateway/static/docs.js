// Shows /openapi.json. All text goes in as text, never as HTML.

const METHODS = ["get", "post", "put", "patch", "delete"];

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

// The little Markdown that descriptions hold: paragraphs, lists, and code between backticks.
function prose(text) {
  return text.split(/\n{2,}/).map((block) => {
    if (!block.startsWith("- ")) return element("p", {}, ...inline(block));
    const items = block.slice(2).split(/\n- /);
    return element("ul", {}, ...items.map((item) => element("li", {}, ...inline(item))));
  });
}

function inline(text) {
  return text.split("`").map((part, at) => (at % 2 ? element("code", {}, part) : part));
}

// Who may call a route: anybody, a personal token with a scope, or a signed-in person alone.
function wayIn(security) {
  if (!security?.length) return "no token";
  const scopes = security.flatMap((way) => way.personal_token ?? []);
  return scopes.length ? `token: ${scopes.join(", ")}` : "signed in";
}

// What a value looks like, as JSON-like text; `seen` ends the walk where a schema holds itself.
function sketch(schema, api, indent = "", seen = []) {
  if (!schema) return "any";
  if (schema.$ref) {
    const name = schema.$ref.split("/").pop();
    return seen.includes(name) ? "…" : sketch(api.components.schemas[name], api, indent, [...seen, name]);
  }
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return choices.map((choice) => sketch(choice, api, indent, seen)).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.type === "array") return `[${sketch(schema.items, api, indent, seen)}]`;
  if (schema.properties) {
    const inner = `${indent}  `;
    const required = new Set(schema.required ?? []);
    const fields = Object.entries(schema.properties).map(
      ([name, value]) => `${inner}${name}${required.has(name) ? "" : "?"}: ${sketch(value, api, inner, seen)}`,
    );
    return `{\n${fields.join("\n")}\n${indent}}`;
  }
  if (schema.additionalProperties) return `{name: ${sketch(schema.additionalProperties, api, indent, seen)}}`;
  return [schema.type ?? "any"].flat().join(" | ") + (schema.format ? ` (${schema.format})` : "");
}

function bodies(content, api) {
  return Object.entries(content ?? {}).map(([kind, { schema }]) =>
    element("div", {}, element("p", { class: "quiet" }, kind), element("pre", {}, sketch(schema, api))),
  );
}

function parameters(given, api) {
  if (!given?.length) return null;
  const rows = given.map((one) =>
    element("tr", {},
      element("td", {}, element("code", {}, one.name), one.required ? "" : " ?"),
      element("td", { class: "quiet" }, one.in),
      element("td", {}, element("code", {}, sketch(one.schema, api)), ...prose(one.description ?? "")),
    ),
  );
  return element("div", {}, element("h3", {}, "Parameters"), element("table", {}, ...rows));
}

function route(path, method, operation, api) {
  const answers = Object.entries(operation.responses ?? {}).flatMap(([status, answer]) => [
    element("h3", {}, `${status === "default" ? "else" : status}: ${answer.description ?? ""}`),
    ...bodies(answer.content, api),
  ]);
  const more = operation.description?.replace(/\.$/, "") === operation.summary ? "" : operation.description;
  const asked = bodies(operation.requestBody?.content, api);
  return element("details", {},
    element("summary", {},
      element("span", { class: "method" }, method.toUpperCase()),
      element("code", {}, path),
      element("span", { class: "quiet" }, ...inline(operation.summary ?? "")),
      element("span", { class: "open" }, wayIn(operation.security)),
    ),
    element("div", {},
      ...prose(more ?? ""),
      parameters(operation.parameters, api),
      asked.length ? element("h3", {}, "Body") : null,
      ...asked,
      ...answers,
    ),
  );
}

function show(api) {
  document.getElementById("about").replaceChildren(...prose(api.info.description));
  for (const { name } of api.tags) {
    const routes = Object.entries(api.paths).flatMap(([path, operations]) =>
      METHODS.filter((method) => operations[method]?.tags?.includes(name)).map((method) =>
        route(path, method, operations[method], api),
      ),
    );
    if (!routes.length) continue;
    document.getElementById("tags").append(element("a", { href: `#${name}` }, name));
    document.getElementById("routes").append(element("h2", { id: name }, name), ...routes);
  }
}

const answer = await fetch("/openapi.json");
if (answer.ok) show(await answer.json());
else document.getElementById("about").textContent = `The description cannot be read just now (${answer.status}).`;
