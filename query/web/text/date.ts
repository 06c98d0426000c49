// Dates with the month's name, as precise as they were sent. Clinical times are shown on the clock
// of whoever sent them; times of recording on the reader's.

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

interface Written { year: string; month?: number; day?: number; time?: string; zone?: string }

function read(text: string): Written | null {
  const found = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/.exec(text);
  if (!found) return null;
  const [, year = '', month, day, time, zone] = found;
  return { year, month: month ? Number(month) : undefined, day: day ? Number(day) : undefined, time, zone };
}

function dayOf(written: Written): string {
  const named = written.month ? `${months[written.month - 1]} ` : '';
  return `${written.day ? `${written.day} ` : ''}${named}${written.year}`;
}

// "4 Jun 2024"; a month or a year alone stays one.
export function day(text: string | undefined): string {
  const written = text ? read(text) : null;
  return written ? dayOf(written) : text ?? '';
}

// "4 Jun 2024, 13:39" on the sender's clock.
export function moment(text: string | undefined): string {
  const written = text ? read(text) : null;
  if (!written) return text ?? '';
  return written.time ? `${dayOf(written)}, ${written.time}` : dayOf(written);
}

// The whole of it, for who needs the zone: "4 Jun 2024, 13:39 (UTC−05:00)".
export function exactMoment(text: string | undefined): string {
  const written = text ? read(text) : null;
  if (!written?.time || !written.zone) return moment(text);
  return `${moment(text)} (${written.zone === 'Z' ? 'UTC' : `UTC${written.zone.replace('-', '−')}`})`;
}

// Dates inside a text, of the node's or of a resource's; nothing of them is lost.
const inText = /(?<![\w/.-])(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?:T(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?(?![\w-])/g;

export function namedDates(text: string | undefined): string {
  return (text ?? '').replace(inText, (_, year: string, month: string, date: string, time?: string, zone?: string) =>
    `${Number(date)} ${months[Number(month) - 1]} ${year}${time ? `, ${time}` : ''}${zone ? ` (${zone === 'Z' ? 'UTC' : `UTC${zone.replace('-', '−')}`})` : ''}`);
}

// An instant on the reader's own clock.
export function recorded(text: string | undefined): string {
  if (!text) return '';
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return text;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${at.getDate()} ${months[at.getMonth()]} ${at.getFullYear()}, ${two(at.getHours())}:${two(at.getMinutes())}`;
}

// The first instant that a text can mean; null where it is no date.
export function instant(text: string | undefined): number | null {
  const written = text ? read(text) : null;
  if (!text || !written) return null;
  if (written.time) return Date.parse(text);
  return Date.UTC(Number(written.year), (written.month ?? 1) - 1, written.day ?? 1);
}

// The clock of the sender as if it were UTC: what is drawn stands where its text says.
export function senderClock(text: string | undefined): number | null {
  const written = text ? read(text) : null;
  if (!text || !written) return null;
  return written.time ? Date.parse(`${text.slice(0, 16)}:00Z`) : instant(text);
}

// "today", "3 days ago", "5 months ago", "2 years ago"; of what lies ahead, nothing.
export function ago(text: string | undefined, now: number): string {
  const at = instant(text);
  if (at === null || at > now) return '';
  const days = Math.floor((now - at) / 86_400_000);
  if (days === 0) return 'today';
  const said = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'} ago`;
  if (days < 60) return said(days, 'day');
  if (days < 730) return said(Math.floor(days / 30.44), 'month');
  return said(Math.floor(days / 365.25), 'year');
}

// What somebody types for a day: 2024-06-04, 4 Jun 2024, June 4 2024, Jun 1960, 1960. Digits with
// slashes are read differently in different places, so they are none.
export function typedDay(text: string): string | null {
  const trimmed = text.trim().toLowerCase().replace(/,/g, ' ').replace(/\s+/g, ' ');
  if (/^\d{4}(-\d\d(-\d\d)?)?$/.test(trimmed)) return trimmed;
  const words = trimmed.split(' ');
  const month = words.findIndex((word) => /^[a-z]{3,}$/.test(word) && monthOf(word) > 0);
  const year = words.findIndex((word) => /^\d{4}$/.test(word));
  if (month < 0 || year < 0) return null;
  const rest = words.filter((_, i) => i !== month && i !== year);
  const base = `${words[year]}-${String(monthOf(words[month]!)).padStart(2, '0')}`;
  if (rest.length === 0) return base;
  return rest.length === 1 && /^\d{1,2}$/.test(rest[0]!) ? `${base}-${rest[0]!.padStart(2, '0')}` : null;
}

const fullMonths = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];
function monthOf(word: string): number {
  return fullMonths.findIndex((name) => name.startsWith(word)) + 1;
}
