// The line to the node: no gap, and it says when it is down.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventParser, Line, type LineState, type Surroundings } from '../../../query/web/live.ts';

const event = (id: string, commit: string) => `event: change\nid: ${id}\ndata: {"commit":"${commit}"}\n\n`;

test('events are read from pieces that end anywhere', () => {
  const parser = new EventParser();
  const text = `id: log:1-0\n: from here\n\n${event('log:1-1', 'a')}`;
  const got = [...text].flatMap((letter) => parser.take(letter));
  assert.deepEqual(got.map((one) => [one.event, one.id, one.data]), [['change', 'log:1-1', '{"commit":"a"}']]);
  assert.equal(parser.id, 'log:1-1');
});

// Each opening gets the next of `answers`: text that is sent and then ends, or no line at all.
function surroundings(answers: (string | null)[], urls: string[], pauses: number[], finished: () => void): Surroundings {
  return {
    now: () => 1000,
    async wait(milliseconds) {
      pauses.push(milliseconds);
      if (urls.length === answers.length) {
        finished();
        await new Promise(() => undefined);
      }
    },
    async open(url) {
      const answer = answers[urls.length];
      urls.push(url);
      if (answer === null || answer === undefined) throw new Error('no line');
      return new ReadableStream({
        start(stream) {
          stream.enqueue(new TextEncoder().encode(answer));
          stream.close();
        },
      });
    },
  };
}

test('a lost line is taken up where it was, with growing pauses, and says so', async () => {
  const urls: string[] = [], pauses: number[] = [], commits: string[] = [], states: LineState[] = [];
  let line: Line | undefined;
  await new Promise<void>((finished) => {
    const around = surroundings([event('log:1-5', 'a'), null, null, event('log:1-6', 'b')], urls, pauses, finished);
    line = new Line('ana', 'log:1-4', { change: (one) => commits.push(one.commit), line: (one) => states.push(one) }, around);
  });
  line!.close();
  assert.deepEqual(commits, ['a', 'b']);
  assert.deepEqual(urls.map((url) => new URLSearchParams(url.split('?')[1]).get('since')), ['log:1-4', 'log:1-5', 'log:1-5', 'log:1-5']);
  assert.deepEqual(pauses, [250, 500, 1000, 250]);
  assert.deepEqual(states.map((one) => one.state), ['opening', 'live', 'lost', 'lost', 'lost', 'live', 'lost']);
});
