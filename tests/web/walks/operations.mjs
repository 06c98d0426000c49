// The operator's page, held against the API's answers.
import assert from 'node:assert/strict';
import { until } from '../walker.mjs';

const backport = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/';
const subscription = {
  resourceType: 'Subscription', id: 'watcher', status: 'requested', reason: 'test', criteria: 'http://hl7.org/fhir/us/core/SubscriptionTopic/patient-data-feed',
  channel: { type: 'websocket', payload: 'application/fhir+json', _payload: { extension: [{ url: `${backport}backport-payload-content`, valueCode: 'id-only' }] } },
};

export async function theOperatorSeesShardsRatesAndWhatIsStuck(walker) {
  await walker.put('/fhir/Subscription/watcher', subscription);
  const page = await walker.open('/operations');
  await page.getByText(/Ready. Writes are open, all \d+ shards follow the log/).waitFor();
  const { shards } = (await walker.ask('/health/ready')).body;
  const rows = page.getByRole('region', { name: 'Table: shards' }).locator('tbody tr');
  assert.equal(await rows.count(), shards.length);
  await until(async () => {
    const shown = await rows.allInnerTexts();
    return shown.every((text, i) => text.split('\t')[1] === String(shards[i].position) && text.includes('follows'));
  }, 'positions are the node\'s');
  const quarantine = (await walker.ask('/quarantine')).body;
  assert.deepEqual([quarantine.parked, quarantine.records], [[], []]);
  await page.getByText('Empty: every projection follows every patient').waitFor();
  const status = (await walker.ask('/fhir/Subscription/$status?id=watcher')).body.entry[0].resource.parameter.find((one) => one.name === 'status').valueCode;
  await page.getByRole('listitem').filter({ hasText: 'watcher' }).getByText(status, { exact: true }).waitFor();
  for (const { title } of (await walker.ask('/measures')).body.measures) await page.getByRole('listitem').filter({ hasText: title }).waitFor();
  assert.deepEqual(page.complaints, []);
}

export async function ratesAreOfTwoReadsOfTheFigures(walker) {
  const page = await walker.open('/operations');
  const queries = page.locator('.figures > div', { hasText: 'Queries' });
  const counted = async () => Number(/(\d+) in all/.exec(await queries.innerText())?.[1]);
  const before = await until(async () => (await counted()) > 0, 'a first reading').then(counted);
  for (let i = 0; i < 60; ++i) await walker.ask('/fhir/Patient?_count=1');
  const took = await until(async () => (await counted()) >= before + 60 && parseFloat(await queries.locator('.big').innerText()) > 1, 'the queries are counted and their rate rises', 6000);
  console.log(`        seen after ${took} ms`);
  assert.deepEqual(page.complaints, []);
}

const parked = { projection: 'chart', patient: 'parked-patient', stream: 'Patient/parked-patient', event: '0:0', since: '', reason: 'a field that this program cannot read' };
const listWith = (all) => (route) => route.fulfill({ json: { position: '', parked: all, records: [] } });

// No program that is as it should be parks anybody, so the list is given; that the node folds again
// is shown by tests/query/degraded_test.cc.
export async function aParkedPatientIsFoldedAgainAndWhatCameOfItIsSaidInItsPlace(walker) {
  const page = await walker.open('/population');
  await page.route('**/quarantine', listWith([parked]));
  await page.goto('/operations');
  const row = page.getByRole('table', { name: 'Parked patients' }).getByRole('row').filter({ hasText: 'parked-patient' });
  const retry = row.getByRole('button', { name: 'Fold parked-patient again in chart' });
  await retry.focus();
  await page.keyboard.press('Enter');
  await row.getByRole('alert').getByText('nobody is parked there').waitFor();  // which is the node's own answer
  let asked = null;
  const answerWith = (body) => page.route('**/quarantine/retry', (route) => {
    asked = route.request().postDataJSON();
    return route.fulfill({ json: { position: '', event: parked.event, projection: parked.projection, ...body } });
  });
  await answerWith({ outcome: 'still parked', reason: 'the field is still there' });
  await retry.click();
  await row.getByText('Tried again, still parked: the field is still there').waitFor();
  assert.deepEqual(asked, { event: '0:0', projection: 'chart' });
  await walker.accessible(page, 'a parked patient');
  await page.unroute('**/quarantine');
  await answerWith({ outcome: 'complete' });
  await retry.click();
  await page.getByRole('status').getByText('Patient parked-patient is complete in chart.').waitFor();
  await page.getByText('Empty: every projection follows every patient').waitFor();
  assert.deepEqual(page.complaints, []);
}

export async function aBuildOfReadModelsIsSeenWithHowFarItIs(walker) {
  const page = await walker.open('/population');
  let figures = 'rebuild_running 1\nrebuild_records_done 40\nrebuild_records 160\n';
  await page.route('**/metrics', async (route) => {
    const response = await route.fetch();
    const own = (await response.text()).split('\n').filter((line) => !line.startsWith('rebuild_')).join('\n');
    await route.fulfill({ response, body: `${own}\n${figures}` });
  });
  await page.goto('/operations');
  await page.getByText('Read models are built anew beside those in use: 40 of 160 records').waitFor();
  assert.equal(await page.getByRole('progressbar', { name: 'New read models' }).getAttribute('value'), '40');
  figures = 'rebuild_running 0\nrebuild_failed 1\n';
  await page.getByText('The last build of new read models failed').waitFor();
  assert.match(await (await fetch(`${walker.url}/metrics`)).text(), /^rebuild_running 0$/m);
}

export async function refusalsAreCountedByTheirReason(walker) {
  const refusals = async () => Number(/^ingest_refusals_total\{code="invalid"\} (\d+)/m.exec(await (await fetch(`${walker.url}/metrics`)).text())?.[1] ?? 0);
  const before = await refusals();
  const answer = await walker.ask('/fhir/Observation', { method: 'POST', headers: { 'Content-Type': 'application/fhir+json' }, body: '{"resourceType":"Observation",' });
  assert.equal(answer.status, 400, JSON.stringify(answer.body));
  assert.equal(await refusals(), before + 1);
  const page = await walker.open('/operations');
  const row = page.getByRole('table', { name: 'Refused, by reason' }).getByRole('row').filter({ hasText: 'not readable as what it claims to be' });
  await until(async () => (await row.innerText()).split('\t')[1] === String(before + 1), 'the refusal is counted');
  assert.deepEqual(page.complaints, []);
}

export async function aNodeThatIsAwayIsSaidAndSeenAgain(walker) {
  const page = await walker.open('/operations');
  await page.getByText(/^Ready/).waitFor();
  await page.context().setOffline(true);
  await page.getByText('The node does not answer.').waitFor();
  await page.context().setOffline(false);
  await page.getByText(/^Ready/).waitFor();
}

export async function operationsLookRight(walker) {
  await walker.looks('/operations', 'operations', (page) => page.locator('.figures .sparkline').first().waitFor());
}
