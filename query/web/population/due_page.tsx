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
import { go } from '../router.ts';
import { today } from '../text/age.ts';
import { day } from '../text/date.ts';

interface DueItem { patient: string; kind: string; item: string; state: string; shown_since: string; changes_on?: string }
interface DuePage { on: string; items: DueItem[]; all_items?: string[]; patients_left_out?: number; next?: string }

const pagesMax = 10, atOnce = 500, drawn = 50;
const tones: Readonly<Record<string, Tone>> = { overdue: 'danger', due: 'warn', 'due soon': 'warn' };
const keyOf = (one: DueItem) => `${one.kind}/${one.item}`;  // as the node takes it
const itemName = (item: string) => item.replace(/\/Standard$/, '').replaceAll('/', ', ').replaceAll('-', ' ');
const head = ['on', 'patient', 'name', 'birth_date', 'kind', 'item', 'state', 'shown_since', 'changes_on'];

interface Due { of: string; items: DueItem[] | null; all: readonly string[]; left: number; cut: boolean; error: Error | null }
const none: Due = { of: '', items: null, all: [], left: 0, cut: false, error: null };

// `item`: only this one; empty: all; null: nothing is asked.
function useDue(on: string, item: string | null, turn: number): Due {
  const [state, setState] = useState(none);
  useEffect(() => {
    if (item === null) return undefined;
    const stop = new AbortController();
    let all: readonly string[] = [], left = 0;
    const itemsOf = (page: DuePage) => {
      all = page.all_items ?? all;
      left = page.patients_left_out ?? 0;
      return page.items;
    };
    allPages<DuePage, DueItem>(withParameters('/prevention/due', { on, item, _count: atOnce }), itemsOf, pagesMax, stop.signal).then(
      ({ items, cut }) => setState({ of: item, items, all, left, cut, error: null }),
      (error: Error) => {
        if (error.name !== 'AbortError') setState({ ...none, of: item, error });
      },
    );
    return () => stop.abort();
  }, [on, item, turn]);
  return state.of === item ? state : none;
}

// All that can be due, most often due first. Of a list that was cut nobody knows the counts.
function ItemChoice({ due, chosen, choose }: { due: Due; chosen: string; choose(item: string): void }) {
  const counts = new Map<string, number>();
  for (const one of due.items ?? []) counts.set(keyOf(one), (counts.get(keyOf(one)) ?? 0) + 1);
  const listed = [...new Set([...(due.cut ? due.all : counts.keys()), chosen])].filter(Boolean);
  const sorted = listed.sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || a.localeCompare(b));
  const countText = (key: string) => (due.cut ? '' : ` (${counts.get(key) ?? 0})`);
  return (
    <label class="field">What
      <select value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="">All{due.cut ? '' : ` (${due.items?.length ?? 0})`}</option>
        {sorted.map((key) => <option key={key} value={key}>{itemName(key.slice(key.indexOf('/') + 1))}{countText(key)}</option>)}
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

export function DueList({ address }: { address: URL }) {
  const [on] = useState(today);
  const [turn, setTurn] = useState(0);
  const chosen = address.searchParams.get('item') ?? '';
  const [rows, setRows] = useState(drawn);
  const whole = useDue(on, '', turn);
  const one = useDue(on, chosen === '' ? null : chosen, turn);
  const { items, left, cut, error } = chosen === '' ? whole : one;
  const wanted = items ?? [];
  const shown = wanted.slice(0, rows);
  const people = usePeople(shown.map((one) => one.patient));
  return (
    <>
      <header class="page-head"><h1>Due prevention</h1><p class="quiet">Vaccines and screenings due on {day(on)}, longest first · schedules and rules are not clinically reviewed</p></header>
      {error && <ErrorPanel error={error} retry={() => setTurn(turn + 1)} />}
      <div class="toolbar">
        {whole.items && <ItemChoice due={whole} chosen={chosen} choose={(item) => { go(withParameters('/population/due', { item }), 'replace'); setRows(drawn); }} />}
        <span class="quiet">{items === null ? (error ? '' : 'Asking …') : `${wanted.length} due, of ${new Set(wanted.map((one) => one.patient)).size} patients${cut ? `; the ${pagesMax * atOnce} that are due longest only${chosen ? '' : ': choose one for more of it'}` : ''}${left > 0 ? `; ${left} patients left out, for whom it could not be kept` : ''}`}</span>
        <CsvButton name={`due-${on}${chosen && `-${chosen.replaceAll('/', '-')}`}`} head={head} disabled={!items} rows={() => wanted.map((one) => [on, one.patient, people.get(one.patient)?.name ?? '', people.get(one.patient)?.birth ?? '', one.kind, one.item, one.state, one.shown_since, one.changes_on ?? ''])} />
      </div>
      {items && !error && wanted.length === 0 && <Nothing>Nothing is due.</Nothing>}
      {shown.length > 0 && <DueTable items={shown} people={people} />}
      {wanted.length > rows && <p><button type="button" onClick={() => setRows(rows + drawn)}>{drawn} more</button></p>}
    </>
  );
}
