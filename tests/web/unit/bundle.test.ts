// What a browser has to load: the whole of it, compressed.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { findPath, readTyped } from '../../../query/web/find_query.ts';

const out = process.env.CHARTLOG_WEB_OUT;

test('script and style are at most 250 kB, compressed', { skip: out === undefined }, () => {
  const size = (name: string) => readFileSync(`${out}/${name}`).length;
  const whole = size('chartlog.js.gz') + size('chartlog.css.gz');
  console.log(`script and style: ${whole} bytes, compressed`);
  assert.ok(whole <= 250_000, `${whole} bytes`);
});

test('the page names no inline script and no inline style', { skip: out === undefined }, () => {
  const page = readFileSync(`${out}/index.html`, 'utf8');
  assert.match(page, /src="\/assets\/chartlog\.[0-9a-f]{12}\.js"/);
  assert.doesNotMatch(page, /<script>|<style|style=|onclick=/);
});

test('one box takes names, a birth date and an identifier in any order', () => {
  assert.deepEqual(readTyped('Abelson, Anselm 18 Jul 1960'), { names: ['Abelson', 'Anselm'], birth: '1960-07-18', identifier: null });
  assert.deepEqual(readTyped('MRN-007-000050'), { names: [], birth: null, identifier: 'MRN-007-000050' });
  assert.equal(findPath('a', 20), null);
  assert.match(findPath('ab el', 20) ?? '', /name=ab&name=el&_elements=/);
});
