// Measures in words: which way is better, who counts, how sure a small number is.
import { day } from '../text/date.ts';
import type { Count, Direction, Figures, MonthFigures } from './types.ts';

export const fewPatients = 11;  // below it a rate says little, and a cell may point at somebody

// Content for FHIR ends its titles so; people do not.
export const titleOf = (title: string) => title.replace(/\s*FHIR$/, '');

export function periodText(period: string): string {
  const [from = '', to = ''] = period.split('/');
  if (from.endsWith('-01-01') && to === `${from.slice(0, 4)}-12-31`) return from.slice(0, 4);
  return to ? `${day(from)} – ${day(to)}` : day(from);
}

const directions: Readonly<Record<Direction, { sign: string; words: string }>> = {
  increase: { sign: '↑', words: 'Higher is better' },
  decrease: { sign: '↓', words: 'Lower is better' },
  unclear: { sign: '?', words: 'Direction unclear' },
};

export function directionText(direction: Direction | undefined): { sign: string; words: string; why?: string } {
  if (!direction) return { sign: '–', words: 'Direction not stated' };
  if (direction !== 'unclear') return directions[direction];
  return { ...directions.unclear, why: 'The code and the display of its improvement notation disagree: nobody can say which side is meant, so nothing is ranked or called a gap.' };
}

const populations: Readonly<Record<string, string>> = {
  patients: 'Patients looked at', failed: 'Could not be evaluated', 'initial-population': 'Initial population', denominator: 'Denominator',
  'denominator-exclusion': 'Excluded', 'denominator-exception': 'Exceptions', numerator: 'Numerator', 'numerator-exclusion': 'Excluded from the numerator',
  'measure-population': 'Measure population', 'measure-population-exclusion': 'Excluded', 'measure-observation': 'Observations',
};
// As a reader asks: who was looked at, who is meant, who is left out, who has it.
const order = ['patients', 'initial-population', 'measure-population', 'denominator', 'denominator-exclusion', 'denominator-exception', 'numerator', 'numerator-exclusion', 'failed'];
export const inOrder = (codes: readonly string[]) => [...order.filter((code) => codes.includes(code)), ...codes.filter((code) => !order.includes(code))];

export const populationWord = (code: string) => populations[code] ?? code.replaceAll('-', ' ');

export const withheldWord = 'withheld';
export const countText = (count: Count) => (count === null ? withheldWord : String(count));

export function percent(rate: Count | undefined): string {
  return rate === undefined ? '' : rate === null ? withheldWord : `${(rate * 100).toFixed(1)}%`;
}

// A difference of which a part is withheld is withheld.
function less(figures: Figures, from: string, ...codes: string[]): Count {
  const counts = [from, ...codes].map((code): Count => (code in figures.populations ? figures.populations[code]! : 0));
  return counts.reduce((left, count) => (left === null || count === null ? null : left - count));
}

// What the rate is a fraction of: exclusions and exceptions are taken out.
export function fraction(figures: Figures): { met: Count; asked: Count } {
  return { met: less(figures, 'numerator', 'numerator-exclusion'), asked: less(figures, 'denominator', 'denominator-exclusion', 'denominator-exception') };
}

export function fractionText(figures: Figures): string {
  const { met, asked } = fraction(figures);
  return met === null && asked === null ? withheldWord : `${countText(met)} of ${countText(asked)}`;
}

// Wilson's interval (1927): where the rate may lie, with 95 %, of so few or so many.
export function interval(met: Count, asked: Count): { low: number; high: number } | null {
  if (met === null || asked === null || asked <= 0 || met < 0 || met > asked) return null;
  const z = 1.959964, rate = met / asked, z2 = z * z;
  const middle = (rate + z2 / (2 * asked)) / (1 + z2 / asked);
  const half = (z / (1 + z2 / asked)) * Math.sqrt((rate * (1 - rate)) / asked + z2 / (4 * asked * asked));
  return { low: met === 0 ? 0 : middle - half, high: met === asked ? 1 : middle + half };
}

const monthName = (month: string) => day(month);

// How the rate went since the month before, in words and sign; better or worse only where the
// direction is clear.
export function changeText(months: readonly MonthFigures[], direction: Direction | undefined): string {
  const rated = months.filter((month) => month.rate !== undefined);
  const last = rated.at(-1), before = rated.at(-2);
  if (!last || last.rate === null || before?.rate === null) return '';
  if (!before) return `known since ${monthName(last.known_at_end_of)}`;
  const points = Math.round((last.rate! - before.rate!) * 1000) / 10;
  const since = `since ${monthName(before.known_at_end_of)}`;
  if (points === 0) return `unchanged ${since}`;
  const better = direction === 'increase' ? points > 0 : direction === 'decrease' ? points < 0 : null;
  const judged = better === null ? '' : better ? ', better' : ', worse';
  return `${points > 0 ? '+' : '−'}${Math.abs(points).toFixed(1)} points ${since}${judged}`;
}

// Populations as a flip has them: "denominator initial-population", "numerator×2", or nothing.
export function standingText(codes: string): string {
  const known = codes.split(/[ ,]+/).filter(Boolean);
  if (known.length === 0) return 'in no population';
  const telling = known.filter((code) => !/^(initial-population|denominator)(×\d+)?$/.test(code));
  const asked = known.filter((code) => code.startsWith('denominator'));
  const said = telling.length > 0 ? telling : asked.length > 0 ? asked : known;
  const words = said.map((code) => code.split('×'));
  return words.map(([code = '', times]) => `${populationWord(code).toLowerCase()}${times ? ` ×${times}` : ''}`).join(', ');
}
