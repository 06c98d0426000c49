// What is written, and what two moments differ in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare } from '../../../query/web/chart/comparison.ts';
import { indexOf, momentsOf } from '../../../query/web/chart/moments.ts';
import type { Chart, Item, Section } from '../../../query/web/chart/types.ts';
import { codesIn, joined, missingIn } from '../../../query/web/chart/trend_answers.ts';
import { placeOf, textsOf } from '../../../query/web/chart/version_text.ts';
import { differences } from '../../../query/web/chart/version_diff.ts';
import { fieldsOf, routeOf } from '../../../query/web/chart/write/order_form.tsx';
import { doseUnits, doseWords, ended, follows, frequencies, medicationRequest, nowText, observations, renewal, type OrderDraft, type Resource } from '../../../query/web/chart/write/resources.ts';

const draft: OrderDraft = { drug: { display: 'metformin' }, amount: '0.50', unit: doseUnits[2]!, often: frequencies[1]!, asNeeded: false, days: '10', instructions: ' with food ' };

test('a dose reads safely', () => {
  assert.equal(doseWords(draft), '0.5 mg twice daily for 10 days; with food');
  assert.equal(doseWords({ ...draft, amount: '1', unit: doseUnits[0]!, days: '1', asNeeded: true, instructions: '' }), '1 tablet twice daily as needed for 1 day');
  assert.equal(doseWords({ ...draft, amount: '50', unit: doseUnits[3]!, days: '', instructions: '' }), '50 mcg twice daily');
});

test('an order of text has no code, and a drug of the list has', () => {
  const text = medicationRequest('ana', draft, 'new', 'active');
  assert.deepEqual(text.medicationCodeableConcept, { text: 'metformin' });
  const known = medicationRequest('ana', { ...draft, drug: { system: 's', code: '1', display: 'd' } }, 'new', 'active');
  assert.deepEqual(known.medicationCodeableConcept, { coding: [{ system: 's', code: '1', display: 'd' }], text: 'd' });
  assert.deepEqual(known.subject, { reference: 'Patient/ana' });
});

const oral = { coding: [{ code: '26643006' }] };
const earlier: Resource = {
  ...medicationRequest('ana', { ...draft, drug: { system: 's', code: '1', display: 'd 5 MG Oral Tablet' }, amount: '2', unit: doseUnits[0]!, days: '' }, 'r1', 'active'),
  reportedBoolean: true, requester: { reference: 'Practitioner/1' }, meta: { versionId: '3' }, reasonCode: [{ text: 'diabetes' }],
};
const dosage = (earlier.dosageInstruction as Record<string, unknown>[])[0]!;
earlier.dosageInstruction = [{ ...dosage, route: oral, timing: { repeat: { frequency: 2, period: 1, periodUnit: 'd', boundsPeriod: { end: '2024-01-01' } } } }];

test('a renewal is the same again from today, by nobody else\u2019s name and without the old end', () => {
  const next = renewal(earlier);
  assert.deepEqual(next.dosageInstruction, [{ ...dosage, route: oral, timing: { repeat: { frequency: 2, period: 1, periodUnit: 'd' } } }]);
  assert.deepEqual([next.priorPrescription, next.status, next.reasonCode], [{ reference: 'MedicationRequest/r1' }, 'active', [{ text: 'diabetes' }]]);
  for (const name of ['requester', 'reportedBoolean', 'meta']) assert.equal(next[name], undefined, name);
});

test('a change begins with what is sure of the earlier order, and keeps its route for the same form', () => {
  const drug = { system: 's', code: '1', display: 'd 5 MG Oral Tablet' };
  const fields = fieldsOf(earlier, drug);
  assert.deepEqual([fields.amount, fields.unit?.word, fields.often.word, fields.days], ['2', 'tablet', 'twice daily', '']);
  assert.equal(fieldsOf({ ...earlier, dosageInstruction: [dosage, dosage] }, drug).amount, '');
  assert.deepEqual(routeOf(earlier, drug, { code: '2', display: 'd 10 MG Oral Tablet' }), oral);
  assert.equal(routeOf(earlier, drug, { code: '3', display: 'd 10 MG/ML Injectable Solution' }), undefined);
  const next = follows(medicationRequest('ana', draft, 'new', 'active'), earlier, oral);
  assert.deepEqual((next.dosageInstruction as { route?: unknown }[])[0]!.route, oral);
  assert.deepEqual([ended(earlier, 'stopped', ' nausea ').statusReason, ended({ resourceType: 'MedicationStatement' }, 'stopped', 'x').statusReason], [{ text: 'nausea' }, [{ text: 'x' }]]);
});

test('blood pressure is one observation of two parts', () => {
  const written = observations('ana', { systolic: '120', diastolic: '80', weight: '70.5' });
  assert.equal(written.length, 2);
  assert.equal((written[0]!.component as unknown[]).length, 2);
});

test('a clinical time has its offset', () => {
  assert.match(nowText(), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/);
});

test('commits are the moments of a record, and a day is its last one', () => {
  const event = (position: string, time: string, type: string) => ({ position, time, effect: 'recorded', type, id: 'x' });
  const moments = momentsOf([event('l:1-1', '2026-01-01T10:00:00Z', 'Condition'), event('l:1-1', '2026-01-01T10:00:00Z', 'Condition'), event('l:1-2', '2026-01-03T10:00:00Z', 'Observation')]);
  assert.deepEqual(moments.map((one) => one.what), ['2 × problem recorded', 'result recorded']);
  assert.equal(indexOf(moments, null), 2);
  assert.equal(indexOf(moments, 'l:1-2'), 1);
  assert.equal(indexOf(moments, '2026-01-02'), 0);
});

const none: Section = { items: [], more: false };
const chart = (problems: Item[]) => ({ patient_id: 'ana', position: 'l:1-1', patient: null, sites: [], problems: { items: problems, more: false }, allergies: none, vitals: none, labs: none, observations: none, immunizations: none, procedures: none, encounters: none, care_plans: none, reports: none, documents: none, goals: none }) satisfies Chart;
const problem = (id: string, version: number, status: string): Item => ({ type: 'Condition', id, version, status, code: { display: id } });

test('two moments differ in what is new, changed or gone', () => {
  const groups = compare({ chart: chart([problem('a', 1, 'active'), problem('b', 1, 'active'), problem('c', 1, 'active')]), medications: null }, { chart: chart([problem('a', 1, 'active'), problem('b', 2, 'resolved'), problem('d', 1, 'active')]), medications: null });
  const rows = groups.find((group) => group.title === 'Problems')!.rows;
  assert.deepEqual(Object.fromEntries(rows.map((row) => [row.key, row.mark])), { 'Condition/a': 'same', 'Condition/b': 'changed', 'Condition/d': 'new', 'Condition/c': 'gone' });
});

test('versions differ by element, whatever the server set', () => {
  assert.deepEqual(differences({ meta: { versionId: '1' }, a: { b: [1, 2] } }, { meta: { versionId: '2' }, a: { b: [1, 3] }, c: true }), [
    { path: 'a.b[1]', before: '2', after: '3' }, { path: 'c', before: undefined, after: 'true' },
  ]);
});

test('the place of an event is one before the position after it; a note is read', () => {
  assert.equal(placeOf('5cfa3bc8f3f8d8f2c74f49bacf8a0d24:8-6'), '8:5');
  assert.deepEqual(textsOf({ content: [{ attachment: { contentType: 'text/plain', data: 'U8O4cmVu' } }] }), ['Søren']);
});

test('series that an answer had no room for are asked for and joined, newest first', () => {
  const point = (code: string, time: string, value: number) => ({ time, value, code: { system: 'l', code }, series: code, observation: `${code}${value}`, version: 1 });
  const answer = (values: ReturnType<typeof point>[], more: boolean) => ({ notice: '', values, more, series: [...new Set(values.map((one) => one.series))].map((series) => ({ series, codes: [series], count: 1 })) });
  const first = answer([point('k', '2026', 1)], true);
  assert.deepEqual(missingIn(['l|k', 'l|w'], first), ['l|w']);
  const shown = { ...chart([]), vitals: { items: [{ ...problem('o', 1, 'final'), code: { system: 'l', code: 'bp' }, components: [{ code: { system: 'l', code: 'sys' } }] }], more: false } };
  assert.deepEqual(codesIn(shown), ['l|bp', 'l|sys']);
  const all = joined(joined(answer([], false), first), answer([point('w', '2010', 2), point('k', '2027', 3)], false));
  assert.deepEqual(all.values.map((one) => one.value), [3, 1, 2]);
  assert.deepEqual(all.series.map((one) => [one.series, one.count]), [['k', 2], ['w', 1]]);
  assert.equal(all.more, true);
});
