// Plays through the changes of a record: which is shown, whether it runs, how fast.
import { useEffect, useState } from 'preact/hooks';
import type { Event } from './types.ts';

export interface Step { position: string; time: string; commit: string; events: Event[] }

export type Pace = 'change' | 'event';

// In the log's order: one a commit, or one an event (of a record that was brought in one piece).
export function stepsOf(events: readonly Event[], pace: Pace = 'change'): Step[] {
  const steps: Step[] = [];
  for (const event of events) {
    const last = steps.at(-1);
    if (pace === 'change' && last?.commit === event.commit) last.events.push(event);
    else steps.push({ position: event.position, time: event.time, commit: event.commit, events: [event] });
  }
  return steps;
}

// The version of the same resource before each event, for what changed.
export function previousOf(events: readonly Event[]): Map<Event, Event> {
  const newest = new Map<string, Event>(), before = new Map<Event, Event>();
  for (const event of events) {
    const key = `${event.type}/${event.id}`;
    const known = newest.get(key);
    if (known) before.set(event, known);
    if (event.effect !== 'confirmed') newest.set(key, event);
  }
  return before;
}

export const speeds = [{ value: '2000', word: '½' }, { value: '1000', word: '1' }, { value: '333', word: '3' }, { value: '100', word: '10' }] as const;

export interface Player { at: number; playing: boolean; interval: string; to(step: number): void; toggle(): void; setSpeed(interval: string): void }

export function usePlayer(count: number): Player {
  const [state, setState] = useState({ at: 0, playing: false, interval: '1000' });
  const last = Math.max(0, count - 1);
  useEffect(() => {
    if (!state.playing) return undefined;
    const timer = setInterval(() => {
      setState((before) => ({ ...before, at: Math.min(last, before.at + 1), playing: before.at + 1 < last }));
    }, Number(state.interval));
    return () => clearInterval(timer);
  }, [state.playing, state.interval, last]);
  return {
    ...state, at: Math.min(state.at, last),
    to: (step) => setState((before) => ({ ...before, at: Math.max(0, Math.min(last, step)), playing: false })),
    toggle: () => setState((before) => ({ ...before, at: before.playing || before.at < last ? before.at : 0, playing: !before.playing && last > 0 })),
    setSpeed: (interval) => setState((before) => ({ ...before, interval })),
  };
}
