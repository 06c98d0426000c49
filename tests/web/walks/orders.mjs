// An order that goes on: renewed, or changed to another dose, in the place of the earlier one. The
// node's gate is shut: what stops is signed with a reason only.
import assert from 'node:assert/strict';
import { act, dialog, openDialog } from '../dialog.mjs';
import { until } from '../walker.mjs';

let people = 0;

const rxnorm = (code, display) => ({ coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code, display }] });
const oral = { coding: [{ system: 'http://snomed.info/sct', code: '26643006', display: 'Oral route' }] };
const perDay = (value, text) => ({
  text, route: oral, timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd', boundsPeriod: { end: '2030-03-01' } } },
  doseAndRate: [{ doseQuantity: { value, unit: 'tablet', system: 'http://unitsofmeasure.org', code: '{tbl}' } }],
});
const order = (person, name, drug, dosage) => ({
  resourceType: 'MedicationRequest', id: `${person}-${name}`, status: 'active', intent: 'order', subject: { reference: `Patient/${person}` }, authoredOn: '2024-03-01',
  medicationCodeableConcept: drug, dosageInstruction: [dosage],
});

// Somebody who takes metformin.
async function onMetformin(walker) {
  const id = `renew-${++people}`;
  await walker.put(`/fhir/Patient/${id}`, { resourceType: 'Patient', id, birthDate: '1960-08-09', gender: 'female', name: [{ family: `Renew${people}`, given: ['Rena'] }] });
  await walker.put(`/fhir/MedicationRequest/${id}-m`, order(id, 'm', rxnorm('861007', 'metformin hydrochloride 500 MG Oral Tablet'), perDay(1, '1 tablet once daily')));
  return id;
}

async function sign(page, name) {
  await until(() => act(page, name).isEnabled(), 'it was checked');
  await act(page, name).click();
}

async function ordersOf(walker, id) {
  const entries = (await walker.ask(`/fhir/MedicationRequest?patient=${id}`)).body.entry.map((entry) => entry.resource);
  return { next: entries.find((one) => one.priorPrescription), earlier: entries.find((one) => one.id === `${id}-m`), count: entries.length };
}

export async function anOrderIsRenewedAndStaysOneLine(walker) {
  const id = await onMetformin(walker);
  const page = await openDialog(walker, id, /^Renew metformin/);
  await dialog(page).getByText('1 tablet once daily').waitFor();
  await dialog(page).getByRole('region', { name: 'Checks' }).waitFor();
  await sign(page, 'Sign the renewal');
  await dialog(page).waitFor({ state: 'detached' });
  const { next, earlier, count } = await ordersOf(walker, id);
  assert.equal(count, 2);
  assert.equal(next.priorPrescription.reference, `MedicationRequest/${id}-m`);
  assert.deepEqual([next.status, earlier.status], ['active', 'completed']);
  assert.deepEqual(next.dosageInstruction[0].route, oral);
  assert.deepEqual(next.dosageInstruction[0].timing.repeat, { frequency: 1, period: 1, periodUnit: 'd' });
  const list = (await walker.ask(`/charts/${id}/medications`)).body;
  assert.equal(list.active.length, 1);
  assert.deepEqual(list.may_still_be_taking ?? [], []);
  await until(async () => (await page.getByRole('table', { name: 'Medications in force' }).locator('tr').count()) === 1, 'one line');
  // What is renewed can be stopped in one step: nothing is in force behind it.
  await page.getByRole('button', { name: 'Stop metformin' }).click();
  await sign(page, 'Sign the stop');
  await dialog(page).waitFor({ state: 'detached' });
  const after = (await walker.ask(`/charts/${id}/medications`)).body;
  assert.deepEqual([after.active ?? [], after.may_still_be_taking ?? [], after.past.length], [[], [], 1]);
  assert.deepEqual(page.complaints, []);
}

export async function aChangedDoseIsOneLineWithTheDoseBefore(walker) {
  const id = await onMetformin(walker);
  const page = await openDialog(walker, id, /^Change metformin/);
  await dialog(page).getByText('Until now: 1 tablet once daily').waitFor();
  assert.equal(await dialog(page).getByLabel('Amount').inputValue(), '1');
  assert.equal(await dialog(page).getByLabel('Unit').inputValue(), 'tablet');
  await dialog(page).getByLabel('How often').selectOption('twice daily');
  await dialog(page).getByLabel('Reason for the change').fill('A1c above target');
  assert.equal(await dialog(page).getByText('its status is stopped').count(), 0);
  await sign(page, 'Sign the change');
  await dialog(page).waitFor({ state: 'detached' });
  const { next, earlier } = await ordersOf(walker, id);
  assert.deepEqual([next.status, earlier.status, earlier.statusReason.text], ['active', 'stopped', 'A1c above target']);
  assert.deepEqual(next.dosageInstruction[0].route, oral);
  const [line, ...others] = (await walker.ask(`/charts/${id}/medications`)).body.active;
  assert.deepEqual(others, []);
  assert.equal(line.dose, '1 tablet twice daily');
  assert.deepEqual(line.dose_changes.map((one) => one.dose), ['1 tablet twice daily', '1 tablet once daily']);
  assert.equal((line.disagreements ?? []).length, 0);
  await page.getByRole('table', { name: 'Medications in force' }).getByText('1 tablet twice daily').waitFor();
}

export async function aChangeThatWasOvertakenShowsByWhomAndKeepsWhatWasTyped(walker) {
  const id = await onMetformin(walker);
  const page = await walker.open(`/patients/${id}`);
  await page.getByText('Live, as of').waitFor();
  await page.route('**/live*', (route) => route.abort());
  await page.context().setOffline(true);
  await page.context().setOffline(false);
  await page.getByRole('button', { name: 'Change metformin' }).click();
  await dialog(page).getByLabel('Amount').fill('2');
  await dialog(page).getByLabel('Reason for the change').fill('A1c above target');
  await until(() => act(page, 'Sign the change').isEnabled(), 'it was checked');
  const request = (await walker.ask(`/fhir/MedicationRequest/${id}-m`)).body;
  await walker.put(`/fhir/MedicationRequest/${id}-m`, { ...request, dosageInstruction: [perDay(3, '3 tablets once daily')] }, { 'X-Chartlog-Subject': 'dr-swift', 'X-Chartlog-Site': 'south' });
  await act(page, 'Sign the change').click();
  await dialog(page).getByText('the record has changed since you looked').waitFor();
  const changed = dialog(page).getByRole('alert');
  await changed.getByText('3 tablets once daily').waitFor();
  assert.match(await changed.innerText(), /Changed meanwhile by dr-swift at south[\s\S]*1 tablet once daily[\s\S]*3 tablets once daily/);
  await dialog(page).getByText('Until now: 3 tablets once daily').waitFor();
  assert.equal(await dialog(page).getByLabel('Amount').inputValue(), '2');
  assert.equal(await dialog(page).getByLabel('Reason for the change').inputValue(), 'A1c above target');
  assert.equal((await ordersOf(walker, id)).count, 1);
  await sign(page, 'Sign the change');
  await dialog(page).waitFor({ state: 'detached' });
  const { next, earlier } = await ordersOf(walker, id);
  assert.deepEqual([next.dosageInstruction[0].text, earlier.status, earlier.dosageInstruction[0].text], ['2 tablets once daily', 'stopped', '3 tablets once daily']);
}

export async function anOrderThatSomebodyStoppedMeanwhileIsNotRenewed(walker) {
  const id = await onMetformin(walker);
  const page = await openDialog(walker, id, /^Renew metformin/);
  await until(() => act(page, 'Sign the renewal').isEnabled(), 'it was checked');
  const request = (await walker.ask(`/fhir/MedicationRequest/${id}-m`)).body;
  await walker.put(`/fhir/MedicationRequest/${id}-m`, { ...request, status: 'stopped' }, { 'X-Chartlog-Subject': 'dr-swift' });
  await dialog(page).getByText('The order is stopped by now').waitFor();
  assert.ok(await act(page, 'Sign the renewal').isDisabled());
  assert.equal((await ordersOf(walker, id)).count, 1);
}

export async function aRenewalAgainstAnInteractionWantsAReason(walker) {
  const id = await onMetformin(walker);
  for (const [name, drug] of [['p', rxnorm('8123', 'phenelzine')], ['f', rxnorm('310385', 'fluoxetine 20 MG Oral Capsule')]]) {
    await walker.put(`/fhir/MedicationRequest/${id}-${name}`, order(id, name, drug, { text: '1 daily' }));
  }
  const page = await openDialog(walker, id, /^Renew fluoxetine/);
  await dialog(page).getByText(/Stop: interaction/).waitFor();
  assert.ok(await act(page, 'Sign against the checks').isDisabled(), 'signed without a reason');
  await dialog(page).getByLabel('Go on, because').selectOption('monitored');
  await act(page, 'Sign against the checks').click();
  await dialog(page).waitFor({ state: 'detached' });
  const { next } = await ordersOf(walker, id);
  assert.equal(next.detectedIssue.length, 1);
}

// What the node answers when it does not know, with a commit to ask for; and when it is busy.
export async function anAnswerThatIsNotKnownIsSaidAndAskedForOrSentAgainUnderItsKey(walker) {
  const id = await onMetformin(walker);
  const page = await openDialog(walker, id, /^Renew metformin/);
  const keys = [];
  const answers = [
    (route) => route.fulfill({ status: 503, headers: { 'Retry-After': '1' }, contentType: 'application/fhir+json', body: JSON.stringify({ resourceType: 'OperationOutcome', issue: [{ diagnostics: 'the broker is away' }] }) }),
    async (route) => {
      const commit = (await route.fetch()).headers()['chartlog-commit'];
      await route.fulfill({ status: 504, headers: { 'Chartlog-Commit': commit }, contentType: 'application/fhir+json', body: JSON.stringify({ resourceType: 'OperationOutcome', issue: [{ diagnostics: 'no answer from the log in time' }] }) });
    },
  ];
  await page.route('**/fhir', async (route) => {
    keys.push(route.request().headers()['idempotency-key']);
    await answers[keys.length - 1](route);
  });
  await sign(page, 'Sign the renewal');
  await dialog(page).getByText(/not known whether this was recorded. the broker is away/).waitFor();
  assert.ok(await act(page, 'Sign the renewal').isDisabled(), 'signed a second time');
  assert.equal(await act(page, 'Ask what became of it').count(), 0);
  await act(page, 'Send the same again').click();
  await dialog(page).getByText(/not known whether this was recorded. no answer from the log in time/).waitFor();
  await act(page, 'Ask what became of it').click();
  await dialog(page).waitFor({ state: 'detached' });
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
  assert.equal((await ordersOf(walker, id)).count, 2);
  assert.deepEqual(page.complaints, []);
}

export async function renewalAndChangeLookRight(walker) {
  const id = await onMetformin(walker);
  const ready = (page) => page.getByText('Live, as of').waitFor();
  for (const word of ['Renew', 'Change']) {
    await walker.looks(`/patients/${id}`, word.toLowerCase(), ready, async (page) => {
      await page.getByRole('button', { name: `${word} metformin` }).click();
      await until(() => act(page, /^Sign the/).isEnabled(), 'it was checked');
    });
  }
}
