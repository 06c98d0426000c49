// fqm-execution over patients: node run.mjs MODULES CONTENT.json PATIENTS.ndjson START END [--by-profile]
// Writes {"line", "groups"} or {"line", "error"} for each patient, then {"seconds", "processor"}:
// of calculating alone, content and patients being read.
import { createRequire } from "node:module";
import { createReadStream, readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const [modules, contentFile, patientsFile, start, end, ...flags] = process.argv.slice(2);
const { Calculator } = createRequire(`${modules}/`)("fqm-execution");
const content = JSON.parse(readFileSync(contentFile, "utf8"));
const options = {
  measurementPeriodStart: start, measurementPeriodEnd: end, trustMetaProfile: flags.includes("--by-profile"), calculateSDEs: false,
  calculateRAVs: false, calculateHTML: false, calculateClauseCoverage: false, useElmJsonsCaching: true,
};

// Results are by the patient's id, which repeats: the line is the id here.
const bundles = [];
for await (const text of createInterface({ input: createReadStream(patientsFile) })) {
  const bundle = JSON.parse(text);
  const patient = bundle.entry.find((each) => each.resource.resourceType === "Patient");
  patient.resource.id = `line-${bundles.length}`;
  bundles.push(bundle);
}

const isIn = (id) => (episode) => episode.populationResults.some((each) => each.populationId === id && each.result);
const observedOf = (results, id) => results.filter((each) => each.populationId === id)
  .flatMap((each) => each.observations ?? []).filter((value) => value !== null && value !== undefined)
  .map((value) => (typeof value === "object" ? value.value : value));
function groupOf(group) {
  const episodes = group.episodeResults;
  const populations = group.populationResults.map(({ populationId: id, populationType: type, result }) => ({
    id, type, count: episodes ? episodes.filter(isIn(id)).length : Number(result),
    observed: episodes ? episodes.flatMap((each) => observedOf(each.populationResults, id)) : observedOf(group.populationResults, id),
  }));
  const strata = (group.stratifierResults ?? []).map((each) => [each.strataId ?? each.strataCode, each.appliesResult]);
  return { populations, strata: Object.fromEntries(strata) };
}

// An error of one patient ends the calculation of all: then they go one by one.
async function answersOf(some) {
  try {
    const { results } = await Calculator.calculate(content, some, options);
    return results.map((each) => ({ line: Number(each.patientId.slice(5)), groups: each.detailedResults.map(groupOf) }));
  } catch (error) {
    if (some.length > 1) return (await Promise.all(some.map((each) => answersOf([each])))).flat();
    const line = bundles.indexOf(some[0]);
    const text = String(error.message ?? error);
    return [{ line, error: (/Error Message:\s*(.*)/.exec(text)?.[1] ?? text).slice(0, 200) }];
  }
}
const began = performance.now();
const used = process.cpuUsage();
const answers = await answersOf(bundles);
const seconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage(used);
for (const answer of answers) process.stdout.write(JSON.stringify(answer) + "\n");
process.stdout.write(JSON.stringify({ seconds, processor: (user + system) / 1e6 }) + "\n");
