// NDJSON answers, whole: their last line says that nothing is missing.
import { Refused, Unanswered, wordsOf } from './api.ts';

interface End { end: boolean; position: string }

export async function getLines<T>(path: string, signal?: AbortSignal): Promise<T[]> {
  const response = await fetch(path, { signal, cache: 'no-store' });
  const text = await response.text();
  if (!response.ok) {
    let body: unknown = null;
    try { body = JSON.parse(text); } catch { /* said as it is */ }
    throw new Refused(response.status, wordsOf(body, response.status), response.headers, body);
  }
  const lines = text.split('\n').filter(Boolean).map((line) => JSON.parse(line) as T & End);
  if (!lines.at(-1)?.end) throw new Unanswered('The answer was cut off. Try again.');
  return lines.slice(0, -1);
}
