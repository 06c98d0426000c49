// fhir-kit-client's walk through a running node: create, read, search, paging, history,
// conflict. Usage: node walk.mjs http://127.0.0.1:8080
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

// The packages lie in the build tree: NODE_PATH names their folder.
const require = createRequire(`${process.env.CHARTLOG_NODE_MODULES ?? import.meta.dirname ?? '.'}/`);
const Client = require('fhir-kit-client');

const url = process.argv[2];
const fhir = new Client({ baseUrl: `${url}/fhir` });
const marker = `walk-${Date.now()}`;

async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    return error.response;
  }
  assert.fail('the request should have been refused');
}

const steps = {
  async 'the CapabilityStatement names what the server does'() {
    const statement = await fhir.capabilityStatement();
    assert.equal(statement.fhirVersion, '4.0.1');
    const types = statement.rest[0].resource.map((resource) => resource.type);
    assert.ok(types.includes('Patient') && types.includes('MedicationRequest'));
  },

  async 'a created Patient has id, version and time, and is read back'() {
    const patient = await fhir.create({
      resourceType: 'Patient',
      body: { resourceType: 'Patient', identifier: [{ system: 'urn:walk', value: marker }], name: [{ family: 'Walker', given: ['Ana'] }], birthDate: '1980-02-29' },
    });
    assert.match(patient.id, /^[A-Za-z0-9.-]{1,64}$/);
    assert.equal(patient.meta.versionId, '1');
    const read = await fhir.read({ resourceType: 'Patient', id: patient.id });
    assert.deepEqual(read, patient);
    this.patient = patient.id;
  },

  async 'an update with the right version makes the next, with an old one it is refused with 412'() {
    const body = { resourceType: 'Patient', id: this.patient, name: [{ family: 'Walker', given: ['Ana', 'Maria'] }], birthDate: '1980-02-29',
      identifier: [{ system: 'urn:walk', value: marker }] };
    const options = { headers: { 'If-Match': 'W/"1"' } };
    const updated = await fhir.update({ resourceType: 'Patient', id: this.patient, body, options });
    assert.equal(updated.meta.versionId, '2');
    const refused = await refusal(fhir.update({ resourceType: 'Patient', id: this.patient, body: { ...body, gender: 'female' }, options }));
    assert.equal(refused.status, 412);
    assert.equal(refused.data.resourceType, 'OperationOutcome');
  },

  async 'history has both versions, newest first, and each can be read'() {
    const history = await fhir.resourceHistory({ resourceType: 'Patient', id: this.patient });
    assert.deepEqual(history.entry.map((entry) => entry.resource.meta.versionId), ['2', '1']);
    const first = await fhir.vread({ resourceType: 'Patient', id: this.patient, version: '1' });
    assert.deepEqual(first.name[0].given, ['Ana']);
  },

  async 'a conditional create meets the patient that is there'() {
    const again = await fhir.create({
      resourceType: 'Patient',
      body: { resourceType: 'Patient', identifier: [{ system: 'urn:walk', value: marker }] },
      options: { headers: { 'If-None-Exist': `identifier=urn:walk|${marker}`, Prefer: 'return=representation' } },
    });
    assert.equal(again.id, this.patient);
  },

  async 'a conditional update creates, then updates the same resource; a conditional delete removes it'() {
    const searchParams = { patient: this.patient, code: `urn:walk|${marker}` };
    const body = { resourceType: 'Observation', status: 'preliminary', code: { coding: [{ system: 'urn:walk', code: marker }] },
      subject: { reference: `Patient/${this.patient}` } };
    const created = await fhir.update({ resourceType: 'Observation', searchParams, body });
    const updated = await fhir.update({ resourceType: 'Observation', searchParams, body: { ...body, status: 'final' } });
    assert.equal(updated.id, created.id);
    assert.equal(updated.meta.versionId, '2');
    const again = await fhir.create({ resourceType: 'Observation', body, options: { headers: { 'If-None-Exist': `patient=${this.patient}&code=urn:walk|${marker}` } } });
    assert.equal(again.id, created.id);
    const removed = await fetch(`${url}/fhir/Observation?patient=${this.patient}&code=urn:walk%7C${marker}`, { method: 'DELETE' });
    assert.equal(removed.status, 204);
    assert.equal((await refusal(fhir.read({ resourceType: 'Observation', id: created.id }))).status, 410);
  },

  async 'a JSON Patch changes what it names, one whose test fails changes nothing'() {
    const JSONPatch = [{ op: 'test', path: '/birthDate', value: '1980-02-29' }, { op: 'add', path: '/gender', value: 'female' }];
    const patched = await fhir.patch({ resourceType: 'Patient', id: this.patient, JSONPatch });
    assert.equal(patched.gender, 'female');
    const refused = await refusal(fhir.patch({ resourceType: 'Patient', id: this.patient, JSONPatch: [{ op: 'test', path: '/gender', value: 'male' }, { op: 'remove', path: '/name' }] }));
    assert.equal(refused.status, 409);
    assert.equal(refused.data.resourceType, 'OperationOutcome');
    assert.equal((await fhir.read({ resourceType: 'Patient', id: this.patient })).meta.versionId, patched.meta.versionId);
  },

  async 'a transaction takes conditional entries and a FHIRPath Patch'() {
    const code = { coding: [{ system: 'urn:walk', code: `${marker}-t` }] };
    const subject = { reference: `Patient?identifier=urn:walk|${marker}` };
    const entry = [
      { request: { method: 'PUT', url: `Observation?patient=${this.patient}&code=urn:walk|${marker}-t` }, resource: { resourceType: 'Observation', status: 'final', code, subject } },
      { request: { method: 'PATCH', url: `Patient/${this.patient}` },
        resource: { resourceType: 'Parameters', parameter: [{ name: 'operation', part: [{ name: 'type', valueCode: 'replace' },
          { name: 'path', valueString: "Patient.name.where(family = 'Walker').given[1]" }, { name: 'value', valueString: 'Marie' }] }] } },
    ];
    const answer = await fhir.transaction({ body: { resourceType: 'Bundle', type: 'transaction', entry } });
    assert.deepEqual(answer.entry.map((each) => each.response.status.slice(0, 3)), ['201', '200']);
    const patient = await fhir.read({ resourceType: 'Patient', id: this.patient });
    assert.deepEqual(patient.name[0].given, ['Ana', 'Marie']);
  },

  async 'a resource in the wrong record is moved to the right one'() {
    const wrong = await fhir.create({ resourceType: 'Patient', body: { resourceType: 'Patient', name: [{ family: 'Wrong' }] } });
    const condition = await fhir.create({ resourceType: 'Condition', body: { resourceType: 'Condition', code: { text: 'gout' }, subject: { reference: `Patient/${wrong.id}` } } });
    const put = await refusal(fhir.update({ resourceType: 'Condition', id: condition.id, body: { ...condition, subject: { reference: `Patient/${this.patient}` } } }));
    assert.equal(put.status, 409);
    assert.match(JSON.stringify(put.data), /\$move/);
    const moved = await fhir.operation({ name: 'move', resourceType: 'Condition', id: condition.id,
      input: { resourceType: 'Parameters', parameter: [{ name: 'patient', valueReference: { reference: `Patient/${this.patient}` } }, { name: 'reason', valueString: 'wrong wristband' }] } });
    assert.equal(moved.subject.reference, `Patient/${this.patient}`);
    assert.equal((await refusal(fhir.read({ resourceType: 'Condition', id: condition.id }))).status, 410);
    const history = await fhir.resourceHistory({ resourceType: 'Condition', id: condition.id });
    assert.equal(history.entry.length, 2);
    const provenance = await fhir.search({ resourceType: 'Provenance', searchParams: { target: `Condition/${moved.id}` } });
    assert.equal(provenance.entry[0].resource.entity[0].what.reference, `Condition/${condition.id}/_history/1`);
  },

  async 'a transaction of observations is searched, sorted and paged'() {
    const entry = Array.from({ length: 25 }, (_, day) => ({
      fullUrl: `urn:uuid:00000000-0000-4000-8000-0000000000${String(day).padStart(2, '0')}`,
      resource: { resourceType: 'Observation', status: 'final', code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
        subject: { reference: `Patient/${this.patient}` }, effectiveDateTime: `2024-03-${String(day + 1).padStart(2, '0')}`, valueQuantity: { value: 60 + day, unit: '/min' } },
      request: { method: 'POST', url: 'Observation' },
    }));
    const answer = await fhir.transaction({ body: { resourceType: 'Bundle', type: 'transaction', entry } });
    assert.equal(answer.type, 'transaction-response');
    assert.equal(answer.entry.length, 25);

    const seen = [];
    let page = await fhir.search({ resourceType: 'Observation', searchParams: { patient: this.patient, code: 'http://loinc.org|8867-4', _sort: '-date', _count: 10 } });
    while (page) {
      seen.push(...page.entry.map((each) => each.resource.effectiveDateTime));
      page = page.link.some((link) => link.relation === 'next') ? await fhir.nextPage({ bundle: page }) : undefined;
    }
    assert.equal(seen.length, 25);
    assert.deepEqual(seen, [...seen].sort().reverse());
    const march = await fhir.search({ resourceType: 'Observation', searchParams: { patient: this.patient, date: ['ge2024-03-10', 'lt2024-03-15'] } });
    assert.equal(march.entry.length, 5);
  },

  async 'patients are found by name and birth date'() {
    const found = await fhir.search({ resourceType: 'Patient', searchParams: { family: 'walk', birthdate: '1980-02-29', identifier: `urn:walk|${marker}` } });
    assert.deepEqual(found.entry.map((entry) => entry.resource.id), [this.patient]);
  },

  async 'a deleted resource is gone, one that never was is not found'() {
    const observation = await fhir.create({ resourceType: 'Observation', body: { resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: { reference: `Patient/${this.patient}` } } });
    await fhir.delete({ resourceType: 'Observation', id: observation.id });
    assert.equal((await refusal(fhir.read({ resourceType: 'Observation', id: observation.id }))).status, 410);
    assert.equal((await refusal(fhir.read({ resourceType: 'Observation', id: 'never-was' }))).status, 404);
  },

  async 'wrong input is refused by name'() {
    const refused = await refusal(fhir.create({ resourceType: 'Patient', body: { resourceType: 'Patient', birthDate: '1980-02-31' } }));
    assert.ok([400, 422].includes(refused.status));
    assert.match(JSON.stringify(refused.data), /birthDate/);
    assert.equal((await refusal(fhir.search({ resourceType: 'Observation', searchParams: { patient: this.patient, colour: 'blue' } }))).status, 400);
  },
};

const shared = {};
let passed = 0;
for (const [name, step] of Object.entries(steps)) {
  await step.call(shared);
  console.log(`ok ${++passed} - ${name}`);
}
console.log(`${passed} passed, 0 failed`);
