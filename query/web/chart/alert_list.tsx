// What the node found against the list of drugs, most urgent first, with its source.
import { Chip } from '../parts/chip.tsx';
import { Nothing, Section } from '../parts/section.tsx';
import { namedDates, recorded } from '../text/date.ts';
import { plain } from '../text/word.ts';
import type { Alert, Alerts, Tier } from './types.ts';

const tones = { stop: 'danger', warn: 'warn', note: 'plain' } as const;
const words: Readonly<Record<Tier, string>> = { stop: 'Stop', warn: 'Warning', note: 'Note' };

function Row({ alert }: { alert: Alert }) {
  return (
    <li>
      <Chip tone={tones[alert.tier]}>{words[alert.tier]}: {plain(alert.kind)}</Chip>
      <div><strong>{alert.summary}</strong></div>
      <div>{namedDates(alert.detail)}</div>
      <details><summary>Source</summary><p class="quiet small">{namedDates(alert.source)}</p></details>
    </li>
  );
}

export function AlertList({ alerts }: { alerts: Alerts }) {
  const inForce = alerts.alerts.filter((alert) => alert.state === 'in_force');
  const notes = inForce.filter((alert) => alert.tier === 'note');
  const serious = inForce.filter((alert) => alert.tier !== 'note');
  const missing = alerts.checked?.not_checked ?? [];
  return (
    <Section title="Medication alerts" id="alerts" count={serious.length} note="not clinically reviewed">
      {serious.length > 0 && <ul class="alerts">{serious.map((alert) => <Row key={alert.id} alert={alert} />)}</ul>}
      {serious.length === 0 && <Nothing>{alerts.checked ? 'No stop or warning is in force.' : 'No drug is on the list, so nothing was checked.'}</Nothing>}
      {notes.length > 0 && <details><summary>{notes.length} note{notes.length === 1 ? '' : 's'}</summary><ul class="alerts">{notes.map((alert) => <Row key={alert.id} alert={alert} />)}</ul></details>}
      {missing.length > 0 && <details><summary>{missing.length} could not be checked</summary><ul class="quiet small">{missing.map((one) => <li>{namedDates(one)}</li>)}</ul></details>}
      {alerts.checked && <p class="quiet small">Checked {recorded(alerts.checked.known_time)}</p>}
    </Section>
  );
}
