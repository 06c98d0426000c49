// A write on its way: accepted, refused, overtaken by another, or nobody knows yet. Who does not know
// may ask for the commit, or send the very same again: its key makes that safe.
import { get, Refused, send, Unanswered, type Answer } from '../../api.ts';

export interface Write {
  method: 'POST' | 'PUT';
  path: string;
  body: unknown;
  headers?: Record<string, string>;
}

export type Outcome =
  | { state: 'accepted'; position: string | null }
  | { state: 'refused'; message: string }
  | { state: 'overtaken'; message: string }              // 412, 409: the record is not what was looked at
  | { state: 'unknown'; message: string; commit: string | null };

// crypto.randomUUID is there on secure origins only.
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function outcomeOf(error: unknown): Outcome {
  if (error instanceof Unanswered) return { state: 'unknown', message: error.message, commit: null };
  if (!(error instanceof Refused)) return { state: 'refused', message: String((error as Error).message) };
  if (error.status === 412 || error.status === 409) return { state: 'overtaken', message: error.message };
  if (error.status === 503 || error.status === 504 || error.status === 502) return { state: 'unknown', message: error.message, commit: error.headers.get('Chartlog-Commit') };
  return { state: 'refused', message: error.message };
}

// The same `key` for the same content, also when it is sent again.
export async function deliver(write: Write, key: string): Promise<Outcome> {
  try {
    const answer: Answer<unknown> = await send(write.method, write.path, write.body, { ...write.headers, 'Idempotency-Key': key });
    return { state: 'accepted', position: answer.position };
  } catch (error) {
    return outcomeOf(error);
  }
}

interface CommitState { state: 'accepted' | 'refused' | 'cancelled' | 'pending' | 'unknown'; position?: string; refusal?: { detail?: string } }

// What became of a write that was not answered.
export async function ask(commit: string): Promise<Outcome> {
  try {
    const { body } = await get<CommitState>(`/commits/${commit}`);
    if (body.state === 'accepted') return { state: 'accepted', position: body.position ?? null };
    if (body.state === 'refused') return { state: 'refused', message: body.refusal?.detail ?? 'the node refused it' };
    return { state: 'unknown', message: `The node says: ${body.state}.`, commit };
  } catch (error) {
    return outcomeOf(error);
  }
}
