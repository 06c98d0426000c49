// An answer that is asked for again and again while the page is in sight.
import { useEffect, useState } from 'preact/hooks';
import { get, Refused } from '../api.ts';
import { every } from './use_figures.ts';

export interface Again<T> { body: T | null; error: Error | null }

// `refusedToo`: a refusal with a body of this kind is an answer as well (503 of
// /health/ready). Another `turn` asks at once.
export function useAgain<T>(path: string, milliseconds: number, refusedToo = false, turn = 0): Again<T> {
  const [state, setState] = useState<Again<T>>({ body: null, error: null });
  useEffect(() => every(milliseconds, async (signal) => {
    try {
      const { body } = await get<T>(path, { signal });
      setState({ body, error: null });
    } catch (error) {
      if ((error as Error).name === 'AbortError') return;
      if (refusedToo && error instanceof Refused && error.status === 503 && (error.body as { shards?: unknown } | null)?.shards) setState({ body: error.body as T, error: null });
      else setState((before) => ({ ...before, error: error as Error }));
    }
  }), [path, milliseconds, turn]);
  return state;
}
