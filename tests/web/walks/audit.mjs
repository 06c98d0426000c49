// The auditor's pages, held against the API's answers.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { somebody } from '../somebody.mjs';
import { narrow, until } from '../walker.mjs';

const subject = { reference: 'Patient/watched' };
const weight = (value) => ({
  resourceType: 'Observation', id: 'watched-w', status: 'final', subject, effectiveDateTime: '2019-05-06',
  code: { coding: [{ system: 'http://loinc.org', code: '29463-7', display: 'Body weight' }] }, valueQuantity: { value, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
});

// A record of four changes, the last of which corrects a value.
async function watched(walker) {
  if (watched.positions) return watched.positions;
  const positions = [];
  for (const [path, body] of [
    ['Patient/watched', { resourceType: 'Patient', id: 'watched', birthDate: '1966-02-03', gender: 'male', name: [{ family: 'Watched', given: ['Wilfred'] }] }],
    ['Condition/watched-c', { resourceType: 'Condition', id: 'watched-c', subject, onsetDateTime: '2018-01-02', code: { coding: [{ system: 'http://snomed.info/sct', code: '38341003', display: 'Hypertension' }] }, clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }] } }],
    ['Observation/watched-w', weight(81)],
    ['Observation/watched-w', weight(82)],
  ]) positions.push((await walker.put(`/fhir/${path}`, body)).headers.get('chartlog-position'));
  await walker.ask('/fhir/Observation/watched-w');
  await walker.ask('/charts/watched', { headers: { 'X-Chartlog-Site': 'elsewhere' } });  // which is a disclosure
  return (watched.positions = positions);
}

const eventsOf = async (walker) => (await (await fetch(`${walker.url}/audit/replay?patient=watched`)).text()).trim().split('\n').map((line) => JSON.parse(line)).slice(0, -1);

async function isRecorded(walker, query) {
  for (let tries = 0; tries < 100; ++tries) {
    const { accesses } = (await walker.ask('/audit/access?patient=watched')).body;
    if (accesses.some((one) => one.query === query)) return true;
    await new Promise((next) => setTimeout(next, 50));
  }
  return false;
}

export async function whoLookedIsWhatWasRecorded(walker) {
  await watched(walker);
  await walker.ask('/fhir/Observation/watched-w');  // among the newest, however much other walks looked at
  assert.ok(await isRecorded(walker, '/fhir/Observation/watched-w'), 'the read was recorded');
  const page = await walker.open('/audit?part=access');
  await page.getByRole('searchbox', { name: 'Patient' }).fill('Watched Wilfred');
  await page.getByRole('button', { name: /^Watched, Wilfred/ }).click();
  await page.waitForURL(/patient=watched/);
  const row = page.getByRole('table', { name: 'Accesses' }).getByRole('row').filter({ hasText: 'GET /fhir/Observation/watched-w' }).first();
  assert.match(await row.innerText(), /anonymous[\s\S]*looked at[\s\S]*1\s×\sresult/);
  const csv = await (await fetch(walker.url + await page.getByRole('link', { name: 'Export CSV' }).getAttribute('href'))).text();
  assert.ok(csv.startsWith('time,agent,') && csv.includes('/fhir/Observation/watched-w'));
  await page.getByRole('button', { name: 'As the patient reads it' }).click();
  await page.getByRole('table', { name: 'Accesses as the patient reads them' }).getByText('looked at').first().waitFor();
  assert.deepEqual(page.complaints, []);
}

// No log of a test is ten years old: the answer is the node's, with the horizon that it would name.
export async function whatIsNoLongerKeptIsSaidBesideWhatIsThere(walker) {
  await watched(walker);
  const page = await walker.open('/audit?part=access');
  await page.route(/\/audit\/(access|disclosures|screen)\?|\/charts\/watched\/access/, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...await answer.json(), removed_before: '2016-11-28T00:00:00Z' } });
  });
  const at = new Date(Date.now() + 60_000).toISOString();
  for (const part of ['access&patient=watched', 'access&patient=watched&as=patient', 'disclosures&patient=watched', `screen&agent=anonymous&at=${at}&minutes=30`]) {
    await page.goto(`/audit?part=${part}`);
    await page.getByRole('note').filter({ hasText: /Accesses before 2[78] Nov 2016.* are no longer kept/ }).waitFor();
  }
  await page.goto('/audit?part=access&agent=nobody-of-that-name');
  await page.getByText('Nobody, as far as this was recorded.').waitFor();
  await page.getByRole('note').filter({ hasText: 'Who looked then cannot be told' }).waitFor();
  await walker.screenshot(page, 'accesses-no-longer-kept');
  assert.deepEqual(page.complaints, []);
}

export async function whatAUserSawIsTheVersionOfThen(walker) {
  await watched(walker);
  const at = new Date(Date.now() + 60_000).toISOString();
  const page = await walker.open(`/audit?part=screen&agent=anonymous&at=${at}&minutes=30`);
  const shown = page.getByRole('listitem').filter({ hasText: 'Body weight' }).filter({ hasText: 'version 2' }).first();
  await shown.locator('summary').click();
  await shown.getByText('82', { exact: true }).waitFor();
  assert.deepEqual(page.complaints, []);
}

export async function thePlayerStepsAndPlaysThroughEachChange(walker) {
  const positions = await watched(walker);
  const events = await eventsOf(walker);
  const page = await walker.open('/audit?part=replay&patient=watched');
  const slider = page.getByRole('slider', { name: 'Change shown' });
  await page.getByText('change 1 of 4, 1 event').waitFor();
  await page.getByRole('button', { name: 'Step' }).click();
  await page.locator('.step-events').getByText('Hypertension').waitFor();
  const { body } = await walker.ask(`/charts/watched?asOf=${positions[1]}`);
  await until(async () => (await page.locator('.known').innerText()).includes(body.problems.items[0].code.display), 'the chart of then');
  assert.equal(await page.getByRole('link', { name: 'Whole chart then' }).getAttribute('href'), `/patients/watched?asOf=${encodeURIComponent(positions[1])}`);
  await page.getByRole('group', { name: 'Speed' }).getByRole('button', { name: '10' }).click();
  await page.getByRole('button', { name: 'Play' }).click();
  await page.getByText('change 4 of 4, 1 event').waitFor();
  await page.getByRole('button', { name: 'Play' }).waitFor();
  assert.match(await page.locator('.step-events').innerText(), /amended Body weight[\s\S]*81[\s\S]*82/);
  await slider.focus();
  await page.keyboard.press('Home');
  await page.getByText('change 1 of 4').waitFor();
  assert.equal(events.length, 4);
  assert.deepEqual(page.complaints, []);
}

export async function lateEntriesAndDisclosuresAreTheApis(walker) {
  await watched(walker);
  const page = await walker.open('/audit?part=late&patient=watched');
  const { lines } = (await walker.ask('/audit/late?patient=watched')).body;
  const rows = page.getByRole('region', { name: 'Late entries' }).locator('tbody tr');
  await rows.first().waitFor();
  assert.equal(await rows.count(), lines.length);
  assert.match(await rows.filter({ hasText: 'result' }).innerText(), /\b7\.\d years\b/);
  await page.getByRole('link', { name: 'Disclosures' }).click();
  await page.getByRole('heading', { name: 'Accounting of disclosures' }).waitFor();
  const { disclosures } = (await walker.ask('/audit/disclosures?patient=watched')).body;
  const shown = page.getByRole('table', { name: 'Disclosures' }).locator('tbody tr');
  await until(async () => (await shown.count()) > 0, 'disclosures');
  assert.ok((await shown.count()) <= disclosures.length);
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.getByRole('button', { name: 'Print' }).isVisible(), false);
  assert.ok(await page.getByRole('heading', { name: 'Accounting of disclosures' }).isVisible());
  await walker.screenshot(page, 'disclosures-print');
  assert.deepEqual(page.complaints, []);
}

// By the verifier in another language, with the key that the page shows; what was altered must not pass.
async function verified(path, keys) {
  const folder = await mkdtemp(join(tmpdir(), 'chartlog-bundle-'));
  const key = join(folder, 'keys'), altered = join(folder, 'altered.json');
  await writeFile(key, `${keys.join('\n')}\n`);
  const verifier = fileURLToPath(new URL('../../../ops/verify_proof.py', import.meta.url));
  const check = (file) => spawnSync('python3', [verifier, 'bundle', file, '--key', key], { encoding: 'utf8' });
  const whole = check(path);
  assert.equal(whole.status, 0, whole.stdout + whole.stderr);
  const text = await readFile(path, 'utf8');
  const at = text.indexOf('"value":"') + '"value":"'.length + 40;
  await writeFile(altered, text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1));
  assert.equal(check(altered).status, 1);
  await rm(folder, { recursive: true });
}

// "…:8-6" stands behind the event 8:5.
const placeBefore = (position) => position.slice(position.indexOf(':') + 1).replace(/^(\d+)-(\d+)$/, (_, partition, next) => `${partition}:${next - 1}`);

export async function checkpointsAreVerifiedHereAndBundlesCanBeTaken(walker) {
  const positions = await watched(walker);
  const page = await walker.open('/audit?part=proof&patient=watched');
  await page.getByText(/have a signed checkpoint whose signature fits/).waitFor();
  const { checkpoints } = (await walker.ask('/audit/checkpoints')).body;
  assert.equal(await page.getByText('Signature verified').count(), checkpoints.length);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download the proof of this record' }).click()]);
  const bundle = JSON.parse(await readFile(await download.path(), 'utf8'));
  assert.equal(bundle.format, 'chartlog-proof/1');
  assert.equal(bundle.stream.name, 'Patient/watched');
  const keys = page.locator('.keys .id');
  await verified(await download.path(), await keys.allInnerTexts());
  await page.getByRole('textbox', { name: 'Event or commit' }).fill(placeBefore(positions[0]));
  const [ofEvent] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download its proof' }).click()]);
  await verified(await ofEvent.path(), await keys.allInnerTexts());
  assert.deepEqual(page.complaints, []);
}

// On a phone nothing has to be scrolled sideways, and each cell stands beside its column's name.
export async function rowsStandUnderEachOtherWithTheirColumnsNamesOnAPhone(walker) {
  await watched(walker);
  const { id } = await somebody(walker);
  for (const [path, table, label] of [
    ['/audit?part=late&patient=watched', 'table.late', 'Median'], ['/audit?part=proof', 'table.checkpoints', 'Signed'],
    [`/patients/${id}/reconcile`, 'table.reconcile', 'Decision'], [`/audit?patient=${id}`, 'table.accesses', 'Asked'],
  ]) {
    const page = await walker.open(path, { viewport: narrow });
    await page.locator(`${table} td[data-label="${label}"]`).first().waitFor();
    const [over, named] = await page.locator(table).evaluate((element, label) => {
      const cell = element.querySelector(`td[data-label="${label}"]`);
      return [element.parentElement.scrollWidth - element.parentElement.clientWidth, getComputedStyle(cell, '::before').content];
    }, label);
    assert.ok(over <= 0, `${table}: ${over} px wider than its place`);
    assert.equal(named, `"${label}"`);
    await page.context().close();
  }
}

export async function theAuditLooksRight(walker) {
  await watched(walker);
  const { id } = await somebody(walker);
  await walker.looks(`/audit?patient=${id}`, 'audit-access', (page) => page.getByRole('table', { name: 'Accesses' }).waitFor());
  await walker.looks(`/audit?part=replay&patient=${id}`, 'audit-replay', (page) => page.locator('.known').waitFor(), async (page) => {
    await page.getByRole('button', { name: 'Last', exact: true }).click();
    await page.locator('.known:not(.stale)').waitFor();
  });
  await walker.looks('/audit?part=proof', 'audit-proof', (page) => page.locator('.checkpoints').waitFor());
}

export async function whatLeftAndWhatWasSeenLooksRight(walker) {
  await watched(walker);
  await walker.looks('/audit?part=late&patient=watched', 'audit-late', (page) => page.locator('table.late').waitFor());
  await walker.looks('/audit?part=disclosures&patient=watched', 'audit-disclosures', (page) => page.locator('.paper').waitFor());
  await walker.looks(`/audit?part=screen&agent=anonymous&at=${new Date(Date.now() + 60_000).toISOString()}&minutes=5`, 'audit-screen', (page) => page.locator('.shown > li').first().waitFor(), (page) => page.locator('.shown > li summary').first().click());
}
