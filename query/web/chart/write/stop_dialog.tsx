// To stop a drug: the request or statement that the line rests on, at the version that was seen.
import { useEffect, useState } from 'preact/hooks';
import { get } from '../../api.ts';
import { dose } from '../../text/number.ts';
import { coded } from '../../text/word.ts';
import type { MedicationLine } from '../types.ts';
import type { Resource } from './resources.ts';
import { SignDialog, type Writing } from './sign_dialog.tsx';

const stoppable = new Set(['active', 'on-hold', 'intended']);

// Of the line's sources the one that says it is taken.
export function sourceToStop(line: MedicationLine) {
  return line.rests_on.find((one) => (one.type === 'MedicationRequest' || one.type === 'MedicationStatement') && stoppable.has(one.status ?? ''));
}

function stopped(resource: Resource, reason: string): Resource {
  const words = reason.trim() ? { text: reason.trim() } : null;
  const asList = resource.resourceType === 'MedicationStatement';
  return { ...resource, status: 'stopped', ...(words ? { statusReason: asList ? [words] : words } : {}) };
}

interface Seen { resource: Resource; etag: string }

export function StopDialog(props: Writing & { line: MedicationLine }) {
  const { line } = props;
  const [reason, setReason] = useState('');
  const [seen, setSeen] = useState<Seen | null>(null);
  const [before, setBefore] = useState<Resource | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [since] = useState(props.chart.position);
  const source = sourceToStop(line);
  const path = source ? `/fhir/${source.type}/${source.id}` : null;
  const look = () => {
    if (!path) return;
    get<Resource>(path).then((answer) => setSeen({ resource: answer.body, etag: answer.etag ?? '' }), setError);
  };
  useEffect(look, [path]);
  const overtaken = () => {
    setBefore(seen?.resource ?? null);
    look();
  };
  return (
    <SignDialog {...props} title={`Stop ${coded(line.drug, 'this drug')}`} act="Sign the stop" ready={seen !== null} since={since} before={before} overtaken={overtaken}
      build={() => ({ method: 'PUT', path: path!, body: stopped(seen!.resource, reason), headers: { 'If-Match': seen!.etag } })}>
      <p>{dose(line.dose) || 'Dose not recorded'}{line.by?.display ? `, ${line.source} by ${line.by.display}` : ''}</p>
      {!source && <p class="panel">No order or report of it is in force that could be stopped here.</p>}
      {error && <p class="panel danger">{error.message}</p>}
      <label>Reason<input type="text" value={reason} onInput={(event) => setReason(event.currentTarget.value)} /></label>
    </SignDialog>
  );
}
