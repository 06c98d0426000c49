// Two moments of one record beside each other; what differs is marked in words.
import { useMemo, useState } from 'preact/hooks';
import { Chip } from '../parts/chip.tsx';
import { ErrorPanel } from '../parts/error_panel.tsx';
import { Nothing, Section } from '../parts/section.tsx';
import { useChart } from './use_chart.ts';
import { compare, type Group, type Mark, type Row } from './comparison.ts';
import type { Moments } from './moments.ts';
import { momentName } from './time_bar.tsx';
import { TimeSlider } from './time_slider.tsx';

const tones: Readonly<Record<Mark, 'good' | 'warn' | 'danger' | 'plain'>> = { new: 'good', changed: 'warn', gone: 'danger', same: 'plain' };

function DifferenceRow({ row }: { row: Row }) {
  return (
    <tr>
      <td>{row.left?.text ?? <span class="quiet">not known</span>}</td>
      <td class="nowrap"><Chip tone={tones[row.mark]}>{row.mark}</Chip></td>
      <td>{row.right?.text ?? <span class="quiet">no longer there</span>}</td>
    </tr>
  );
}

function Differences({ group, all, left, right }: { group: Group; all: boolean; left: string; right: string }) {
  const rows = all ? group.rows : group.rows.filter((row) => row.mark !== 'same');
  if (rows.length === 0) return null;
  return (
    <Section title={group.title} count={rows.length}>
      <table class="differences">
        <thead><tr><th scope="col">{left}</th><th scope="col"><span class="unseen">Difference</span></th><th scope="col">{right}</th></tr></thead>
        <tbody>{rows.slice(0, 400).map((row) => <DifferenceRow key={row.key} row={row} />)}</tbody>
      </table>
    </Section>
  );
}

const columnName = (name: string) => (name === 'now' ? 'Now' : `As known at ${name}`);

interface Props {
  patient: string;
  left: string | null;
  right: string | null;
  moments: Moments;
  choose(left: string | null, right: string | null): void;
}

export function ComparePage({ patient, left, right, moments, choose }: Props) {
  const [all, setAll] = useState(false);
  const one = useChart(patient, left).view, other = useChart(patient, right).view;
  const groups = useMemo(
    () => (one?.chart && other?.chart ? compare({ chart: one.chart, medications: one.medications }, { chart: other.chart, medications: other.medications }) : null),
    [one?.chart, one?.medications, other?.chart, other?.medications],
  );
  const error = one?.error ?? other?.error ?? moments.error;
  const names = [momentName(left, moments, one?.chart), momentName(right, moments, other?.chart)] as const;
  const differs = groups?.some((group) => group.rows.some((row) => row.mark !== 'same'));
  return (
    <>
      {moments.list && (
        <div class="compare no-print">
          <TimeSlider label="Earlier moment" moments={moments.list} asOf={left} choose={(asOf) => choose(asOf, right)} />
          <TimeSlider label="Later moment" moments={moments.list} asOf={right} choose={(asOf) => choose(left, asOf)} />
          <label class="tick"><input type="checkbox" checked={all} onChange={() => setAll(!all)} /> Also what is the same</label>
        </div>
      )}
      {error && <ErrorPanel error={error} />}
      {groups?.map((group) => <Differences key={group.title} group={group} all={all} left={columnName(names[0])} right={columnName(names[1])} />)}
      {groups && !differs && !all && <Nothing>Nothing differs between {names[0]} and {names[1]}.</Nothing>}
      {(one?.chart?.labs.more || other?.chart?.labs.more) && <p class="quiet small">Of long lists the newest thousand are compared.</p>}
    </>
  );
}
