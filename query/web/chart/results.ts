// Values as tests and times: one test a series, its panel the newest report that names it. What is
// abnormal is said by the node; here values are only put in order.
import { instant } from '../text/date.ts';
import { amount, range, unit } from '../text/number.ts';
import { coded, type Coded } from '../text/word.ts';
import type { Chart, Flag, Item, Point, Trends } from './types.ts';

export interface Test {
  series: string;
  name: string;
  title: string;      // the code's own, whole name
  unit: string;       // as shown; empty for what has none
  range: string;      // given with the newest value
  points: Point[];    // newest first
  kind: 'vital' | 'laboratory' | 'other';
  panel: string;
}
export interface Panel { name: string; tests: Test[] }

// LOINC's long names say the property in brackets: "Creatinine [Mass/volume] in Serum or Plasma".
function shortName(display: string): string {
  return display.replace(/\s*\[[^\]]*\]/g, '').replace(/ (in|by) (Serum or Plasma|Blood|Urine|Serum|Plasma|Automated count|Test strip|Direct assay).*/i, (_, __, where: string) => (/urine/i.test(where) ? ', urine' : ''));
}

function nameOf(points: Point[], named: string | undefined): string {
  const display = coded(points[0]?.code, points[0]?.series);
  return named ?? shortName(display);
}

export function shownUnit(point: Point): string {
  return unit(point.converted?.unit ?? point.unit_code ?? point.unit);
}

export function numeric(point: Point): number | null {
  if (point.converted) return point.converted.value;
  return typeof point.value === 'number' ? point.value : null;
}

// "< 5", "138.4", "Positive": the unit is said beside it.
export function valueText(point: Point): string {
  const number = numeric(point);
  if (number === null) return coded(point.value as Coded);
  return amount({ value: number, comparator: point.converted?.comparator ?? point.comparator });
}

export function valueWithUnit(point: Point): string {
  const named = shownUnit(point);
  return named === '%' ? `${valueText(point)}%` : [valueText(point), numeric(point) === null ? '' : named].filter(Boolean).join(' ');
}

export function rangeText(point: Point | undefined): string {
  if (!point) return '';
  const given = point.converted?.range ?? point.range;
  return given ? range(given.low, given.high) || point.range?.text || '' : '';
}

const flagWords: Readonly<Record<string, string>> = {
  H: 'High', L: 'Low', HH: 'Critical high', LL: 'Critical low', A: 'Abnormal', AA: 'Critical', 'H>': 'Critical high', HU: 'High', LU: 'Low', POS: 'Positive', R: 'Resistant',
};

// The flag in words; empty for what is in order.
export function flagWord(flag: Flag | undefined): string {
  if (!flag || flag.code === 'N' || flag.code === '') return '';
  const word = flagWords[flag.code] ?? flag.code;
  return flag.critical && !/critical/i.test(word) ? `Critical ${word.toLowerCase()}` : word;
}

function codesOf(items: Item[]): Set<string> {
  const codes = new Set<string>();
  for (const item of items) {
    if (item.code?.code) codes.add(item.code.code);
    for (const part of item.components ?? []) if (part.code?.code) codes.add(part.code.code);
  }
  return codes;
}

// Observation → name of the newest report that names it.
function panelsOf(reports: Item[]): Map<string, string> {
  const panels = new Map<string, string>();
  for (const report of reports) {
    for (const result of report.results ?? []) if (!panels.has(result)) panels.set(result, shortName(coded(report.code)).replace(/ - .*/, ''));
  }
  return panels;
}

// By the category that the chart has it under; what is older than the chart's newest observations is
// known by its series.
const vitalSeries = new Set(['systolic', 'diastolic', 'heart_rate', 'respiratory_rate', 'temperature', 'oxygen_saturation', 'weight', 'height', 'bmi', 'head_circumference']);

function kindOf(own: Point[], isAnalyte: boolean, codes: Readonly<Record<'vitals' | 'labs' | 'others', Set<string>>>): Test['kind'] {
  const isIn = (set: Set<string>) => own.some((point) => set.has(point.code.code ?? ''));
  if (isIn(codes.vitals) || vitalSeries.has(own[0]?.series ?? '')) return 'vital';
  if (isIn(codes.labs)) return 'laboratory';
  return isAnalyte && !isIn(codes.others) ? 'laboratory' : 'other';
}

export function testsOf(chart: Chart, trends: Trends): Test[] {
  const vitals = codesOf(chart.vitals.items), labs = codesOf(chart.labs.items), others = codesOf(chart.observations.items), panels = panelsOf(chart.reports.items);
  const points = new Map<string, Point[]>();
  for (const point of trends.values) {
    const list = points.get(point.series);
    if (list) list.push(point);
    else points.set(point.series, [point]);
  }
  return trends.series.flatMap((text) => {
    const own = points.get(text.series);
    const newest = own?.[0];
    if (!own || !newest) return [];
    const kind = kindOf(own, text.name !== undefined, { vitals, labs, others });
    const panel = own.map((point) => panels.get(`Observation/${point.observation}`)).find(Boolean);
    return [{
      series: text.series, name: nameOf(own, text.name), title: coded(newest.code), unit: shownUnit(newest), range: rangeText(newest), points: own, kind,
      panel: panel ?? (kind === 'vital' ? 'Vital signs' : kind === 'laboratory' ? 'Other laboratory' : 'Findings and surveys'),
    } satisfies Test];
  });
}

// Panels by name, vital signs first; tests within them by name.
export function panelsIn(tests: Test[]): Panel[] {
  const panels = new Map<string, Test[]>();
  for (const test of tests) panels.set(test.panel, [...(panels.get(test.panel) ?? []), test]);
  const weight = (name: string) => (name === 'Vital signs' ? 0 : name === 'Findings and surveys' ? 2 : 1);
  return [...panels]
    .map(([name, own]) => ({ name, tests: own.sort((a, b) => a.name.localeCompare(b.name)) }))
    .sort((a, b) => weight(a.name) - weight(b.name) || a.name.localeCompare(b.name));
}

// A column of the grid: a minute in which something was measured.
export function columnOf(point: Point): string {
  return (point.time ?? '').slice(0, 16);
}

export function columnsOf(tests: Test[]): string[] {
  const columns = new Map<string, number>();
  for (const test of tests) {
    for (const point of test.points) if (point.time) columns.set(columnOf(point), instant(point.time) ?? 0);
  }
  return [...columns].sort((a, b) => b[1] - a[1]).map(([column]) => column);
}
