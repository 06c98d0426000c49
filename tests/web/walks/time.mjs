// Any moment again: the page held against the API's answers as of the same positions.
import assert from 'node:assert/strict';
import { until } from '../walker.mjs';

const subject = { reference: 'Patient/then' };
const drug = (status, dose) => ({
  resourceType: 'MedicationRequest', id: 'then-m', status, intent: 'order', subject, authoredOn: '2024-03-01',
  medicationCodeableConcept: { coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '861007', display: 'metformin hydrochloride 500 MG Oral Tablet' }] },
  dosageInstruction: [{ text: dose }],
});
const problem = (id, display, status) => ({
  resourceType: 'Condition', id, subject, onsetDateTime: '2024-02-01', code: { coding: [{ system: 'http://snomed.info/sct', code: '44054006', display }] },
  clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: status }] },
  verificationStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code: 'confirmed' }] },
});

// Positions after each change of the record.
async function recordOfFiveChanges(walker) {
  if (recordOfFiveChanges.positions) return recordOfFiveChanges.positions;
  const positions = [];
  for (const [path, body] of [
    ['Patient/then', { resourceType: 'Patient', id: 'then', birthDate: '1971-03-04', gender: 'female', name: [{ family: 'Then', given: ['Thea'] }] }],
    ['Condition/then-c', problem('then-c', 'Type 2 diabetes mellitus', 'active')],
    ['MedicationRequest/then-m', drug('active', '1 tablet daily')],
    ['MedicationRequest/then-m', drug('active', '2 tablets daily')],
    ['AllergyIntolerance/then-a', { resourceType: 'AllergyIntolerance', id: 'then-a', patient: subject, criticality: 'high', code: { text: 'penicillin' }, clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' }] } }],
  ]) positions.push((await walker.put(`/fhir/${path}`, body)).headers.get('chartlog-position'));
  return (recordOfFiveChanges.positions = positions);
}

const doseShown = (page) => page.getByRole('table', { name: 'Medications in force' }).innerText().catch(() => '');

export async function theSliderGoesFromChangeToChangeAndThePageIsTheApisAnswer(walker) {
  const positions = await recordOfFiveChanges(walker);
  const page = await walker.open('/patients/then');
  await page.getByRole('button', { name: 'Earlier moments' }).click();
  const slider = page.getByRole('slider', { name: 'Moment shown' });
  await slider.focus();
  await page.keyboard.press('End');
  for (let back = 1; back <= 5; ++back) {
    await page.keyboard.press('ArrowLeft');
    const position = positions[positions.length - back];
    await page.waitForFunction((asOf) => new URL(location.href).searchParams.get('asOf') === asOf, position);
    const { body } = await walker.ask(`/charts/then?asOf=${position}`);
    const { body: drugs } = await walker.ask(`/charts/then/medications?asOf=${position}`);
    await page.getByText('As known at').waitFor();
    const problems = body.problems.items.map((one) => one.code.display).join();
    await until(async () => {
      const dose = drugs.active?.[0]?.dose;
      const table = await page.getByRole('table', { name: 'Current problems' }).innerText({ timeout: 300 }).catch(() => '');
      const asked = (await page.locator('.banner').innerText()).includes('not asked');
      return (dose ? (await doseShown(page)).includes(dose) : !(await page.locator('table.medications tr').count()))
        && (problems === '' ? table === '' : table.includes(problems)) && asked === (body.allergies.state === 'not_asked');
    }, `the page is the answer as of ${position}`);
    assert.match(await slider.getAttribute('aria-valuetext'), /2\d\d\d, \d\d:\d\d:\d\d/);
  }
  await page.getByRole('button', { name: 'Back to now' }).click();
  await page.getByText('Live, as of').waitFor();
  assert.deepEqual(page.complaints, []);
}

export async function twoMomentsStandBesideEachOtherWithWhatDiffers(walker) {
  const positions = await recordOfFiveChanges(walker);
  const page = await walker.open(`/patients/then/compare?asOf=${positions[2]}`);
  await page.getByRole('heading', { name: /Medications/ }).waitFor();
  const rows = await page.locator('.differences tbody tr').allInnerTexts();
  assert.ok(rows.some((text) => /1 tablet daily[\s\S]*changed[\s\S]*2 tablets daily/.test(text)), rows.join(' | '));
  assert.ok(rows.some((text) => /not known[\s\S]*new[\s\S]*penicillin/.test(text)), rows.join(' | '));
  assert.equal(rows.length, 2);
}

export async function aMomentThatCannotBeIsRefusedInTheNodesWords(walker) {
  await recordOfFiveChanges(walker);
  const page = await walker.open('/patients/then?asOf=2001-01-01');
  await page.getByRole('alert').waitFor();
  assert.match(await page.getByRole('alert').innerText(), /before|first/i);
  await page.getByRole('link', { name: 'Back to now' }).click();
  await page.getByText('Live, as of').waitFor();
}

export async function theHistoryOfAValueShowsWhoChangedWhat(walker) {
  await recordOfFiveChanges(walker);
  const page = await walker.open('/patients/then?history=MedicationRequest/then-m');
  await page.getByRole('heading', { name: 'Version 2: amended' }).waitFor();
  const text = await page.getByRole('dialog').innerText();
  assert.match(text, /1 tablet daily/);
  assert.match(text, /2 tablets daily/);
}

const takes = (id, text, status) => ({
  resourceType: 'MedicationRequest', id, status, intent: 'order', subject: { reference: 'Patient/earlier' }, authoredOn: '2024-03-01', medicationCodeableConcept: { text },
});

// Positions: one drug, both of an interaction, one of them stopped and a vaccine given.
async function recordOfAnInteraction(walker) {
  if (recordOfAnInteraction.positions) return recordOfAnInteraction.positions;
  const put = async (path, body) => (await walker.put(`/fhir/${path}`, body)).headers.get('chartlog-position');
  await put('Patient/earlier', { resourceType: 'Patient', id: 'earlier', birthDate: '1971-03-04', gender: 'female', name: [{ family: 'Earlier', given: ['Eda'] }] });
  const one = await put('MedicationRequest/earlier-a', takes('earlier-a', 'phenelzine', 'active'));
  const both = await put('MedicationRequest/earlier-b', takes('earlier-b', 'fluoxetine', 'active'));
  await put('Immunization/earlier-i', {
    resourceType: 'Immunization', id: 'earlier-i', status: 'completed', patient: { reference: 'Patient/earlier' }, occurrenceDateTime: '2024-05-01',
    vaccineCode: { coding: [{ system: 'http://hl7.org/fhir/sid/cvx', code: '187', display: 'zoster recombinant' }] },
  });
  await put('MedicationRequest/earlier-a', takes('earlier-a', 'phenelzine', 'stopped'));
  return (recordOfAnInteraction.positions = { one, both });
}

export async function alertsDueAndGapsOfAnEarlierMomentAreTheApisAnswers(walker) {
  const { one, both } = await recordOfAnInteraction(walker);
  for (const asOf of [one, both, null]) {
    const query = asOf ? `?asOf=${asOf}` : '';
    const { body: alerts } = await walker.ask(`/charts/earlier/alerts${query}`);
    const serious = alerts.alerts.filter((alert) => alert.state === 'in_force' && alert.tier !== 'note').map((alert) => alert.summary);
    assert.equal(serious.length, asOf === both ? 1 : 0);
    const page = await walker.open(`/patients/earlier/medications${query}`);
    const list = page.getByRole('region', { name: /Medication alerts/ });
    await list.waitFor();
    for (const summary of serious) await list.getByText(summary).waitFor();
    if (serious.length === 0) await list.getByText('No stop or warning is in force.').waitFor();

    const { body: prevention } = await walker.ask(`/charts/earlier/prevention${query}`);
    const applies = prevention.immunizations.flatMap((schedule) => schedule.groups).filter((group) => group.state !== 'not applicable');
    await page.goto(new URL(`/patients/earlier/prevention${query}`, page.url()).href);
    const vaccines = page.getByRole('table', { name: 'Vaccines' });
    await vaccines.waitFor();
    const zoster = applies.find((group) => group.group === 'Zoster');
    const row = vaccines.locator('tr', { hasText: 'Zoster' }).first();
    assert.ok((await row.innerText()).includes(`dose ${zoster.dose}`), await row.innerText());
    assert.equal(zoster.dose, asOf ? 1 : 2);
    assert.equal(await vaccines.locator('tr').count(), applies.length);
    await page.getByRole('heading', { name: /Care gaps/ }).waitFor();
    assert.deepEqual(page.complaints, []);
  }
}

export async function thePastLooksRight(walker) {
  const positions = await recordOfFiveChanges(walker);
  await walker.looks(`/patients/then?asOf=${positions[2]}`, 'past', (page) => page.getByRole('slider').waitFor());
  const { both } = await recordOfAnInteraction(walker);
  await walker.looks(`/patients/earlier/prevention?asOf=${both}`, 'past-prevention', (page) => page.getByRole('table', { name: 'Vaccines' }).waitFor());
  await walker.looks(`/patients/then/compare?asOf=${positions[2]}`, 'compare', (page) => page.locator('.differences').first().waitFor());
}
