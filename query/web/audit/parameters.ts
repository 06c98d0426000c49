// What is asked is in the address, so that a finding can be passed on as a link.
import { go } from '../router.ts';
import { day, recorded, typedDay } from '../text/date.ts';

export type Asked = Readonly<Record<string, string>>;

export function askedIn(address: URL): Asked {
  return Object.fromEntries(address.searchParams);
}

export function ask(asked: Asked, change: Record<string, string | null>): void {
  const next = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...asked, ...change })) {
    if (value) next.set(name, value);
  }
  go(`/audit?${next}`, 'replace');
}

// "4 Jun 2026" as the node reads a day; null: none.
export function dayTyped(text: string): string | null {
  const read = typedDay(text);
  return read?.length === 10 ? read : null;
}

// "4 Jun 2026, 13:30" on the reader's clock, as an instant; an instant as it is written in addresses
// stays what it is. Null: none.
export function instantTyped(text: string): string | null {
  if (/^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(text.trim())) return Number.isNaN(Date.parse(text)) ? null : text.trim();
  const [, before = '', time = ''] = /^(.*\S),?\s+(\d{1,2}:\d\d(?::\d\d)?)$/.exec(text.trim()) ?? [];
  const typed = dayTyped(before.replace(/,$/, ''));
  if (!typed) return null;
  const at = new Date(`${typed}T${time.padStart(time.length + (/^\d:/.test(time) ? 1 : 0), '0')}`);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

// As it is shown in a field.
export const shownBorder = (value: string) => (value.includes('T') ? recorded(value) : day(value));
