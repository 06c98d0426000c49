// Medication alerts in force, of all patients, newest first.
import { useState } from 'preact/hooks';
import { withParameters } from '../api.ts';
import { Chip } from '../parts/chip.tsx';
import { Choice } from '../parts/choice.tsx';
import { CsvButton } from '../parts/csv_button.tsx';
import { ErrorPanel } from '../parts/error_panel.tsx';
import { usePages } from '../parts/pages_of.ts';
import { usePeople, type People } from '../parts/people.ts';
import { PersonLink } from '../parts/person_link.tsx';
import { Nothing } from '../parts/section.tsx';
import type { Alert, Tier } from '../chart/types.ts';
import { namedDates, recorded } from '../text/date.ts';
import { plain } from '../text/word.ts';

type AnyAlert = Alert & { patient: string; known_time: string; rule: string };
interface AlertPage { alerts: AnyAlert[]; patients_left_out?: number; next?: string }

const tones = { stop: 'danger', warn: 'warn', note: 'plain' } as const;
const words: Readonly<Record<Tier, string>> = { stop: 'Stop', warn: 'Warning', note: 'Note' };
const tiers = [{ value: '' as const, word: 'All' }, { value: 'stop' as const, word: 'Stop' }, { value: 'warn' as const, word: 'Warnings' }, { value: 'note' as const, word: 'Notes' }];
const head = ['patient', 'name', 'tier', 'kind', 'rule', 'summary', 'detail', 'raised', 'source'];

function AlertTable({ alerts, people }: { alerts: readonly AnyAlert[]; people: People }) {
  return (
    <table class="stacked" aria-label="Alerts">
      <thead><tr><th>Patient</th><th>Alert</th><th>Raised</th></tr></thead>
      <tbody>
        {alerts.map((one) => (
          <tr key={one.patient + one.id}>
            <td><PersonLink id={one.patient} people={people} href={`/patients/${encodeURIComponent(one.patient)}/medications`} /></td>
            <td><Chip tone={tones[one.tier]}>{words[one.tier]}: {plain(one.kind)}</Chip> <strong>{one.summary}</strong><div class="small">{namedDates(one.detail)}</div></td>
            <td class="nowrap">{recorded(one.known_time)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function AlertsPage() {
  const [tier, setTier] = useState<'' | Tier>('');
  const list = usePages<AlertPage>(withParameters('/alerts', { tier, _count: 50 }));
  const alerts = list.pages.flatMap((page) => page.alerts);
  const people = usePeople(alerts.map((one) => one.patient));
  const left = list.pages[0]?.patients_left_out ?? 0;
  return (
    <>
      <header class="page-head"><h1>Medication alerts</h1><p class="quiet">In force, newest first · knowledge and alerts are not clinically reviewed</p></header>
      <div class="toolbar">
        <Choice label="Tier" options={tiers} chosen={tier} choose={setTier} />
        <span class="quiet">{list.pages.length > 0 && `${alerts.length}${list.next ? ' shown, more are there' : ' in force'}`}{left > 0 && `; ${left} patients left out, whose alerts could not be kept`}</span>
        <CsvButton name={`alerts${tier && `-${tier}`}`} head={head} disabled={alerts.length === 0} rows={() => alerts.map((one) => [one.patient, people.get(one.patient)?.name ?? '', one.tier, one.kind, one.rule, one.summary, one.detail, one.known_time, one.source])} />
      </div>
      {list.error && <ErrorPanel error={list.error} retry={list.again} />}
      {list.pages.length > 0 && alerts.length === 0 && <Nothing>None is in force.</Nothing>}
      {alerts.length > 0 && <AlertTable alerts={alerts} people={people} />}
      {list.next && <p><button type="button" disabled={list.loading} onClick={list.more}>{list.loading ? 'Asking …' : '50 more'}</button></p>}
    </>
  );
}
