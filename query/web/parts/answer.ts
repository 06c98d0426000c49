// An answer of the node as a part of the page: asked again when its address changes, the older one
// kept on the screen until the newer is there.
import { useCallback, useEffect, useState } from 'preact/hooks';
import { get } from '../api.ts';

export interface Loaded<T> {
  body: T | null;
  error: Error | null;
  loading: boolean;
  again(): void;
}

// `path` null: nothing to ask. `wait`: milliseconds to let typing come to rest.
export function useAnswer<T>(path: string | null, wait = 0): Loaded<T> {
  const [got, setGot] = useState<{ path: string | null; body: T | null; error: Error | null }>({ path: null, body: null, error: null });
  const [turn, setTurn] = useState(0);
  const again = useCallback(() => setTurn((one) => one + 1), []);
  useEffect(() => {
    if (path === null) {
      setGot({ path: null, body: null, error: null });
      return undefined;
    }
    const stop = new AbortController();
    const timer = setTimeout(() => {
      get<T>(path, { signal: stop.signal }).then(
        (answer) => setGot({ path, body: answer.body, error: null }),
        (error: Error) => {
          if (error.name !== 'AbortError') setGot({ path, body: null, error });
        },
      );
    }, wait);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [path, turn]);
  return { body: got.body, error: got.error, loading: path !== null && got.path !== path, again };
}
