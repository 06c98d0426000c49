// Whether the log is what was signed: the newest checkpoints, checked here, and bundles to check
// elsewhere.
import { useEffect, useState } from 'preact/hooks';
import { withParameters } from '../api.ts';
import { useAnswer } from '../parts/answer.ts';
import { Chip, type Tone } from '../parts/chip.tsx';
import { ErrorPanel } from '../parts/error_panel.tsx';
import { Nothing, Section } from '../parts/section.tsx';
import { recorded } from '../text/date.ts';
import { readCheckpoint, verify, type Checkpoint, type Verdict } from './note.ts';
import { ask, type Asked } from './parameters.ts';
import { PatientBox } from './patient_box.tsx';

interface Checkpoints { position: string; keys: string[]; checkpoints: string[] }
interface Checked extends Checkpoint { verdict: Verdict }

const tones: Readonly<Record<Verdict, Tone>> = { verified: 'good', wrong: 'danger', 'unknown signer': 'warn', 'not checkable': 'plain' };
const words: Readonly<Record<Verdict, string>> = { verified: 'Signature verified', wrong: 'Signature is wrong', 'unknown signer': 'Signer not known', 'not checkable': 'Not checked: this browser cannot' };

function useChecked(body: Checkpoints | null): Checked[] | null {
  const [checked, setChecked] = useState<Checked[] | null>(null);
  useEffect(() => {
    if (!body) return;
    const all = body.checkpoints.map(readCheckpoint).filter((one) => one !== null);
    void Promise.all(all.map(async (one) => ({ ...one, verdict: await verify(one, body.keys) }))).then((list) => setChecked(list.sort((a, b) => a.partition - b.partition)));
  }, [body]);
  return checked;
}

function Status({ checked }: { checked: readonly Checked[] }) {
  const wrong = checked.filter((one) => one.verdict !== 'verified');
  const records = checked.reduce((sum, one) => sum + one.size, 0);
  const newest = checked.map((one) => one.time).sort().at(-1);
  if (checked.length === 0) return <Nothing>No checkpoint has been signed yet.</Nothing>;
  return (
    <p class={wrong.length === 0 ? 'panel good' : 'panel danger'} role="status">
      {wrong.length === 0 ? `All ${checked.length} partitions have a signed checkpoint whose signature fits: ${records} records. Last verified checkpoint: ${recorded(newest)}.` : `${wrong.length} of ${checked.length} checkpoints could not be verified. Stop writing, keep the folder, run chartlog verify.`}
    </p>
  );
}

function Table({ checked }: { checked: readonly Checked[] }) {
  return (
    <div class="wide-table" role="region" aria-label="Checkpoints" tabIndex={0}>
      <table class="checkpoints stacked">
        <thead><tr><th class="number">Partition</th><th class="number">Records</th><th>Signed</th><th>By</th><th>Root</th><th>Signature</th></tr></thead>
        <tbody>
          {checked.map((one) => (
            <tr key={one.partition}>
              <td class="number" data-label="Partition">{one.partition}</td><td class="number" data-label="Records">{one.size}</td><td class="nowrap" data-label="Signed">{recorded(one.time)}</td><td data-label="By">{one.signers.join(', ')}</td>
              <td data-label="Root"><span class="id" title={one.root}>{one.root.slice(0, 12)}…</span></td><td data-label="Signature"><Chip tone={tones[one.verdict]}>{words[one.verdict]}</Chip></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Bundles({ asked }: { asked: Asked }) {
  const [place, setPlace] = useState('');
  const what = place.includes(':') ? { event: place } : { commit: place };
  return (
    <Section title="Proof bundles" note="checked offline, with ops/verify_proof.py or anything that follows events/proof/README.md">
      <div class="bundles">
        <div>
          <PatientBox patient={asked.patient ?? ''} choose={(patient) => ask(asked, { patient })} />
          {asked.patient && <p><a class="button" href={withParameters('/audit/proof', { patient: asked.patient })} download={`proof-${asked.patient}.json`}>Download the proof of this record</a> <span class="quiet small">all of it, and that it is all</span></p>}
        </div>
        <div>
          <label>Event or commit<input type="text" spellcheck={false} placeholder="8:5, or 8.0a44273b…" value={place} onInput={(event) => setPlace(event.currentTarget.value.trim())} /></label>
          {place && <p><a class="button" href={withParameters('/audit/proof', what)} download={`proof-${place.replace(':', '-')}.json`}>Download its proof</a></p>}
        </div>
      </div>
    </Section>
  );
}

export function ProofPart({ asked }: { asked: Asked }) {
  const answer = useAnswer<Checkpoints>('/audit/checkpoints');
  const checked = useChecked(answer.body);
  return (
    <>
      <header class="page-head"><h1>Proof</h1><p class="quiet">What is proven: these records lie on the log as signed. Note the key elsewhere: one that the node names itself proves nothing against whoever has the node.</p></header>
      {answer.error && <ErrorPanel error={answer.error} retry={answer.again} />}
      {checked && <Status checked={checked} />}
      {answer.body && <p class="small keys"><span class="quiet">Key</span> {answer.body.keys.map((key) => <span key={key} class="id">{key}</span>)}</p>}
      <Bundles asked={asked} />
      {checked && checked.length > 0 && <Section title="Newest checkpoints" count={checked.length}><Table checked={checked} /></Section>}
    </>
  );
}
