// Figures in words, gaps out of lists, tables for a spreadsheet.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvOf } from '../../../query/web/parts/csv.ts';
import { comparisonHead, comparisonRows } from '../../../query/web/population/comparison_csv.ts';
import { gapsIn } from '../../../query/web/population/gaps.ts';
import { changeText, directionText, fraction, fractionText, interval, percent, periodText, standingText, titleOf } from '../../../query/web/population/measure_text.ts';
import { pointsOf } from '../../../query/web/population/rate_trend.tsx';

const month = (known_at_end_of: string, rate?: number) => ({ known_at_end_of, rate, patients: 10, failed: 0, populations: {} });
const members = (...patients: string[]) => patients.map((patient) => ({ patient, count: 1 }));

test('a change is told in points, and judged only where the direction is clear', () => {
  const months = [month('2026-09', 0.4), month('2026-10'), month('2026-11', 0.421)];
  assert.equal(changeText(months, 'increase'), '+2.1 points since Sep 2026, better');
  assert.equal(changeText(months, 'decrease'), '+2.1 points since Sep 2026, worse');
  assert.equal(changeText(months, 'unclear'), '+2.1 points since Sep 2026');
  assert.equal(changeText([month('2026-10', 0.5), month('2026-11', 0.4)], 'decrease'), '−10.0 points since Oct 2026, better');
  assert.equal(changeText([month('2026-10', 0.5), month('2026-11', 0.5)], 'increase'), 'unchanged since Oct 2026');
  assert.equal(changeText([month('2026-11', 0.5)], 'increase'), 'known since Nov 2026');
  assert.equal(changeText([month('2026-11')], 'increase'), '');
  assert.match(directionText('unclear').why ?? '', /disagree/);
});

const populations = { denominator: 20, 'denominator-exclusion': 3, 'denominator-exception': 2, numerator: 9, 'numerator-exclusion': 1 };

test('a rate leaves out who is excluded or excepted', () => {
  assert.deepEqual(fraction({ patients: 30, failed: 0, populations }), { met: 8, asked: 15 });
});

test('a number that is withheld is never counted as none', () => {
  const figures = { patients: 30, failed: 0, populations: { ...populations, numerator: null }, rate: null };
  assert.deepEqual(fraction(figures), { met: null, asked: 15 });
  assert.equal(fractionText(figures), 'withheld of 15');
  assert.equal(percent(null), 'withheld');
  assert.equal(interval(null, 15), null);
  const row = comparisonRows({ measure: 'm', name: 'm', version: '1', title: 'm', period: '2025', position: '', by: 'sex', groups: [{ group: 1, scoring: 'proportion', counts: 'patients', populations: [], strata: [{ stratum: 'female', ...figures }] }] }, 1)[0]!;
  assert.equal(row[comparisonHead.indexOf('numerator')], 'withheld');
  assert.equal(row[comparisonHead.indexOf('rate')], 'withheld');
});

test('the interval of few is wide, of nobody none', () => {
  assert.equal(interval(0, 0), null);
  const few = interval(3, 5)!, many = interval(300, 500)!;
  assert.deepEqual([few.low.toFixed(3), few.high.toFixed(3)], ['0.231', '0.882']);  // Wilson 1927, computed apart
  assert.ok(many.high - many.low < 0.1);
  assert.ok(interval(0, 3)!.low === 0 && interval(3, 3)!.high === 1);
});

test('a gap is who is asked for and lacks it, or has what should be rare', () => {
  const lists = { denominator: members('a', 'b', 'c', 'd'), 'denominator-exclusion': members('b'), 'denominator-exception': members('d'), numerator: members('c') };
  assert.deepEqual(gapsIn(lists, 'increase'), { open: members('a'), asked: 2 });
  assert.deepEqual(gapsIn(lists, 'decrease'), { open: members('c'), asked: 2 });
});

test('episodes count one by one', () => {
  const lists = { denominator: [{ patient: 'a', count: 3 }, { patient: 'b', count: 1 }], numerator: [{ patient: 'a', count: 1 }, { patient: 'b', count: 1 }] };
  assert.deepEqual(gapsIn(lists, 'increase').open, [{ patient: 'a', count: 2 }]);
});

test('standings, periods and titles are words', () => {
  assert.equal(standingText('denominator initial-population'), 'denominator');
  assert.equal(standingText('denominator initial-population numerator×2'), 'numerator ×2');
  assert.equal(standingText('failed'), 'could not be evaluated');
  assert.equal(standingText(''), 'in no population');
  assert.equal(periodText('2025-01-01/2025-12-31'), '2025');
  assert.equal(periodText('2025-01-01/2025-06-30'), '1 Jan 2025 – 30 Jun 2025');
  assert.equal(titleOf('Breast Cancer ScreeningFHIR'), 'Breast Cancer Screening');
});

test('months lie apart as far as they are', () => {
  const [first, second, third] = pointsOf([month('2026-01', 0), month('2026-02', 1), month('2026-11', 0.5)]);
  assert.ok(second!.x - first!.x < (third!.x - second!.x) / 8);
  assert.ok(second!.y < third!.y && third!.y < first!.y);
});

test('cells of a table are quoted, and none becomes a formula', () => {
  assert.equal(csvOf(['a', 'b'], [['x, "y"', -1.5], ['=1+1', null]]), "a,b\r\n\"x, \"\"y\"\"\",-1.5\r\n'=1+1,\r\n");
});
