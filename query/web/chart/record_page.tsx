// Visits, notes, reports, procedures: long lists, of which only what is seen is drawn.
import { useState } from 'preact/hooks';
import { Chip } from '../parts/chip.tsx';
import { Nothing, Section } from '../parts/section.tsx';
import { VirtualList } from '../parts/virtual_list.tsx';
import { moment } from '../text/date.ts';
import { coded, plain } from '../text/word.ts';
import type { ChartView } from './chart_store.ts';
import { useArrived } from './context.ts';
import { keyOf, type Chart, type Item } from './types.ts';
import { ValueButton } from './value_button.tsx';

const kinds: readonly { key: 'encounters' | 'documents' | 'reports' | 'procedures' | 'care_plans' | 'goals'; title: string }[] = [
  { key: 'encounters', title: 'Visits' },
  { key: 'documents', title: 'Notes and documents' },
  { key: 'reports', title: 'Reports' },
  { key: 'procedures', title: 'Procedures' },
  { key: 'care_plans', title: 'Care plans' },
  { key: 'goals', title: 'Goals' },
];

const settled = new Set(['finished', 'final', 'completed', 'current', 'active']);
const toneOf = (status: string) => (/amended|corrected|preliminary|appended/.test(status) ? 'warn' : /error|superseded|cancelled/.test(status) ? 'past' : 'plain');

function Line({ item }: { item: Item }) {
  const arrived = useArrived();
  const what = coded(item.code) || item.title || item.description || item.type;
  const reason = coded(item.reason);
  return (
    <div class={`line-item ${arrived([item]) ?? ''}`}>
      <span class="spread">
        <ValueButton source={item}>{reason && item.type === 'Encounter' ? `${reason}: ${what}` : what}</ValueButton>
        {item.status && !settled.has(item.status) && <Chip tone={toneOf(item.status)}>{plain(item.status)}</Chip>}
      </span>
      <span class="quiet small">{[moment(item.time), item.by?.display, item.location?.display, item.conclusion].filter(Boolean).join(' · ')}</span>
    </div>
  );
}

function matches(item: Item, typed: string): boolean {
  return [coded(item.code), coded(item.reason), item.title, item.description, item.by?.display, item.location?.display, item.conclusion].join(' ').toLowerCase().includes(typed);
}

function List({ chart, kind, typed }: { chart: Chart; kind: (typeof kinds)[number]; typed: string }) {
  const section = chart[kind.key];
  const items = typed ? section.items.filter((item) => matches(item, typed)) : section.items;
  if (section.items.length === 0) return null;
  return (
    <Section title={kind.title} count={items.length} note={section.more ? 'the newest thousand' : undefined}>
      {items.length === 0 ? <Nothing>None has these words.</Nothing> : <VirtualList items={items} rowHeight={46} height={460} label={`List: ${kind.title}`} keyOf={keyOf} row={(item) => <Line item={item} />} />}
    </Section>
  );
}

export function RecordPage({ view }: { view: ChartView }) {
  const [typed, setTyped] = useState('');
  const chart = view.chart!;
  return (
    <>
      <label class="filter no-print">Only those with these words<input type="search" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} /></label>
      <div class="columns even">
        <div>{kinds.filter((_, i) => i % 2 === 0).map((kind) => <List key={kind.key} chart={chart} kind={kind} typed={typed.trim().toLowerCase()} />)}</div>
        <div>{kinds.filter((_, i) => i % 2 === 1).map((kind) => <List key={kind.key} chart={chart} kind={kind} typed={typed.trim().toLowerCase()} />)}</div>
      </div>
    </>
  );
}
