// A session of fhirclient (the SMART on FHIR JavaScript client) with a running node: create, read,
// resolved references, pages, patient scope, patch, conflict. Usage: node smart.mjs URL
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const require = createRequire(`${process.env.CHARTLOG_NODE_MODULES ?? '.'}/`);
const smart = require('fhirclient');

const url = process.argv[2];
const marker = `smart-${Date.now()}`;
const client = smart({ headers: {} }, {}, {}).client({ serverUrl: `${url}/fhir` });
const state = {};

async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  assert.fail('the request should have been refused');
}

const steps = {
  async 'the client finds version and types in the CapabilityStatement'() {
    assert.equal(await client.getFhirRelease(), 4);
    assert.equal(await client.getFhirVersion(), '4.0.1');
  },

  async 'a patient with observations is created and read back'() {
    state.patient = await client.create({
      resourceType: 'Patient', identifier: [{ system: 'urn:smart', value: marker }],
      name: [{ family: 'Smart', given: ['Ida'] }], birthDate: '1975-05-06',
    });
    for (let n = 0; n < 25; ++n) {
      await client.create({
        resourceType: 'Observation', status: 'final', subject: { reference: `Patient/${state.patient.id}` },
        code: { coding: [{ system: 'http://loinc.org', code: n % 2 ? '8302-2' : '29463-7' }] },
        effectiveDateTime: `2024-01-${String(n + 1).padStart(2, '0')}`, valueQuantity: { value: 70 + n, unit: 'kg' },
      });
    }
    assert.deepEqual(await client.request(`Patient/${state.patient.id}`), state.patient);
  },

  async 'all pages of a search are followed and flattened'() {
    const all = await client.request(`Observation?patient=${state.patient.id}&_count=10`, { pageLimit: 0, flat: true });
    assert.equal(all.length, 25);
    assert.equal(new Set(all.map((one) => one.id)).size, 25);
    const pages = [];
    await client.request(`Observation?patient=${state.patient.id}&_count=10`, { pageLimit: 2, onPage: (page) => { pages.push(page); } });
    assert.deepEqual(pages.map((page) => page.entry.length), [10, 10]);
  },

  async 'references are resolved into the answer'() {
    const [first] = await client.request(`Observation?patient=${state.patient.id}&_count=1`, { flat: true });
    const one = await client.request(`Observation/${first.id}`, { resolveReferences: 'subject', graph: true });
    assert.equal(one.subject.name[0].family, 'Smart');
  },

  async 'values are picked by code, as apps for growth charts do'() {
    const all = await client.request(`Observation?patient=${state.patient.id}&code=http://loinc.org|29463-7`, { pageLimit: 0, flat: true });
    const byCode = client.byCodes(all, 'code');
    assert.equal(byCode('29463-7').length, 13);
  },

  async 'an update and a JSON Patch make versions'() {
    const updated = await client.update({ ...state.patient, gender: 'female' });
    assert.equal(updated.meta.versionId, '2');
    const patched = await client.patch(`Patient/${state.patient.id}`, [{ op: 'replace', path: '/name/0/family', value: 'Smarter' }]);
    assert.equal(patched.meta.versionId, '3');
    assert.equal(patched.name[0].family, 'Smarter');
  },

  async 'an old version is refused with 412 and its reason reaches the app'() {
    const refused = await refusal(client.update({ ...state.patient, gender: 'male' }, { headers: { 'If-Match': 'W/"1"' } }));
    assert.equal(refused.status, 412);
    assert.match(refused.message, /Precondition|412/);
  },

  async 'what is wrong is refused with the element that is'() {
    const refused = await refusal(client.create({ resourceType: 'Patient', birthDate: '1975-13-06' }));
    assert.equal(refused.status, 422);
    assert.match(String(refused.message), /birthDate/);
  },

  async 'a deleted resource is gone'() {
    await client.delete(`Patient/${state.patient.id}`);
    assert.equal((await refusal(client.request(`Patient/${state.patient.id}`))).status, 410);
  },
};

let failed = 0;
for (const [name, step] of Object.entries(steps)) {
  try {
    await step();
    console.log(`ok   ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}\n${error.stack}`);
  }
}
console.log(`${Object.keys(steps).length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
