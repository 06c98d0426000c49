// Two answers about one patient, side by side: which lines are new, changed or gone.
import { coded, plain } from '../text/word.ts';
import { amount, dose, type Quantity } from '../text/number.ts';
import { day, moment } from '../text/date.ts';
import { allergyText } from './allergy_text.ts';
import type { Chart, Item, MedicationLine, Medications, Value } from './types.ts';
import { keyOf, medicationStates } from './types.ts';

export type Mark = 'new' | 'changed' | 'gone' | 'same';
export interface Side { text: string; version: number }
export interface Row { key: string; left: Side | null; right: Side | null; mark: Mark }
export interface Group { title: string; rows: Row[] }

function valueWords(value: Value | undefined): string {
  if (value === undefined) return '';
  if (typeof value !== 'object') return String(value);
  return 'value' in value ? amount(value as Quantity) : coded(value as { display?: string });
}

function itemWords(item: Item): string {
  if (item.type === 'AllergyIntolerance') return allergyText(item);
  const parts = (item.components ?? []).map((part) => `${coded(part.code)} ${valueWords(part.value)}`);
  const name = coded(item.code) || item.title || item.description || item.type;
  const settled = ['final', 'finished', 'completed', 'current', 'active'];
  const state = item.status && !settled.includes(item.status) ? plain(item.status) : '';
  const when = item.type === 'Condition' ? day(item.time) && `since ${day(item.time)}` : moment(item.time);
  return [name, valueWords(item.value), ...parts, state, item.conclusion, when].filter(Boolean).join(' · ');
}

function medicationWords(line: MedicationLine): string {
  return [coded(line.drug, 'not coded'), dose(line.dose), plain(line.state)].filter(Boolean).join(' · ');
}

function sidesOf(items: Item[]): Map<string, Side> {
  return new Map(items.map((item) => [keyOf(item), { text: itemWords(item), version: item.version }]));
}

// A drug is the same line whichever resource decided it.
function medicationSides(list: Medications | null): Map<string, Side> {
  const lines = medicationStates.flatMap((state) => list?.[state] ?? []);
  return new Map(lines.map((line) => {
    const name = (line.ingredients ?? []).map((one) => one.code).sort().join('+') || line.drug?.code || coded(line.drug);
    return [`${name} ${line.by_route ?? ''} ${line.rests_on.at(-1)?.id ?? ''}`, { text: medicationWords(line), version: Math.max(0, ...line.rests_on.map((one) => one.version)) }];
  }));
}

function rowsOf(left: Map<string, Side>, right: Map<string, Side>): Row[] {
  const keys = [...new Set([...right.keys(), ...left.keys()])];
  return keys.map((key) => {
    const one = left.get(key) ?? null, other = right.get(key) ?? null;
    const mark: Mark = !one ? 'new' : !other ? 'gone' : one.text !== other.text || one.version !== other.version ? 'changed' : 'same';
    return { key, left: one, right: other, mark };
  });
}

const sections: readonly { title: string; of(chart: Chart): Item[] }[] = [
  { title: 'Allergies', of: (chart) => [...chart.allergies.items, ...(chart.allergies.none_known ? [chart.allergies.none_known] : [])] },
  { title: 'Problems', of: (chart) => [...chart.problems.items, ...(chart.problems.none_known ? [chart.problems.none_known] : [])] },
  { title: 'Results and vital signs', of: (chart) => [...chart.vitals.items, ...chart.labs.items, ...chart.observations.items] },
  { title: 'Immunizations', of: (chart) => chart.immunizations.items },
  { title: 'Procedures', of: (chart) => chart.procedures.items },
  { title: 'Visits', of: (chart) => chart.encounters.items },
  { title: 'Reports and documents', of: (chart) => [...chart.reports.items, ...chart.documents.items] },
];

interface Known { chart: Chart; medications: Medications | null }

export function compare(left: Known, right: Known): Group[] {
  const groups = sections.map(({ title, of }) => ({ title, rows: rowsOf(sidesOf(of(left.chart)), sidesOf(of(right.chart))) }));
  groups.splice(2, 0, { title: 'Medications', rows: rowsOf(medicationSides(left.medications), medicationSides(right.medications)) });
  return groups;
}
