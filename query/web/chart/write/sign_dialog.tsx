// The frame of everything that is signed: the form, for whom it is, what became of it. Whatever
// happens, what was typed stays until it is accepted or given up.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Dialog } from '../../parts/dialog.tsx';
import { personName } from '../../text/word.ts';
import type { Test } from '../results.ts';
import type { Chart } from '../types.ts';
import { useCurrentPatient } from './current_patient.ts';
import { ask, deliver, newKey, type Outcome, type Write } from './delivery.ts';
import { Identity } from './identity.tsx';
import { Meanwhile } from './meanwhile.tsx';
import type { Resource } from './resources.ts';

export interface Writing { chart: Chart; tests: readonly Test[]; close(): void; written(position: string | null): void }

interface Props extends Writing {
  title: string;
  act: string;                         // the button's word
  ready: boolean;
  since: string;                       // the position that was looked at
  before?: Resource | null;            // what is about to be replaced
  build(): Promise<Write> | Write;
  overtaken?(): void;                  // look again; then it may be signed again
  children: ComponentChildren;
}

type Sent = { write: Write; key: string };

// Somebody opened another patient's chart in another tab since.
function StaleTab({ chart, makeCurrent }: { chart: Chart; makeCurrent(): void }) {
  return (
    <div class="panel danger" role="alert">
      Another patient’s chart was opened in another tab. Nothing is signed here until you say that it is for this patient.
      <div><button type="button" onClick={makeCurrent}>It is for {personName(chart.patient?.name)}</button></div>
    </div>
  );
}

function Unknown({ outcome, again, asked }: { outcome: Extract<Outcome, { state: 'unknown' }>; again(): void; asked(): void }) {
  return (
    <div class="panel danger" role="alert">
      <p>It is not known whether this was recorded. {outcome.message}</p>
      {outcome.commit && <button type="button" onClick={asked}>Ask what became of it</button>}{' '}
      <button type="button" onClick={again}>Send the same again</button>
      <p class="small">Sending it again is safe: the node knows it by its key and records it once.</p>
    </div>
  );
}

export function SignDialog(props: Props) {
  const { chart, title, act, ready, since, before, children } = props;
  const { isCurrent, makeCurrent } = useCurrentPatient(chart.patient_id);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [sent, setSent] = useState<Sent | null>(null);
  const [busy, setBusy] = useState(false);
  const settle = (result: Outcome) => {
    setBusy(false);
    setOutcome(result);
    if (result.state === 'accepted') props.written(result.position);
    if (result.state === 'overtaken') props.overtaken?.();
  };
  const sign = async (event: Event) => {
    event.preventDefault();
    if (!ready || !isCurrent || busy) return;
    setBusy(true);
    try {
      const next = { write: await props.build(), key: newKey() };
      setSent(next);
      settle(await deliver(next.write, next.key));
    } catch (error) {
      settle({ state: 'refused', message: (error as Error).message });
    }
  };
  const again = async () => {
    setBusy(true);
    if (sent) settle(await deliver(sent.write, sent.key));
  };
  const unknown = outcome?.state === 'unknown' ? outcome : null;
  return (
    <Dialog title={title} close={props.close}>
      <form class="writing" onSubmit={sign}>
        {children}
        <Identity chart={chart} tests={props.tests} />
        {!isCurrent && <StaleTab chart={chart} makeCurrent={makeCurrent} />}
        {unknown && <Unknown outcome={unknown} again={() => void again()} asked={() => void ask(unknown.commit!).then(settle)} />}
        {outcome?.state === 'refused' && <div class="panel danger" role="alert">Not recorded: {outcome.message}</div>}
        {outcome?.state === 'overtaken' && (
          <div class="panel" role="alert">
            Not recorded: the record has changed since you looked. What you typed is kept; look again, then sign again.
            <Meanwhile patient={chart.patient_id} since={since} before={before} />
          </div>
        )}
        <footer>
          <button type="button" onClick={props.close}>Cancel</button>
          <button type="submit" class="primary" disabled={!ready || !isCurrent || busy || unknown !== null || !chart.patient}>{busy ? 'Sending …' : act}</button>
        </footer>
      </form>
    </Dialog>
  );
}
