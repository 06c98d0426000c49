// Lists that the node gives page by page.
import { useCallback, useEffect, useState } from 'preact/hooks';
import { get, withParameters } from '../api.ts';

interface Page { next?: string }

// Whole, up to `most` pages; `cut` says that more is there.
export async function allPages<P extends Page, T>(path: string, itemsOf: (page: P) => readonly T[], most: number, signal?: AbortSignal): Promise<{ items: T[]; cut: boolean }> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let turn = 0; turn < most; ++turn) {
    const { body } = await get<P>(withParameters(path, { _cursor: cursor }), { signal });
    items.push(...itemsOf(body));
    cursor = body.next;
    if (!cursor) return { items, cut: false };
  }
  return { items, cut: true };
}

export interface PagedList<P> { pages: P[]; error: Error | null; loading: boolean; next: boolean; more(): void; again(): void }

interface Got<P> { path: string | null; pages: P[]; error: Error | null; turn: number }

// A page at a time, as the reader asks for more.
export function usePages<P extends Page>(path: string | null): PagedList<P> {
  const [asked, setAsked] = useState<{ path: string | null; cursor?: string; turn: number }>({ path: null, turn: 0 });
  const [got, setGot] = useState<Got<P>>({ path: null, pages: [], error: null, turn: -1 });
  const cursor = asked.path === path ? asked.cursor : undefined;  // of another list: none of this one's
  useEffect(() => {
    if (path === null) return undefined;
    const stop = new AbortController();
    get<P>(withParameters(path, { _cursor: cursor }), { signal: stop.signal }).then(
      (answer) => setGot((before) => ({ path, turn: asked.turn, error: null, pages: cursor && before.path === path ? [...before.pages, answer.body] : [answer.body] })),
      (error: Error) => {
        if (error.name !== 'AbortError') setGot((before) => ({ path, turn: asked.turn, error, pages: before.path === path ? before.pages : [] }));
      },
    );
    return () => stop.abort();
  }, [path, asked.turn]);
  const here = got.path === path;
  const next = here ? got.pages.at(-1)?.next : undefined;
  const more = useCallback(() => setAsked((before) => ({ path, cursor: next, turn: before.turn + 1 })), [path, next]);
  const again = useCallback(() => setAsked((before) => ({ path, turn: before.turn + 1 })), [path]);
  return { pages: here ? got.pages : [], error: here ? got.error : null, loading: path !== null && (!here || got.turn !== asked.turn), next: next !== undefined, more, again };
}
