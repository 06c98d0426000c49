// The population's pages, held against the API's answers: tiles, comparison, drill-down to the
// events, work lists, live moves, exports.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../walker.mjs';

const measure = 'ColorectalCancerScreening-1.0.0', period = '2025-01-01/2025-12-31';
const percent = (rate) => `${(rate * 100).toFixed(1)}%`;
const tileOf = (page, title) => page.locator('.tile', { has: page.getByRole('heading', { name: title }) });

async function evaluated(walker) {
  await until(async () => {
    const { measures } = (await walker.ask('/measures')).body;
    return measures.length === 3 && measures.every((one) => !one.evaluated || one.evaluated.records === one.evaluated.of);
  }, 'the measures are evaluated', 20_000);
}

async function textOfExport(page, press) {
  const [download] = await Promise.all([page.waitForEvent('download'), press()]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
}

export async function tilesSayRateDirectionAndHowManyAsTheApiAnswers(walker) {
  await evaluated(walker);
  const page = await walker.open('/population');
  for (const one of (await walker.ask('/measures')).body.measures) {
    const group = (await walker.ask(`/measures/${one.measure}`)).body.groups[0];
    const [figures] = group.strata;
    const tile = tileOf(page, one.title);
    await tile.getByText(`n = ${figures.patients} patients`).waitFor();
    const text = await tile.innerText();
    if (figures.rate !== undefined) assert.ok(text.includes(percent(figures.rate)), `${one.title}: ${text}`);
    assert.ok(text.includes(`${figures.populations.numerator ?? 0} of ${figures.populations.denominator - (figures.populations['denominator-exclusion'] ?? 0)}`), text);
    assert.match(text, { increase: /Higher is better/, decrease: /Lower is better/, unclear: /Direction unclear/ }[group.direction]);
  }
  await page.getByText('Live', { exact: true }).waitFor();
  assert.deepEqual(page.complaints, []);
}

export async function eachDimensionIsComparedWithHowManyAndTheExportIsTheTable(walker) {
  await evaluated(walker);
  const page = await walker.open(`/population/measures/${measure}?period=${period}`);
  for (const by of ['Site', 'Practitioner', 'Age', 'Sex', 'Race', 'Ethnicity', 'Payer']) {
    await page.getByRole('group', { name: 'Compared by' }).getByRole('button', { name: by, exact: true }).click();
    const table = page.getByRole('region', { name: `By ${by.toLowerCase()}` });
    await table.waitFor();
    const { strata } = (await walker.ask(`/measures/${measure}?by=${by.toLowerCase()}`)).body.groups[0];
    const rows = await table.locator('tbody tr').allInnerTexts();
    assert.equal(rows.length, strata.length, by);
    for (const one of strata) {
      const row = rows.find((text) => text.startsWith(one.name ?? one.stratum));
      assert.ok(row?.trim().split(/\s+/).includes(String(one.patients)), `${by} ${one.stratum}: ${row}`);
      if (one.rate !== undefined) assert.ok(row.includes(percent(one.rate)), row);
    }
  }
  const { name, text } = await textOfExport(page, () => page.getByRole('button', { name: 'Export CSV' }).click());
  assert.equal(name, 'ColorectalCancerScreening-by-payer.csv');
  const [head, ...lines] = text.trim().split('\r\n').map((line) => line.split(','));
  const { strata } = (await walker.ask(`/measures/${measure}?by=payer`)).body.groups[0];
  const column = (line, title) => line[head.indexOf(title)];
  assert.deepEqual(lines.map((line) => [column(line, 'stratum'), Number(column(line, 'patients')), Number(column(line, 'denominator')), Number(column(line, 'numerator'))]),
    strata.map((one) => [one.stratum, one.patients, one.populations.denominator ?? 0, one.populations.numerator ?? 0]));
}

export async function fromACellToPatientsToDefinitionsToTheEvent(walker) {
  await evaluated(walker);
  const page = await walker.open(`/population/measures/${measure}?period=${period}&by=sex`);
  await page.getByRole('link', { name: /^Numerator, female/ }).click();
  const { patients } = (await walker.ask(`/measures/${measure}/patients?population=numerator&by=sex&stratum=female`)).body;
  const rows = page.getByRole('table', { name: 'Patients' }).locator('tbody tr');
  await rows.first().waitFor();
  assert.equal(await rows.count(), patients.length);
  await rows.first().getByRole('link').first().click();
  const definitions = page.getByRole('table', { name: 'Definitions' });
  await definitions.waitFor();
  const { body } = await walker.ask(`/measures/${measure}/patients/${patients[0].patient}`);
  assert.equal(await definitions.locator('tr').count(), body.definitions.length);
  for (const one of body.definitions.filter((each) => typeof each.value === 'boolean')) {
    assert.match(await definitions.getByRole('row', { name: new RegExp(`^${one.name} (yes|no)$`) }).innerText(), one.value ? /yes$/ : /no$/);
  }
  const named = body.rests_on.find((one) => one.name);
  assert.ok(named, 'what it rests on has a name');
  assert.equal(await page.getByRole('table', { name: 'Events it rests on' }).getByText(named.resource.split('/')[1]).count(), 0, 'an id in the place of a name');
  await page.getByRole('table', { name: 'Events it rests on' }).getByText(named.name).first().waitFor();
  await page.getByRole('table', { name: 'Events it rests on' }).getByRole('link').first().click();
  await page.waitForURL((url) => url.searchParams.get('history') === body.rests_on[0].resource);
  await page.getByRole('dialog').getByRole('heading', { name: /Version 1/ }).waitFor();
  assert.deepEqual(page.complaints, []);
}

export async function aWorkListIsWhatCareGapsAnswersAndIsExportedWhole(walker) {
  await evaluated(walker);
  const page = await walker.open(`/population/measures/${measure}/gaps?period=${period}`);
  const { body } = await walker.ask(`/fhir/Measure/$care-gaps?periodStart=2025-01-01&periodEnd=2025-12-31&status=open-gap&measureId=ColorectalCancerScreening`);
  const wanted = body.parameter.map((one) => one.resource.entry[0].resource.subject.reference.slice('Patient/'.length)).sort();
  await page.getByText(`${wanted.length} open gaps`).waitFor();
  await until(async () => (await page.getByRole('table', { name: 'Patients' }).locator('tbody tr').count()) === wanted.length, 'all rows');
  await page.locator('.person .quiet').nth(wanted.length - 1).waitFor();
  const { text } = await textOfExport(page, () => page.getByRole('button', { name: 'Export CSV' }).click());
  const exported = text.trim().split('\r\n').slice(1).map((line) => line.split(',')[6]);
  assert.deepEqual(exported.sort(), wanted);
  const unclear = await walker.open(`/population/measures/AnyCondition-1.0/gaps?period=${period}`);
  await unclear.getByText('nothing is ranked or called a gap').waitFor();
}

const colonoscopy = (patient) => ({
  resourceType: 'Procedure', id: `scope-${patient.slice(0, 8)}`, status: 'completed', subject: { reference: `Patient/${patient}` }, performedDateTime: '2025-06-02T09:00:00Z',
  code: { coding: [{ system: 'http://snomed.info/sct', code: '73761001', display: 'Colonoscopy' }] },
});

export async function whoMovesIsSeenWithinASecondAndTheFiguresFollow(walker) {
  await evaluated(walker);
  const { patients } = (await walker.ask(`/measures/${measure}/patients?population=denominator&_count=500`)).body;
  const met = new Set((await walker.ask(`/measures/${measure}/patients?population=numerator&_count=500`)).body.patients.map((one) => one.patient));
  const patient = patients.find((one) => !met.has(one.patient)).patient;
  const page = await walker.open('/population');
  await page.getByText('Live', { exact: true }).waitFor();
  const tile = tileOf(page, 'Colorectal cancer screening');
  await tile.getByText(`${met.size} of `).waitFor();
  await walker.put(`/fhir/Procedure/${colonoscopy(patient).id}`, colonoscopy(patient));
  const took = await until(() => tile.getByText(`${met.size + 1} of `).isVisible(), 'the tile counts one more', 2000);
  console.log(`        on the tile after ${took} ms`);
  assert.match(await tile.innerText(), /1 moved just now/);
  const moved = page.getByRole('region', { name: 'Moved just now' });
  await moved.getByText(`Procedure/${colonoscopy(patient).id} recorded`).waitFor();
  await moved.getByRole('link').first().click();
  await page.getByText('from denominator').or(page.getByText('from initial population')).first().waitFor();
  assert.match(await page.locator('.flips').innerText(), /to numerator/);
  assert.deepEqual(page.complaints, []);
}

// The setting as a whole: `chartlog measures load` reads it, adds a period and writes it back.
async function keepOver(walker, periods) {
  const setting = `${walker.url}/settings/measure-${measure}`;
  const [, content] = (await (await fetch(setting)).text()).split('\n');
  const answer = await fetch(setting, { method: 'PUT', body: `${JSON.stringify({ periods })}\n${content}`, headers: { 'Content-Type': 'text/plain' } });
  assert.equal(answer.status, 200, await answer.text());
}

export async function aReaderChoosesThePeriod(walker) {
  await evaluated(walker);
  const earlier = '2024-01-01/2024-12-31';
  await keepOver(walker, [earlier, period]);
  try {
    const summary = () => walker.ask(`/measures/${measure}?period=${earlier}`);
    await until(async () => (await summary()).body.evaluated?.records === (await summary()).body.evaluated?.of, 'the earlier period is evaluated');
    const page = await walker.open('/population');
    await page.getByText('Live', { exact: true }).waitFor();
    const choice = page.getByRole('group', { name: 'Period' });
    assert.deepEqual(await choice.getByRole('button').allInnerTexts(), ['Current', '2025', '2024']);
    assert.equal(await page.locator('.tile').count(), 3);
    await choice.getByRole('button', { name: '2024' }).click();
    await until(async () => (await page.locator('.tile').count()) === 1, 'the earlier period alone');
    await tileOf(page, 'Colorectal cancer screening').getByRole('link').first().click();
    const { strata: [figures] } = (await summary()).body.groups[0];
    await page.getByText('period 2024').waitFor();
    await page.getByRole('link', { name: `Denominator: ${figures.populations.denominator}, who` }).waitFor();
    await page.screenshot({ path: `${process.env.CHARTLOG_SCREENSHOTS}/measure-period.png` });
    await page.getByRole('group', { name: 'Period' }).getByRole('button', { name: '2025' }).click();
    await page.getByText('period 2025').waitFor();
    assert.deepEqual(page.complaints, []);
  } finally {
    await keepOver(walker, [period]);
  }
}

const shipped = new URL('../../../projections/quality/measures/ColorectalCancerScreening.json', import.meta.url);
const next = 'ColorectalCancerScreening-2.0.0';

// A second version, whose numerator is who is in its denominator; both over two years.
async function loadTheNextVersion(walker) {
  const folder = await mkdtemp(join(tmpdir(), 'chartlog-version-'));
  const bundle = JSON.parse(await readFile(shipped, 'utf8'));
  const changed = bundle.entry.map((one) => one.resource).find((one) => one.resourceType === 'Measure');
  changed.version = '2.0.0';
  changed.group[0].population.at(-1).criteria.expression = 'Denominator';
  const file = join(folder, 'next.json');
  await writeFile(file, JSON.stringify(bundle));
  const load = (content) => promisify(execFile)(process.env.CHARTLOG_PROGRAM, ['measures', 'load', content, '--period', '2024', '2025', '--to', walker.url]);
  try {
    await load(file);
    await load(shipped.pathname);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function unloadTheNextVersion(walker) {
  await promisify(execFile)(process.env.CHARTLOG_PROGRAM, ['measures', 'unload', next, '--to', walker.url]);
  await keepOver(walker, [period]);
}

// Asked for in 2025 and not in 2024: tells the years apart.
const turns45 = { resourceType: 'Patient', id: 'turns-45', gender: 'female', birthDate: '1980-06-01' };

export async function twoVersionsOverTwoPeriodsAreChosenAndTheLinkShowsTheSame(walker) {
  await walker.put(`/fhir/Patient/${turns45.id}`, turns45);
  await loadTheNextVersion(walker);
  try {
    const answer = (version, year) => walker.ask(`/measures/ColorectalCancerScreening?version=${version}&period=${year}`);
    const versions = ['1.0.0', '2.0.0'], years = ['2024', '2025'];
    for (const [version, year] of versions.flatMap((one) => years.map((year) => [one, year])))
      await until(async () => { const { evaluated } = (await answer(version, year)).body; return !evaluated || evaluated.records === evaluated.of; }, `${version} is evaluated over ${year}`);
    const page = await walker.open(`/population/measures/${measure}?period=${period}&by=sex`);
    const choose = (what, word) => page.getByRole('group', { name: what, exact: true }).getByRole('button', { name: word, exact: true }).click();
    const said = new Set();
    for (const [version, year] of [['2.0.0', '2025'], ['2.0.0', '2024'], ['1.0.0', '2024'], ['1.0.0', '2025']]) {
      await choose('Period', year);
      await choose('Version', version);
      await page.waitForURL((url) => url.pathname.endsWith(`ColorectalCancerScreening-${version}`) && url.searchParams.get('period').startsWith(year) && url.searchParams.get('by') === 'sex');
      const { groups: [{ strata: [figures] }] } = (await answer(version, year)).body;
      const shows = async () => {
        await page.getByText(`ColorectalCancerScreening ${version} · period ${year}`).waitFor();
        for (const [word, code] of [['Denominator', 'denominator'], ['Numerator', 'numerator']]) {
          const count = figures.populations[code] ?? 0;
          if (count > 0) await page.getByRole('link', { name: `${word}: ${count}, who` }).waitFor();
        }
        assert.equal(await page.locator('.rate.big strong').innerText(), percent(figures.rate));
      };
      await shows();
      said.add(`${version} ${figures.populations.numerator} of ${figures.populations.denominator}`);
      await page.reload();
      await shows();
      if (version === '2.0.0' && year === '2024') await walker.screenshot(page, 'measure-version');
    }
    assert.equal(said.size, 4, [...said].join(', '));  // else nothing tells them apart
    assert.deepEqual(page.complaints, []);
  } finally {
    await unloadTheNextVersion(walker);
    await fetch(`${walker.url}/fhir/Patient/${turns45.id}`, { method: 'DELETE' });
  }
}

export async function whatIsDueAndAlertsOfAllAreTheApis(walker) {
  const page = await walker.open('/population/due');
  const { items } = (await walker.ask('/prevention/due?_count=50')).body;
  const rows = page.getByRole('table', { name: 'Due' }).locator('tbody tr');
  await rows.first().waitFor();
  assert.equal(await rows.first().getByRole('link').getAttribute('href'), `/patients/${items[0].patient}/prevention`);
  await page.getByRole('link', { name: 'Alerts' }).click();
  const { alerts } = (await walker.ask('/alerts?_count=50')).body;
  await page.getByRole('table', { name: 'Alerts' }).waitFor();
  assert.equal(await page.getByRole('table', { name: 'Alerts' }).locator('tbody tr').count(), alerts.length);
  await page.getByRole('button', { name: 'Notes' }).click();
  const notes = (await walker.ask('/alerts?tier=note&_count=50')).body.alerts;
  await until(async () => (await page.getByRole('table', { name: 'Alerts' }).locator('tbody tr').count().catch(() => 0)) === notes.length, 'notes only');
  assert.deepEqual(page.complaints, []);
}

export async function oneVaccineOrScreeningIsListedWholeAndItsLinkShowsTheSame(walker) {
  const page = await walker.open('/population/due');
  const { items } = (await walker.ask('/prevention/due?_count=500')).body;
  const chosen = `${items[0].kind}/${items[0].item}`;
  const wanted = (await walker.ask(`/prevention/due?_count=500&item=${encodeURIComponent(chosen)}`)).body.items;
  assert.ok(wanted.length > 0 && wanted.every((one) => `${one.kind}/${one.item}` === chosen));
  const said = page.getByText(`${wanted.length} due, of ${new Set(wanted.map((one) => one.patient)).size} patients`, { exact: true });
  await page.getByLabel('What').selectOption(chosen);
  await page.waitForURL((url) => url.searchParams.get('item') === chosen);
  await said.waitFor();
  await page.reload();
  await said.waitFor();
  const { name, text } = await textOfExport(page, () => page.getByRole('button', { name: 'Export CSV' }).click());
  assert.ok(name.endsWith(`-${chosen.replaceAll('/', '-')}.csv`), name);
  assert.deepEqual(text.trim().split('\r\n').slice(1).map((line) => line.split(',')[1]), wanted.map((one) => one.patient));
  assert.deepEqual(page.complaints, []);
}

export async function thePopulationsLineIsLostSaidAndGoesOnFromWhereItWas(walker) {
  await evaluated(walker);
  const { patients } = (await walker.ask(`/measures/${measure}/patients?population=denominator&_count=500`)).body;
  const met = new Set((await walker.ask(`/measures/${measure}/patients?population=numerator&_count=500`)).body.patients.map((one) => one.patient));
  const patient = patients.findLast((one) => !met.has(one.patient)).patient;
  const page = await walker.open('/population');
  await page.getByText('Live', { exact: true }).waitFor();
  await page.context().setOffline(true);
  await until(async () => !(await page.getByText('Live', { exact: true }).isVisible()), 'the loss is said');
  await walker.put(`/fhir/Procedure/${colonoscopy(patient).id}`, colonoscopy(patient));
  await page.context().setOffline(false);
  await page.getByRole('region', { name: 'Moved just now' }).getByText(`Procedure/${colonoscopy(patient).id} recorded`).waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
  await tileOf(page, 'Colorectal cancer screening').getByText(`${met.size + 1} of `).waitFor();
}

const forResearch = { 'X-Chartlog-Purpose': 'HRESCH' };

// The population has some sixty people, so that nearly every cell is of few.
export async function whoReadsForAnotherPurposeSeesNoNumberOfFewAndNobodyBehindThem(walker) {
  await evaluated(walker);
  const page = await walker.open('/');
  await page.context().setExtraHTTPHeaders(forResearch);
  await page.goto(`/population/measures/${measure}?period=${period}&by=sex`);
  const table = page.getByRole('region', { name: 'By sex' });
  await table.waitFor();
  const { strata } = (await walker.ask(`/measures/${measure}?by=sex`)).body.groups[0];
  const few = strata.filter((one) => (one.populations.numerator ?? 0) > 0 && one.populations.numerator < 11);
  assert.ok(few.length > 0, 'no cell of few');
  for (const one of few) {
    const cells = await table.locator('tbody tr', { hasText: one.stratum }).locator('td').allInnerTexts();
    assert.equal(cells[3], 'withheld', cells.join(' | '));
  }
  assert.equal(await page.getByRole('link', { name: /^(Numerator|Denominator|Patients), / }).count(), 0);
  await page.getByText(/Withheld: fewer than 11 people/).first().waitFor();
  const { text } = await textOfExport(page, () => page.getByRole('button', { name: 'Export CSV' }).click());
  const [head, ...lines] = text.trim().split('\r\n').map((line) => line.split(','));
  for (const one of few) assert.equal(lines.find((line) => line[head.indexOf('stratum')] === one.stratum)[head.indexOf('numerator')], 'withheld');
  await page.goto(`/population/measures/${measure}/patients?population=numerator&period=${period}`);
  await page.getByRole('alert').getByText(/figures are shown, not the patients behind them/).waitFor();
  await page.goto('/population');
  await tileOf(page, 'Colorectal cancer screening').getByText('few withheld').waitFor();
  assert.deepEqual(page.complaints, []);
}

export async function thePopulationLooksRight(walker) {
  await evaluated(walker);
  await walker.looks('/population', 'population', (page) => page.getByText('Live', { exact: true }).waitFor(), (page) => page.getByText('n = ').nth(2).waitFor());
  await walker.looks(`/population/measures/${measure}?period=${period}`, 'measure', (page) => page.locator('.comparison').waitFor());
  await walker.looks(`/population/measures/${measure}/gaps?period=${period}`, 'care-gaps', (page) => page.getByRole('table', { name: 'Patients' }).waitFor());
}

export async function whyAndWhatIsDueLookRight(walker) {
  await evaluated(walker);
  const { patients } = (await walker.ask(`/measures/${measure}/patients?population=numerator`)).body;
  await walker.looks(`/population/measures/${measure}/patients/${patients[0].patient}?period=${period}`, 'explained', (page) => page.getByRole('table', { name: 'Definitions' }).waitFor());
  await walker.looks('/population/due', 'due', (page) => page.locator('.person .quiet').first().waitFor());
  await walker.looks('/population/alerts', 'alerts', (page) => page.locator('.person .quiet').first().waitFor());
}
