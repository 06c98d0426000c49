// An order on its way to be signed: what the node says against it, the reasons to go on all the same,
// and the order that it takes the place of, ended in the same transaction. Whatever comes to the
// record meanwhile has it checked again.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { get, send } from '../../api.ts';
import type { ChangedResource } from '../../live.ts';
import { typeWord } from '../../text/word.ts';
import type { Write } from './delivery.ts';
import { keyOfCard, OrderChecks, type CheckAnswer } from './order_checks.tsx';
import { nowText, overridden, transaction, type Entry, type Resource } from './resources.ts';
import { SignDialog, type Writing } from './sign_dialog.tsx';

// What a check may rest on.
const weighty = new Set(['AllergyIntolerance', 'MedicationRequest', 'MedicationStatement', 'MedicationDispense', 'MedicationAdministration', 'Observation', 'Condition', 'Procedure', 'Patient']);

// The order that is ended with it, as it will be, and the version that was seen.
export interface Replaced { resource: Resource; etag: string }

interface Checking { checked: CheckAnswer | null; error: Error | null; busy: boolean }

// An order that is sent along as ended is no draft that was left unchecked.
function withoutEnded(answer: CheckAnswer, replaced: Replaced | null): CheckAnswer {
  const name = replaced && `MedicationRequest/${String(replaced.resource.id)}:`;
  return { ...answer, not_checked: answer.not_checked.filter((one) => !name || !one.startsWith(name)) };
}

function bodyOf(order: Resource | null, replaced: Replaced | null): string {
  if (!order) return '';
  const draft = { ...order, authoredOn: undefined };
  return JSON.stringify(replaced ? { resourceType: 'Bundle', type: 'collection', entry: [{ resource: draft }, { resource: replaced.resource }] } : draft);
}

// Asked anew whenever the order, or what it is checked against, is another.
function useChecks(patient: string, order: Resource | null, replaced: Replaced | null, turn: number): Checking {
  const [state, setState] = useState<Checking>({ checked: null, error: null, busy: false });
  const body = bodyOf(order, replaced);
  useEffect(() => {
    if (body === '') {
      setState({ checked: null, error: null, busy: false });
      return undefined;
    }
    let current = true;
    setState((one) => ({ ...one, busy: true }));
    const timer = setTimeout(() => {
      send<CheckAnswer>('POST', `/charts/${encodeURIComponent(patient)}/medications/$check`, JSON.parse(body)).then(
        (answer) => current && setState({ checked: withoutEnded(answer.body, replaced), error: null, busy: false }),
        (error: Error) => current && setState({ checked: null, error, busy: false }),
      );
    }, 300);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [patient, body, turn]);
  return state;
}

async function build(order: Resource, replaced: Replaced | null, checked: CheckAnswer, reasons: Readonly<Record<string, string>>): Promise<Write> {
  const entries: Entry[] = [];
  for (const card of checked.cards) {
    const reason = checked.override_reasons.find((one) => one.code === reasons[keyOfCard(card)]);
    if (!reason || !card.uuid || card.tier !== 'stop') continue;
    const alert = await get<Resource>(`/fhir/DetectedIssue/${card.uuid}`);
    entries.push({ resource: overridden(alert.body, reason), method: 'PUT', url: `DetectedIssue/${card.uuid}`, ifMatch: alert.etag ?? undefined });
  }
  const { id: _, ...signed } = order;
  const cited = entries.map((entry) => ({ reference: entry.url }));
  if (replaced) entries.push({ resource: replaced.resource, method: 'PUT', url: `MedicationRequest/${String(replaced.resource.id)}`, ifMatch: replaced.etag });
  entries.push({ resource: { ...signed, authoredOn: nowText(), ...(cited.length ? { detectedIssue: cited } : {}) } as Resource, method: 'POST', url: 'MedicationRequest' });
  return { method: 'POST', path: '/fhir', body: transaction(entries), headers: { 'Chartlog-If-Record': checked.record } };
}

export interface OrderWriting extends Writing { came: readonly ChangedResource[] }

interface Props extends OrderWriting {
  title: string;
  act: string;               // the button's word while nothing stops
  order: Resource | null;    // null: not complete yet
  replaced?: Replaced | null;
  before?: Resource | null;  // what is replaced, as it was before somebody else was faster
  lookAgain?(): void;
  children: ComponentChildren;
}

export function CheckedOrder(props: Props) {
  const { chart, came, order, replaced = null } = props;
  const [turn, setTurn] = useState(0);
  const [again, setAgain] = useState('');
  const [reasons, setReasons] = useState<Record<string, string>>({});
  const [looked, setLooked] = useState(chart.position);
  const { checked, error, busy } = useChecks(chart.patient_id, order, replaced, turn);
  const lookAgain = () => {
    setTurn((one) => one + 1);
    props.lookAgain?.();
  };
  useEffect(() => {
    const relevant = came.filter((one) => weighty.has(one.type));
    if (relevant.length === 0) return;
    setAgain(`Checked again: ${[...new Set(relevant.map((one) => `${typeWord(one.type)} ${one.effect}`))].join(', ')} meanwhile.`);
    lookAgain();
  }, [came]);
  useEffect(() => {
    if (checked && turn === 0) setLooked(checked.position);
  }, [checked]);
  const stops = (checked?.cards ?? []).filter((card) => card.tier === 'stop');
  const answered = stops.every((card) => reasons[keyOfCard(card)]);
  return (
    <SignDialog {...props} act={stops.length > 0 ? 'Sign against the checks' : props.act} since={looked}
      ready={order !== null && checked !== null && !busy && answered} build={() => build(order!, replaced, checked!, reasons)} overtaken={lookAgain}>
      {props.children}
      <div aria-live="polite">
        {again && <p class="panel">{again}</p>}
        {busy && <p class="quiet">Checking …</p>}
        {error && <p class="panel danger">Not checked, so it cannot be signed: {error.message} <button type="button" onClick={() => setTurn(turn + 1)}>Check again</button></p>}
        {checked && !busy && <OrderChecks checked={checked} reasons={reasons} choose={(key, code) => setReasons({ ...reasons, [key]: code })} />}
      </div>
    </SignDialog>
  );
}
