// What every part of a chart may ask for: as of when it is, what came just now, how to look deeper.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Source } from './types.ts';

export interface ChartContext {
  patient: string;
  asOf: string | null;             // set: a view of the past, in which nothing is written
  arrived: ReadonlySet<string>;
  openHistory(source: Source): void;
}

export const Context = createContext<ChartContext>({ patient: '', asOf: null, arrived: new Set(), openHistory: () => undefined });

export const useChartContext = () => useContext(Context);

// Of a row or a cell that shows these resources.
export function useArrived(): (sources: readonly Source[]) => string | undefined {
  const { arrived } = useChartContext();
  return (sources) => (sources.some((one) => arrived.has(`${one.type}/${one.id}`)) ? 'arrived' : undefined);
}
