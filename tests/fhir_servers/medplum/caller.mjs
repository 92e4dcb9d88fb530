// Medplum's client as a CDS Hooks client: it discovers, fills the prefetch from a FHIR server and
// calls. What to ask comes as JSON on standard input; what was found goes to standard output.
import { text } from "node:stream/consumers";

// The library looks for a browser's socket as it loads; Node.js has it built in from 22 on.
globalThis.WebSocket ??= class {};
const { MedplumClient, buildCdsRequest } = await import("@medplum/core");

const { service, fhir, token, user, context, hook } = JSON.parse(await text(process.stdin));
const medplum = new MedplumClient({ baseUrl: service, fhirUrlPath: fhir, maxRetries: 0 });
if (token) {
  medplum.setAccessToken(token);
}
const { services } = await medplum.getCdsServices();
const offered = services.find((one) => one.hook === hook);
const asked = await buildCdsRequest(medplum, user, offered, context);
const answer = await medplum.callCdsService(offered.id, asked);
console.log(JSON.stringify({ services, asked, answer }));
