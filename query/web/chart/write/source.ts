// What a line of the medication list rests on, as it is on the record: what is stopped, changed or
// renewed is that resource, at the version that was seen.
import { useEffect, useState } from 'preact/hooks';
import { get } from '../../api.ts';
import type { MedicationLine } from '../types.ts';
import type { Resource } from './resources.ts';

type Source = MedicationLine['rests_on'][number];

const inForce = new Set(['active', 'on-hold', 'intended']);
const renewable = new Set(['active', 'completed']);

const isInForce = (one: Source) => (one.type === 'MedicationRequest' || one.type === 'MedicationStatement') && inForce.has(one.status ?? '');
const isPlan = (one: Source) => one.intent === 'proposal' || one.intent === 'plan';
const ordered = (line: MedicationLine, statuses: ReadonlySet<string>) => line.rests_on.find((one) => one.type === 'MedicationRequest' && statuses.has(one.status ?? '') && !isPlan(one));

// Of the line's sources the one that says it is taken.
export const sourceToStop = (line: MedicationLine): Source | undefined => line.rests_on.find(isInForce);

const takenStates: ReadonlySet<string> = new Set(['active', 'on_hold', 'may_still_be_taking']);

// The order that another takes the place of: one in force, else one that was fulfilled.
export const orderToChange = (line: MedicationLine): Source | undefined => (takenStates.has(line.state) ? ordered(line, inForce) ?? ordered(line, renewable) : undefined);
export const orderToRenew = (line: MedicationLine): Source | undefined => (takenStates.has(line.state) && line.state !== 'on_hold' ? ordered(line, renewable) : undefined);

// What goes on saying that it is taken when this one no longer does.
export const othersInForce = (line: MedicationLine, source: Source): Source[] => line.rests_on.filter((one) => isInForce(one) && !isPlan(one) && one.id !== source.id);

export interface Seen { resource: Resource; etag: string }
export interface UsedSource {
  seen: Seen | null;
  before: Resource | null;  // as it was seen before somebody else was faster
  error: Error | null;
  lookAgain(): void;
}

export function useSource(source: Source | undefined): UsedSource {
  const [seen, setSeen] = useState<Seen | null>(null);
  const [before, setBefore] = useState<Resource | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const path = source ? `/fhir/${source.type}/${source.id}` : null;
  const look = () => {
    if (path) get<Resource>(path).then((answer) => setSeen({ resource: answer.body, etag: answer.etag ?? '' }), setError);
  };
  useEffect(look, [path]);
  const lookAgain = () => {
    setBefore(seen?.resource ?? null);
    look();
  };
  return { seen, before, error, lookAgain };
}
