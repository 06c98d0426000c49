// What other sites record comes without moving what somebody looks at.
import assert from 'node:assert/strict';
import { atOnce, until } from '../walker.mjs';

const clinical = (status) => ({ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: status }] });
const from = (site) => ({ 'X-Chartlog-Subject': `dr-${site}`, 'X-Chartlog-Site': site });

async function givenPatient(walker, id) {
  await walker.put(`/fhir/Patient/${id}`, { resourceType: 'Patient', id, birthDate: '1966-07-08', name: [{ family: 'Fresh', given: [id] }] }, from('north'));
}
const givenProblem = (walker, patient, id, site, onset = '2024-02-01') => walker.put(`/fhir/Condition/${id}`, {
  resourceType: 'Condition', id, subject: { reference: `Patient/${patient}` }, onsetDateTime: onset, code: { text: `problem ${id}` }, clinicalStatus: clinical('active'),
}, from(site));

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
  const written = await walker.ask('/fhir', { method: 'POST', body: JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }), headers: { 'Content-Type': 'application/fhir+json', ...from('north') } });
  assert.equal(written.status, 200);
}

// Where the element is now, and whether it still has the focus.
const placeOf = (row) => row.evaluate((element) => ({ top: element.getBoundingClientRect().top, focused: document.activeElement === element }));

export async function aChangeFromAnotherSiteIsThereMarkedAndMovesNothing(walker) {
  await givenPatient(walker, 'still');
  await givenVisits(walker, 'still', 60);
  for (let i = 0; i < 25; ++i) await givenProblem(walker, 'still', `still-c${i}`, 'north');
  const page = await walker.open('/patients/still', { viewport: { width: 800, height: 500 } });
  await page.getByText('Live, as of').waitFor();
  const row = page.getByRole('table', { name: 'Current problems' }).getByRole('button').nth(12);
  await row.scrollIntoViewIfNeeded();
  await row.focus();
  const before = await placeOf(row);
  const name = await row.innerText();
  await walker.put('/fhir/AllergyIntolerance/still-a', allergy('still'), from('south'));
  await givenProblem(walker, 'still', 'still-new', 'south', '2025-06-01');  // the first of the list
  const came = page.locator('tr.arrived', { hasText: 'problem still-new' });
  const took = await until(() => came.isVisible(), 'the problem from the other site', atOnce);
  console.log(`        from another site on the page after ${took} ms`);
  await page.locator('.banner .arrived', { hasText: 'penicillin' }).waitFor();
  const after = await placeOf(page.getByRole('table', { name: 'Current problems' }).getByRole('button', { name, exact: true }));
  assert.ok(after.focused, 'the focus is where it was');
  assert.ok(Math.abs(after.top - before.top) < 2, `what was looked at moved by ${after.top - before.top} px`);
}

export async function aLongListStaysWhereItWasScrolledTo(walker) {
  await givenPatient(walker, 'long');
  await givenVisits(walker, 'long', 60);
  const page = await walker.open('/patients/long/record');
  await page.getByText('Live, as of').waitFor();
  const list = page.getByRole('region', { name: 'List: Visits' });
  await list.evaluate((element) => { element.scrollTop = 20 * 46 + 10; });
  const row = list.getByRole('button', { name: 'visit 35', exact: true });
  await row.focus();
  const before = await placeOf(row);
  await walker.put('/fhir/Encounter/long-v99', visit('long', 99), from('south'));
  await until(async () => (await list.getByRole('listitem').first().getAttribute('aria-setsize')) === '61', 'the visit from the other site', atOnce);
  assert.deepEqual(await placeOf(row), before);
  await list.evaluate((element) => { element.scrollTop = 0; });
  await list.locator('.arrived', { hasText: 'visit 99' }).waitFor();
}
