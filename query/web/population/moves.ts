// Who moved in a measure, as it happens: /live says so a moment after the commit that did it.
import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { follow, type LineState } from '../live.ts';
import type { Moved } from './types.ts';

const kept = 50;
const rest = 150;  // milliseconds: a burst of moves asks for the figures once

export interface Moves {
  line: LineState;
  list: readonly Moved[];                     // newest first
  counts: ReadonlyMap<string, number>;        // since the page was opened, by measure and period
  turn: number;                               // counts up when figures are to be asked again
}

export const boardKey = (board: { measure: string; period: string }) => `${board.measure} ${board.period}`;

const none: Moves = { line: { state: 'opening' }, list: [], counts: new Map(), turn: 0 };
export const MovesContext = createContext<Moves>(none);
export const useMoves = () => useContext(MovesContext);

// From `since` on, which is the position of the answer that is shown.
export function useMoveLine(since: string | null): Moves {
  const [moves, setMoves] = useState<Moves>(none);
  useEffect(() => {
    if (since === null) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = () => {
      timer = undefined;
      setMoves((before) => ({ ...before, turn: before.turn + 1 }));
    };
    const take = (moved: Moved) => {
      const key = boardKey(moved);
      setMoves((before) => ({ ...before, list: [moved, ...before.list].slice(0, kept), counts: new Map([...before.counts, [key, (before.counts.get(key) ?? 0) + 1]]) }));
      timer ??= setTimeout(ask, rest);
    };
    const end = follow(null, since, {
      measure: (moved) => take(moved as unknown as Moved),
      line: (line) => setMoves((before) => ({ ...before, line })),
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [since]);
  return moves;
}
