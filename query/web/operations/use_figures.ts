// /metrics read every other second while the page is in sight; the last minutes are kept.
import { useEffect, useState } from 'preact/hooks';
import { parseMetrics, type Reading } from './prometheus.ts';

const pause = 2000, kept = 90;

export interface Figures { readings: readonly Reading[]; error: Error | null }

async function read(signal: AbortSignal): Promise<Reading> {
  const response = await fetch('/metrics', { signal, cache: 'no-store' });
  if (!response.ok) throw new Error(`The node answered ${response.status} to /metrics; it is asked again.`);
  return { at: Date.now(), samples: parseMetrics(await response.text()) };
}

// Calls `ask` at once and every `milliseconds` after it has come back, while the page is in sight.
export function every(milliseconds: number, ask: (signal: AbortSignal) => Promise<void>): () => void {
  const stop = new AbortController();
  let timer: ReturnType<typeof setTimeout>;
  const turn = async () => {
    if (!document.hidden) await ask(stop.signal);
    if (!stop.signal.aborted) timer = setTimeout(turn, milliseconds);
  };
  void turn();
  return () => {
    stop.abort();
    clearTimeout(timer);
  };
}

export function useFigures(): Figures {
  const [figures, setFigures] = useState<Figures>({ readings: [], error: null });
  useEffect(() => every(pause, async (signal) => {
    try {
      const reading = await read(signal);
      setFigures((before) => ({ readings: [...before.readings, reading].slice(-kept), error: null }));
    } catch (error) {
      if ((error as Error).name !== 'AbortError') setFigures((before) => ({ ...before, error: error instanceof TypeError ? new Error('No answer from the node; it is asked again every two seconds.') : (error as Error) }));
    }
  }), []);
  return figures;
}
