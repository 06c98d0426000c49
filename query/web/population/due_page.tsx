// Vaccines and screenings that are due, of all patients, longest first.
import { useEffect, useState } from 'preact/hooks';
import { withParameters } from '../api.ts';
import { Chip, type Tone } from '../parts/chip.tsx';
import { CsvButton } from '../parts/csv_button.tsx';
import { ErrorPanel } from '../parts/error_panel.tsx';
import { allPages } from '../parts/pages_of.ts';
import { usePeople, type People } from '../parts/people.ts';
import { PersonLink } from '../parts/person_link.tsx';
import { Nothing } from '../parts/section.tsx';
import { today } from '../text/age.ts';
import { day } from '../text/date.ts';

interface DueItem { patient: string; kind: string; item: string; state: string; shown_since: string; changes_on?: string }
interface DuePage { on: string; items: DueItem[]; patients_left_out?: number; next?: string }

const pagesMax = 10, atOnce = 500, drawn = 50;
const tones: Readonly<Record<string, Tone>> = { overdue: 'danger', due: 'warn', 'due soon': 'warn' };
const itemName = (item: string) => item.replace(/\/Standard$/, '').replaceAll('/', ', ').replaceAll('-', ' ');
const head = ['on', 'patient', 'name', 'birth_date', 'kind', 'item', 'state', 'shown_since', 'changes_on'];

function useDue(on: string, turn: number) {
  const [state, setState] = useState<{ items: DueItem[] | null; cut: boolean; error: Error | null }>({ items: null, cut: false, error: null });
  useEffect(() => {
    const stop = new AbortController();
    allPages<DuePage, DueItem>(withParameters('/prevention/due', { on, _count: atOnce }), (page) => page.items, pagesMax, stop.signal).then(
      ({ items, cut }) => setState({ items, cut, error: null }),
      (error: Error) => {
        if (error.name !== 'AbortError') setState({ items: null, cut: false, error });
      },
    );
    return () => stop.abort();
  }, [on, turn]);
  return state;
}

function ItemChoice({ items, chosen, choose }: { items: readonly DueItem[]; chosen: string; choose(item: string): void }) {
  const counts = new Map<string, number>();
  for (const one of items) counts.set(`${one.kind} ${one.item}`, (counts.get(`${one.kind} ${one.item}`) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  return (
    <label class="field">What
      <select value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="">All ({items.length})</option>
        {sorted.map(([key, count]) => <option key={key} value={key}>{itemName(key.slice(key.indexOf(' ') + 1))} ({count})</option>)}
      </select>
    </label>
  );
}

function DueTable({ items, people }: { items: readonly DueItem[]; people: People }) {
  return (
    <table class="stacked" aria-label="Due">
      <thead><tr><th>Patient</th><th>What</th><th>State</th><th>Since</th></tr></thead>
      <tbody>
        {items.map((one) => (
          <tr key={`${one.patient} ${one.kind} ${one.item}`}>
            <td><PersonLink id={one.patient} people={people} href={`/patients/${encodeURIComponent(one.patient)}/prevention`} /></td>
            <td>{itemName(one.item)} <span class="quiet small">{one.kind}</span></td>
            <td class="pair"><Chip tone={tones[one.state] ?? 'plain'}>{one.state}</Chip></td>
            <td class="pair nowrap">{day(one.shown_since)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function DueList() {
  const [on] = useState(today);
  const [turn, setTurn] = useState(0);
  const [chosen, choose] = useState('');
  const [rows, setRows] = useState(drawn);
  const { items, cut, error } = useDue(on, turn);
  const wanted = (items ?? []).filter((one) => chosen === '' || `${one.kind} ${one.item}` === chosen);
  const shown = wanted.slice(0, rows);
  const people = usePeople(shown.map((one) => one.patient));
  return (
    <>
      <header class="page-head"><h1>Due prevention</h1><p class="quiet">Vaccines and screenings due on {day(on)}, longest first · schedules and rules are not clinically reviewed</p></header>
      {error && <ErrorPanel error={error} retry={() => setTurn(turn + 1)} />}
      <div class="toolbar">
        {items && <ItemChoice items={items} chosen={chosen} choose={(item) => { choose(item); setRows(drawn); }} />}
        <span class="quiet">{items === null ? (error ? '' : 'Asking …') : `${wanted.length} due, of ${new Set(wanted.map((one) => one.patient)).size} patients${cut ? '; the first 5000 only' : ''}`}</span>
        <CsvButton name={`due-${on}`} head={head} disabled={!items} rows={() => wanted.map((one) => [on, one.patient, people.get(one.patient)?.name ?? '', people.get(one.patient)?.birth ?? '', one.kind, one.item, one.state, one.shown_since, one.changes_on ?? ''])} />
      </div>
      {items && wanted.length === 0 && <Nothing>Nothing is due.</Nothing>}
      {shown.length > 0 && <DueTable items={shown} people={people} />}
      {wanted.length > rows && <p><button type="button" onClick={() => setRows(rows + drawn)}>{drawn} more</button></p>}
    </>
  );
}
