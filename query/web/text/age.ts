// Ages as clinics say them: days in the first four weeks, weeks in the first year, months to two
// years, years and months below eighteen. A birth date that is not whole gives an "about".

interface Day { year: number; month: number; day: number }

function read(text: string): { at: Day; whole: boolean } | null {
  const found = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?/.exec(text);
  if (!found) return null;
  const [, year, month, day] = found;
  return { at: { year: Number(year), month: Number(month ?? 7), day: Number(day ?? 1) }, whole: day !== undefined };
}

function monthsBetween(from: Day, to: Day): number {
  const months = (to.year - from.year) * 12 + to.month - from.month;
  return to.day < from.day ? months - 1 : months;
}

const count = (value: number, word: string) => `${value} ${word}${value === 1 ? '' : 's'}`;

// `birth` and `on` are dates or instants as text; empty if either cannot be read or comes too late.
export function age(birth: string | undefined, on: string): string {
  const born = birth ? read(birth) : null;
  const then = read(on);
  if (!born || !then) return '';
  const days = Math.round((Date.UTC(then.at.year, then.at.month - 1, then.at.day) - Date.UTC(born.at.year, born.at.month - 1, born.at.day)) / 86_400_000);
  if (days < 0) return '';
  const months = monthsBetween(born.at, then.at);
  if (!born.whole) return `about ${count(Math.floor(months / 12), 'year')}`;
  if (days < 28) return count(days, 'day');
  if (months < 12) return count(Math.floor(days / 7), 'week');
  if (months < 24) return count(months, 'month');
  const years = Math.floor(months / 12);
  if (years >= 18 || months % 12 === 0) return count(years, 'year');
  return `${count(years, 'year')} ${count(months % 12, 'month')}`;
}

// The day on the reader's calendar.
export function today(now: Date = new Date()): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
