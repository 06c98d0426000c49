// What is signed from a chart, and what happens when somebody else is faster. The node's gate is shut:
// an order against which a rule stops is recorded only with a reason.
import assert from 'node:assert/strict';
import { act, dialog, openDialog } from '../dialog.mjs';
import { somebody } from '../somebody.mjs';
import { atOnce, until } from '../walker.mjs';

let people = 0;

// A patient who takes phenelzine.
async function onAnMaoi(walker) {
  const id = `maoi-${++people}`;
  await walker.put(`/fhir/Patient/${id}`, { resourceType: 'Patient', id, birthDate: '1964-08-09', gender: 'female', name: [{ family: `Maoi${people}`, given: ['Mona'] }] });
  await walker.put(`/fhir/MedicationRequest/${id}-m`, {
    resourceType: 'MedicationRequest', id: `${id}-m`, status: 'active', intent: 'order', subject: { reference: `Patient/${id}` }, authoredOn: '2024-03-01',
    medicationCodeableConcept: { coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '8123', display: 'phenelzine' }] }, dosageInstruction: [{ text: '15 mg daily' }],
  });
  return id;
}

async function draftFluoxetine(page) {
  await page.getByRole('combobox', { name: 'Drug' }).fill('fluoxe');
  await dialog(page).locator('.drug-box [role=option]').first().waitFor();
  await page.keyboard.press('Enter');
  await dialog(page).getByLabel('Amount').fill('1');
  assert.equal(await dialog(page).getByLabel('Unit').inputValue(), 'capsule');
  await dialog(page).getByText(/Stop: interaction/).waitFor();
}

const reasonFor = (page) => dialog(page).getByLabel('Go on, because').selectOption('monitored');

export async function anOrderAgainstAnInteractionWantsAReasonAndAppearsElsewhere(walker) {
  const id = await onAnMaoi(walker);
  const other = await walker.open(`/patients/${id}`);
  await other.getByText('Live, as of').waitFor();
  const page = await openDialog(walker, id, 'Order');
  await draftFluoxetine(page);
  const identity = await dialog(page).locator('.identity').innerText();
  for (const word of ['Mona', '9 Aug 1964', 'Weight', 'Allergies', 'not asked']) assert.ok(identity.includes(word), identity);
  assert.ok(await act(page, 'Sign against the checks').isDisabled(), 'signed without a reason');
  await reasonFor(page);
  await act(page, 'Sign against the checks').click();
  await dialog(page).waitFor({ state: 'detached' });
  const took = await until(() => other.locator('tr.arrived', { hasText: /fluoxetine/i }).isVisible(), 'the order in the other browser', atOnce);
  console.log(`        in the other browser after ${took} ms`);
  const orders = (await walker.ask(`/fhir/MedicationRequest?patient=${id}`)).body.entry.map((entry) => entry.resource);
  const order = orders.find((one) => one.detectedIssue);
  const issue = (await walker.ask(`/fhir/${order.detectedIssue[0].reference}`)).body;
  assert.equal(issue.mitigation[0].action.coding[0].code, 'monitored');
  assert.deepEqual(page.complaints, []);
}

export async function anAllergyThatArrivesHasADraftCheckedAgain(walker) {
  const id = await onAnMaoi(walker);
  const page = await openDialog(walker, id, 'Order');
  await draftFluoxetine(page);
  await walker.put(`/fhir/AllergyIntolerance/${id}-a`, {
    resourceType: 'AllergyIntolerance', id: `${id}-a`, patient: { reference: `Patient/${id}` }, code: { coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '4493', display: 'fluoxetine' }] },
    clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' }] }, criticality: 'high',
  });
  await dialog(page).getByText('Checked again: allergy recorded meanwhile.').waitFor();
  await dialog(page).getByText(/: allergy/).first().waitFor();
  assert.match(await dialog(page).locator('.identity').innerText(), /fluoxetine/);
}

export async function anOrderThatWasOvertakenIsNotRecordedAndNothingTypedIsLost(walker) {
  const id = await onAnMaoi(walker);
  const page = await walker.open(`/patients/${id}`);
  await page.getByText('Live, as of').waitFor();
  await page.route('**/live*', (route) => route.abort());
  await page.context().setOffline(true);
  await page.context().setOffline(false);
  await page.getByRole('button', { name: 'Order', exact: true }).click();
  await draftFluoxetine(page);
  await reasonFor(page);
  await walker.put(`/fhir/Condition/${id}-c`, { resourceType: 'Condition', id: `${id}-c`, subject: { reference: `Patient/${id}` }, code: { text: 'epilepsy' } }, { 'X-Chartlog-Subject': 'dr-swift', 'X-Chartlog-Site': 'south' });
  await act(page, 'Sign against the checks').click();
  await dialog(page).getByText('the record has changed since you looked').waitFor();
  await dialog(page).getByText(/Changed meanwhile by dr-swift at south.*problem recorded, epilepsy/).waitFor();
  assert.match(await page.getByRole('combobox', { name: 'Drug' }).inputValue(), /fluoxetine/i);
  await until(() => act(page, 'Sign against the checks').isEnabled(), 'it was checked again');
  await act(page, 'Sign against the checks').click();
  await dialog(page).waitFor({ state: 'detached' });
}

export async function aStopThatWasOvertakenShowsWhatChangedFromWhatToWhat(walker) {
  const id = await onAnMaoi(walker);
  const page = await openDialog(walker, id, 'Stop phenelzine');
  await dialog(page).getByLabel('Reason').fill('nausea');
  await until(() => act(page, 'Sign the stop').isEnabled(), 'the request was read');
  const request = (await walker.ask(`/fhir/MedicationRequest/${id}-m`)).body;
  await walker.put(`/fhir/MedicationRequest/${id}-m`, { ...request, dosageInstruction: [{ text: '30 mg daily' }] }, { 'X-Chartlog-Subject': 'dr-swift' });
  await act(page, 'Sign the stop').click();
  const changed = dialog(page).getByRole('alert');
  await changed.getByText('15 mg daily').waitFor();
  assert.match(await changed.innerText(), /dr-swift[\s\S]*15 mg daily[\s\S]*30 mg daily/);
  assert.equal(await dialog(page).getByLabel('Reason').inputValue(), 'nausea');
  await act(page, 'Sign the stop').click();
  await dialog(page).waitFor({ state: 'detached' });
  const stopped = (await walker.ask(`/fhir/MedicationRequest/${id}-m`)).body;
  assert.equal(stopped.status, 'stopped');
  assert.equal(stopped.dosageInstruction[0].text, '30 mg daily');
}

export async function aWriteWithoutAnAnswerIsSentAgainAndRecordedOnce(walker) {
  const id = await onAnMaoi(walker);
  const page = await walker.open(`/patients/${id}`);
  await page.locator('section', { has: page.getByRole('heading', { name: 'Problems' }) }).getByRole('button', { name: 'Add' }).click();
  await dialog(page).getByLabel('Problem').fill('gout');
  await dialog(page).getByLabel('Since').fill('jun 2026');
  await page.route('**/fhir', async (route) => {
    await route.fetch();
    await route.abort();
  }, { times: 1 });
  await act(page, 'Sign').click();
  await dialog(page).getByText('It is not known whether this was recorded').waitFor();
  await act(page, 'Send the same again').click();
  await dialog(page).waitFor({ state: 'detached' });
  const found = (await walker.ask(`/fhir/Condition?patient=${id}`)).body;
  assert.equal(found.entry.length, 1);
  assert.equal(found.entry[0].resource.onsetDateTime, '2026-06');
}

export async function vitalSignsAndAnAllergyAreRecorded(walker) {
  const id = await onAnMaoi(walker);
  const page = await openDialog(walker, id, 'Record vital signs');
  await dialog(page).getByLabel('Systolic').fill('128');
  await dialog(page).getByLabel('Diastolic').fill('8');
  await dialog(page).getByText('write a number from 10 to 250 mmHg').waitFor();
  await dialog(page).getByLabel('Diastolic').fill('82');
  await dialog(page).getByLabel('Weight').fill('70,5');
  await act(page, 'Sign').click();
  await dialog(page).waitFor({ state: 'detached' });
  await page.getByRole('list', { name: 'Newest vital signs' }).getByText('128/82').waitFor();
  await page.getByRole('list', { name: 'Newest vital signs' }).getByText('70.5').waitFor();
  await page.getByRole('button', { name: 'Add allergy' }).click();
  await page.getByRole('combobox', { name: 'Allergic to' }).fill('amoxicillin');
  await dialog(page).locator('.drug-box [role=option]').first().click();
  await dialog(page).getByLabel('Reaction', { exact: true }).fill('hives');
  await act(page, 'Sign').click();
  await dialog(page).waitFor({ state: 'detached' });
  await page.locator('.banner').getByText(/amoxicillin.*hives/i).waitFor();
}

export async function aTabThatWasLeftForAnotherPatientSignsNothing(walker) {
  const [id, other] = [await onAnMaoi(walker), await onAnMaoi(walker)];
  const page = await openDialog(walker, id, 'Record vital signs');
  await dialog(page).getByLabel('Weight').fill('70');
  const second = await page.context().newPage();
  await second.goto(`/patients/${other}`);
  await dialog(page).getByText('Another patient’s chart was opened in another tab').waitFor();
  assert.ok(await act(page, 'Sign').isDisabled());
  await dialog(page).getByRole('button', { name: /It is for Maoi/ }).click();
  assert.ok(await act(page, 'Sign').isEnabled());
}

export async function listsAreReconciledAndSignedAsOne(walker) {
  const id = await onAnMaoi(walker);
  await walker.put(`/fhir/MedicationStatement/${id}-s`, {
    resourceType: 'MedicationStatement', id: `${id}-s`, status: 'active', subject: { reference: `Patient/${id}` }, dateAsserted: '2026-11-01',
    medicationCodeableConcept: { coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '198014', display: 'Naproxen 500 MG Oral Tablet' }] }, dosage: [{ text: '1 tablet twice daily' }],
  });
  const page = await walker.open(`/patients/${id}/medications`);
  await page.getByRole('link', { name: 'Reconcile lists' }).click();
  await page.getByLabel('Decision on phenelzine').selectOption('continue');
  await page.getByText('1 without a decision').waitFor();
  await page.getByLabel('Decision on Naproxen 500 MG Oral Tablet').selectOption('stop');
  await page.getByLabel('Reason').fill('no longer in pain');
  await page.getByRole('button', { name: 'Sign the list' }).click();
  await act(page, 'Sign').click();
  await dialog(page).waitFor({ state: 'detached' });
  await page.waitForURL(/\/medications$/);
  assert.equal((await walker.ask(`/fhir/MedicationStatement/${id}-s`)).body.status, 'stopped');
  assert.deepEqual(page.complaints, []);
}

export async function aReconciliationThatWasOvertakenIsNotRecordedAndKeepsItsDecisions(walker) {
  const id = await onAnMaoi(walker);
  const page = await walker.open(`/patients/${id}/reconcile`);
  const decision = page.getByLabel('Decision on phenelzine');
  await decision.selectOption('stop');
  await page.getByLabel('Reason').fill('no longer wanted');
  const request = (await walker.ask(`/fhir/MedicationRequest/${id}-m`)).body;
  await walker.put(`/fhir/MedicationRequest/${id}-m`, { ...request, dosageInstruction: [{ text: '30 mg daily' }] }, { 'X-Chartlog-Subject': 'dr-swift', 'X-Chartlog-Site': 'south' });
  await page.getByRole('button', { name: 'Sign the list' }).click();
  await act(page, 'Sign').click();
  await dialog(page).getByText('the record has changed since you looked').waitFor();
  await dialog(page).getByText(/Changed meanwhile by dr-swift at south/).waitFor();
  assert.equal((await walker.ask(`/fhir/MedicationRequest/${id}-m`)).body.status, 'active');
  await until(() => act(page, 'Sign').isEnabled(), 'the lists were asked for again');
  assert.equal(await decision.inputValue(), 'stop');
  await act(page, 'Sign').click();
  await dialog(page).waitFor({ state: 'detached' });
  assert.equal((await walker.ask(`/fhir/MedicationRequest/${id}-m`)).body.status, 'stopped');
  assert.deepEqual(page.complaints, []);
}

export async function inThePastNothingCanBeWritten(walker) {
  const id = await onAnMaoi(walker);
  const { body } = await walker.ask(`/charts/${id}`);
  const page = await walker.open(`/patients/${id}?asOf=${body.position}`);
  await page.getByText('Nothing can be written here').waitFor();
  await page.getByText('phenelzine').first().waitFor();
  for (const name of ['Order', 'Add', 'Add allergy', 'Record vital signs', 'Stop phenelzine']) assert.equal(await page.getByRole('button', { name, exact: true }).count(), 0, name);
}

export async function aFirstDrugCanBeOrderedFromTheListThatIsEmpty(walker) {
  await walker.put('/fhir/Patient/no-drugs', { resourceType: 'Patient', id: 'no-drugs', birthDate: '1980-01-02', gender: 'male', name: [{ family: 'Nodrugs', given: ['Ned'] }] });
  const page = await walker.open('/patients/no-drugs/medications');
  await page.getByText('Not asked: nothing is recorded.').waitFor();
  await page.getByRole('button', { name: 'Order', exact: true }).click();
  await page.getByRole('combobox', { name: 'Drug' }).waitFor();
}

export async function theOrderLooksRight(walker) {
  const id = await onAnMaoi(walker);
  await walker.looks(`/patients/${id}`, 'order', (page) => page.getByText('Live, as of').waitFor(), async (page) => {
    await page.getByRole('button', { name: 'Order', exact: true }).click();
    await draftFluoxetine(page);
  });
  await walker.looks(`/patients/${id}`, 'vitals', (page) => page.getByText('Live, as of').waitFor(), async (page) => {
    await page.getByRole('button', { name: 'Record vital signs' }).click();
  });
}

export async function theReconciliationLooksRight(walker) {
  const { id } = await somebody(walker);
  await walker.looks(`/patients/${id}/reconcile`, 'reconcile', (page) => page.locator('.reconcile').waitFor());
}
