// Figures of a node: read, compared, said.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, duration, perSecond } from '../../../query/web/operations/figure_text.ts';
import { parseMetrics, quantile, rate, sum } from '../../../query/web/operations/prometheus.ts';
import { statusesIn } from '../../../query/web/operations/subscription_status.ts';

const text = (requests: number) => `# HELP http_requests_total Requests
# TYPE http_requests_total counter
http_requests_total{method="GET",route="/measures/{measure}",status="200"} ${requests}
http_requests_total{method="GET",route="/a \\"b\\"",status="503"} 2
process_threads 49
http_request_seconds_bucket{route="/a",le="0.001"} 5
http_request_seconds_bucket{route="/a",le="0.01"} 9
http_request_seconds_bucket{route="/a",le="+Inf"} 10
`;

test('samples are read with their labels', () => {
  const samples = parseMetrics(text(7));
  assert.equal(sum(samples, 'http_requests_total'), 9);
  assert.equal(sum(samples, 'http_requests_total', ({ route }) => route === '/measures/{measure}'), 7);
  assert.equal(samples[1]!.labels.route, '/a "b"');
  assert.equal(sum(samples, 'process_threads'), 49);
});

test('a rate is of two reads, and none when the node began anew', () => {
  const before = { at: 0, samples: parseMetrics(text(7)) }, now = { at: 4000, samples: parseMetrics(text(17)) };
  assert.equal(rate(before, now, 'http_requests_total'), 2.5);
  assert.equal(rate(now, { at: 8000, samples: before.samples }, 'http_requests_total'), null);
  assert.equal(rate(undefined, now, 'http_requests_total'), null);
});

test('a share of a histogram lies in a bucket', () => {
  const samples = parseMetrics(text(1));
  assert.equal(quantile(samples, 'http_request_seconds', 0.5), 0.001);
  assert.equal(quantile(samples, 'http_request_seconds', 0.9), 0.01);
  assert.equal(quantile(samples, 'http_request_seconds', 0.99), Infinity);
  assert.equal(quantile(samples, 'http_request_seconds', 0.5, undefined, samples), null);
});

test('figures have units', () => {
  assert.deepEqual([0, 0.5, 12.34, 1234.5].map(perSecond), ['0/s', '0.5/s', '12.3/s', '1235/s']);
  assert.deepEqual([999, 1500, 330_563_584].map(bytes), ['999 bytes', '1.5 kB', '331 MB']);
  assert.deepEqual([0.00025, 0.0123, 2.5, Infinity].map(duration), ['250 µs', '12.3 ms', '2.5 s', 'longer']);
});

test('subscriptions in error stand first', () => {
  const status = (id: string, state: string) => ({ resource: { parameter: [{ name: 'subscription', valueReference: { reference: `http://n/fhir/Subscription/${id}` } }, { name: 'status', valueCode: state }, { name: 'events-since-subscription-start', valueString: '3' }] } });
  assert.deepEqual(statusesIn({ entry: [status('a', 'active'), status('b', 'error')] }).map((one) => `${one.id} ${one.status} ${one.events}`), ['b error 3', 'a active 3']);
});
