// Who lacks what a measure asks for: the same rule as Measure/$care-gaps, over the lists that the
// node keeps, so that there is no end at a hundred patients and a stratum has a list of its own.
import { allPages } from '../parts/pages_of.ts';
import { membersPath, type Cell } from './addresses.ts';
import type { Direction, Member, Members } from './types.ts';

const listMax = 40;  // pages of 500 each: 20,000 patients
const atOnce = 500;

export type Lists = Readonly<Record<string, readonly Member[]>>;

export interface Gaps { open: Member[]; asked: number; cut: boolean }

const asCounts = (members: readonly Member[] = []) => new Map(members.map((one) => [one.patient, one.count]));

// In the denominator, neither excluded nor excepted, and (higher is better) not in the numerator,
// or (lower is better) in it.
export function gapsIn(lists: Lists, direction: Direction): { open: Member[]; asked: number } {
  const of = Object.fromEntries(Object.entries(lists).map(([code, members]) => [code, asCounts(members)]));
  const count = (code: string, patient: string) => of[code]?.get(patient) ?? 0;
  const open: Member[] = [];
  let patients = 0;
  for (const { patient, count: inDenominator } of lists.denominator ?? []) {
    const asked = inDenominator - count('denominator-exclusion', patient) - count('denominator-exception', patient);
    const met = count('numerator', patient) - count('numerator-exclusion', patient);
    if (asked <= 0) continue;
    patients += 1;
    const missing = direction === 'increase' ? asked - met : met;
    if (missing > 0) open.push({ patient, count: missing });
  }
  return { open, asked: patients };
}

export async function readGaps(cell: Cell, direction: Direction, populations: readonly string[], signal: AbortSignal): Promise<Gaps> {
  const codes = ['denominator', 'denominator-exclusion', 'denominator-exception', 'numerator', 'numerator-exclusion'].filter((code) => populations.includes(code));
  const read = await Promise.all(codes.map((code) => allPages<Members, Member>(membersPath(cell, code, atOnce), (page) => page.patients, listMax, signal)));
  const lists = Object.fromEntries(codes.map((code, i) => [code, read[i]!.items]));
  return { ...gapsIn(lists, direction), cut: read.some((one) => one.cut) };
}
