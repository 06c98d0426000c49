// Several answers of /trends as one.
import { instant } from '../text/date.ts';
import type { Coded } from '../text/word.ts';
import type { Chart, Point, SeriesText, Trends } from './types.ts';

// As /trends takes it.
export const codeText = (code: Coded): string => (code.system ? `${code.system}|${code.code}` : code.code ?? '');

// Of the observations on a chart and of their parts.
export function codesIn(chart: Chart): string[] {
  const items = [...chart.vitals.items, ...chart.labs.items, ...chart.observations.items];
  const codes = items.flatMap((item) => [item.code, ...(item.components ?? []).map((part) => part.code)]);
  return [...new Set(codes.filter((code) => code?.code).map((code) => codeText(code!)))];
}

// Of those asked for (`system|code` or `code`), the ones without any value in the answer.
export function missingIn(codes: readonly string[], answer: Trends): string[] {
  const there = new Set(answer.values.flatMap(({ code }) => [code.code ?? '', `${code.system ?? ''}|${code.code ?? ''}`]));
  return codes.filter((code) => !there.has(code));
}

const newestFirst = (one: Point, other: Point) => (instant(other.time) ?? -Infinity) - (instant(one.time) ?? -Infinity);

// Codes of one analyte may have come in different answers.
function joinedSeries(all: readonly SeriesText[]): SeriesText[] {
  const byName = new Map<string, SeriesText>();
  for (const one of all) {
    const known = byName.get(one.series);
    byName.set(one.series, known ? { ...known, codes: [...known.codes, ...one.codes], count: known.count + one.count } : one);
  }
  return [...byName.values()];
}

export function joined(one: Trends, other: Trends): Trends {
  if (one.values.length === 0) return { ...other, more: one.more || other.more };
  return {
    notice: other.notice, more: one.more || other.more, values: [...one.values, ...other.values].sort(newestFirst),
    series: joinedSeries([...one.series, ...other.series]), detected: [...(one.detected ?? []), ...(other.detected ?? [])],
  };
}
