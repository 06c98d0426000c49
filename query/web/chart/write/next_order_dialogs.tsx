// To renew or to change an order: a new one that names the earlier one, which is ended with it, so that
// stopping the new one leaves nothing in force behind it.
import { useEffect, useState } from 'preact/hooks';
import { dose } from '../../text/number.ts';
import { coded, type Coded } from '../../text/word.ts';
import type { MedicationLine } from '../types.ts';
import { CheckedOrder, type OrderWriting, type Replaced } from './checked_order.tsx';
import { complete, dosagesOf, empty, fieldsOf, OrderForm, routeOf, type Fields } from './order_form.tsx';
import { ended, follows, medicationRequest, renewal, type Resource } from './resources.ts';
import { orderToChange, orderToRenew, othersInForce, useSource, type Seen } from './source.ts';

type Props = OrderWriting & { line: MedicationLine };

// An order that was fulfilled is over already.
function replacedBy(seen: Seen | null, status: 'stopped' | 'completed', reason: string): Replaced | null {
  const over = seen?.resource.status === 'completed' || seen?.resource.status === 'stopped';
  return seen && !over ? { resource: ended(seen.resource, status, reason), etag: seen.etag } : null;
}

// Somebody else has ended it: what is left is an order of its own.
const isOver = (seen: Seen | null) => seen !== null && !['active', 'on-hold', 'completed'].includes(String(seen.resource.status));

function About({ line, seen, error, source }: { line: MedicationLine; seen: Seen | null; error: Error | null; source: MedicationLine['rests_on'][number] | undefined }) {
  const others = source ? othersInForce(line, source) : [];
  return (
    <>
      {!source && <p class="panel">No order of it is in force.</p>}
      {error && <p class="panel danger">{error.message}</p>}
      {isOver(seen) && <p class="panel danger" role="alert">The order is {String(seen!.resource.status)} by now, so nothing is signed here. Order the drug anew.</p>}
      {others.length > 0 && <p class="panel">{others.length === 1 ? 'Another order or report' : `${others.length} other orders or reports`} of this drug will stay in force. Reconcile lists to settle {others.length === 1 ? 'it' : 'them'}.</p>}
    </>
  );
}

const dosesOf = (order: Resource) => dosagesOf(order).map((one) => dose(one.text)).filter(Boolean).join('; ');

export function RenewDialog(props: Props) {
  const { line } = props;
  const [source] = useState(() => orderToRenew(line));
  const { seen, before, error, lookAgain } = useSource(source);
  const name = coded(line.drug, 'this drug');
  const words = seen ? dosesOf(seen.resource) || dose(line.dose) : '';
  return (
    <CheckedOrder {...props} title={`Renew ${name}`} act="Sign the renewal" order={seen && !isOver(seen) ? renewal(seen.resource) : null} replaced={replacedBy(seen, 'completed', 'Renewed')} before={before} lookAgain={lookAgain}>
      <About line={line} seen={seen} error={error} source={source} />
      {seen && <p class="reads">Reads: <strong>{name}, {words || 'dose not recorded'}</strong></p>}
      <p class="quiet small">A new order from today with the same drug, dose and route. The order until now becomes completed.</p>
    </CheckedOrder>
  );
}

export function ChangeDialog(props: Props) {
  const { line, chart } = props;
  const [source] = useState(() => orderToChange(line));
  const { seen, before, error, lookAgain } = useSource(source);
  const [fields, setFields] = useState<Fields | null>(null);
  const [reason, setReason] = useState('');
  const [drug] = useState<Coded | null>(line.drug ?? null);
  useEffect(() => {
    if (seen && !fields) setFields(fieldsOf(seen.resource, drug));
  }, [seen]);
  const draft = complete(fields ?? empty);
  const order = draft && seen && !isOver(seen) ? follows(medicationRequest(chart.patient_id, draft, 'new', 'active'), seen.resource, routeOf(seen.resource, drug, draft.drug)) : null;
  return (
    <CheckedOrder {...props} title={`Change ${coded(line.drug, 'this drug')}`} act="Sign the change" order={order} replaced={replacedBy(seen, 'stopped', reason || 'Changed: another order takes its place')} before={before} lookAgain={lookAgain}>
      <About line={line} seen={seen} error={error} source={source} />
      {seen && <p>Until now: <strong>{dosesOf(seen.resource) || dose(line.dose) || 'dose not recorded'}</strong></p>}
      {fields && <OrderForm patient={chart.patient_id} fields={fields} change={(part) => setFields({ ...fields, ...part })} />}
      <label>Reason for the change<input type="text" value={reason} onInput={(event) => setReason(event.currentTarget.value)} /></label>
    </CheckedOrder>
  );
}
