// What every part of a chart may ask for: as of when it is, what came just now, how to look deeper.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { ago } from '../text/date.ts';
import type { Source } from './types.ts';

export interface ChartContext {
  patient: string;
  asOf: string | null;             // what was recorded by then
  at: string | null;               // about that day or instant; with either nothing is written
  judgedAt: number | null;         // what "3 days ago" counts from; null: now
  arrived: ReadonlySet<string>;
  addressOf(part: string): string;  // of the same moment
  openHistory(source: Source): void;
}

export const Context = createContext<ChartContext>({ patient: '', asOf: null, at: null, judgedAt: null, arrived: new Set(), addressOf: (part) => part, openHistory: () => undefined });

export const useChartContext = () => useContext(Context);

// How long ago that was, from the moment that is shown.
export function useAgo(): (time: string | undefined) => string {
  const { judgedAt } = useChartContext();
  return (time) => ago(time, judgedAt ?? Date.now());
}

// Of a row or a cell that shows these resources.
export function useArrived(): (sources: readonly Source[]) => string | undefined {
  const { arrived } = useChartContext();
  return (sources) => (sources.some((one) => arrived.has(`${one.type}/${one.id}`)) ? 'arrived' : undefined);
}
