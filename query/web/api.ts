// The node's JSON surface. What it refuses is an error with words for people: what and what to do.

export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Headers = new Headers(),
    readonly body: unknown = null,
  ) {
    super(message);
  }
}

// No answer came: the line or the node is away. A write may have arrived all the same.
export class Unanswered extends Error {}

export interface Answer<T> {
  readonly body: T;
  readonly status: number;
  readonly position: string | null;  // as of which the answer is
  readonly commit: string | null;    // of a write
  readonly etag: string | null;
  readonly location: string | null;
}

interface Issue { diagnostics?: string; details?: { text?: string }; expression?: string[] }
interface ErrorBody { issue?: Issue[]; detail?: string; title?: string; element?: string }

// Words of an OperationOutcome or of problem JSON.
export function wordsOf(body: unknown, status: number): string {
  const error = (body ?? {}) as ErrorBody;
  const issues = (error.issue ?? []).map((one) => one.diagnostics ?? one.details?.text ?? '').filter(Boolean);
  if (issues.length > 0) return issues.join(' ');
  return error.detail ?? error.title ?? `the node answered ${status} without saying why`;
}

function parse(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

async function ask(method: string, path: string, init: RequestInit): Promise<Answer<unknown>> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, { method, ...init });
    text = await response.text();
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    throw new Unanswered('No answer from the node. Check the connection, then try again.');
  }
  const body = parse(text);
  if (!response.ok) throw new Refused(response.status, wordsOf(body, response.status), response.headers, body);
  const header = (name: string) => response.headers.get(name);
  return {
    body, status: response.status, position: header('Chartlog-Position'), commit: header('Chartlog-Commit'),
    etag: header('ETag'), location: header('Location'),
  };
}

// `least`: the answer is not older than this position (what was just written).
export async function get<T>(path: string, options: { signal?: AbortSignal; least?: string | null } = {}): Promise<Answer<T>> {
  const headers: Record<string, string> = {};
  if (options.least) headers['Chartlog-Min-Position'] = options.least;
  return (await ask('GET', path, { headers, signal: options.signal, cache: 'no-store' })) as Answer<T>;
}

export async function send<T>(method: 'POST' | 'PUT', path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
  return (await ask(method, path, {
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/fhir+json', ...headers },
  })) as Answer<T>;
}

// `path` with those parameters that have a value.
export function withParameters(path: string, parameters: Record<string, string | number | null | undefined>): string {
  const query = Object.entries(parameters)
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`);
  return query.length === 0 ? path : `${path}${path.includes('?') ? '&' : '?'}${query.join('&')}`;
}
