// The chart, held against the API's own answer, and live.
import assert from 'node:assert/strict';
import { somebody } from '../somebody.mjs';
import { atOnce, narrow, until, wide } from '../walker.mjs';

const day = (text) => new Date(text).getUTCDate();

const ready = (page) => page.locator('table.medications').first().waitFor();

export async function theChartSaysWhatTheApiAnswers(walker) {
  const { id, chart, drugs } = await somebody(walker);
  const page = await walker.open(`/patients/${id}`);
  await ready(page);
  await page.getByRole('heading', { level: 1, name: `${chart.patient.name.family}, ${chart.patient.name.given}` }).waitFor();
  const banner = await page.locator('.banner').innerText();
  assert.match(banner, new RegExp(chart.patient.identifiers[0].value));
  assert.match(banner, new RegExp(`born ${day(chart.patient.birth_date)} [A-Z][a-z]{2} ${chart.patient.birth_date.slice(0, 4)}`));
  await page.getByRole('table', { name: 'Medications in force' }).waitFor();
  const listed = await page.getByRole('table', { name: 'Medications in force' }).innerText();
  for (const line of drugs) assert.ok(listed.includes(line.drug.display), `${line.drug.display} is not on the page`);
  const over = ['resolved', 'inactive', 'remission'];
  const problems = chart.problems.items.filter((one) => !over.includes(one.status));
  const shown = await page.getByRole('table', { name: 'Current problems' }).locator('tr').count();
  assert.equal(shown, problems.length);
  assert.deepEqual(page.complaints, []);
}

export async function eachValueOfTheGridIsOneOfTheApis(walker) {
  const { id, chart } = await somebody(walker);
  const page = await walker.open(`/patients/${id}/results`);
  const lab = chart.labs.items.find((one) => typeof one.value?.value === 'number');
  await page.getByRole('region', { name: 'Results' }).waitFor();
  const cells = await page.getByRole('region', { name: 'Results' }).locator('td').allInnerTexts();
  assert.ok(cells.some((text) => text.split('\n').includes(String(lab.value.value))), `${lab.value.value} is not in the grid`);
  await page.getByRole('checkbox').first().check();
  await page.locator('.trend canvas').waitFor();
  await page.getByRole('button', { name: String(lab.value.value), exact: true }).first().click();
  const history = page.getByRole('dialog');
  await history.getByRole('heading', { name: /Version 1: recorded/ }).waitFor();
  const proof = await history.getByRole('link', { name: 'Proof' }).first().getAttribute('href');
  assert.equal((await walker.ask(proof)).status, 200);
  await page.keyboard.press('Escape');
  await history.waitFor({ state: 'detached' });
  assert.deepEqual(page.complaints, []);
}

export async function careGapsAreThoseOfTheApi(walker) {
  const { id } = await somebody(walker);
  const [start, end] = (await walker.ask('/measures')).body.measures[0].period.split('/');
  const gaps = (await walker.ask(`/fhir/Measure/$care-gaps?subject=Patient/${id}&status=open-gap&periodStart=${start}&periodEnd=${end}`)).body;
  const titles = gaps.parameter[0].resource.entry[0].resource.section.filter((one) => one.entry).map((one) => one.title);
  const page = await walker.open(`/patients/${id}/prevention`);
  await page.getByText(`1 Jan ${start.slice(0, 4)} to 31 Dec ${end.slice(0, 4)}`).waitFor();
  await until(async () => (await page.getByRole('list', { name: 'Open care gaps' }).getByRole('listitem').allInnerTexts()).join() === titles.join(), `the gaps are ${titles}`);
}

const potassium = (patient, id, value) => ({
  resourceType: 'Observation', id, status: 'final', subject: { reference: `Patient/${patient}` }, effectiveDateTime: new Date().toISOString(),
  category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] }],
  code: { coding: [{ system: 'http://loinc.org', code: '2823-3', display: 'Potassium [Moles/volume] in Serum or Plasma' }] },
  valueQuantity: { value, unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' },
  referenceRange: [{ low: { value: 3.5, unit: 'mmol/L' }, high: { value: 5.1, unit: 'mmol/L' } }],
});

export async function aResultFromElsewhereAppearsInTwoBrowsersWithinASecond(walker) {
  const { id } = await somebody(walker);
  const pages = [await walker.open(`/patients/${id}`), await walker.open(`/patients/${id}`)];
  for (const page of pages) await page.getByText('Live, as of').waitFor();
  for (const page of pages) await page.getByRole('table', { name: 'Newest laboratory results' }).waitFor();
  await pages[0].evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  const mark = pages[0].getByRole('table', { name: 'Newest visits' }).locator('tr').last();
  const before = (await mark.boundingBox()).y;
  await walker.put(`/fhir/Observation/live-${id.slice(0, 6)}`, potassium(id, `live-${id.slice(0, 6)}`, 6.3));
  for (const page of pages) {
    const row = page.getByRole('table', { name: 'Newest laboratory results' }).locator('tr.arrived', { hasText: '6.3 mmol/L' });
    const took = await until(() => row.isVisible(), 'the result', atOnce);
    assert.match(await row.innerText(), /High/);
    console.log(`        on the page after ${took} ms`);
  }
  const moved = Math.abs((await mark.boundingBox()).y - before);
  assert.ok(moved < 2, `what was looked at moved by ${moved} px`);
}

export async function criticalPreliminaryAndCorrectedValuesAreMarkedInWords(walker) {
  const { id } = await somebody(walker);
  const page = await walker.open(`/patients/${id}/results`);
  await page.getByRole('button', { name: 'Tree' }).click();
  const critical = (status, value) => ({ ...potassium(id, `badge-${id.slice(0, 6)}`, value), status, interpretation: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation', code: 'HH' }] }] });
  const row = page.getByRole('region', { name: 'Results' }).locator('tr', { hasText: /^Potassium/ });
  for (const [status, value] of [['preliminary', 7.1], ['corrected', 7.2]]) {
    await walker.put(`/fhir/Observation/badge-${id.slice(0, 6)}`, critical(status, value));
    await until(async () => {
      const text = await row.innerText();
      return text.includes(`${value} mmol/L`) && /critical/i.test(text) && text.includes(status);
    }, `${status} and critical are said`);
  }
}

export async function anotherPatientOfTheSameNameIsSaidInTheBanner(walker) {
  for (const [id, birthDate] of [['same-1', '1970-01-02'], ['same-2', '1971-03-04']]) await walker.put(`/fhir/Patient/${id}`, { resourceType: 'Patient', id, birthDate, name: [{ family: 'Samename', given: ['Sam'] }] });
  const page = await walker.open('/patients/same-1');
  await page.getByRole('link', { name: 'Same name: born 4 Mar 1971' }).click();
  await page.getByText('born 4 Mar 1971').first().waitFor();
}

export async function aLostLineIsSaidAndHealsFromWhereItWas(walker) {
  const { id } = await somebody(walker);
  const page = await walker.open(`/patients/${id}`);
  await page.getByText('Live, as of').waitFor();
  await page.context().setOffline(true);
  await page.getByText('Connection lost').waitFor();
  await walker.put(`/fhir/Observation/away-${id.slice(0, 6)}`, potassium(id, `away-${id.slice(0, 6)}`, 5.9));
  await page.context().setOffline(false);
  await page.getByText('Live, as of').waitFor();
  await page.getByText('5.9 mmol/L').first().waitFor();
}

export async function aPrintedChartHasItsValuesDarkOnWhite(walker) {
  const { id, drugs } = await somebody(walker);
  const page = await walker.open(`/patients/${id}`, { theme: 'dark' });
  await ready(page);
  await page.emulateMedia({ media: 'print' });
  await page.getByText(drugs[0].drug.display).first().waitFor();
  await page.locator('.vitals .big').first().waitFor();
  assert.equal(await page.getByRole('button', { name: 'Order', exact: true }).count(), 0);
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
  await walker.screenshot(page, 'chart-print');
}

export async function aLongListIsDrawnInPartOnTheScreenAndWholeOnPaper(walker) {
  const { id, chart } = await somebody(walker);
  const page = await walker.open(`/patients/${id}/record`);
  const rows = page.getByRole('region', { name: 'List: Visits' }).getByRole('listitem');
  await rows.first().waitFor();
  assert.ok((await rows.count()) < chart.encounters.items.length, 'the list is too short to show anything');
  const printed = await page.evaluate(() => {
    window.dispatchEvent(new Event('beforeprint'));
    return document.querySelectorAll('[aria-label="List: Visits"] [role=listitem]').length;
  });
  assert.equal(printed, chart.encounters.items.length);
}

// What has not been answered is not "none": neither while it is asked for, nor when it failed.
export async function whatCouldNotBeReadIsSaidAndNeverCalledNone(walker) {
  const { id } = await somebody(walker);
  const page = await walker.open('/');
  let answer = () => undefined;
  const held = new Promise((done) => { answer = done; });
  await page.route(/\/charts\/[^/]+\/trends/, async (route) => { await held; await route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"title":"unavailable","detail":"the node is busy"}' }); });
  for (const part of ['alerts', 'prevention']) await page.route(`**/charts/*/${part}*`, (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"title":"unavailable","detail":"the node is busy"}' }));
  await page.goto(`/patients/${id}`);
  await page.getByRole('region', { name: 'Newest results' }).getByText('Asking …').waitFor();
  assert.equal(await page.getByText(/No vital sign is recorded|No laboratory result is recorded/).count(), 0);
  await page.getByRole('link', { name: 'Results' }).click();
  await page.getByText('Asking …').waitFor();
  assert.equal(await page.getByText('No result is recorded').count(), 0);
  await page.getByRole('link', { name: 'Summary' }).click();
  answer();
  for (const what of ['Results', 'Alerts', 'What is due']) await page.getByRole('alert').getByText(`${what} could not be read`).waitFor();
  assert.equal(await page.getByText(/No vital sign is recorded|No laboratory result is recorded/).count(), 0);
  await walker.accessible(page, 'parts that could not be read');
}

// The first screen stands while the rest comes below it.
export async function whatIsInSightFirstDoesNotMoveWhenTheRestComes(walker) {
  const { id } = await somebody(walker);
  for (const viewport of [wide, narrow]) {
    const page = await walker.open('/', { viewport });
    await page.addInitScript(() => {
      window.moved = [];
      // Farther than by the line of a chip, which a drug gets when alerts are there.
      const far = ({ previousRect: before, currentRect: after }) => before.height > 0 && after.height > 0 && Math.abs(after.y - before.y) > 30;
      new PerformanceObserver((list) => list.getEntries().forEach((entry) => window.moved.push(...entry.sources.filter(far).map(({ node, previousRect, currentRect }) => `${node?.textContent?.slice(0, 40)} by ${currentRect.y - previousRect.y} px`)))).observe({ type: 'layout-shift', buffered: true });
    });
    await page.goto(`/patients/${id}`);
    await page.getByRole('table', { name: 'Newest visits' }).waitFor();
    await page.getByRole('list', { name: 'Newest vital signs' }).waitFor();
    assert.deepEqual(await page.evaluate(() => window.moved), [], `at ${viewport.width} px`);
  }
}

export async function theChartLooksRight(walker) {
  const { id } = await somebody(walker);
  await walker.looks(`/patients/${id}`, 'chart', ready);
  await walker.looks(`/patients/${id}/medications`, 'medications', ready);
}

export async function resultsLookRight(walker) {
  const { id } = await somebody(walker);
  await walker.looks(`/patients/${id}/results`, 'results', (page) => page.getByRole('region', { name: 'Results' }).waitFor(), async (page) => {
    await page.getByRole('checkbox').first().check();
    await page.locator('.trend canvas').waitFor();
  });
}

export async function preventionVisitsAndHistoryLookRight(walker) {
  const { id, chart } = await somebody(walker);
  await walker.looks(`/patients/${id}/prevention`, 'prevention', (page) => page.getByRole('table', { name: 'Vaccines' }).waitFor());
  await walker.looks(`/patients/${id}/record`, 'record', (page) => page.getByRole('region', { name: 'List: Visits' }).waitFor());
  await walker.looks(`/patients/${id}?history=Condition/${chart.problems.items[0].id}`, 'history', (page) => page.getByRole('heading', { name: /Version 1/ }).waitFor());
}

// Measured and said, not judged: the machine decides.
export async function firstPaintOfAChartOfThreeThousandResources(walker) {
  const times = Array.from({ length: 3000 }, (_, i) => new Date(Date.UTC(2015, 0, 1) + i * 86_400_000).toISOString());
  const entry = times.map((time, i) => ({ resource: { ...potassium('much', `much-${i}`, 3.5 + (i % 20) / 10), effectiveDateTime: time }, request: { method: 'PUT', url: `Observation/much-${i}` } }));
  entry.unshift({ resource: { resourceType: 'Patient', id: 'much', birthDate: '1950-01-01', name: [{ family: 'Much' }] }, request: { method: 'PUT', url: 'Patient/much' } });
  entry.push({ resource: { ...potassium('much', 'much-w', 81.5), effectiveDateTime: '2010-05-06', category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] }], code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] }, valueQuantity: { value: 81.5, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' } }, request: { method: 'PUT', url: 'Observation/much-w' } });
  const written = await walker.ask('/fhir', { method: 'POST', body: JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }), headers: { 'Content-Type': 'application/fhir+json' } });
  assert.equal(written.status, 200);
  const page = await walker.open('/');
  await page.addInitScript(() => {
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => { if (/\/charts\/[^/]+\?/.test(entry.name)) window.answered = entry.responseEnd; })).observe({ type: 'resource', buffered: true });
    new MutationObserver(() => {
      if (!window.painted && document.querySelector('.banner')) requestAnimationFrame(() => setTimeout(() => { window.painted = performance.now(); }));
    }).observe(document, { childList: true, subtree: true });
  });
  await page.goto('/patients/much');
  await page.waitForFunction(() => window.painted && window.answered);
  const took = await page.evaluate(() => window.painted - window.answered);
  await page.getByRole('list', { name: 'Newest vital signs' }).getByText('81.5').waitFor();  // older than all 3000
  console.log(`        3002 resources: first paint ${Math.round(took)} ms after the answer`);
}
