// To stop a drug: the request or statement that the line rests on, at the version that was seen.
import { useState } from 'preact/hooks';
import { dose } from '../../text/number.ts';
import { coded } from '../../text/word.ts';
import type { MedicationLine } from '../types.ts';
import { ended } from './resources.ts';
import { SignDialog, type Writing } from './sign_dialog.tsx';
import { sourceToStop, useSource } from './source.ts';

export function StopDialog(props: Writing & { line: MedicationLine }) {
  const { line } = props;
  const [reason, setReason] = useState('');
  const [since] = useState(props.chart.position);
  const source = sourceToStop(line);
  const { seen, before, error, lookAgain } = useSource(source);
  return (
    <SignDialog {...props} title={`Stop ${coded(line.drug, 'this drug')}`} act="Sign the stop" ready={seen !== null} since={since} before={before} overtaken={lookAgain}
      build={() => ({ method: 'PUT', path: `/fhir/${source!.type}/${source!.id}`, body: ended(seen!.resource, 'stopped', reason), headers: { 'If-Match': seen!.etag } })}>
      <p>{dose(line.dose) || 'Dose not recorded'}{line.by?.display ? `, ${line.source} by ${line.by.display}` : ''}</p>
      {!source && <p class="panel">No order or report of it is in force that could be stopped here.</p>}
      {error && <p class="panel danger">{error.message}</p>}
      <label>Reason<input type="text" value={reason} onInput={(event) => setReason(event.currentTarget.value)} /></label>
    </SignDialog>
  );
}
