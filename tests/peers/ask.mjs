// cql-execution, the CQL engine for JavaScript, over an export of NDJSON: the questions of a library
// in ELM, asked of everybody. What to ask comes as JSON on standard input; a line of JSON for each
// person goes to standard output, and then one with the processor time since it had started: seconds.
// It reads the types that the questions look at and no others.
import { createReadStream, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import cql from "cql-execution";
import fhir from "cql-exec-fhir";

const { source, library, lists, day } = JSON.parse(readFileSync(0, "utf8"));
const elm = JSON.parse(readFileSync(library, "utf8"));

const patients = fhir.PatientSource.FHIRv401();
const executor = new cql.Executor(new cql.Library(elm), new cql.CodeService(lists), {
  Day: cql.Date.parse(day),
});
const started = process.cpuUsage();

const people = new Map();
for await (const line of lines("Patient")) {
  const patient = JSON.parse(line);
  people.set(patient.id, { resourceType: "Bundle", entry: [{ resource: patient }] });
}
for (const type of ["Condition", "Observation", "Procedure"]) {
  for await (const line of lines(type)) {
    const resource = JSON.parse(line);
    const whose = resource.subject.reference.split("/").at(-1);
    people.get(whose).entry.push({ resource });
  }
}

patients.loadBundles([...people.values()]);
const { patientResults } = await executor.exec(patients);
for (const [person, { Patient, ...answers }] of Object.entries(patientResults)) {
  writeSync(1, `${JSON.stringify({ person, answers })}\n`);
}
const { user, system } = process.cpuUsage(started);
writeSync(1, `${JSON.stringify((user + system) / 1e6)}\n`);

function lines(type) {
  const input = createReadStream(join(source, `${type}.ndjson`));
  return createInterface({ input, crlfDelay: Infinity });
}
