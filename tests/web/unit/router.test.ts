// Addresses and what they name.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wordsOf } from '../../../query/web/api.ts';
import { match } from '../../../query/web/router.ts';

test('a pattern names parts of an address', () => {
  assert.deepEqual(match('/patients/:id/*', '/patients/a%20b/results'), { id: 'a b', rest: 'results' });
  assert.deepEqual(match('/patients/:id/*', '/patients/ana'), { id: 'ana', rest: '' });
  assert.equal(match('/patients', '/patients/ana'), null);
  assert.deepEqual(match('/', '/'), {});
});

test('a refusal speaks in the words of the node', () => {
  assert.equal(wordsOf({ issue: [{ diagnostics: 'Patient.birthDate: write YYYY' }] }, 422), 'Patient.birthDate: write YYYY');
  assert.equal(wordsOf({ title: 'Not Found', detail: 'nothing is known of it' }, 404), 'nothing is known of it');
  assert.match(wordsOf(null, 500), /500/);
});
