// One patient's chart on the screen: asked in parts, kept current over the live line, or asked for
// as of an earlier position and then left alone. What is asked about an earlier day (`at`) is kept
// current too: more may become known of it.
import { get, withParameters, type Answer } from '../api.ts';
import { follow, type Change, type ChangedResource, type LineState } from '../live.ts';
import { typeWord } from '../text/word.ts';
import { codesIn, codeText, joined, missingIn } from './trend_answers.ts';
import type { Alerts, Chart, Medications, Prevention, SeriesList, Trends } from './types.ts';

export interface ChartView {
  chart: Chart | null;
  medications: Medications | null;
  alerts: Alerts | null;
  prevention: Prevention | null;  // of the past: on the last day that was known then
  trends: Trends | null;
  error: Error | null;
  partErrors: Readonly<Record<string, string>>;
  line: LineState;
  answeredAt: number | null;
  arrived: ReadonlySet<string>;   // Type/id that came while somebody looked
  news: string;                   // the same in words, for who does not see
  came: readonly ChangedResource[];  // with the newest change
}

const chartLimit = 1000;
const valuesMax = 3000;
const roundsMax = 6, listPagesMax = 10;
const gatherChanges = 40;      // milliseconds; a commit of many resources is one change already
const markedFor = 60_000;

type Part = 'medications' | 'alerts' | 'prevention' | 'trends';

export class ChartStore {
  view: ChartView = {
    chart: null, medications: null, alerts: null, prevention: null, trends: null, error: null, partErrors: {},
    line: { state: 'opening' }, answeredAt: null, arrived: new Set(), news: '', came: [],
  };
  private readonly stopped = new AbortController();
  private unfollow: (() => void) | null = null;
  private gathered: Change[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private turn = 0;

  constructor(
    readonly patient: string,
    readonly asOf: string | null,
    readonly at: string | null,
    private readonly changed: (view: ChartView) => void,
  ) {
    void this.load(null);
  }

  stop(): void {
    this.stopped.abort();
    clearTimeout(this.timer);
    this.unfollow?.();
  }

  // Again, and not older than `least` (what was just written here).
  async load(least: string | null): Promise<void> {
    const turn = ++this.turn;
    const ask = <T>(part: string, parameters: Record<string, string | number> = {}) =>
      get<T>(withParameters(`/charts/${encodeURIComponent(this.patient)}${part}`, { ...parameters, asOf: this.asOf, at: this.at }), { signal: this.stopped.signal, least });
    const asked = ask<Chart>('', { limit: chartLimit });
    const others = Promise.all([
      this.part('medications', turn, ask<Medications>('/medications')),
      this.part('trends', turn, this.values(ask, asked)),
      // Alerts stand at a moment; about another day nobody judged.
      ...(this.at ? [] : [this.part('alerts', turn, ask<Alerts>('/alerts'))]),
      this.part('prevention', turn, ask<Prevention>('/prevention')),
    ]);
    try {
      const answer = await asked;
      if (turn !== this.turn) return;
      this.set({ chart: answer.body, error: null, answeredAt: Date.now() });
      if (!this.asOf) this.listen(answer.position ?? answer.body.position);
    } catch (error) {
      if ((error as Error).name !== 'AbortError' && turn === this.turn) this.set({ error: error as Error });
    }
    await others;
  }

  private async part<T>(name: Part, turn: number, answer: Promise<Answer<T>>): Promise<void> {
    // Of the others as they are by then: parts fail beside each other.
    const others = () => Object.fromEntries(Object.entries(this.view.partErrors).filter(([part]) => part !== name));
    try {
      const { body } = await answer;
      if (turn === this.turn) this.set({ [name]: body, partErrors: others() } as Partial<ChartView>);
    } catch (error) {
      if ((error as Error).name !== 'AbortError' && turn === this.turn) this.set({ partErrors: { ...others(), [name]: (error as Error).message } });
    }
  }

  // All values of all series, newest first, as many as are drawn.
  private async values(ask: <T>(part: string, parameters?: Record<string, string | number>) => Promise<Answer<T>>, chart: Promise<Answer<Chart>>): Promise<Answer<Trends>> {
    let list = await ask<SeriesList>('/trends');
    let codes = list.body.series.map(({ code }) => codeText(code));
    // A page of the list ends where it has read enough rows.
    for (let pages = 1; list.body.next && pages < listPagesMax; ++pages) {
      list = await ask<SeriesList>('/trends', { _cursor: list.body.next });
      codes.push(...list.body.series.map(({ code }) => codeText(code)));
    }
    // Of a list longer than that, what the chart shows is drawn all the same.
    if (list.body.more) codes = [...new Set([...codes, ...codesIn((await chart).body)])];
    let all: Trends = { notice: '', values: [], more: list.body.more, series: [] };
    // Thousands of newer values of one series must not hide the newest of another: those that the
    // answer had no room for are asked for alone.
    for (let rounds = 0; codes.length > 0 && rounds < roundsMax; ++rounds) {
      const { body } = await ask<Trends>('/trends', { code: codes.join(','), _count: valuesMax });
      all = joined(all, body);
      if (!body.more) break;
      codes = missingIn(codes, body);
    }
    return { ...list, body: all };
  }

  private listen(position: string): void {
    this.unfollow ??= follow(this.patient, position, {
      change: (change) => this.gather(change),
      line: (line) => this.set({ line }),
    });
  }

  private gather(change: Change): void {
    this.gathered.push(change);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const changes = this.gathered.splice(0);
      this.mark(changes);
      void this.load(changes.at(-1)!.position);
    }, gatherChanges);
  }

  private mark(changes: Change[]): void {
    const events = changes.flatMap((change) => change.events).filter((event) => event.effect !== 'confirmed');
    if (events.length === 0) return;
    const keys = events.map((event) => `${event.type}/${event.id}`);
    const words = [...new Set(events.map((event) => `${typeWord(event.type)} ${event.effect}`))].slice(0, 4).join(', ');
    this.set({ arrived: new Set([...this.view.arrived, ...keys]), news: `Changed meanwhile: ${words}.`, came: events });
    setTimeout(() => {
      const left = new Set(this.view.arrived);
      keys.forEach((key) => left.delete(key));
      this.set({ arrived: left });
    }, markedFor);
  }

  private set(part: Partial<ChartView>): void {
    if (this.stopped.signal.aborted) return;
    this.view = { ...this.view, ...part };
    this.changed(this.view);
  }
}
