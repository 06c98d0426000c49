// An audit in words: what was touched, by whom, how late.
import { plain, typeWord } from '../text/word.ts';
import type { Agent, Touched, What } from './types.ts';

export function counted(touched: readonly Touched[]): What[] {
  const counts = new Map<string, number>();
  for (const one of touched) counts.set(one.type, (counts.get(one.type) ?? 0) + 1);
  return [...counts].map(([type, count]) => ({ type, count }));
}

// "3 results, 1 patient".
export function whatText(what: readonly What[]): string {
  return what.map(({ type, count }) => `${count}\u00a0×\u00a0${typeWord(type).replace(' ', '\u00a0')}`).join(', ');
}

export function agentText(agent: Agent): string {
  return [agent.subject || 'not named', agent.role && `(${plain(agent.role)})`, agent.site && `at ${agent.site}`].filter(Boolean).join(' ');
}

const minute = 60, hour = 3600, dayLong = 86_400, yearLong = 365.25 * dayLong;

// How long, as precise as it matters.
export function lasting(seconds: number): string {
  const said = (value: number, word: string) => `${value} ${word}${value === 1 ? '' : 's'}`;
  if (seconds < minute) return said(Math.round(seconds), 'second');
  if (seconds < 2 * hour) return said(Math.round(seconds / minute), 'minute');
  if (seconds < 2 * dayLong) return said(Math.round(seconds / hour), 'hour');
  if (seconds < 2 * yearLong) return said(Math.round(seconds / dayLong), 'day');
  const years = Math.round((seconds / yearLong) * 10) / 10;
  return said(years < 10 ? years : Math.round(years), 'year');
}

const kinds: Readonly<Record<string, string>> = { request: 'looked at', live: 'sent as it was recorded', notification: 'sent to a subscriber', export: 'copied into an export' };
export const kindWord = (kind: string) => kinds[kind] ?? kind;
