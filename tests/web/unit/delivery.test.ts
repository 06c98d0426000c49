// A write on its way: nobody is told what is not known.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gapsIn } from '../../../query/web/chart/care_gaps.tsx';
import { ask, deliver, type Outcome, type Write } from '../../../query/web/chart/write/delivery.ts';

const write: Write = { method: 'POST', path: '/fhir', body: {} };
const issue = { issue: [{ diagnostics: 'in the words of the node' }] };

// What the next request is answered; null: the line breaks.
async function answered<T>(status: number | null, body: unknown, headers: Record<string, string>, act: () => Promise<T>): Promise<{ result: T; sent: Headers }> {
  let sent = new Headers();
  globalThis.fetch = (async (_: unknown, init: RequestInit) => {
    sent = new Headers(init.headers);
    if (status === null) throw new TypeError('the line broke');
    return new Response(JSON.stringify(body), { status, headers });
  }) as typeof fetch;
  return { result: await act(), sent };
}

test('each answer is what it says, and only a broken line or a late one is not known', async () => {
  const cases: [number | null, Outcome['state']][] = [[201, 'accepted'], [422, 'refused'], [403, 'refused'], [412, 'overtaken'], [409, 'overtaken'], [503, 'unknown'], [504, 'unknown'], [null, 'unknown']];
  for (const [status, state] of cases) {
    const { result, sent } = await answered(status, issue, {}, () => deliver(write, 'key'));
    assert.equal(result.state, state, String(status));
    assert.equal(sent.get('Idempotency-Key'), 'key');
    if (result.state !== 'accepted' && status !== null) assert.equal(result.message, 'in the words of the node');
  }
});

test('a write that was not answered in time is asked for by its commit', async () => {
  const { result } = await answered(504, issue, { 'Chartlog-Commit': '8.ab' }, () => deliver(write, 'key'));
  assert.deepEqual(result, { state: 'unknown', message: 'in the words of the node', commit: '8.ab' });
  const accepted = await answered(200, { state: 'accepted', position: 'log:8-6' }, {}, () => ask('8.ab'));
  assert.deepEqual(accepted.result, { state: 'accepted', position: 'log:8-6' });
  const refused = await answered(200, { state: 'refused', refusal: { detail: 'stale' } }, {}, () => ask('8.ab'));
  assert.deepEqual(refused.result, { state: 'refused', message: 'stale' });
  const pending = await answered(200, { state: 'pending' }, {}, () => ask('8.ab'));
  assert.equal(pending.result.state, 'unknown');
});

test('care gaps are the sections of the report that have one', () => {
  const composition = { resourceType: 'Composition', section: [{ title: 'Colorectal cancer screening', entry: [{}] }, { title: 'Closed' }] };
  assert.deepEqual(gapsIn({ parameter: [{ resource: { entry: [{ resource: composition }, { resource: { resourceType: 'DetectedIssue' } }] } }] }), ['Colorectal cancer screening']);
});
