// What other sites record: how fresh it is, and that it comes without moving what somebody looks at.
import assert from 'node:assert/strict';
import { atOnce, until } from '../walker.mjs';

const clinical = (status) => ({ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: status }] });
const from = (site) => ({ 'X-Chartlog-Subject': `dr-${site}`, 'X-Chartlog-Site': site });

// Everybody writes at the node of the north but the south, which has its own where there is a broker.
const write = (walker, site, resource) => walker.put(`/fhir/${resource.resourceType}/${resource.id}`, resource, from(site), site === 'south' ? walker.south : walker.north);
const open = (walker, path, options) => walker.open(walker.north + path, options);

async function givenPatient(walker, id) {
  const { headers } = await write(walker, 'north', { resourceType: 'Patient', id, birthDate: '1966-07-08', name: [{ family: 'Fresh', given: [id] }] });
  return headers.get('chartlog-position');
}
const problem = (patient, id, onset = '2024-02-01') => ({
  resourceType: 'Condition', id, subject: { reference: `Patient/${patient}` }, onsetDateTime: onset, code: { text: `problem ${id}` }, clinicalStatus: clinical('active'),
});

const sitesOn = (page) => page.getByRole('list', { name: 'Last recorded by site' }).getByRole('listitem').allInnerTexts();

export async function theBannerSaysWhenEachSiteLastRecordedAlsoOfThen(walker) {
  const first = await givenPatient(walker, 'fresh-1');
  await write(walker, 'south', problem('fresh-1', 'fresh-c'));
  const page = await open(walker, '/patients/fresh-1');
  await page.getByText('Live, as of').waitFor();
  await until(async () => (await sitesOn(page)).length === 2, 'both sites');
  const said = await sitesOn(page);
  const { sites } = (await walker.ask('/charts/fresh-1', { node: walker.north })).body;
  assert.deepEqual(said.map((text) => text.split(' ')[0]).sort(), sites.map((one) => one.site));
  const today = new Date().getDate();
  for (const text of said) assert.match(text, new RegExp(`^(north|south) ${today} [A-Z][a-z]{2} \\d{4}, \\d\\d:\\d\\d$`));
  await write(walker, 'west', problem('fresh-1', 'fresh-d'));  // it is kept current
  await until(async () => (await sitesOn(page)).length === 3, 'a third site');
  await page.goto(`${walker.north}/patients/fresh-1?asOf=${encodeURIComponent(first)}`);
  await page.getByText('As known at').waitFor();
  assert.deepEqual((await sitesOn(page)).map((text) => text.split(' ')[0]), ['north']);
}

const visit = (patient, number) => ({
  resourceType: 'Encounter', id: `${patient}-v${number}`, status: 'finished', class: { code: 'AMB' }, subject: { reference: `Patient/${patient}` },
  type: [{ text: `visit ${number}` }], period: { start: new Date(Date.UTC(2020, 0, 1 + number)).toISOString() },
});
const allergy = (patient) => ({
  resourceType: 'AllergyIntolerance', id: `${patient}-a`, patient: { reference: `Patient/${patient}` }, criticality: 'high', code: { text: 'penicillin' },
  clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' }] },
});

async function givenVisits(walker, patient, count) {
  const entry = Array.from({ length: count }, (_, i) => visit(patient, i)).map((resource) => ({ resource, request: { method: 'PUT', url: `Encounter/${resource.id}` } }));
  const written = await walker.ask('/fhir', { node: walker.north, method: 'POST', body: JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }), headers: { 'Content-Type': 'application/fhir+json', ...from('north') } });
  assert.equal(written.status, 200);
}

// Where the element is now, and whether it still has the focus.
const placeOf = (row) => row.evaluate((element) => ({ top: element.getBoundingClientRect().top, focused: document.activeElement === element }));

export async function aChangeFromAnotherSiteIsThereMarkedAndMovesNothing(walker) {
  await givenPatient(walker, 'still');
  await givenVisits(walker, 'still', 60);
  for (let i = 0; i < 25; ++i) await write(walker, 'north', problem('still', `still-c${i}`));
  const page = await open(walker, '/patients/still', { viewport: { width: 800, height: 500 } });
  await page.getByText('Live, as of').waitFor();
  const row = page.getByRole('table', { name: 'Current problems' }).getByRole('button').nth(12);
  await row.scrollIntoViewIfNeeded();
  await row.focus();
  const before = await placeOf(row);
  const name = await row.innerText();
  await write(walker, 'south', allergy('still'));
  await write(walker, 'south', problem('still', 'still-new', '2025-06-01'));  // the first of the list
  const came = page.locator('tr.arrived', { hasText: 'problem still-new' });
  const took = await until(() => came.isVisible(), 'the problem from the other site', atOnce);
  console.log(`        from ${walker.north === walker.south ? 'another site' : "another site's node"} on the page ${took} ms after its answer`);
  await page.locator('.banner .arrived', { hasText: 'penicillin' }).waitFor();
  const after = await placeOf(page.getByRole('table', { name: 'Current problems' }).getByRole('button', { name, exact: true }));
  assert.ok(after.focused, 'the focus is where it was');
  assert.ok(Math.abs(after.top - before.top) < 2, `what was looked at moved by ${after.top - before.top} px`);
}

export async function aLongListStaysWhereItWasScrolledTo(walker) {
  await givenPatient(walker, 'long');
  await givenVisits(walker, 'long', 60);
  const page = await open(walker, '/patients/long/record');
  await page.getByText('Live, as of').waitFor();
  const list = page.getByRole('region', { name: 'List: Visits' });
  await list.evaluate((element) => { element.scrollTop = 20 * 46 + 10; });
  const row = list.getByRole('button', { name: 'visit 35', exact: true });
  await row.focus();
  const before = await placeOf(row);
  await write(walker, 'south', visit('long', 99));
  await until(async () => (await list.getByRole('listitem').first().getAttribute('aria-setsize')) === '61', 'the visit from the other site', atOnce);
  assert.deepEqual(await placeOf(row), before);
  await list.evaluate((element) => { element.scrollTop = 0; });
  await list.locator('.arrived', { hasText: 'visit 99' }).waitFor();
}
