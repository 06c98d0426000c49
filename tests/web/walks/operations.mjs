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
