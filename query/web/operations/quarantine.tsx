// What could not be applied or read, each with its reason.
import { ErrorPanel } from '../parts/error_panel.tsx';
import { Nothing, Section } from '../parts/section.tsx';
import { useAgain } from './use_again.ts';

interface Parked { projection: string; patient?: string; stream?: string; event: string; reason: string }
interface Quarantined { event: string; reason: string; bytes: number }
export interface Quarantine { parked: Parked[]; records: Quarantined[] }

export function QuarantinePart() {
  const { body, error } = useAgain<Quarantine>('/quarantine', 10_000);
  const any = body && body.parked.length + body.records.length > 0;
  return (
    <Section title="Quarantine" count={body ? body.parked.length + body.records.length : 0}>
      {error && <ErrorPanel error={error} />}
      {body && !any && <Nothing>Empty: every projection follows every patient, every record could be read.</Nothing>}
      {body && body.parked.length > 0 && (
        <table class="stacked" aria-label="Parked patients">
          <thead><tr><th>Patient</th><th>Read model</th><th>Since event</th><th>Reason</th></tr></thead>
          <tbody>{body.parked.map((one) => <tr key={one.projection + one.event}><td>{one.patient ? <a href={`/patients/${encodeURIComponent(one.patient)}`}>{one.patient}</a> : one.stream ?? 'not known'}</td><td>{one.projection}</td><td class="id">{one.event}</td><td>{one.reason}</td></tr>)}</tbody>
        </table>
      )}
      {body && body.records.length > 0 && (
        <table class="stacked" aria-label="Records that cannot be read">
          <thead><tr><th>Record</th><th class="number">Bytes</th><th>Reason</th></tr></thead>
          <tbody>{body.records.map((one) => <tr key={one.event}><td class="id">{one.event}</td><td class="number">{one.bytes}</td><td>{one.reason}</td></tr>)}</tbody>
        </table>
      )}
      {any && <p class="quiet small">They say so on the charts concerned. A program that can apply them folds them anew; with the node stopped, <code>chartlog rebuild</code> does.</p>}
    </Section>
  );
}
