// Committed changes as they happen, from a position on, without gaps. A line that breaks or falls
// silent is said to be lost and taken up again where it was, with growing pauses.

export interface ChangedResource { effect: string; type: string; id: string; version: number }
export interface Change {
  position: string;
  time: string;
  patient?: string;
  commit: string;
  events: ChangedResource[];
}
export type LineState = { state: 'opening' } | { state: 'live' } | { state: 'lost'; since: number };

export interface Listener {
  change?(change: Change): void;
  measure?(moved: Record<string, unknown>): void;
  line(state: LineState): void;
}

// The clock and the network, so that tests have their own.
export interface Surroundings {
  open(url: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
  now(): number;
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

const pauses = [250, 500, 1000, 2000, 5000, 10_000];
const silenceMax = 40_000;  // the node says something every 15 s

interface Message { event: string; id: string; data: string }

// Server-sent events out of pieces of text (HTML, 9.2.6); comments only show that the line is alive.
export class EventParser {
  private rest = '';
  private event = '';
  private data: string[] = [];
  id = '';

  take(piece: string): Message[] {
    const lines = (this.rest + piece).split('\n');
    this.rest = lines.pop() ?? '';
    const complete: Message[] = [];
    for (const line of lines) {
      if (line === '') this.finish(complete);
      else this.field(line);
    }
    return complete;
  }

  private field(line: string): void {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') this.data.push(value);
    if (name === 'event') this.event = value;
    if (name === 'id') this.id = value;
  }

  private finish(complete: Message[]): void {
    if (this.data.length > 0) complete.push({ event: this.event, id: this.id, data: this.data.join('\n') });
    this.event = '';
    this.data = [];
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', () => { clearTimeout(timer); done(); }, { once: true });
  });
}

export const browser: Surroundings = {
  async open(url, signal) {
    const response = await fetch(url, { signal, cache: 'no-store', headers: { Accept: 'text/event-stream' } });
    if (!response.ok || response.body === null) throw new Error(`the node answered ${response.status}`);
    return response.body;
  },
  now: () => Date.now(),
  wait: pause,
};

export class Line {
  private readonly ended = new AbortController();
  private attempt = new AbortController();
  private waiting = new AbortController();
  private lostSince: number | null = null;
  private failures = 0;

  constructor(
    private readonly patient: string | null,
    private since: string | null,
    private readonly listener: Listener,
    private readonly around: Surroundings = browser,
  ) {
    listener.line({ state: 'opening' });
    void this.run();
  }

  close(): void {
    this.ended.abort();
    this.attempt.abort();
    this.waiting.abort();
  }

  // The browser says that the network went or came.
  cut(): void { this.attempt.abort(); }
  retry(): void { this.waiting.abort(); }

  private url(): string {
    const query = new URLSearchParams();
    if (this.patient) query.set('patient', this.patient);
    if (this.since) query.set('since', this.since);
    return `/live?${query}`;
  }

  private async run(): Promise<void> {
    while (!this.ended.signal.aborted) {
      this.attempt = new AbortController();
      try {
        await this.listen(await this.around.open(this.url(), this.attempt.signal));
      } catch {
        // Whatever it was, the line is down; what to do is the same.
      }
      if (this.ended.signal.aborted) return;
      this.lose();
      this.waiting = new AbortController();
      await this.around.wait(pauses[Math.min(this.failures++, pauses.length - 1)]!, this.waiting.signal);
    }
  }

  private lose(): void {
    this.lostSince ??= this.around.now();
    this.listener.line({ state: 'lost', since: this.lostSince });
  }

  private heal(): void {
    this.failures = 0;
    this.lostSince = null;
    this.listener.line({ state: 'live' });
  }

  private async listen(stream: ReadableStream<Uint8Array>): Promise<void> {
    const parser = new EventParser();
    const decoder = new TextDecoder();
    const reader = stream.getReader();
    const attempt = this.attempt;
    let silence = setTimeout(() => attempt.abort(), silenceMax);
    const stop = () => void reader.cancel().catch(() => undefined);
    attempt.signal.addEventListener('abort', stop, { once: true });
    try {
      for (let first = true; ; first = false) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(silence);
        silence = setTimeout(() => attempt.abort(), silenceMax);
        if (first) this.heal();
        for (const message of parser.take(decoder.decode(value, { stream: true }))) this.tell(message);
        if (parser.id) this.since = parser.id;
      }
    } finally {
      clearTimeout(silence);
    }
  }

  private tell(message: Message): void {
    const data = JSON.parse(message.data);
    if (message.event === 'change') this.listener.change?.(data as Change);
    if (message.event === 'measure') this.listener.measure?.(data as Record<string, unknown>);
  }
}

// A line that follows the browser's own word about the network; call what comes back to end it.
export function follow(patient: string | null, since: string | null, listener: Listener): () => void {
  const line = new Line(patient, since, listener);
  const cut = () => line.cut();
  const retry = () => line.retry();
  window.addEventListener('offline', cut);
  window.addEventListener('online', retry);
  return () => {
    window.removeEventListener('offline', cut);
    window.removeEventListener('online', retry);
    line.close();
  };
}
