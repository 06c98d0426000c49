// What was known then about some day: the page held against the API's answers at random moments.
import assert from 'node:assert/strict';
import { until } from '../walker.mjs';

const patient = 'about', subject = { reference: `Patient/${patient}` };
const clinical = (status) => ({ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: status }] });
const problem = (id, onset, more = {}) => ({ resourceType: 'Condition', id: `${patient}-${id}`, subject, onsetDateTime: onset, code: { text: `problem ${id}` }, clinicalStatus: clinical('active'), ...more });
const order = (id, authored, more = {}) => ({
  resourceType: 'MedicationRequest', id: `${patient}-${id}`, status: 'active', intent: 'order', subject, authoredOn: authored,
  medicationCodeableConcept: { text: `drug ${id}` }, dosageInstruction: [{ text: `${id.length} tablets daily` }], ...more,
});
const result = (id, code, time, value) => ({
  resourceType: 'Observation', id: `${patient}-${id}`, status: 'final', subject, effectiveDateTime: time,
  category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] }],
  code: { coding: [{ system: 'http://tests.example/codes', code, display: `Analyte ${code}` }] }, valueQuantity: { value, unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' },
});

// Things that began, ended, were corrected and were told late. Positions after each.
async function recordOfManyYears(walker) {
  if (recordOfManyYears.positions) return recordOfManyYears.positions;
  const positions = [];
  for (const body of [
    { resourceType: 'Patient', id: patient, birthDate: '1961-03-04', gender: 'female', name: [{ family: 'About', given: ['Abby'] }] },
    problem('p1', '2019-02-01'), order('m', '2019-03-01'), result('r1', 'k', '2019-02-02', 4.1), problem('p2', '2021-05-05'),
    problem('p1', '2019-02-01', { clinicalStatus: clinical('resolved'), abatementDateTime: '2022-06-01' }), result('r2', 'k', '2022-03-03', 5.9),
    order('mm', '2022-08-01'), order('m', '2019-03-01', { status: 'stopped' }), result('r3', 'n', '2020-12-12', 139), problem('p3', '2018-01-01'),
    result('r1', 'k', '2019-02-02', 4.4), problem('p2', '2021-05-05', { clinicalStatus: clinical('resolved') }), result('r4', 'n', '2024-04-04', 144),
  ]) positions.push((await walker.put(`/fhir/${body.resourceType}/${body.id}`, body)).headers.get('chartlog-position'));
  return (recordOfManyYears.positions = positions);
}

// Equal seeds, equal moments.
function randomFrom(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const two = (value) => String(value).padStart(2, '0');

async function expected(walker, parameters) {
  const chart = (await walker.ask(`/charts/${patient}?${parameters}`)).body;
  const drugs = (await walker.ask(`/charts/${patient}/medications?${parameters}`)).body;
  const results = new Map();  // the newest of each
  for (const item of chart.labs.items) if (!results.has(item.code.code)) results.set(item.code.code, `Analyte ${item.code.code} ${item.value.value} mmol/L`);
  return {
    problems: chart.problems.items.map((one) => one.code.display ?? one.code.text).sort(),
    drugs: ['active', 'on_hold', 'may_still_be_taking'].flatMap((state) => drugs[state] ?? []).map((line) => `${line.drug.display ?? line.drug.text} ${line.dose}`).sort(),
    results: [...results.values()].sort(),
  };
}

// What the three tables of the summary say, a text a row; a table without rows is not there.
async function shown(page) {
  const rows = async (table, read) => (await page.getByRole('table', { name: table }).locator('tr').evaluateAll(read)).sort();
  return {
    problems: await rows('Current problems', (all) => all.map((row) => row.querySelector('button').textContent)),
    drugs: await rows('Medications in force', (all) => all.map((row) => `${row.querySelector('button').textContent} ${row.querySelector('td > .quiet').textContent.split(' · ')[0]}`)),
    results: await rows('Newest laboratory results', (all) => all.map((row) => `${row.cells[0].textContent} ${row.querySelector('button').textContent}`)),
  };
}

export async function whatWasKnownThenAboutADayIsWhatTheApiAnswers(walker) {
  const positions = await recordOfManyYears(walker);
  const seed = Number(process.env.CHARTLOG_SEED ?? Date.now() % 1_000_000);
  const below = randomFrom(seed);
  console.log(`        seed ${seed}`);
  const page = await walker.open(`/patients/${patient}`);
  for (let round = 0; round < 8; ++round) {
    const asOf = round % 4 === 3 ? null : positions[1 + below(positions.length - 1)];
    const at = `${2018 + below(8)}-${two(1 + below(12))}-${two(1 + below(28))}`;
    const parameters = new URLSearchParams({ ...(asOf ? { asOf } : {}), at }).toString();
    await page.goto(`/patients/${patient}?${parameters}`);
    await page.locator('.past-band', { hasText: 'about' }).waitFor();
    const answer = await expected(walker, parameters);
    let last;
    await until(async () => JSON.stringify((last = await shown(page))) === JSON.stringify(answer), 'the page is the answer', 10_000)
      .catch((error) => assert.deepEqual(last, answer, `seed ${seed}, ${parameters}: ${error.message}`));
    assert.equal(await page.getByRole('button', { name: 'Order', exact: true }).count(), 0);
  }
  assert.deepEqual(page.complaints, []);
}

export async function theDayAskedAboutIsChosenKeptAndLeftOut(walker) {
  await recordOfManyYears(walker);
  const page = await walker.open(`/patients/${patient}`);
  await page.getByRole('button', { name: 'Earlier moments' }).click();
  await page.getByRole('button', { name: 'About another day' }).click();
  await page.getByLabel('Day to be told about').fill('12 March 2020');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await page.getByText('As known now, about 12 Mar 2020').waitFor();
  await page.getByText('59 years').waitFor();
  await page.getByRole('link', { name: 'All' }).first().click();  // another part, the same day
  await page.getByText('As known now, about 12 Mar 2020').waitFor();
  assert.equal(new URL(page.url()).searchParams.get('at'), '2020-03-12');
  await page.reload();
  await page.getByText('As known now, about 12 Mar 2020').waitFor();
  await page.getByRole('button', { name: 'Leave the day out' }).click();
  await page.locator('.past-band').waitFor({ state: 'detached' });
  assert.equal(new URL(page.url()).searchParams.get('at'), null);
}

export async function aDayThatLiesAheadIsRefusedInTheNodesWords(walker) {
  await recordOfManyYears(walker);
  const page = await walker.open(`/patients/${patient}?at=2199-01-01`);
  await page.getByRole('alert').waitFor();
  assert.match(await page.getByRole('alert').innerText(), /lies ahead/);
  await page.getByRole('link', { name: 'Back to now' }).click();
  await page.getByText('Live, as of').waitFor();
}

export async function aboutADayLooksRight(walker) {
  const positions = await recordOfManyYears(walker);
  await walker.looks(`/patients/${patient}?asOf=${positions[8]}&at=2021-06-01`, 'about', (page) => page.getByRole('slider').waitFor());
}
