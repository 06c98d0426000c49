// An audit in words; checkpoints read and checked; a record in steps.
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { lasting, whatText } from '../../../query/web/audit/audit_text.ts';
import { readCheckpoint, verify } from '../../../query/web/audit/note.ts';
import { dayTyped, instantTyped } from '../../../query/web/audit/parameters.ts';
import { previousOf, stepsOf } from '../../../query/web/audit/player.ts';

const event = (commit: string, id: string, version: number, effect = 'recorded') => ({ commit, id, version, effect, position: `log:0-${commit}`, time: '2026-01-01T00:00:00Z', type: 'Observation' });

test('a record is played by commits or by events, and each knows the version before', () => {
  const events = [event('1', 'a', 1), event('1', 'b', 1), event('2', 'a', 1, 'confirmed'), event('3', 'a', 2, 'amended')];
  assert.deepEqual(stepsOf(events).map((step) => step.events.length), [2, 1, 1]);
  assert.equal(stepsOf(events, 'event').length, 4);
  assert.equal(previousOf(events).get(events[3]!), events[0]);
  assert.equal(previousOf(events).get(events[1]!), undefined);
});

test('times are said as precisely as it matters', () => {
  assert.deepEqual([1, 90, 7500, 200_000, 250_000_000, 2_000_000_000].map(lasting), ['1 second', '2 minutes', '2 hours', '2 days', '7.9 years', '63 years']);
  assert.equal(whatText([{ type: 'Observation', count: 3 }]), '3\u00a0×\u00a0result');
});

test('days and instants are typed with the month in words', () => {
  assert.equal(dayTyped('4 Jun 2026'), '2026-06-04');
  assert.equal(dayTyped('Jun 2026'), null);
  assert.equal(instantTyped('4 Jun 2026, 9:30'), new Date('2026-06-04T09:30').toISOString());
  assert.equal(instantTyped('2026-06-04T09:30:00Z'), '2026-06-04T09:30:00Z');
  assert.equal(instantTyped('06/04/2026 9:30'), null);
});

function signed(text: string) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url');
  const hash = Buffer.from('7abd60a5', 'hex');
  const signature = Buffer.concat([hash, sign(null, Buffer.from(text), privateKey)]).toString('base64');
  return { key: `chartlog.node+7abd60a5+${Buffer.concat([Buffer.from([1]), raw]).toString('base64')}`, note: `${text}\n— chartlog.node ${signature}\n` };
}

test('a checkpoint is read, and its signature fits this text and this key only', async () => {
  const { key, note } = signed('chartlog/50ae/clinical/3\n16\neLwc=\nnext 17\ntime 2026-11-27T23:08:32.333Z\nmap 11 Cb8=\n');
  const read = readCheckpoint(note)!;
  assert.deepEqual([read.partition, read.size, read.next, read.time, read.signers], [3, 16, 17, '2026-11-27T23:08:32.333Z', ['chartlog.node']]);
  assert.equal(await verify(read, [key]), 'verified');
  assert.equal(await verify(readCheckpoint(note.replace('\n16\n', '\n15\n'))!, [key]), 'wrong');
  assert.equal(await verify(read, []), 'unknown signer');
  assert.equal(readCheckpoint('nothing of ours'), null);
});
