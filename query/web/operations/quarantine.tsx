// What could not be applied or read, each with its reason; a patient can be folded again here.
import { useState } from 'preact/hooks';
import { send } from '../api.ts';
import { ErrorPanel } from '../parts/error_panel.tsx';
import { Nothing, Section } from '../parts/section.tsx';
import { useAgain } from './use_again.ts';

interface Parked { projection: string; patient?: string; stream?: string; event: string; reason: string }
interface Quarantined { event: string; reason: string; bytes: number }
export interface Quarantine { parked: Parked[]; records: Quarantined[] }
interface Retried { outcome: 'complete' | 'still parked'; reason?: string }
// `done`: what came of the last try, in words.
interface Try { busy: boolean; done?: string; error?: Error }

const keyOf = (one: Parked) => `${one.projection} ${one.event}`;
const nameOf = (one: Parked) => one.patient ?? one.stream ?? 'not known';

async function foldAgain(one: Parked): Promise<{ complete: boolean; done: string }> {
  const { body } = await send<Retried>('POST', '/quarantine/retry', { event: one.event, projection: one.projection });
  if (body.outcome === 'complete') return { complete: true, done: `Patient ${nameOf(one)} is complete in ${one.projection}.` };
  return { complete: false, done: `Tried again, still parked: ${body.reason ?? 'no reason was given'}` };
}

function ParkedRow({ one, last, retry }: { one: Parked; last: Try | undefined; retry(): void }) {
  return (
    <tr>
      <td>{one.patient ? <a href={`/patients/${encodeURIComponent(one.patient)}`}>{one.patient}</a> : nameOf(one)}</td>
      <td>{one.projection}</td>
      <td class="id">{one.event}</td>
      <td>
        {one.reason}
        {last?.done && <div class="wrong small" role="status">{last.done}</div>}
        {last?.error && <ErrorPanel error={last.error} />}
        <div class="no-print"><button type="button" disabled={last?.busy ?? false} aria-label={`Fold ${nameOf(one)} again in ${one.projection}`} onClick={retry}>{last?.busy ? 'Folding …' : 'Fold again'}</button></div>
      </td>
    </tr>
  );
}

function ParkedTable({ parked, changed }: { parked: readonly Parked[]; changed(): void }) {
  const [tries, setTries] = useState<ReadonlyMap<string, Try>>(new Map());
  const [complete, setComplete] = useState<readonly string[]>([]);
  const note = (one: Parked, last: Try) => setTries((before) => new Map(before).set(keyOf(one), last));
  const retry = async (one: Parked) => {
    note(one, { busy: true });
    try {
      const { complete: whole, done } = await foldAgain(one);
      note(one, { busy: false, done: whole ? undefined : done });
      if (whole) setComplete((before) => [...before, done]);
    } catch (error) {
      note(one, { busy: false, error: error as Error });
    }
    changed();
  };
  return (
    <>
      {complete.length > 0 && <div class="panel good" role="status">{complete.map((text) => <div key={text}>{text}</div>)}</div>}
      {parked.length > 0 && (
        <table class="stacked" aria-label="Parked patients">
          <thead><tr><th>Patient</th><th>Read model</th><th>Since event</th><th>Reason</th></tr></thead>
          <tbody>{parked.map((one) => <ParkedRow key={keyOf(one)} one={one} last={tries.get(keyOf(one))} retry={() => void retry(one)} />)}</tbody>
        </table>
      )}
    </>
  );
}

export function QuarantinePart() {
  const [turn, setTurn] = useState(0);
  const { body, error } = useAgain<Quarantine>('/quarantine', 10_000, false, turn);
  const any = body && body.parked.length + body.records.length > 0;
  return (
    <Section title="Quarantine" count={body ? body.parked.length + body.records.length : 0}>
      {error && <ErrorPanel error={error} />}
      {body && <ParkedTable parked={body.parked} changed={() => setTurn((before) => before + 1)} />}
      {body && !any && <Nothing>Empty: every projection follows every patient, every record could be read.</Nothing>}
      {body && body.records.length > 0 && (
        <table class="stacked" aria-label="Records that cannot be read">
          <thead><tr><th>Record</th><th class="number">Bytes</th><th>Reason</th></tr></thead>
          <tbody>{body.records.map((one) => <tr key={one.event}><td class="id">{one.event}</td><td class="number">{one.bytes}</td><td>{one.reason}</td></tr>)}</tbody>
        </table>
      )}
      {body && body.parked.length > 0 && <p class="quiet small">The charts concerned say so. Once the cause is mended, folding again reads the patient’s whole record from the log.</p>}
      {body && body.records.length > 0 && <p class="quiet small">What a record did decides what came after it: with the node stopped, <code>chartlog rebuild</code> reads it again in its place.</p>}
    </Section>
  );
}
