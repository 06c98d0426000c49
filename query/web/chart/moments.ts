// The moments at which a record changed, from the log: between two of them nothing did, so they are
// all moments there are.
import { useEffect, useState } from 'preact/hooks';
import { getLines } from '../lines.ts';
import { withParameters } from '../api.ts';
import { recorded } from '../text/date.ts';
import { typeWord } from '../text/word.ts';

export interface Moment {
  position: string;  // as of which exactly this and all before is known
  time: string;
  what: string;      // what came with it, in words
}

interface Event { position: string; time: string; effect: string; type: string; id: string }

const namedMax = 3;

function wordsOf(events: Event[]): string {
  const counts = new Map<string, number>();
  for (const event of events) {
    const word = `${typeWord(event.type)} ${event.effect}`;
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const words = [...counts].map(([word, count]) => (count === 1 ? word : `${count} × ${word}`));
  return words.length > namedMax ? `${words.slice(0, namedMax).join(', ')} and more` : words.join(', ');
}

export function momentsOf(events: Event[]): Moment[] {
  const commits = new Map<string, Event[]>();
  for (const event of events) {
    const own = commits.get(event.position);
    if (own) own.push(event);
    else commits.set(event.position, [event]);
  }
  return [...commits].map(([position, own]) => ({ position, time: own[0]!.time, what: wordsOf(own) }));
}

// To the second: several changes come within a minute.
export function exactly(time: string): string {
  const seconds = new Date(time).getSeconds();
  return `${recorded(time)}:${String(seconds).padStart(2, '0')}`;
}

export interface Moments { list: Moment[] | null; error: Error | null }

// `turn` counts up when the record has changed.
export function useMoments(patient: string, wanted: boolean, turn: string | undefined): Moments {
  const [state, setState] = useState<Moments>({ list: null, error: null });
  useEffect(() => {
    if (!wanted) return undefined;
    const stop = new AbortController();
    getLines<Event>(withParameters('/audit/replay', { patient }), stop.signal).then(
      (events) => setState({ list: momentsOf(events), error: null }),
      (error: Error) => {
        if (error.name !== 'AbortError') setState({ list: null, error });
      },
    );
    return () => stop.abort();
  }, [patient, wanted, turn]);
  return state;
}

// Which moment an `asOf` is: of a position its own, of a time the last one before its end.
export function indexOf(moments: readonly Moment[], asOf: string | null): number {
  if (asOf === null) return moments.length;
  const exact = moments.findIndex((moment) => moment.position === asOf);
  if (exact >= 0) return exact;
  const end = /^\d{4}-\d\d-\d\d$/.test(asOf) ? `${asOf}T23:59:59.999Z` : asOf;
  const later = moments.findIndex((moment) => Date.parse(moment.time) > Date.parse(end));
  return Math.max(0, (later < 0 ? moments.length : later) - 1);
}
