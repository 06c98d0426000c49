// Problems: what goes on first, what is over behind a fold.
import { useState } from 'preact/hooks';
import { Chip } from '../parts/chip.tsx';
import { Nothing, Section } from '../parts/section.tsx';
import { day } from '../text/date.ts';
import { coded, plain, wholeCode } from '../text/word.ts';
import { useArrived, useChartContext } from './context.ts';
import type { Chart, Item } from './types.ts';
import { ValueButton } from './value_button.tsx';
import type { ComponentChildren } from 'preact';

const over = new Set(['resolved', 'inactive', 'remission']);

const isOver = (item: Item) => over.has(item.status ?? '');

function Row({ item }: { item: Item }) {
  const arrived = useArrived();
  const doubt = item.verification && item.verification !== 'confirmed' ? item.verification : null;
  const { at } = useChartContext();
  const span = isOver(item) && !at ? [day(item.time), day(item.end)].filter(Boolean).join(' – ') : day(item.time) && `since ${day(item.time)}`;
  return (
    <tr class={arrived([item])}>
      <td><ValueButton source={item} title={wholeCode(item.code)}>{coded(item.code, 'not coded')}</ValueButton>{' '}
        {doubt && <Chip tone="warn">{plain(doubt)}</Chip>}{' '}
        {isOver(item) && <Chip>{at ? `${item.status} ${item.end ? day(item.end) : 'later or before: no date'}` : item.status}</Chip>}
      </td>
      <td class="quiet nowrap right">{span || 'no date'}</td>
    </tr>
  );
}

function Table({ items, label }: { items: Item[]; label: string }) {
  return <table aria-label={label}><tbody>{items.map((item) => <Row key={item.id} item={item} />)}</tbody></table>;
}

// `shownMax`: rows drawn so far, of a list that is about to be whole.
export function Problems({ chart, shownMax, actions }: { chart: Chart; shownMax?: number; actions?: ComponentChildren }) {
  const [open, setOpen] = useState(false);
  const { items, state, none_known: none, more } = chart.problems;
  // About an earlier day the node has left out what had ended; the status is of when it was recorded.
  const { at } = useChartContext();
  const current = items.filter((item) => at || !isOver(item)), past = items.filter((item) => !at && isOver(item));
  return (
    <Section title="Problems" count={current.length} actions={actions}>
      {state === 'not_asked' && <Nothing>Not asked: nothing is recorded.</Nothing>}
      {none && <Nothing>No known problems, said {day(none.time)}{state === 'conflict' && '; but these are active'}.</Nothing>}
      {current.length > 0 && <Table items={current.slice(0, shownMax)} label="Current problems" />}
      {past.length > 0 && (
        <button type="button" class="plain fold" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Hide' : 'Show'} {past.length} past
        </button>
      )}
      {open && <Table items={past} label="Past problems" />}
      {more && <Nothing>Older ones are not shown here.</Nothing>}
    </Section>
  );
}
